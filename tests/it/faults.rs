//! The faults of networks, servers and machines, as the reliability book numbers them: what the user sees, and what is
//! on the disk afterwards.

mod coding;
mod cookies;
mod credentials;
mod framing;
#[cfg(unix)]
mod hostile;
mod hosts;
mod http2;
#[cfg(unix)]
mod limits;
mod lists;
mod load;
#[cfg(unix)]
mod names;
mod ranges;
mod redirects;
mod secrets;
mod status;
#[cfg(unix)]
mod terminal;
mod tls;
mod verdict;
