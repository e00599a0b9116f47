//! Where things stand at each size, from a wide screen down to one line of text. Pure geometry, shared by the state
//! (how far is a page?) and the view. It must not know what is drawn there. Nothing says "too small".

use ratatui::layout::Rect;

use super::action::By;

/// Panels that the user wants where there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Panes {
    /// Throughput.
    pub(super) graph: bool,
    /// The latest facts.
    pub(super) log: bool,
    /// The row under the cursor in words.
    pub(super) detail: bool,
    /// Its picture.
    pub(super) preview: bool,
    /// The hosts.
    pub(super) hosts: bool,
}

impl Default for Panes {
    fn default() -> Self {
        Self { graph: true, log: true, detail: true, preview: true, hosts: false }
    }
}

/// The panels of the screen; one that has no room is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Plan {
    /// The totals: there at every size.
    pub(super) totals: Rect,
    /// The tabs with their counts, where they have a line of their own.
    pub(super) tabs: Rect,
    /// The line that fills as jobs end.
    pub(super) gauge: Rect,
    /// The headings of the columns.
    pub(super) heads: Rect,
    /// The rows.
    pub(super) list: Rect,
    /// Between the list and what stands beside it: one column.
    pub(super) border: Rect,
    /// Everything about the selected row, beside the list; its first line is its title.
    pub(super) side: Rect,
    /// The hosts, their title line included.
    pub(super) hosts: Rect,
    /// The title line of the picture.
    pub(super) preview_title: Rect,
    /// The picture of the selected row.
    pub(super) preview: Rect,
    /// Throughput, its title line included.
    pub(super) graph: Rect,
    /// The log, its title line included.
    pub(super) log: Rect,
    /// The selected row in words: one line, or a rule and three lines.
    pub(super) detail: Rect,
    /// Question, notice or hints.
    pub(super) bottom: Rect,
}

/// Divides the screen. What is switched off leaves its room to the others, and what has no room is not there.
pub(super) fn plan(area: Rect, panes: Panes) -> Plan {
    let (w, h) = (area.width, area.height);
    let mut room = Room(area);
    let mut plan = Plan { totals: room.top(1), ..Plan::default() };
    if w < 20 || h < 3 {
        return plan;
    }
    plan.bottom = room.bottom(u16::from(h >= 6));
    plan.tabs = room.top(u16::from(h >= 8 && w >= 40));
    plan.gauge = room.top(u16::from(h >= 12));
    if w >= 110 && h >= 24 {
        plan_wide(&mut plan, &mut room, panes);
    } else {
        plan_narrow(&mut plan, &mut room, h, panes);
    }
    plan.heads = room.top(u16::from(h >= 20 && w >= 60));
    plan.list = room.0;
    plan
}

/// The list with what is beside it, over graph and log.
fn plan_wide(plan: &mut Plan, room: &mut Room, panes: Panes) {
    let beside = (room.0.width * 2 / 5).min(56);
    let height = 1 + (room.0.height / 5).clamp(3, 8);
    let mut band = Room(room.bottom(if panes.graph || panes.log { height } else { 0 }));
    let log = if panes.graph { beside } else { band.0.width };
    plan.log = band.right(if panes.log { log } else { 0 });
    plan.graph = band.0;
    let (detail, hosts, preview) = (panes.detail, panes.hosts, panes.preview);
    if !(detail || hosts || preview) {
        return;
    }
    let mut column = Room(room.right(beside + 1));
    plan.border = column.left(1);
    let height = column.0.height;
    if preview {
        let share = if detail || hosts { height * 2 / 5 } else { height };
        let mut preview = Room(column.bottom(share));
        plan.preview_title = preview.top(1);
        plan.preview = preview.0;
    }
    if hosts {
        plan.hosts = column.bottom(if detail { (height / 4).max(4) } else { height });
    }
    if detail {
        plan.side = column.0;
    }
}

/// The list over one band that graph, hosts and log take turns in, and the row in words.
fn plan_narrow(plan: &mut Plan, room: &mut Room, h: u16, panes: Panes) {
    let detail = match h {
        _ if !panes.detail => 0,
        0..8 => 0,
        8..30 => 1,
        _ => 4,
    };
    plan.detail = room.bottom(detail);
    if h < 20 || plan.totals.width < 40 {
        return;
    }
    let height = 1 + ((h - 20) / 2).clamp(3, 8);
    // What was asked for comes before what is there unless it is sent away.
    match (panes.hosts, panes.graph, panes.log) {
        (true, _, _) => plan.hosts = room.bottom(height),
        (_, true, _) => plan.graph = room.bottom(height),
        (_, _, true) => plan.log = room.bottom(height),
        _ => {}
    }
}

/// What is left of an area; pieces are cut off its sides, never larger than it is.
struct Room(Rect);

impl Room {
    fn top(&mut self, height: u16) -> Rect {
        let height = height.min(self.0.height);
        let piece = Rect { height, ..self.0 };
        self.0 = Rect { y: self.0.y + height, height: self.0.height - height, ..self.0 };
        piece
    }

    fn bottom(&mut self, height: u16) -> Rect {
        let height = height.min(self.0.height);
        self.0.height -= height;
        Rect { y: self.0.bottom(), height, ..self.0 }
    }

    fn left(&mut self, width: u16) -> Rect {
        let width = width.min(self.0.width);
        let piece = Rect { width, ..self.0 };
        self.0 = Rect { x: self.0.x + width, width: self.0.width - width, ..self.0 };
        piece
    }

