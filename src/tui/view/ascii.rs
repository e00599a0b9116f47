//! The screen in ASCII alone, for terminals and fonts that have nothing else: what was drawn is spelled in other
//! characters, cell by cell, so that no panel can forget it. It must not know what anything means.

use ratatui::buffer::Buffer;

use crate::display;

/// Spells everything on the screen in ASCII; what has no likeness becomes `?`.
pub(super) fn spell(buffer: &mut Buffer) {
    let mut cells = buffer.content.iter_mut();
    while let Some(cell) = cells.next() {
        if cell.symbol().is_ascii() {
            continue;
        }
        let wide = display::width(cell.symbol()) > 1;
        let mut chars = cell.symbol().chars();
        let alike = match (chars.next(), chars.next()) {
            (Some(c), None) => alike(c),
            _ => '?',
        };
        cell.set_char(alike);
        // It covers a second cell, which would show through.
        if wide && let Some(covered) = cells.next() {
            covered.set_char('?');
        }
    }
}

/// What looks most like it. States have letters and signs of their own.
fn alike(c: char) -> char {
    match c {
        // States, and what is cut off.
        '…' | '·' => '.',
        '↓' => '>',
        '≈' => '~',
        '↻' => 'r',
        '✗' => 'x',
        '⊘' | '•' => 'o',
        '‖' | '━' | '═' => '=',
        // The cursor, and borders.
        '▌' | '│' | '┃' | '║' | '╎' | '┆' | '┊' => '|',
        // Rules and bars; what is not whole does not look so.
        '→' | '░' | '▉'..='▏' | '─' | '╌' | '┄' | '┈' | '–' | '—' => '-',
        '▀'..='▟' => '#',
        '✓' | '\u{2500}'..='\u{257f}' => '+',
        '↑' | '▲' => '^',
        '▼' => 'v',
        '←' => '<',
        '\u{2801}'..='\u{28ff}' => ':',
        '\u{a0}' | '\u{2800}' => ' ',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    fn spelled(text: &str) -> String {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 24, 1));
        buffer.set_string(0, 0, text, Style::new());
        spell(&mut buffer);
        let line: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        line.trim_end().to_owned()
    }

    #[test]
    fn everything_has_a_likeness() {
        for (text, likeness) in [
            ("▌↓ a…jpg ██▍░", "|> a.jpg ##--"),
            ("┌─┬┐│├┼┤└┴┘ ━", "+-++|++++++ ="),
            ("…→↓≈↻‖✓✗⊘", ".->~r=+xo"),
            ("北極光.jpg é ␛[2J", "??????.jpg ? ?[2J"),
        ] {
            assert_eq!(spelled(text), likeness);
        }
    }
}
