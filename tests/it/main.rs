//! The one integration binary: the program as its users and servers see it, and the shape of its sources.

#[cfg(unix)]
mod crash;
mod engine;
mod faults;
mod headless;
mod layering;
mod support;
#[cfg(unix)]
mod tui;
