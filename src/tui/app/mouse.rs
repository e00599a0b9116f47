//! The mouse: the wheel scrolls what is under it, a click goes where it points. Whatever a click does a key does too.

use ratatui::layout::{Position, Rect};

use super::{App, Focus, Mode};
use crate::engine::request::JobId;
use crate::tui::action::{Action, Mouse, Step};
use crate::tui::effects::Effect;
use crate::tui::layout::Columns;

/// Lines that a notch of the wheel goes.
const NOTCH: usize = 3;

/// Columns at the left of a row that mark it: those of the cursor, the glyph and the mark.
const MARKS: u16 = 3;

impl App {
    pub(super) fn mouse(&mut self, mouse: Mouse, x: u16, y: u16) -> Vec<Effect> {
        // A terminal may tell of places that were there before it became smaller.
        if !Rect::from(self.size).contains(Position::new(x, y)) {
            return Vec::new();
        }
        match (&self.mode, mouse) {
            (Mode::List, Mouse::WheelUp | Mouse::WheelDown) => self.wheel(mouse == Mouse::WheelDown, x, y),
            (Mode::List, Mouse::Click | Mouse::ShiftClick) => self.click(mouse, x, y),
            (Mode::Help(_) | Mode::Detail(_) | Mode::Palette(_) | Mode::Sheet(_) | Mode::Picker(_), Mouse::WheelUp) => {
                self.several(Step::Up)
            }
            (
                Mode::Help(_) | Mode::Detail(_) | Mode::Palette(_) | Mode::Sheet(_) | Mode::Picker(_),
                Mouse::WheelDown,
            ) => self.several(Step::Down),
            // What is typed, asked or chosen from is left to the keys.
            _ => Vec::new(),
        }
    }

    fn several(&mut self, step: Step) -> Vec<Effect> {
        (0..NOTCH).flat_map(|_| self.act(Action::Step(step))).collect()
    }

    fn wheel(&mut self, down: bool, x: u16, y: u16) -> Vec<Effect> {
        let (plan, at) = (self.plan(), Position::new(x, y));
        let step = if down { Step::Down } else { Step::Up };
        for (area, focus) in [(plan.side, Focus::Detail), (plan.log, Focus::Log)] {
            if area.contains(at) {
                // The panel scrolls; keys stay where they are.
                let before = std::mem::replace(&mut self.focus, focus);
                let effects = (0..NOTCH).flat_map(|_| self.scroll_panel(step)).collect();
                self.focus = before;
                return effects;
            }
        }
        if plan.list.contains(at) || plan.heads.contains(at) {
            self.scroll_list(down);
        }
        Vec::new()
    }

    /// The rows move, and the cursor only as far as it must to stay in sight.
    fn scroll_list(&mut self, down: bool) {
        let (height, rows) = (usize::from(self.plan().list.height), self.shown_len());
        let Some(last) = rows.checked_sub(1).filter(|_| height > 0) else { return };
        let top = self.top(height);
        let top = if down { (top + NOTCH).min(rows.saturating_sub(height)) } else { top.saturating_sub(NOTCH) };
        let at = self.cursor().unwrap_or(0).clamp(top, (top + height - 1).min(last));
        self.top = top;
        if let Some(id) = self.row_at(at) {
            self.select(id);
        }
    }

    fn click(&mut self, mouse: Mouse, x: u16, y: u16) -> Vec<Effect> {
        let (plan, at) = (self.plan(), Position::new(x, y));
        if plan.side.contains(at) {
            self.focus = Focus::Detail;
        } else if plan.log.contains(at) {
            self.focus = Focus::Log;
        } else if plan.tabs.contains(at) {
            let tab = self.tab_at(usize::from(x - plan.tabs.x), usize::from(plan.tabs.width));
            return tab.map(|tab| self.act(Action::Tab(tab))).unwrap_or_default();
        } else if plan.heads.contains(at) {
            let by = Columns::of(plan.heads.width).heading(x - plan.heads.x);
            return by.map(|by| self.act(Action::Sort(by))).unwrap_or_default();
        } else if plan.list.contains(at) {
            self.focus = Focus::List;
            let line = self.top(usize::from(plan.list.height)) + usize::from(y - plan.list.y);
            if let Some(id) = self.row_at(line) {
                return self.click_row(mouse, id, x, y);
            }
        }
        Vec::new()
    }

