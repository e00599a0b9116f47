//! The faults of networks, servers and machines, as the reliability book numbers them: what the user sees, and what is
//! on the disk afterwards.

mod coding;
mod cookies;
mod credentials;
mod framing;
mod hosts;
mod http2;
mod load;
mod redirects;
mod secrets;
mod status;
mod tls;
mod verdict;
