//! The opcode table, code objects, their exception and location tables, and `dis`.
