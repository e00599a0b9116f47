//! The add box: a small editor for addresses, one a line, that says at every key how many are good. It wraps
//! ratatui-textarea, so that no other file knows that crate. It must not know the engine.

use std::path::Path;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui_textarea::TextArea;

use crate::display;
use crate::engine::request::DownloadRequest;
use crate::input::{self, Refusal};

/// The box with what was typed so far.
#[derive(Debug)]
pub(super) struct AddBox {
    editor: TextArea<'static>,
    dir: Arc<Path>,
    valid: usize,
    refused: usize,
    /// Why the last Enter added nothing.
    complaint: Option<String>,
}

impl AddBox {
    /// An empty box; its addresses go to `dir`.
    pub(super) fn new(dir: Arc<Path>) -> Self {
        let mut editor = TextArea::default();
        editor.set_cursor_line_style(Style::new());
        Self { editor, dir, valid: 0, refused: 0, complaint: None }
    }

    /// A key that is no command of the box.
    pub(super) fn edit(&mut self, key: KeyEvent) {
        // The widget undoes at Ctrl-u; every shell clears the line to its start.
        if key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char('u') {
            self.editor.delete_line_by_head();
        } else {
            self.editor.input(key);
        }
        self.changed();
    }

    /// A new line.
    pub(super) fn new_line(&mut self) {
        self.editor.insert_newline();
        self.changed();
    }

    /// Pasted text. Characters that a screen cannot show as they are go, so that what is shown is what is added.
    pub(super) fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<_> = text.split('\n').map(shown_characters).collect();
        self.editor.insert_str(lines.join("\n"));
        self.changed();
    }

    fn changed(&mut self) {
        let (requests, refusals) = input::paste(&self.text(), &self.dir);
        self.valid = requests.len();
        self.refused = refusals.len();
        self.complaint = None;
    }

    fn text(&self) -> String {
        self.editor.lines().join("\n")
    }

    /// What Enter adds, with what is refused; nothing if no line is good, and then the box says why.
    pub(super) fn submit(&mut self) -> Option<(Vec<DownloadRequest>, Vec<Refusal>)> {
        let (requests, refusals) = input::paste(&self.text(), &self.dir);
        if requests.is_empty() {
            let why = refusals.first().map(ToString::to_string);
            self.complaint = Some(why.unwrap_or_else(|| "nothing here yet: write or paste an address".to_owned()));
            return None;
        }
        Some((requests, refusals))
    }

    /// Lines that hold an address, and lines that are refused.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.valid, self.refused)
    }

    /// Why the last Enter added nothing; safe text.
    pub(super) fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// Draws the editor alone.
    pub(super) fn render(&self, frame: &mut Frame<'_>, area: Rect) {
        frame.render_widget(&self.editor, area);
    }
}

fn shown_characters(line: &str) -> String {
    let shown = |c: &char| display::safe(c.encode_utf8(&mut [0; 4])).chars().eq([*c]);
    line.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> AddBox {
        let mut add = AddBox::new(Arc::from(Path::new("out")));
        add.paste(text);
        add
    }

    #[test]
    fn lines_are_counted_as_they_come() {
        let mut add = filled("http://h/1\r\n# note\r\nnope");
        assert_eq!(add.counts(), (1, 1));
        add.new_line();
        for c in "http://h/2".chars() {
            add.edit(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        assert_eq!(add.counts(), (2, 1));
        add.edit(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(add.counts(), (1, 1));
    }

    #[test]
    fn what_is_refused_stays_with_its_reason() {
        let mut add = filled("nope");
        assert!(add.submit().is_none());
        assert!(add.complaint().is_some_and(|c| c.starts_with("line 1: `nope` is not an address")));
        assert_eq!(add.text(), "nope");
        add.edit(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
        assert_eq!(add.complaint(), None);
        assert!(filled("").submit().is_none());
        let (requests, refusals) = filled("http://h/1\nnope").submit().expect("one line is good");
        assert_eq!((requests.len(), refusals.len()), (1, 1));
    }

    #[test]
    fn hidden_characters_do_not_get_in() {
        assert_eq!(filled("http://h/\x1b[2J\u{202e}a\tb\u{200b}").text(), "http://h/[2Ja b");
    }
}
