//! Where the pictures of the sheet stand: as many of a good size as there is room for, one at least. Pure geometry.

use ratatui::layout::{Rect, Size};

/// A picture narrower than this shows little.
const NARROWEST: u16 = 26;

/// See the head of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    area: Rect,
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// The room of one picture, without the line of its name.
    pub(super) cells: Size,
}

/// All of the screen but the totals and the last line.
pub(super) fn sheet(area: Rect) -> Rect {
    let bottom = u16::from(area.height >= 6);
    Rect { y: area.y + 1, height: area.height.saturating_sub(1 + bottom), ..area }.intersection(area)
}

impl Grid {
    /// The grid of a sheet on a screen like this.
    pub(super) fn of(screen: Rect) -> Self {
        let area = sheet(screen);
        let columns = (area.width / NARROWEST).clamp(1, 8);
        // One column stays free at each side.
        let width = (area.width / columns).saturating_sub(2);
        // Three to two is what most photos are, and a cell is twice as high as wide.
        let good = (width / 3).max(3) + 1;
        let rows = (area.height / good).max(1);
        let height = (area.height / rows).saturating_sub(1);
        let cells = Size::new(width, height);
        Self { area, columns: columns.into(), rows: rows.into(), cells }
    }

    /// How many pictures are in sight.
    pub(super) fn len(self) -> usize {
        self.columns * self.rows
    }

    /// The room of the picture at this place in sight, and the line of its name.
    pub(super) fn place(self, at: usize) -> (Rect, Rect) {
        let (column, row) = (at % self.columns, at / self.columns);
        let (wide, high) = (self.cells.width + 2, self.cells.height + 1);
        let short = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let x = self.area.x.saturating_add(short(column).saturating_mul(wide)).saturating_add(1);
        let y = self.area.y.saturating_add(short(row).saturating_mul(high));
        let picture = Rect::new(x, y, self.cells.width, self.cells.height);
        let name = Rect { y: picture.bottom(), height: 1, ..picture };
        (picture.intersection(self.area), name.intersection(self.area))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_side_by_side_and_never_outside() {
        for (w, h, columns, rows) in
            [(160, 45, 6, 4), (120, 35, 4, 3), (80, 24, 3, 2), (60, 15, 2, 1), (40, 10, 1, 1), (20, 5, 1, 1)]
        {
            let grid = Grid::of(Rect::new(0, 0, w, h));
            assert_eq!((grid.columns, grid.rows), (columns, rows), "{w}x{h}");
        }
        for (w, h) in (0..=200).step_by(3).flat_map(|w| (0..=80).map(move |h| (w, h))) {
            let screen = Rect::new(0, 0, w, h);
            let grid = Grid::of(screen);
            let places: Vec<_> = (0..grid.len()).flat_map(|at| [grid.place(at).0, grid.place(at).1]).collect();
            for (at, one) in places.iter().enumerate().filter(|(_, one)| !one.is_empty()) {
                assert_eq!(one.intersection(sheet(screen)), *one, "{w}x{h}");
                assert!(places[..at].iter().all(|other| !other.intersects(*one)), "{w}x{h}");
            }
        }
    }
}
