//! The hosts, the busiest first: active, requests and window, rate, errors, and how long they rest.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use super::title;
use crate::display;
use crate::tui::app::App;
use crate::tui::app::hosts::Host;
use crate::units;

/// Columns of the numbers: requests of window, rate, errors or rest.
const NUMBERS: [u16; 3] = [7, 9, 10];

/// Draws them under a title.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    if area.is_empty() {
        return;
    }
    let hosts = app.hosts().busiest();
    let room = usize::from(area.height - 1);
    let shown = if hosts.len() > room { room.saturating_sub(1) } else { hosts.len() };
    let active = hosts.iter().filter(|(_, host)| host.active > 0).count();
    let note = if hosts.is_empty() { String::new() } else { format!("{active} of {} active", hosts.len()) };
    title::render(frame, area, "Hosts", &note, false, app);
    for (y, (name, host)) in (1..).zip(&hosts[..shown]) {
        if let Some(mut pen) = Pen::at(frame, area, y) {
            draw(&mut pen, name, host, app);
        }
    }
    let last = if hosts.is_empty() {
        "Each host that is asked stands here".to_owned()
    } else if hosts.len() > shown {
        format!("and {} more", hosts.len() - shown)
    } else {
        return;
    };
    if let Some(mut pen) = Pen::at(frame, area, 1 + u16::try_from(shown).unwrap_or(u16::MAX - 1)) {
        pen.skip(1).text(&last, app.theme().quiet());
    }
}

fn draw(pen: &mut Pen<'_>, origin: &str, host: &Host, app: &App) {
    let theme = app.theme();
    // The scheme is the same for most; what is left is what differs.
    let name = display::safe(origin.split_once("://").map_or(origin, |(_, name)| name));
    let taken: u16 = NUMBERS.iter().map(|width| width + 1).sum();
    let width = pen.room().saturating_sub(2 + taken);
    let idle = host.active == 0;
    pen.skip(1).left(&display::fit_name(&name, width.into()), width, if idle { theme.quiet() } else { Style::new() });
    let window = host.window.map(|window| format!("/{window}")).unwrap_or_default();
    let rate = if host.rate > 0 { units::rate(host.rate) } else { String::new() };
    let (last, style) = match (host.rests(app.now()), host.errors) {
        (Some(left), _) => (format!("rests {}", units::clock(left)), theme.warning()),
        (None, 0) => (String::new(), Style::new()),
        (None, 1) => ("1 error".to_owned(), theme.error()),
        (None, errors) => (format!("{errors} errors"), theme.error()),
    };
    pen.skip(1).right(
        &format!("{}{window}", host.requests),
        NUMBERS[0],
        if idle { theme.quiet() } else { Style::new() },
    );
    pen.skip(1).right(&rate, NUMBERS[1], theme.lively());
    pen.skip(1).right(&last, NUMBERS[2], style);
}
