//! The evaluation loop: one function per opcode, specialization, unwinding.
