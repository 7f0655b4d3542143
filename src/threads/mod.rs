//! The GIL and the virtual clock: who holds it, who waits, whose turn is next.
