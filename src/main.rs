//! The program: parse, run the library, return its exit status.

fn main() {}
