//! The screen without a terminal: it hears events, draws itself when told, and says what it shows. For benches and for
//! whoever wants a picture of it. It must not know a clock or an engine.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use ratatui::layout::Size;

use super::app::App;
use super::look::Look;
use super::view;
use crate::engine::event::Event;

/// See the head of this file.
pub struct Still {
    app: App,
    terminal: Terminal<TestBackend>,
}

impl fmt::Debug for Still {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Still").field("rows", &self.app.jobs().rows().len()).finish_non_exhaustive()
    }
}

impl Still {
    /// An empty list on a screen of so many columns and lines. `now` is when it begins.
    #[must_use]
    pub fn new(columns: u16, lines: u16, now: Instant) -> Self {
        let Ok(terminal) = Terminal::new(TestBackend::new(columns, lines));
        let mut app = App::new(Arc::from(Path::new(".")), Look::default(), now);
        app.resize(Size::new(columns, lines));
        Self { app, terminal }
    }

    /// Hears what the engine says at `now`. What the real screen would ask of the engine then is asked of nobody.
    pub fn hear(&mut self, event: &Event, now: Instant) {
        drop(self.app.event(event, now));
    }

    /// Draws a frame: what has changed since the last one.
    pub fn draw(&mut self) {
        self.app.refresh();
        let app = &self.app;
        let Ok(_) = self.terminal.draw(|frame| view::render(frame, frame.area(), app));
    }

    /// What the last frame shows, a line each, safe for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let lines = buffer.content().chunks(usize::from(buffer.area.width).max(1));
        let lines = lines.map(|line| line.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::scenes;

    #[test]
    fn it_shows_what_it_has_heard_when_it_is_told_to() {
        let now = Instant::now();
        let mut still = Still::new(80, 24, now);
        still.hear(&scenes::queued(1, "fjord.jpg"), now);
        assert_eq!(still.text().trim(), "");
        still.draw();
        let text = still.text();
        assert!(text.starts_with(" 0/1 done") && text.contains("fjord.jpg") && text.lines().count() == 24, "{text}");
    }
}
