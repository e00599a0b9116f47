//! The row under the cursor in words, in three sizes: one line or three under the list, all of it beside the list, all of
//! it over the list. What there is to say is `app::about`'s business.

mod line;
mod map;
mod over;
mod page;
mod side;

pub(super) use line::render;
pub(super) use over::render as render_over;
pub(super) use side::render as render_side;
