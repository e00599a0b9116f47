//! Toasts: what just happened, in up to three lines over the end of the panels, right above the bottom line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use super::pen::Pen;
use crate::display;
use crate::tui::app::App;
use crate::tui::notice;

/// Lower screens have no line to spare: one toast takes the bottom line.
pub(super) const LOWEST: u16 = 20;

/// Draws them at the right of the lines above `bottom`, as wide as their text.
pub(super) fn render(frame: &mut Frame<'_>, bottom: Rect, app: &App) {
    let theme = app.theme();
    let notices = app.notices();
    let room = usize::from(bottom.width).saturating_sub(3);
    let shown = notices.all().len().min(notice::MOST);
    for (up, one) in (1..).zip(notices.all().iter().rev()) {
        let mut text = one.line();
        if usize::from(up) == shown && notices.more(notice::MOST) > 0 {
            text = format!("{text}  (and {} more in the log)", notices.more(notice::MOST));
        }
        let text = display::fit(&text, room);
        let width = u16::try_from(display::width(&text) + 3).unwrap_or(bottom.width).min(bottom.width);
        let line = Rect { x: bottom.right() - width, y: bottom.y.saturating_sub(up), width, height: 1 };
        frame.render_widget(Clear, line.intersection(frame.area()));
        if let Some(mut pen) = Pen::at(frame, line, 0) {
            let style = if one.is_trouble() { theme.error() } else { theme.good() };
            // An edge, so that it is not read on from what is left of it.
            pen.text(if app.ascii() { "| " } else { "│ " }, style).text(&text, style.patch(theme.strong()));
        }
    }
}
