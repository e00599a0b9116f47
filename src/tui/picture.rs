//! The picture in the README: the real screen, drawn as SVG. Blocks, lines and braille become shapes, so that no font
//! can tear them apart; every other run of one style becomes one text of fixed length. Only tests need it.

use std::fmt::Write;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const W: f64 = 8.4;
const H: f64 = 19.0;
const EDGE: f64 = 18.0;
const BACK: &str = "#10151c";
const FORE: &str = "#d5dae3";

fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Red => "#f0717a",
        Color::Green => "#8fce76",
        Color::Yellow => "#e9bf66",
        Color::Magenta => "#c795ec",
        Color::Cyan => "#62bfe0",
        _ => FORE,
    }
}

/// Foreground, background and opacity of a cell.
fn look(cell: &Cell) -> (&'static str, Option<&'static str>, f64) {
    let fore = colour(cell.fg);
    let opacity = if cell.modifier.contains(Modifier::DIM) { 0.5 } else { 1.0 };
    if cell.modifier.contains(Modifier::REVERSED) { (BACK, Some(fore), 1.0) } else { (fore, None, opacity) }
}

/// The part of its cell that a block or a line fills: top, width, height.
fn shape(symbol: &str) -> Option<(f64, f64, f64)> {
    match symbol.chars().next()? {
        '█' | '░' => Some((0.22, 1.0, 0.56)),
        c @ '▉'..='▏' => Some((0.22, f64::from(0x2590 - c as u32) / 8.0, 0.56)),
        '─' => Some((0.48, 1.0, 0.05)),
        '━' => Some((0.44, 1.0, 0.13)),
        _ => None,
    }
}

/// How many dots stand on each other in the two columns of a braille cell of the graph.
fn dots(symbol: &str) -> Option<[u32; 2]> {
    let c = symbol.chars().next().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c))? as u32;
    Some([(c & 0x47).count_ones(), (c & 0xb8).count_ones()])
}

/// What a run of cells is made of.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Shade,
    Shape,
    Dots,
}

fn kind(symbol: &str) -> Kind {
    match symbol {
        "░" => Kind::Shade,
        _ if dots(symbol).is_some() => Kind::Dots,
        _ if shape(symbol).is_some() => Kind::Shape,
        _ => Kind::Text,
    }
}

fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (width, height) = (columns * W + 2.0 * EDGE, rows * H + 2.0 * EDGE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" role=\"img\" \
         aria-label=\"haul downloading fifteen photos\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{BACK}\"/>\n\
         <g transform=\"translate({EDGE} {EDGE})\" font-family=\"ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', \
         'Noto Sans Mono CJK JP', monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let end = run_end(buffer, x, y);
            draw_run(&mut out, buffer, x, end, y);
            x = end;
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// The end of the run of cells of one look and one kind (shape or text) that begins at `x`.
fn run_end(buffer: &Buffer, x: u16, y: u16) -> u16 {
    let seen = |x: u16| {
        let cell = &buffer[(x, y)];
        (look(cell), cell.modifier.contains(Modifier::BOLD), kind(cell.symbol()))
    };
    let mut end = x + 1;
    while end < buffer.area.width && seen(end) == seen(x) {
        end += 1;
    }
    end
}

fn draw_run(out: &mut String, buffer: &Buffer, x: u16, end: u16, y: u16) {
    let first = &buffer[(x, y)];
    let (fore, back, opacity) = look(first);
    let (left, top, width) = (f64::from(x) * W, f64::from(y) * H, f64::from(end - x) * W);
    let mut line = |text: std::fmt::Arguments<'_>| {
        out.write_fmt(text).expect("a String takes all");
        if !out.ends_with('\n') {
            out.push('\n');
        }
    };
    if let Some(back) = back {
        line(format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{H}\" fill=\"{back}\"/>"
        ));
    }
    let symbols = (x..end).map(|column| (f64::from(column), buffer[(column, y)].symbol()));
    match kind(first.symbol()) {
        Kind::Text => line(format_args!("{}", text(buffer, x, end, y))),
        Kind::Dots => {
            let path: String = symbols.map(|(column, symbol)| stacks(column, top, symbol)).collect();
            line(format_args!(
                "<path stroke=\"{fore}\" stroke-width=\"2.8\" stroke-dasharray=\"{:.2} {:.2}\" d=\"{path}\"/>",
                H * 0.15,
                H * 0.1
            ));
        }
        solid => {
            let opacity = if solid == Kind::Shade { 0.14 } else { opacity };
            let (dy, _, height) = shape(first.symbol()).unwrap_or_default();
            // Only the last block of a bar may be a part of one.
            let (_, part, _) = shape(buffer[(end - 1, y)].symbol()).unwrap_or_default();
            line(format_args!(
                "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fore}\" fill-opacity=\"{opacity}\"/>",
                top + dy * H,
                width - (1.0 - part) * W,
                height * H
            ));
        }
    }
}

/// A run of letters, without the blanks around it; nothing for blanks alone.
fn text(buffer: &Buffer, x: u16, end: u16, y: u16) -> String {
    let first = &buffer[(x, y)];
    let (fore, _, opacity) = look(first);
    // A wide character covers a second cell that holds a blank of its own.
    let mut text = String::new();
    let mut column = x;
    while column < end {
        let symbol = buffer[(column, y)].symbol();
        text.push_str(symbol);
        column += u16::try_from(crate::display::width(symbol)).unwrap_or(1).max(1);
    }
    if text.trim().is_empty() {
        return String::new();
    }
    let blank = text.len() - text.trim_start().len();
    let left = f64::from(x + u16::try_from(blank).unwrap_or(0)) * W;
    let text = text.trim();
    let length = f64::from(u16::try_from(crate::display::width(text)).unwrap_or(0)) * W;
    let weight = if first.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fore}\" \
         fill-opacity=\"{opacity}\"{weight}>{escaped}</text>",
        f64::from(y) * H + 14.0
    )
}

/// The dots of one cell as two dashed strokes, each from the top of what stands there to its foot.
fn stacks(column: f64, top: f64, symbol: &str) -> String {
    let mut path = String::new();
    for (side, count) in [0.25, 0.75].into_iter().zip(dots(symbol).unwrap_or_default()) {
        if count > 0 {
            let (x, y) = ((column + side) * W, top + (f64::from(4 - count) * 0.25 + 0.05) * H);
            let length = (f64::from(count) * 0.25 - 0.1) * H;
            write!(path, "M{x:.1} {y:.1}v{length:.1}").expect("a String takes all");
        }
    }
    path
}

#[test]
fn the_picture_in_the_readme_shows_this_screen() {
    let app = super::app::scenes::gallery(std::time::Instant::now());
    let mut terminal = Terminal::new(TestBackend::new(120, 35)).expect("memory does not fail");
    terminal.draw(|frame| super::view::render(frame, frame.area(), &app)).expect("memory does not fail");
    let drawn = svg(terminal.backend().buffer());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/screen.svg");
    if std::env::var_os("HAUL_BLESS").is_some() {
        std::fs::write(path, &drawn).expect("assets/ can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == drawn,
        "assets/screen.svg is stale: look at the screen, then run `HAUL_BLESS=1 cargo test picture`"
    );
}
