//! The lines about a row, drawn: words to the left, what they stand for beside them, times as bars.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::map;
use crate::display;
use crate::jobs::Job;
use crate::tui::app::App;
use crate::tui::app::about::{Line, Tone, short, words};
use crate::tui::app::panes::side_width;
use crate::tui::view::pen::Pen;

/// The longest bar of times.
const LONGEST: u16 = 24;

/// Draws the lines from `scroll` on, and says how many are below.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, scroll: usize, whole: bool, app: &App) -> usize {
    let Some(job) = app.selected() else { return 0 };
    let lines = app.about(side_width(area.width), whole);
    let height = usize::from(area.height);
    let scroll = scroll.min(lines.len().saturating_sub(height));
    for (y, line) in (0..area.height).zip(&lines[scroll..]) {
        if let Some(mut pen) = Pen::at(frame, area, y) {
            pen.skip(1);
            draw(&mut pen, line, job, app);
        }
    }
    lines.len().saturating_sub(scroll + height)
}

fn draw(pen: &mut Pen<'_>, line: &Line, job: &Job, app: &App) {
    let theme = app.theme();
    let column = words(pen.room().saturating_sub(1).into());
    match line {
        Line::Gap => {}
        Line::Title(text) => {
            pen.text(text, theme.strong());
        }
        Line::Name(name) => {
            let room = usize::from(pen.room().saturating_sub(1));
            pen.text(&display::fit_name(name, room), theme.strong());
        }
        Line::Fact(word, text, tone) => {
            let style = match tone {
                Tone::Plain => Style::new(),
                Tone::State => theme.state(&job.state),
                Tone::Warning => theme.warning(),
                Tone::Error => theme.error(),
            };
            if column > 0 {
                pen.left(word, column, theme.quiet());
            }
            pen.text(text, style);
        }
        Line::Times { n, wait, body, longest, failed } => {
            pen.right(&n.to_string(), column.max(4) - 2, theme.quiet()).skip(2);
            let style = if *failed { theme.error() } else { theme.lively() };
            bar(pen, [*wait, *body], *longest, style, app);
            pen.text(&format!("{} + {}", short(*wait), short(*body)), Style::new());
        }
        Line::Connect(dns, connect) => {
            if column > 0 {
                pen.left("Connect", column, theme.quiet());
            }
            let first = dns.unwrap_or_default();
            bar(pen, [first, *connect], first + *connect, theme.lively(), app);
            let dns = dns.map(|dns| format!("DNS {} + ", short(dns))).unwrap_or_default();
            pen.text(&format!("{dns}{}", short(*connect)), Style::new());
        }
        Line::Map(busy) => {
            let said = format!("{busy} at work");
            if column > 0 {
                pen.left("Parts", column, theme.quiet());
            }
            let width = pen.room().saturating_sub(u16::try_from(said.len() + 2).unwrap_or(0));
            map::draw(pen, app.facts().pieces(job.id).unwrap_or_default(), width, app);
            pen.skip(1).text(&said, Style::new());
        }
    }
}

/// Draws two times that follow each other beside the longest there is, and a blank.
fn bar(pen: &mut Pen<'_>, [first, then]: [Duration; 2], longest: Duration, style: Style, app: &App) {
    let width = pen.room().saturating_sub(20).min(LONGEST);
    let (waited, all) = (share(first, longest, width), share(first + then, longest, width));
    let [wait, body] = if app.ascii() { [".", "#"] } else { ["░", "█"] };
    pen.text(&wait.repeat(waited.into()), app.theme().quiet());
    pen.text(&body.repeat((all - waited).into()), style).skip(width - all + 1);
}

/// So much of the bar; what took any time at all shows.
fn share(part: Duration, longest: Duration, bar: u16) -> u16 {
    if bar == 0 || part.is_zero() {
        return 0;
    }
    let exact = part.as_micros() * u128::from(bar) / longest.as_micros().max(1);
    u16::try_from(exact).unwrap_or(bar).clamp(1, bar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_all_that_took_time() {
        let seconds = Duration::from_secs;
        for (part, longest, bar, shown) in [
            (0, 10, 20, 0),
            (1, 1000, 20, 1),
            (5, 10, 20, 10),
            (10, 10, 20, 20),
            (11, 10, 20, 20),
            (1, 0, 20, 20),
            (3, 3, 0, 0),
        ] {
            assert_eq!(share(seconds(part), seconds(longest), bar), shown, "{part} of {longest} in {bar}");
        }
    }
}
