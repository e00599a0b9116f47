//! One line that is written: a filter, a limit, a path, what is looked for. The keys are those of a shell. It wraps
//! ratatui-textarea, as the add box does; no other file knows that crate. It must not know what the line is for.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui_textarea::{CursorMove, TextArea};

use crate::display;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct LineEdit(TextArea<'static>);

impl Default for LineEdit {
    fn default() -> Self {
        Self::new("")
    }
}

impl LineEdit {
    /// A line that begins with this text, to be written on at its end.
    pub(super) fn new(text: &str) -> Self {
        let mut editor = TextArea::new(vec![shown_characters(text)]);
        editor.set_cursor_line_style(Style::new());
        editor.move_cursor(CursorMove::End);
        Self(editor)
    }

    /// What is written.
    pub(super) fn text(&self) -> &str {
        self.0.lines().first().map_or("", String::as_str)
    }

    /// A key that is no command of the box.
    pub(super) fn key(&mut self, key: KeyEvent) {
        if key.code != KeyCode::Enter && key.code != KeyCode::Tab {
            edit(&mut self.0, key);
        }
    }

    /// Pasted text; only its first line has room.
    pub(super) fn paste(&mut self, text: &str) {
        let line = text.trim_start().split(['\n', '\r']).next().unwrap_or_default();
        self.0.insert_str(shown_characters(line));
    }

    /// Draws it.
    pub(super) fn render(&self, frame: &mut Frame<'_>, area: Rect) {
        frame.render_widget(&self.0, area.intersection(frame.area()));
    }
}

/// Gives a key to an editor, but none that would put something there that a screen cannot show.
pub(super) fn edit(editor: &mut TextArea<'static>, key: KeyEvent) {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        // The widget undoes at Ctrl-u; every shell clears the line to its start.
        KeyCode::Char('u') if control => drop(editor.delete_line_by_head()),
        KeyCode::Char('m') if control => {}
        KeyCode::Char(c) if shown_characters(c.encode_utf8(&mut [0; 4])).is_empty() => {}
        _ => drop(editor.input(key)),
    }
}

/// The text without what a screen cannot show as it is, so that what is shown is what is taken.
pub(super) fn shown_characters(line: &str) -> String {
    // Most lines of ten thousand are plain, and looking closely takes time.
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return line.to_owned();
    }
    let shown = |c: &char| display::safe(c.encode_utf8(&mut [0; 4])).chars().eq([*c]);
    line.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_shell_work() {
        let (ctrl, alt) = (KeyModifiers::CONTROL, KeyModifiers::ALT);
        let key = |c, modifiers| KeyEvent::new(KeyCode::Char(c), modifiers);
        for (keys, expected) in [
            (vec![key('a', ctrl), key('x', KeyModifiers::NONE)], "xone two three"),
            (vec![key('a', ctrl), key('e', ctrl), key('x', KeyModifiers::NONE)], "one two threex"),
            (vec![key('w', ctrl)], "one two "),
            (vec![key('u', ctrl)], ""),
            (vec![key('b', alt), key('b', alt), key('k', ctrl)], "one "),
            (vec![key('a', ctrl), key('f', alt), key('u', ctrl)], "two three"),
            (
                vec![KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE), key('m', ctrl), key('\u{202e}', alt)],
                "one two three",
            ),
            (vec![key('\u{202e}', KeyModifiers::NONE), key('\n', KeyModifiers::NONE)], "one two three"),
        ] {
            let mut line = LineEdit::new("one two three");
            for key in &keys {
                line.key(*key);
            }
            assert_eq!(line.text(), expected, "{keys:?}");
        }
    }

    #[test]
    fn a_paste_is_one_line_without_hidden_characters() {
        let mut line = LineEdit::new("a");
        line.paste("\nb\u{1b}[2J\tc\nd");
        assert_eq!(line.text(), "ab[2J c");
    }
}
