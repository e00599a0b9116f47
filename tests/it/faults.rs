//! The fault table of the project's book on reliability, as far as it is about servers and networks: a row a case,
//! each with the book's number, its fault, and what the program must make of it.

mod coding;
mod http2;
mod tls;
mod verdict;
