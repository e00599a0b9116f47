//! The answers behind a question: `yes [no]`. The one that Enter gives stands in brackets, so that it is seen without
//! colours too; the first letters are the keys.

use ratatui::style::Modifier;

use super::pen::Pen;
use crate::tui::app::App;
use crate::tui::question::Answer;

/// Columns of the words, and of the keys.
pub(super) const WORDS: u16 = 9;
pub(super) const KEYS: u16 = 6;

/// Draws them as words, or as their keys alone.
pub(super) fn render(pen: &mut Pen<'_>, words: bool, app: &App) {
    let plain = app.theme().strong();
    for (answer, word) in [(Answer::Yes, "yes"), (Answer::No, "no")] {
        let word = if words { word } else { &word[..1] };
        if answer == app.focused_answer() {
            pen.skip(1).text(&format!("[{word}]"), plain.add_modifier(Modifier::REVERSED));
        } else {
            pen.skip(1).text(word, plain);
        }
    }
}
