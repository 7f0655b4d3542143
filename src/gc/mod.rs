//! The cycle collector: finds objects that only keep each other alive.
