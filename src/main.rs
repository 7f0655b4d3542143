//! The command line: reads the arguments and calls the library.

fn main() {}