    fn right(&mut self, width: u16) -> Rect {
        let width = width.min(self.0.width);
        self.0.width -= width;
        Rect { x: self.0.right(), width, ..self.0 }
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
    /// The host, where there is room to spare.
    pub(super) host: u16,
    /// What kind of file it is, likewise.
    pub(super) kind: u16,
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
            72..80 => (0, 12, 4, SizeColumn::Short, 10),
            60..72 => (0, 12, 4, SizeColumn::None, 10),
            50..60 => (0, 8, 4, SizeColumn::None, 10),
            40..50 => (0, 0, 4, SizeColumn::None, 10),
            _ => (0, 0, 0, SizeColumn::None, 5),
        };
        // A name of some fifty columns says all that most names say; what is left then is for other things.
        let host = if width >= 140 { 18 + (width - 140) / 4 } else { 0 }.min(30);
        let kind = if width >= 148 { 5 } else { 0 };
        let columns = Self { word, name: 0, bar, percent, size, last, host, kind };
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

    /// What the heading at this column of the list sorts by.
    pub(super) fn heading(self, x: u16) -> Option<By> {
        let word = if self.word > 0 { self.word + 1 } else { 0 };
        let gap = |width: u16| if width > 0 { width + 1 } else { 0 };
        let columns = [
            (3 + word, By::Added),
            (self.name, By::Name),
            (gap(self.bar) + 1 + self.percent, By::Progress),
            (gap(self.size_width()), By::Size),
            (gap(self.last), By::Eta),
            (gap(self.host), By::Host),
        ];
        let mut end = 0;
        let mut under = |width: u16| {
            end += width;
            x < end
        };
        columns.into_iter().find(|(width, _)| under(*width)).map(|(_, by)| by)
    }

    /// What everything but the name takes: marker, glyph and blank, and each column with a blank before it; one
    /// more at the end.
    fn taken(self) -> u16 {
        let columns = [self.bar, self.percent, self.size_width(), self.last, self.host, self.kind];
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

    fn panels(p: &Plan) -> Vec<Rect> {
        let all = [
            p.totals,
            p.tabs,
            p.gauge,
            p.heads,
            p.list,
            p.border,
            p.side,
            p.hosts,
            p.preview_title,
            p.preview,
            p.graph,
            p.log,
            p.detail,
            p.bottom,
        ];
        all.into_iter().filter(|r| !r.is_empty()).collect()
    }

    fn all_panes() -> impl Iterator<Item = Panes> {
        let bit = |bits: u8, n: u8| bits >> n & 1 == 1;
        (0..32).map(move |bits| Panes {
            graph: bit(bits, 0),
            log: bit(bits, 1),
            detail: bit(bits, 2),
            preview: bit(bits, 3),
            hosts: bit(bits, 4),
        })
    }

    #[test]
    fn panels_fill_every_size_and_never_overlap() {
        for panes in all_panes() {
            for (w, h) in (0..=200).step_by(3).flat_map(|w| (0..=80).map(move |h| (w, h))) {
                let area = Rect::new(0, 0, w, h);
                let p = plan(area, panes);
                let panels = panels(&p);
                let whole = u32::from(w) * u32::from(if w < 20 || h < 3 { h.min(1) } else { h });
                let covered: u32 = panels.iter().map(|r| u32::from(r.width) * u32::from(r.height)).sum();
                assert_eq!(covered, whole, "{w}x{h} {panes:?}");
                for (at, one) in panels.iter().enumerate() {
                    assert_eq!(one.intersection(area), *one, "{w}x{h} {panes:?}");
                    assert!(panels[..at].iter().all(|other| !one.intersects(*other)), "{w}x{h} {panes:?}");
                }
                assert!(w < 20 || h < 3 || (p.list.height > 0 && p.list.width >= 20), "{w}x{h} {panes:?}");
            }
        }
    }

    #[test]
    fn a_panel_that_goes_leaves_its_room_to_the_others() {
        let all = Panes { hosts: true, ..Panes::default() };
        let none = Panes { graph: false, log: false, detail: false, preview: false, hosts: false };
        for (w, h) in [(160, 45), (120, 35), (110, 24)] {
            let area = Rect::new(0, 0, w, h);
            let p = plan(area, all);
            assert!([p.side, p.hosts, p.preview, p.graph, p.log].iter().all(|r| r.height >= 3), "{w}x{h}: {p:?}");
            let bare = plan(area, none);
            assert_eq!((bare.list.width, bare.list.bottom()), (w, h - 1));
            assert_eq!(plan(area, Panes { log: false, ..all }).graph.width, w);
            assert_eq!(plan(area, Panes { graph: false, ..all }).log.width, w);
            assert!(plan(area, Panes { preview: false, ..all }).side.height > p.side.height);
        }
        let area = Rect::new(0, 0, 80, 24);
        assert!(!plan(area, Panes { graph: false, ..Panes::default() }).log.is_empty());
        assert_eq!(plan(area, none).list.height, 24 - 5);
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
    fn headings_sort_by_what_they_head() {
        let columns = Columns::of(150);
        let sorted: Vec<_> = (0..150).map(|x| columns.heading(x)).collect();
        let mut seen: Vec<_> = sorted.iter().flatten().copied().collect();
        seen.dedup();
        assert_eq!(seen, [By::Added, By::Name, By::Progress, By::Size, By::Eta, By::Host]);
        assert_eq!(Columns::of(30).heading(29), Some(By::Eta));
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
