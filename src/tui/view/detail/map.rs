//! Which bytes of a split file are here, which are on their way, which are missing: one line of blocks.

use crate::engine::event::Piece;
use crate::tui::app::App;
use crate::tui::view::pen::Pen;

/// What a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// All of its bytes are here.
    Here,
    /// A connection is at it.
    Busy,
    /// Some are missing, and nobody brings them now.
    Missing,
}

/// Draws the map, so many columns wide.
pub(super) fn draw(pen: &mut Pen<'_>, pieces: &[Piece], width: u16, app: &App) {
    let theme = app.theme();
    let glyphs = if app.ascii() { ["#", ">", "."] } else { ["█", "▓", "░"] };
    for run in cells(pieces, width).chunk_by(|a, b| a == b) {
        let (glyph, style) = match run[0] {
            Cell::Here => (glyphs[0], theme.good()),
            Cell::Busy => (glyphs[1], theme.lively()),
            Cell::Missing => (glyphs[2], theme.quiet()),
        };
        pen.text(&glyph.repeat(run.len()), style);
    }
}

/// The file in so many columns.
fn cells(pieces: &[Piece], width: u16) -> Vec<Cell> {
    let whole = pieces.last().map_or(0, |last| last.to);
    if whole == 0 {
        return Vec::new();
    }
    let edge = |column: u16| {
        let at = u128::from(whole) * u128::from(column) / u128::from(width.max(1));
        u64::try_from(at).unwrap_or(whole)
    };
    let mut first = 0;
    (0..width)
        .map(|column| {
            // A column of a small file may stand for less than a byte.
            let (from, to) = (edge(column), edge(column + 1).max(edge(column) + 1));
            while first + 1 < pieces.len() && pieces[first].to <= from {
                first += 1;
            }
            let within = pieces[first..].iter().take_while(|piece| piece.from < to);
            within.map(|piece| cell(piece, from, to)).max_by_key(|cell| *cell as u8).unwrap_or(Cell::Missing)
        })
        .collect()
}

fn cell(piece: &Piece, from: u64, to: u64) -> Cell {
    let head = piece.from.saturating_add(piece.done);
    if piece.active && (from..to).contains(&head) && head < piece.to {
        return Cell::Busy;
    }
    if head >= to.min(piece.to) { Cell::Here } else { Cell::Missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pieces: &[(u64, u64, u64, bool)], width: u16) -> String {
        let pieces: Vec<_> = pieces.iter().map(|&(from, to, done, active)| Piece { from, to, done, active }).collect();
        let glyph = |cell: Cell| ['#', '>', '.'][cell as usize];
        cells(&pieces, width).into_iter().map(glyph).collect()
    }

    #[test]
    fn columns_tell_what_is_here_on_its_way_and_missing() {
        assert_eq!(map(&[(0, 50, 50, false), (50, 100, 10, true)], 10), "######>...");
        assert_eq!(map(&[(0, 50, 20, true), (50, 100, 0, true)], 10), "##>..>....");
        assert_eq!(map(&[(0, 50, 20, false), (50, 100, 50, false)], 10), "##...#####");
        assert_eq!(map(&[(0, 3, 3, false), (3, 4, 0, false)], 8), "######..");
        assert_eq!(map(&[(0, u64::MAX, u64::MAX, false)], 3), "###");
        assert_eq!((map(&[], 5), map(&[(0, 0, 0, false)], 5), map(&[(0, 9, 1, true)], 0)), Default::default());
    }
}
