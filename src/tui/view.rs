//! Draws the state, and computes nothing that lasts. Each panel is a file of its own; where the panels stand is
//! `layout`'s business, so no panel knows the others. At 80 x 24:
//!
//! ```text
//!  9/15 done  1 failed  44.9 MB  34.3 MB/s  ETA 0:46                    -> photos    totals
//! ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────────────────────    gauge
//!     State       Name                        Progress            Size       Rate    heads
//!   ✓ finished    aurora.jpg                  ██████████ 100%    2.9 MB     1.21 s    list
//! ▌ ↓ downloading fjord.jpg                   ██████▍     63%    3.3 MB   9.8 MB/s
//!   ✗ failed      gone.jpg                                                     404
//!   …
//! ── Last minute, peak 61 MB/s ───────────────────────────────────────────────────    graph
//!            ⣀⣤⣶⣿⣿⣿⣿⣶⣤⣀
//!  https://images.example/fjord.jpg  ->  photos/fjord.jpg                             detail
//!  a add  p pause  r retry  x cancel  d remove  ? help  q quit                        bottom
//! ```
//!
//! From 110 x 24 on the row under the cursor stands beside the list with its picture, and the log beside the graph. What
//! lies over the list is `Mode`'s business; toasts lie over all; a question takes the bottom line.

mod add;
mod answers;
mod ascii;
mod bar;
mod bottom;
mod detail;
mod graph;
mod help;
mod hosts;
mod list;
mod log;
mod menu;
mod palette;
mod pen;
mod picker;
mod preview;
mod prompt;
mod row;
mod sheet;
mod tabs;
mod title;
mod toasts;
mod totals;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::app::{App, Mode};

/// Draws everything into `area`.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let area = area.intersection(frame.area());
    let plan = app.plan_of(area);
    totals::render(frame, plan.totals, area.height < 2, !plan.tabs.is_empty(), app);
    totals::render_gauge(frame, plan.gauge, app);
    list::render_heads(frame, plan.heads, plan.list.height, app);
    list::render(frame, plan.list, app);
    graph::render(frame, plan.graph, app);
    detail::render(frame, plan.detail, app);
    tabs::render(frame, plan.tabs, app);
    detail::render_side(frame, plan.side, app);
    if !plan.preview_title.is_empty() {
        title::render(frame, plan.preview_title, "Picture", "", false, app);
    }
    preview::render(frame, plan.preview, app);
    hosts::render(frame, plan.hosts, app);
    if !plan.log.is_empty() {
        log::render(frame, plan.log, app);
    }
    render_border(frame, plan.border, app);
    bottom::render(frame, plan.bottom, app);
    for mode in app.under().iter().chain([app.mode()]) {
        render_over(frame, area, mode, app);
    }
    if area.height >= toasts::LOWEST {
        toasts::render(frame, plan.bottom, app);
    }
    if plan.bottom.is_empty() {
        bottom::render_over(frame, area, app);
    }
    if app.ascii() {
        ascii::spell(frame.buffer_mut());
    }
}

fn render_over(frame: &mut Frame<'_>, area: Rect, mode: &Mode, app: &App) {
    match mode {
        Mode::Add(add) => add::render(frame, area, add, app),
        Mode::Help(help) => help::render(frame, area, help, app),
        Mode::Menu(menu) => menu::render(frame, area, *menu, app),
        Mode::Prompt(prompt) => prompt::render(frame, area, prompt, app),
        Mode::Palette(palette) => palette::render(frame, area, palette, app),
        Mode::Detail(sight) => detail::render_over(frame, area, *sight, app),
        Mode::Picker(picker) => picker::render(frame, area, picker, app),
        Mode::Sheet(sheet) => sheet::render(frame, area, sheet, app),
        Mode::List | Mode::Ask(..) => {}
    }
}

/// Draws the line between the list and what stands beside it.
fn render_border(frame: &mut Frame<'_>, area: Rect, app: &App) {
    for line in 0..area.height {
        if let Some(mut pen) = pen::Pen::at(frame, area, line) {
            pen.text(if app.ascii() { "|" } else { "│" }, app.theme().quiet());
        }
    }
    // Where a rule is below it, it ends in that.
    let below = Rect { y: area.bottom(), height: 1, ..area };
    let rule = frame.buffer_mut().cell((below.x, below.y)).is_some_and(|cell| cell.symbol() == "─");
    if rule && let Some(mut pen) = pen::Pen::at(frame, below, 0) {
        pen.text("┴", app.theme().quiet());
    }
}

#[cfg(test)]
mod boxes;
#[cfg(test)]
mod tests;
