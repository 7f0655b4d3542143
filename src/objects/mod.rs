//! Objects: header, heap, built-in types, and the state that native code works on.
