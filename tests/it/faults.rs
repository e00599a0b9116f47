//! The book of faults as data: what a server can do wrong, by the number it has in the book, and what must come of it.
//! Each row is a file with the server's bytes or an error that has a name, and nothing else in the folder.

mod framing;
mod load;
mod status;
