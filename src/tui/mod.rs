//! The screen. A plain loop on the caller's thread waits for one inbox or the next due frame:
//!
//! ```text
//! terminal/input ─┐
//! engine events  ─┼─> inbox ─> run ─> keys ─> App::update(Action) ─> Effect ─> engine
//! signals, notes ─┘             └──────────> App::event(Event)
//!                               └─> view (only what changed, at most 10 times a second, 30 after a key)
//! ```
//!
//! Events are left where they are until a frame is due, and then read all at once, so a storm of them costs no more
//! wake-ups than frames. A key reads them first, is then acted on at once, and painted at once unless it is one of many.
//!
//! `app` is pure, `view` only draws, `terminal` alone touches the terminal. Nothing here may block, and nothing
//! wakes while nothing happens. The screen must not know how files are fetched.

mod action;
mod add;
mod app;
mod clock;
mod headline;
mod history;
mod inbox;
mod keys;
mod layout;
mod look;
mod mouse;
mod notice;
#[cfg(test)]
mod picture;
mod run;
mod still;
mod terminal;
mod theme;
mod view;

pub(crate) use inbox::inbox;
pub(crate) use run::{Ending, Setup, run};
pub use still::Still;
pub(crate) use terminal::restore;
