//! Keys: what each does where. `table` is the one list of all actions with their keys, [`Keymap`] is that with the keys
//! that the user has chosen instead; help, footer, menus and palette are made from the map, the README from the table, so
//! they cannot lie. It must not know how an action is carried out.

mod binding;
mod burst;
mod map;
mod names;
mod table;
mod torn;

pub(super) use binding::{Binding, Context};
pub(super) use burst::{Burst, Typed};
pub(super) use map::{Bound, Keymap, Line};
#[cfg(test)]
pub(super) use table::TABLE;
pub(super) use torn::Torn;

#[cfg(test)]
mod tests;
