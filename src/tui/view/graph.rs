//! Throughput of the last minute, in braille: two moments and four levels to a cell.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::pen::Pen;
use super::title;
use crate::tui::app::App;
use crate::units;

/// Columns of the scale at the left.
const SCALE: u16 = 10;

/// Draws the graph under its title.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    if area.is_empty() {
        return;
    }
    let theme = app.theme();
    let peak = app.history().peak();
    let title = match peak {
        0 => "Last minute".to_owned(),
        peak => format!("Last minute, peak {}", units::rate(peak)),
    };
    title::render(frame, area, &title, "", false, app);
    let mut area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    if peak == 0 {
        if let Some(mut pen) = Pen::at(frame, area, 0) {
            pen.skip(1).text("How fast bytes come, over the last minute", theme.quiet());
        }
        return;
    }
    let top = top_of_scale(peak);
    if area.width >= 6 * SCALE && area.height >= 3 {
        for (line, mark) in [(0, units::rate(top)), (area.height - 1, "0".to_owned())] {
            if let Some(mut pen) = Pen::at(frame, area, line) {
                pen.right(&mark, SCALE - 1, theme.quiet());
            }
        }
        area = Rect { x: area.x + SCALE, width: area.width - SCALE, ..area };
    }
    let rows = area.height;
    let levels = levels(&app.history().rates(), top, usize::from(area.width) * 2, u64::from(rows) * 4);
    for line in 0..rows {
        // What this line adds to is above all lines below it.
        let floor = u64::from(rows - 1 - line) * 4;
        let draw = if app.ascii() { plain_cell } else { cell };
        let text: String = levels.chunks(2).map(|pair| draw(pair, floor)).collect();
        if let Some(mut pen) = Pen::at(frame, area, line) {
            pen.text(&text, theme.lively());
        }
    }
}

/// The round number above the peak, so that the scale holds still while the peak grows a little.
fn top_of_scale(peak: u64) -> u64 {
    const STEPS: [u64; 10] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];
    let mut tenth = 1_u64;
    loop {
        let step = STEPS.iter().map(|step| step.saturating_mul(tenth)).find(|step| *step >= peak);
        match step {
            Some(step) => return step,
            None => tenth = tenth.saturating_mul(10),
        }
    }
}

/// The height of each of `columns` dots; whatever moved shows at least one.
fn levels(rates: &[u64], peak: u64, columns: usize, height: u64) -> Vec<u64> {
    let level = |rate: u64| {
        let exact = u128::from(rate) * u128::from(height) / u128::from(peak.max(1));
        u64::try_from(exact).unwrap_or(height).clamp(u64::from(rate > 0), height)
    };
    (0..columns).map(|column| level(sample(rates, column, columns))).collect()
}

/// What stands at `column` of `columns`: the highest of the moments it covers, or what lies between two moments.
fn sample(rates: &[u64], column: usize, columns: usize) -> u64 {
    if columns < rates.len() {
        let from = column * rates.len() / columns;
        let to = (column + 1) * rates.len() / columns;
        return rates[from..to].iter().copied().max().unwrap_or(0);
    }
    let span = (columns - 1).max(1);
    let (at, part) = (column * (rates.len() - 1) / span, column * (rates.len() - 1) % span);
    let here = rates[at];
    let next = rates.get(at + 1).copied().unwrap_or(here);
    let mixed = (u128::from(here) * (span - part) as u128 + u128::from(next) * part as u128) / span as u128;
    u64::try_from(mixed).unwrap_or(here)
}

fn cell(pair: &[u64], floor: u64) -> char {
    const LEFT: [u32; 4] = [0x40, 0x04, 0x02, 0x01];
    const RIGHT: [u32; 4] = [0x80, 0x20, 0x10, 0x08];
    let mut dots = 0;
    for (level, bits) in pair.iter().zip([LEFT, RIGHT]) {
        let lit = usize::try_from(level.saturating_sub(floor).min(4)).unwrap_or(4);
        dots |= bits[..lit].iter().sum::<u32>();
    }
    match dots {
        0 => ' ',
        dots => char::from_u32(0x2800 + dots).unwrap_or(' '),
    }
}

/// The same without braille: the higher of the two.
fn plain_cell(pair: &[u64], floor: u64) -> char {
    let level = pair.iter().map(|level| level.saturating_sub(floor)).max().unwrap_or(0);
    match level {
        0 => ' ',
        1 => '.',
        2 => ':',
        3 => '+',
        _ => '#',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number_that_is_not_below_the_peak() {
        for (peak, top) in [(1, 10), (10, 10), (13, 15), (99, 100), (6_400_000, 8_000_000), (u64::MAX, u64::MAX)] {
            assert_eq!(top_of_scale(peak), top, "{peak}");
        }
    }

    #[test]
    fn cells_fill_from_the_bottom() {
        assert_eq!(cell(&[0, 0], 0), ' ');
        assert_eq!(cell(&[4, 4], 0), '⣿');
        assert_eq!(cell(&[1, 2], 0), '⣠');
        assert_eq!(cell(&[5, 4], 4), '⡀');
        assert_eq!([[0, 0], [4, 1], [6, 5], [9, 0]].map(|pair| plain_cell(&pair, 4)), [' ', ' ', ':', '#']);
    }

    #[test]
    fn the_peak_is_seen_at_every_width_and_all_that_moved_shows() {
        let mut rates = vec![0; 120];
        rates[17] = 1000;
        rates[18] = 1;
        for columns in 2..400 {
            let levels = levels(&rates, 1000, columns, 12);
            let highest = levels.iter().copied().max();
            assert!(highest.is_some_and(|h| if columns <= 120 { h == 12 } else { h >= 6 }), "{columns}: {highest:?}");
        }
        assert_eq!(levels(&[1, 1000], 1000, 2, 8), [1, 8]);
    }
}
