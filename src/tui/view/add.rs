//! The add box, over the list: the editor, a live count, and the keys that matter in it.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::widgets::{Block, Clear};

use super::pen::Pen;
use crate::display;
use crate::tui::add::AddBox;
use crate::tui::app::App;
use crate::tui::keys::{self, Context};

/// Draws the box: 80 % of the width where that is enough, else the whole screen, at the smallest the editor alone.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, add: &AddBox, app: &App) {
    let theme = app.theme();
    // The totals keep the first line as long as there is a second.
    let spared = u16::from(area.height > 1);
    let area = Rect { y: area.y + spared, height: area.height - spared, ..area };
    if area.width < 20 || area.height < 4 {
        frame.render_widget(Clear, area);
        add.render(frame, area);
        return;
    }
    let outer = place(area);
    frame.render_widget(Clear, outer);
    frame.render_widget(Block::bordered().title(" Add addresses, one a line "), outer);
    let inner = outer.inner(Margin::new(2, 1)).intersection(frame.area());
    add.render(frame, Rect { height: inner.height.saturating_sub(1), ..inner });
    if let Some(mut pen) = Pen::at(frame, inner, inner.height.saturating_sub(1)) {
        let (valid, refused) = add.counts();
        if let Some(complaint) = add.complaint() {
            pen.text(complaint, theme.error());
        } else {
            pen.text(&format!("{valid} valid"), if valid > 0 { theme.good() } else { theme.quiet() });
            if refused > 0 {
                pen.text(&format!(", {refused} refused"), theme.error());
            }
            let dir = format!("  to {}", display::safe(&app.dir().display().to_string()));
            pen.text(&dir, theme.quiet());
        }
    }
    let foot = Rect { y: outer.bottom() - 1, height: 1, ..outer }.inner(Margin::new(2, 0));
    if let Some(mut pen) = Pen::at(frame, foot, 0) {
        for (key, word) in keys::hints(Context::Add) {
            let hint = format!(" {key} {word} ");
            pen.whole(&hint, theme.quiet());
        }
    }
}

fn place(area: Rect) -> Rect {
    let width = (area.width / 5 * 4).max(40).min(area.width);
    let height = (area.height / 2).clamp(7, 14).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 3;
    Rect::new(x, y, width, height).intersection(area)
}
