//! Writes text into one line of the screen, left to right, and never past its end. It must not know what it writes.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::display;

/// A place in one line.
pub(super) struct Pen<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> Pen<'a> {
    /// At the beginning of line `line` of `area`; None where that is off the screen.
    pub(super) fn at(frame: &'a mut Frame<'_>, area: Rect, line: u16) -> Option<Self> {
        let area = area.intersection(frame.area());
        let inside = line < area.height && area.width > 0;
        inside.then(|| Self { buffer: frame.buffer_mut(), x: area.x, y: area.y + line, end: area.right() })
    }

    /// Columns that are left.
    pub(super) fn room(&self) -> u16 {
        self.end - self.x
    }

    /// Writes as much of the text as fits.
    pub(super) fn text(&mut self, text: &str, style: Style) -> &mut Self {
        let fitted = display::fit(text, usize::from(self.room()));
        (self.x, _) = self.buffer.set_stringn(self.x, self.y, fitted, usize::from(self.room()), style);
        self
    }

    /// Writes the text only if all of it fits.
    pub(super) fn whole(&mut self, text: &str, style: Style) -> bool {
        let fits = display::width(text) <= usize::from(self.room());
        if fits {
            self.text(text, style);
        }
        fits
    }

    /// Goes right without writing.
    pub(super) fn skip(&mut self, columns: u16) -> &mut Self {
        self.x = self.x.saturating_add(columns).min(self.end);
        self
    }

    /// Writes at the left of a column that is `width` wide, and goes to its end.
    pub(super) fn left(&mut self, text: &str, width: u16, style: Style) -> &mut Self {
        let width = width.min(self.room());
        let end = self.x + width;
        let fitted = display::fit(text, usize::from(width));
        self.buffer.set_stringn(self.x, self.y, fitted, usize::from(width), style);
        self.x = end;
        self
    }

    /// Writes at the right of a column that is `width` wide, and goes to its end.
    pub(super) fn right(&mut self, text: &str, width: u16, style: Style) -> &mut Self {
        let width = width.min(self.room());
        let fitted = display::fit(text, usize::from(width));
        let blank = width - u16::try_from(display::width(&fitted)).unwrap_or(width).min(width);
        self.skip(blank).left(&fitted, width - blank, style)
    }

    /// Lays a style over the line from `from` to where the pen stands.
    pub(super) fn over(&mut self, from: u16, style: Style) -> &mut Self {
        self.buffer.set_style(Rect::new(from, self.y, self.x.saturating_sub(from), 1), style);
        self
    }

    /// Where the pen stands.
    pub(super) fn x(&self) -> u16 {
        self.x
    }
}
