//! The one integration binary: the program as its users and servers see it, and the shape of its sources.

#[cfg(unix)]
mod crash;
#[cfg(unix)]
mod disk;
mod engine;
mod faults;
mod headless;
mod layering;
#[cfg(unix)]
mod state;
mod support;
#[cfg(unix)]
mod tui;
