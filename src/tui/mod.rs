//! The screen. A plain loop on the caller's thread waits for one inbox or the next due frame:
//!
//! ```text
//! terminal/input ─┐
//! engine events  ─┼─> inbox ─> run ─> keys ─> App::update(Action) ─> Effect ─> engine
//! signals, load  ─┘             └──────────> App::event(Event)
//!                               └─> view (only what changed, at most 10 times a second, 30 after a key)
//! ```
//!
//! Events are left where they are until a frame is due, and then read all at once, so a storm of them costs no more
//! wake-ups than frames. A key reads them first, is then acted on at once, and painted at once unless it is one of many.
//!
//! What takes time is done elsewhere: `load` reads lists, pastes and folders on threads of its own and posts what became
//! of them; `preview` draws pictures on one. A box that is written in is a file here (`add`, `prompt`, `palette`, `help`), what its keys lead to is a file of
//! the same name in `app`, and how it looks is one in `view`.
//!
//! `app` is pure, `view` only draws, `terminal` alone touches the terminal. Nothing here may block, and nothing
//! wakes while nothing happens. The screen must not know how files are fetched.

mod action;
mod add;
mod app;
mod clock;
mod effects;
mod grid;
mod headline;
mod help;
mod history;
mod inbox;
mod keys;
mod layout;
mod limits;
mod line;
mod load;
mod look;
mod marks;
mod mouse;
mod moving;
mod notice;
mod numbers;
mod palette;
mod pasted;
#[cfg(test)]
mod picture;
mod preview;
mod prompt;
mod question;
mod run;
mod sheet;
mod still;
mod terminal;
mod theme;
mod undo;
mod view;

pub(crate) use inbox::inbox;
pub(crate) use run::{Ending, Setup, run};
pub use still::Still;
pub(crate) use terminal::restore;
