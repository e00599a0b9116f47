//! The add box: a small editor for addresses, one a line, that says at every key how many are good, and the folder that
//! they go to. It wraps ratatui-textarea. It must not know the engine.

use std::path::PathBuf;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui_textarea::TextArea;

use super::line::{self, LineEdit};
use super::pasted::Pasted;
use crate::input::{Counts, Draft, MOST_ADDRESSES};

/// The box with what was typed so far.
#[derive(Debug)]
pub(super) struct AddBox {
    editor: TextArea<'static>,
    draft: Draft,
    folder: LineEdit,
    /// The folder as it was before anybody changed it.
    usual: String,
    at_folder: bool,
    /// The folder is being made.
    waiting: bool,
    /// Why the last Enter added nothing.
    complaint: Option<String>,
}

impl AddBox {
    /// An empty box. Its addresses go to `folder` as long as nobody changes that; `known` are on the list with that
    /// folder already.
    pub(super) fn new<'a>(folder: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let mut editor = TextArea::default();
        editor.set_cursor_line_style(Style::new());
        let folder = LineEdit::new(folder);
        Self {
            editor,
            draft: Draft::new(known),
            usual: folder.text().to_owned(),
            folder,
            at_folder: false,
            waiting: false,
            complaint: None,
        }
    }

    /// A key that is no command of the box.
    pub(super) fn edit(&mut self, key: KeyEvent) {
        if self.at_folder {
            self.folder.key(key);
        } else {
            line::edit(&mut self.editor, key);
        }
        self.changed();
    }

    /// A new line.
    pub(super) fn new_line(&mut self) {
        if !self.at_folder {
            self.editor.insert_newline();
            self.changed();
        }
    }

    /// From the addresses to the folder, and back.
    pub(super) fn next_field(&mut self) {
        self.at_folder = !self.at_folder;
    }

    /// Pasted text. Characters that a screen cannot show as they are go, so that what is shown is what is added.
    pub(super) fn paste(&mut self, text: &str) {
        if self.at_folder {
            self.folder.paste(text);
        } else {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let lines: Vec<_> = text.split('\n').map(line::shown_characters).collect();
            self.editor.insert_str(lines.join("\n"));
        }
        self.changed();
    }

    fn changed(&mut self) {
        self.draft.update(self.editor.lines());
        self.draft.compare(self.folder.text() == self.usual);
        self.complaint = None;
    }

    /// What Enter adds; nothing if no line is good, and then the box says why.
    pub(super) fn submit(&mut self) -> Option<Pasted> {
        let (counts, folder) = (self.draft.counts(), self.folder.text().trim());
        let complaint = if self.waiting {
            return None;
        } else if counts.addresses == 0 {
            let why = self.draft.first_refusal().map(|refusal| refusal.to_string());
            why.unwrap_or_else(|| "nothing here yet: write or paste an address".to_owned())
        } else if counts.addresses > MOST_ADDRESSES {
            format!("these are {} addresses, and at most {MOST_ADDRESSES} are added at once", counts.addresses)
        } else if folder.is_empty() {
            "write the folder that they go to".to_owned()
        } else {
            let folder = (folder != self.usual).then(|| PathBuf::from(folder));
            self.waiting = folder.is_some();
            return Some(Pasted { text: self.editor.lines().join("\n"), folder, expand: true });
        };
        self.complaint = Some(complaint);
        None
    }

    /// The folder cannot be had, for this reason.
    pub(super) fn refuse_folder(&mut self, why: String) {
        self.waiting = false;
        self.at_folder = true;
        self.complaint = Some(why);
    }

    /// What the lines hold.
    pub(super) fn counts(&self) -> Counts {
        self.draft.counts()
    }

    /// True while Enter waits for the folder.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// The folder is what is written, not the addresses.
    pub(super) fn is_at_folder(&self) -> bool {
        self.at_folder
    }

    /// The folder as it is written.
    pub(super) fn folder(&self) -> &LineEdit {
        &self.folder
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

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn filled(text: &str) -> AddBox {
        let mut add = AddBox::new("out", ["http://h/known"]);
        add.paste(text);
        add
    }

    fn typed(add: &mut AddBox, text: &str) {
        text.chars().for_each(|c| add.edit(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }

    fn counts(add: &AddBox) -> [u64; 4] {
        let Counts { lines, addresses, duplicates, refused } = add.counts();
        [lines, addresses, duplicates, refused]
    }

    fn text(add: &AddBox) -> String {
        add.editor.lines().join("\n")
    }

    #[test]
    fn lines_are_counted_as_they_come() {
        let mut add = filled("http://h/1\r\n# note\r\nnope");
        assert_eq!(counts(&add), [1, 1, 0, 1]);
        add.new_line();
        typed(&mut add, "http://h/{01-99}");
        assert_eq!(counts(&add), [2, 100, 0, 1]);
        add.edit(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(counts(&add), [1, 1, 0, 1]);
    }

    #[test]
    fn what_is_refused_stays_with_its_reason() {
        let mut add = filled("nope");
        assert!(add.submit().is_none());
        assert!(add.complaint().is_some_and(|c| c.starts_with("line 1: `nope` is not an address")));
        assert_eq!(text(&add), "nope");
        add.edit(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
        assert_eq!(add.complaint(), None);
        assert!(filled("").submit().is_none());
        let mut many = filled("http://h/{1-600000}\nhttp://i/{1-600000}");
        assert!(many.submit().is_none());
        assert_eq!(many.complaint(), Some("these are 1200000 addresses, and at most 1000000 are added at once"));
        let added = filled("http://h/1\nnope").submit().expect("one line is good");
        assert_eq!((added.text.as_str(), added.folder, added.expand), ("http://h/1\nnope", None, true));
    }

    #[test]
    fn another_folder_is_made_first_and_knows_other_files() {
        let mut add = filled("http://h/known");
        assert_eq!(counts(&add), [1, 1, 1, 0]);
        add.next_field();
        typed(&mut add, "/new");
        assert_eq!((counts(&add), text(&add).as_str()), ([1, 1, 0, 0], "http://h/known"));
        let added = add.submit().expect("an address");
        assert_eq!(added.folder, Some(PathBuf::from("out/new")));
        assert!(add.submit().is_none(), "once is enough");
        add.refuse_folder("no".to_owned());
        assert_eq!(add.complaint(), Some("no"));
        assert!(add.submit().is_some());
        let mut add = filled("http://h/1");
        add.next_field();
        add.edit(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert!(add.submit().is_none() && add.complaint().is_some_and(|c| c.contains("folder")));
    }

    #[test]
    fn a_curl_command_of_several_lines_is_one_entry() {
        let mut add = filled("curl 'http://h/1' \\\r\n  -H 'a: b' \\\r\n  --compressed\r\n\r\nhttp://h/2");
        assert_eq!(counts(&add), [2, 2, 0, 0]);
        assert!(add.submit().is_some());
        let mut add = filled("http://h/1\ncurl 'http://h/1' \\\n -d s3cret");
        assert_eq!(counts(&add), [1, 1, 0, 1]);
        assert!(add.submit().is_some(), "the other line is good");
        let mut add = filled("# x\ncurl 'http://h/1' \\\n -d s3cret");
        assert!(add.submit().is_none());
        assert!(add.complaint().is_some_and(|why| why.starts_with("line 2: `-d` of curl") && !why.contains("s3cret")));
    }

    #[test]
    fn hidden_characters_do_not_get_in() {
        assert_eq!(text(&filled("http://h/\x1b[2J\u{202e}a\tb\u{200b}")), "http://h/[2Ja b");
    }
}