    fn click_row(&mut self, mouse: Mouse, id: JobId, x: u16, y: u16) -> Vec<Effect> {
        let double = mouse == Mouse::Click && self.clicks.is_second(x, y, self.now);
        if mouse == Mouse::ShiftClick {
            let mut effects = if self.marks.is_ranging() { Vec::new() } else { self.act(Action::Range) };
            self.select(id);
            effects.extend(self.act(Action::Range));
            return effects;
        }
        self.select(id);
        if x < self.plan().list.x + MARKS {
            let effects = self.act(Action::Mark);
            // The key goes on to the next row; a click stays where it points.
            self.select(id);
            return effects;
        }
        if double { self.act(Action::Detail) } else { Vec::new() }
    }

    /// The row on this line of all lines.
    fn row_at(&self, line: usize) -> Option<JobId> {
        self.shown_at(line).map(|job| job.id)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use ratatui::layout::Size;

    use super::*;
    use crate::tui::action::Tab;
    use crate::tui::app::scenes::{empty, gallery, queued};
    use crate::tui::mouse::DOUBLE;

    fn click(app: &mut App, mouse: Mouse, x: u16, y: u16, now: Instant) {
        app.update(Action::Mouse(mouse, x, y), now);
    }

    #[test]
    fn a_click_on_a_tab_shows_its_rows() {
        let now = Instant::now();
        let mut app = gallery(now);
        for (size, place, tab) in [(Size::new(120, 35), 66, Tab::Done), (Size::new(60, 15), 34, Tab::Failed)] {
            app.resize(size);
            let line = app.plan().tabs.y;
            click(&mut app, Mouse::Click, place, line, now);
            assert_eq!(app.tab(), tab, "{size}");
            click(&mut app, Mouse::Click, size.width - 1, line, now);
            assert_eq!(app.tab(), tab, "nothing is there");
            click(&mut app, Mouse::Click, 0, line, now);
            assert_eq!(app.tab(), Tab::All);
        }
    }

    #[test]
    fn a_click_goes_to_its_row_and_the_second_one_opens_it() {
        let now = Instant::now();
        let mut app = gallery(now);
        app.resize(Size::new(80, 24));
        let list = app.plan().list;
        let row = |app: &App| {
            let line = app.cursor().map(|at| at - app.top(usize::from(list.height)));
            line.and_then(|line| u16::try_from(line).ok()).map(|line| line + list.y)
        };
        click(&mut app, Mouse::Click, 20, list.y + 2, now);
        assert_eq!(row(&app), Some(list.y + 2));
        click(&mut app, Mouse::Click, 20, list.y + 2, now + DOUBLE * 2);
        assert!(matches!(app.mode(), Mode::List), "too late for a double click");
        click(&mut app, Mouse::Click, 20, list.y + 2, now + DOUBLE * 3);
        assert!(matches!(app.mode(), Mode::Detail(_)));
        app.update(Action::Back, now);
        // Neither another row nor a place that is not there.
        click(&mut app, Mouse::Click, 20, list.y + 4, now + DOUBLE * 3);
        assert!(matches!(app.mode(), Mode::List));
        let before = app.cursor();
        click(&mut app, Mouse::Click, 500, 500, now);
        click(&mut app, Mouse::Click, 79, 23, now);
        assert_eq!(app.cursor(), before);
    }

    #[test]
    fn the_wheel_scrolls_what_is_under_it_and_keeps_the_cursor_in_sight() {
        let now = Instant::now();
        let mut app = empty(now);
        app.resize(Size::new(120, 35));
        for id in 0..200 {
            app.event(&queued(id, &format!("{id}.jpg")), now);
        }
        let plan = app.plan();
        let height = usize::from(plan.list.height);
        click(&mut app, Mouse::WheelDown, 5, plan.list.y, now);
        assert_eq!((app.top(height), app.cursor()), (NOTCH, Some(NOTCH)));
        for _ in 0..200 {
            click(&mut app, Mouse::WheelDown, 5, plan.list.y, now);
        }
        assert_eq!((app.top(height), app.cursor()), (200 - height, Some(200 - height)));
        click(&mut app, Mouse::WheelUp, 5, plan.list.y, now);
        assert_eq!(app.top(height), 200 - height - NOTCH);
        let (top, focus) = (app.top(height), app.focus());
        click(&mut app, Mouse::WheelDown, plan.side.x + 2, plan.side.y + 2, now);
        click(&mut app, Mouse::WheelUp, plan.log.x + 2, plan.log.y + 1, now);
        assert_eq!((app.top(height), app.focus()), (top, focus));
    }

    #[test]
    fn a_click_on_a_panel_gives_it_the_keys() {
        let now = Instant::now();
        let mut app = gallery(now);
        let plan = app.plan();
        for (area, focus) in [(plan.side, Focus::Detail), (plan.log, Focus::Log), (plan.list, Focus::List)] {
            click(&mut app, Mouse::Click, area.x + 10, area.y + 2, now);
            assert_eq!(app.focus(), focus);
        }
    }
}
