//! The mouse: what a terminal tells of it, as actions, and which clicks belong together. It must not know what is on the
//! screen.

use std::time::{Duration, Instant};

use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};

use super::action::{Action, Mouse};

/// Two clicks within this time are one double click.
pub(super) const DOUBLE: Duration = Duration::from_millis(400);

/// What the mouse wants; most of what it does means nothing.
pub(super) fn action(event: MouseEvent) -> Option<Action> {
    let mouse = match event.kind {
        MouseEventKind::ScrollUp => Mouse::WheelUp,
        MouseEventKind::ScrollDown => Mouse::WheelDown,
        MouseEventKind::Down(_) if event.modifiers.contains(KeyModifiers::SHIFT) => Mouse::ShiftClick,
        MouseEventKind::Down(_) => Mouse::Click,
        _ => return None,
    };
    Some(Action::Mouse(mouse, event.column, event.row))
}

/// Knows the last click.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    last: Option<(Instant, u16, u16)>,
}

impl Clicks {
    /// True for the second of two clicks at one place; a third begins anew.
    pub(super) fn is_second(&mut self, x: u16, y: u16, now: Instant) -> bool {
        let before = self.last.replace((now, x, y));
        let second = before
            .is_some_and(|(at, was_x, was_y)| (was_x, was_y) == (x, y) && now.saturating_duration_since(at) <= DOUBLE);
        if second {
            self.last = None;
        }
        second
    }
}
