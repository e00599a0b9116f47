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
//! of them, as `export` does that writes lists; `preview` draws pictures on one.
//!
//! # The rooms
//!
//! | what is new | where it goes |
//! |---|---|
//! | a key | a line in `keys/table`; the action in `action`; what follows in the `app` file that it is about. Help, footer, menus, palette and the README's table come from that line |
//! | a panel | its place in `layout::Plan`, a file in `view` with `render(frame, area, &App)`, a call in `view`; if it can be hidden, a flag in `layout::Panes` and a line in the menu of `w` |
//! | a column | its width in `layout::Columns`, its text in `view/row`, its heading in `view/list` |
//! | a box that is written in | what it holds in a file here (`add`, `prompt`, `palette`, `help`), what its keys lead to in the file of the same name in `app`, its look in that of `view` |
//! | something to remember | a leaf here (`marks`, `undo`, `sheet`), and `impl App` in `app`: so nothing imports in a circle |
//! | something to do outside | an `Effect`, carried out in `run/carry`; nothing there waits |
//! | a colour or a glyph | a role in `theme`; in ASCII mode `view/ascii` spells what was drawn anew |
//!
//! `app` is pure, `view` only draws, `terminal` alone touches the terminal. Nothing here may block, and nothing
//! wakes while nothing happens. The screen must not know how files are fetched.

mod action;
mod add;
mod app;
mod clock;
mod effects;
mod export;
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
mod picker;
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
