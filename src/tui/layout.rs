//! Where things stand at each size, from a wide screen down to one line of text. Pure geometry, shared by the state
//! (how far is a page?) and the view. It must not know what is drawn there. Nothing says "too small".

use ratatui::layout::Rect;

/// The panels of the screen; one that has no room is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Plan {
    /// The totals: there at every size.
    pub(super) totals: Rect,
    /// The line that fills as jobs end.
    pub(super) gauge: Rect,
    /// The headings of the columns.
    pub(super) heads: Rect,
    /// The rows.
    pub(super) list: Rect,
    /// Throughput, its title line included.
    pub(super) graph: Rect,
    /// The selected row in words: one line, or a rule and three lines.
    pub(super) detail: Rect,
    /// The tabs with their counts, where they have a line of their own.
    pub(super) tabs: Rect,
    /// Everything about the selected row, beside the list.
    pub(super) side: Rect,
    /// The picture of the selected row.
    pub(super) preview: Rect,
    /// The hosts.
    pub(super) hosts: Rect,
    /// The log.
    pub(super) log: Rect,
    /// Question, notice or hints.
    pub(super) bottom: Rect,
}

/// Divides the screen.
pub(super) fn plan(area: Rect) -> Plan {
    let (w, h) = (area.width, area.height);
    let line = |y: u16, height: u16| Rect::new(area.x, area.y + y, w, height).intersection(area);
    if w < 20 || h < 3 {
        return Plan { totals: line(0, 1), ..Plan::default() };
    }
    let gauge = u16::from(h >= 12);
    let heads = u16::from(h >= 20 && w >= 60);
    let bottom = u16::from(h >= 6);
    let detail = match h {
        0..8 => 0,
        8..30 => 1,
        _ => 4,
    };
    let graph = if h >= 20 && w >= 40 { 1 + ((h - 20) / 2).clamp(3, 8) } else { 0 };
    let above = 1 + gauge + heads;
    let list = h - above - graph - detail - bottom;
    Plan {
        totals: line(0, 1),
        gauge: line(1, gauge),
        heads: line(1 + gauge, heads),
        list: line(above, list),
        graph: line(above + list, graph),
        detail: line(above + list + graph, detail),
        bottom: line(h - bottom, bottom),
        ..Plan::default()
    }
}

/// How much of a size there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SizeColumn {
    /// Nothing.
    None,
    /// The whole size alone, or `12.4 MB of ?`.
    Short,
    /// `12.4 MB of 24.0 MB`.
    Long,
}

/// The widths of a row's columns; they depend on the width alone, so that nothing moves while numbers change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    /// The word of the state; 0 where only its glyph has room.
    pub(super) word: u16,
    /// The name.
    pub(super) name: u16,
    /// The bar.
    pub(super) bar: u16,
    /// The percentage; 0 where the last column shows it.
    pub(super) percent: u16,
    /// What the size column says.
    pub(super) size: SizeColumn,
    /// The last column: rate, reason, countdown or time.
    pub(super) last: u16,
}

/// Room for `999 MB of 1000 MB`.
const LONG_SIZE: u16 = 18;
/// Room for `12.4 MB of ?`.
const SHORT_SIZE: u16 = 12;
/// A bar longer than this says nothing more.
const LONGEST_BAR: u16 = 30;
/// A longer name would put its numbers out of sight.
const LONGEST_NAME: u16 = 72;

impl Columns {
    /// The columns of a list that is `width` wide.
    pub(super) fn of(width: u16) -> Self {
        let (word, bar, percent, size, last) = match width {
            100.. => (11, (width / 5).min(LONGEST_BAR), 4, SizeColumn::Long, 12),
            80..100 => (11, 10, 4, SizeColumn::Short, 10),
            60..80 => (0, 12, 4, SizeColumn::None, 10),
            50..60 => (0, 8, 4, SizeColumn::None, 10),
            40..50 => (0, 0, 4, SizeColumn::None, 10),
            _ => (0, 0, 0, SizeColumn::None, 5),
        };
        let columns = Self { word, name: 0, bar, percent, size, last };
        Self { name: width.saturating_sub(columns.taken()).min(LONGEST_NAME), ..columns }
    }

    /// The width of the size column.
    pub(super) fn size_width(self) -> u16 {
        match self.size {
            SizeColumn::None => 0,
            SizeColumn::Short => SHORT_SIZE,
            SizeColumn::Long => LONG_SIZE,
        }
    }

    /// What everything but the name takes: marker, glyph and blank, and each column with a blank before it; one
    /// more at the end.
    fn taken(self) -> u16 {
        let columns = [self.bar, self.percent, self.size_width(), self.last];
        let gaps: u16 = columns.iter().map(|w| u16::from(*w > 0)).sum();
        let word = if self.word > 0 { self.word + 1 } else { 0 };
        3 + word + columns.iter().sum::<u16>() + gaps + 1
    }
}

/// The first row to show so that `selected` is among the `height` rows shown, moving as little as possible from `top`.
pub(super) fn window(top: usize, selected: Option<usize>, height: usize, rows: usize) -> usize {
    let top = top.min(rows.saturating_sub(height));
    match selected {
        Some(at) if at < top => at,
        Some(at) if height > 0 && at >= top + height => at + 1 - height,
        _ => top,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_fill_every_size_and_never_overlap() {
        for (w, h) in (0..=200).flat_map(|w| (0..=80).map(move |h| (w, h))) {
            let area = Rect::new(0, 0, w, h);
            let p = plan(area);
            let panels = [p.totals, p.gauge, p.heads, p.list, p.graph, p.detail, p.bottom];
            let mut y = 0;
            for panel in panels.into_iter().filter(|r| !r.is_empty()) {
                assert_eq!((panel.y, panel.width), (y, w), "{w}x{h}");
                y += panel.height;
            }
            assert_eq!(y, if w < 20 || h < 3 { h.min(1) * w.min(1) } else { h }, "{w}x{h}");
            assert!(w < 20 || h < 3 || p.list.height > 0, "{w}x{h}");
        }
    }

    #[test]
    fn columns_fit_and_names_stay_readable() {
        for width in 20..=300 {
            let c = Columns::of(width);
            assert!(c.taken() + c.name <= width, "{width}: {c:?}");
            assert!(c.name >= 10, "{width}: {c:?}");
        }
    }

    #[test]
    fn the_window_follows_the_selection_and_never_shows_less_than_it_can() {
        for (top, selected, height, rows, expected) in [
            (0, None, 5, 3, 0),
            (9, None, 5, 10, 5),
            (0, Some(7), 5, 10, 3),
            (6, Some(2), 5, 20, 2),
            (3, Some(5), 5, 20, 3),
            (3, Some(5), 0, 20, 3),
            (3, None, 5, 0, 0),
        ] {
            assert_eq!(window(top, selected, height, rows), expected, "{top} {selected:?} {height} {rows}");
        }
    }
}
