//! The network: clients, redirects, heads, bodies, and what their errors mean. The only folder that names reqwest.
//! It knows addresses and bytes, no jobs and no files.

mod client;
mod clients;
mod connected;
mod connects;
mod error;
mod exchange;
mod head;
mod jar;
mod limiter;
mod names;
mod own;
mod redirect;
mod spares;
mod turns;

pub(super) use client::Net;
pub(super) use error::Failure;
pub(super) use exchange::{Answer, Ask, Body, Range, stalled};
pub(super) use own::Own;
