//! The pictures in the README: the real screen, drawn as SVG. Blocks, lines and braille become shapes, so that no font
//! can tear them apart; half blocks become pixels; every other run of one style becomes one text of fixed length. Only
//! tests need it. `HAUL_BLESS=1 cargo test --lib picture` draws them anew.

use std::collections::BTreeMap;
use std::fmt::Write;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};

use super::effects::Effect;
use super::preview::{Blocks, Depth, Drawn, Ready};
use crate::engine::request::JobId;

const W: f64 = 8.4;
const H: f64 = 19.0;
const EDGE: f64 = 18.0;

/// The colours of a terminal.
struct Palette {
    back: &'static str,
    fore: &'static str,
    red: &'static str,
    green: &'static str,
    yellow: &'static str,
    blue: &'static str,
    magenta: &'static str,
    cyan: &'static str,
    /// How much of a dim letter is seen.
    dim: f64,
}

const DARK: Palette = Palette {
    back: "#10151c",
    fore: "#d5dae3",
    red: "#f0717a",
    green: "#8fce76",
    yellow: "#e9bf66",
    blue: "#7aa2f7",
    magenta: "#c795ec",
    cyan: "#62bfe0",
    dim: 0.5,
};

const LIGHT: Palette = Palette {
    back: "#fafafa",
    fore: "#2a2f38",
    red: "#c8283a",
    green: "#3d8527",
    yellow: "#96660a",
    blue: "#2f5fd0",
    magenta: "#8a3fc0",
    cyan: "#0b7599",
    dim: 0.62,
};

impl Palette {
    fn colour(&self, colour: Color) -> String {
        match colour {
            Color::Red | Color::LightRed => self.red,
            Color::Green | Color::LightGreen => self.green,
            Color::Yellow | Color::LightYellow => self.yellow,
            Color::Blue | Color::LightBlue => self.blue,
            Color::Magenta | Color::LightMagenta => self.magenta,
            Color::Cyan | Color::LightCyan => self.cyan,
            Color::Rgb(r, g, b) => return format!("#{r:02x}{g:02x}{b:02x}"),
            _ => self.fore,
        }
        .to_owned()
    }

    /// Foreground, background and opacity of a cell.
    fn look(&self, cell: &Cell) -> (String, Option<String>, f64) {
        let fore = self.colour(cell.fg);
        let back = (cell.bg != Color::Reset).then(|| self.colour(cell.bg));
        let opacity = if cell.modifier.contains(Modifier::DIM) { self.dim } else { 1.0 };
        if cell.modifier.contains(Modifier::REVERSED) {
            (back.unwrap_or_else(|| self.back.to_owned()), Some(fore), 1.0)
        } else {
            (fore, back, opacity)
        }
    }
}

/// The part of its cell that a block or a line fills: left, top, width, height.
fn shape(symbol: &str) -> Option<(f64, f64, f64, f64)> {
    match symbol.chars().next()? {
        '█' | '░' => Some((0.0, 0.22, 1.0, 0.56)),
        c @ '▉'..='▏' => Some((0.0, 0.22, f64::from(0x2590 - c as u32) / 8.0, 0.56)),
        '─' => Some((0.0, 0.48, 1.0, 0.05)),
        '━' => Some((0.0, 0.44, 1.0, 0.13)),
        '│' => Some((0.5, 0.0, 0.11, 1.0)),
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
    Upright,
    Dots,
    Half,
}

fn kind(symbol: &str) -> Kind {
    match symbol {
        "░" => Kind::Shade,
        "▀" | "▄" => Kind::Half,
        "│" => Kind::Upright,
        _ if dots(symbol).is_some() => Kind::Dots,
        _ if shape(symbol).is_some() => Kind::Shape,
        _ => Kind::Text,
    }
}

fn svg(buffer: &Buffer, palette: &Palette) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (width, height) = (columns * W + 2.0 * EDGE, rows * H + 2.0 * EDGE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" role=\"img\" \
         aria-label=\"haul downloading fifteen photos\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{}\"/>\n\
         <g transform=\"translate({EDGE} {EDGE})\" font-family=\"ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', \
         'Noto Sans Mono CJK JP', monospace\" font-size=\"14\" xml:space=\"preserve\">\n",
        palette.back
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let end = run_end(buffer, palette, x, y);
            draw_run(&mut out, buffer, palette, x, end, y);
            x = end;
        }
    }
    pixels(&mut out, buffer, palette);
    out.push_str("</g>\n</svg>\n");
    out
}

/// The end of the run of cells of one look and one kind (shape or text) that begins at `x`.
fn run_end(buffer: &Buffer, palette: &Palette, x: u16, y: u16) -> u16 {
    let seen = |x: u16| {
        let cell = &buffer[(x, y)];
        (palette.look(cell), cell.modifier.contains(Modifier::BOLD), kind(cell.symbol()))
    };
    let mut end = x + 1;
    while end < buffer.area.width && seen(end) == seen(x) {
        end += 1;
    }
    end
}

fn draw_run(out: &mut String, buffer: &Buffer, palette: &Palette, x: u16, end: u16, y: u16) {
    let first = &buffer[(x, y)];
    if kind(first.symbol()) == Kind::Half {
        return;
    }
    let (fore, back, opacity) = palette.look(first);
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
        Kind::Text => line(format_args!("{}", text(buffer, palette, x, end, y))),
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
            let (dx, dy, _, height) = shape(first.symbol()).unwrap_or_default();
            // Only the last block of a bar may be a part of one.
            let (_, _, part, _) = shape(buffer[(end - 1, y)].symbol()).unwrap_or_default();
            line(format_args!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fore}\" fill-opacity=\"{opacity}\"/>",
                left + dx * W,
                top + dy * H,
                width - (1.0 - part) * W,
                height * H
            ));
        }
    }
}

/// A run of letters, without the blanks around it; nothing for blanks alone.
fn text(buffer: &Buffer, palette: &Palette, x: u16, end: u16, y: u16) -> String {
    let first = &buffer[(x, y)];
    let (fore, _, opacity) = palette.look(first);
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

/// The pixels of half blocks, those of one colour as one shape: there are many of them.
fn pixels(out: &mut String, buffer: &Buffer, palette: &Palette) {
    let mut shapes: BTreeMap<String, String> = BTreeMap::new();
    let colour = |x: u16, line: u16| {
        let cell = &buffer[(x, line / 2)];
        // A whole cell of one colour is drawn as either of the two.
        let (above, below) = match cell.symbol() {
            "▀" => (cell.fg, cell.bg),
            "▄" => (cell.bg, cell.fg),
            _ => return None,
        };
        let half = if line.is_multiple_of(2) { above } else { below };
        (half != Color::Reset).then(|| palette.colour(half))
    };
    for line in 0..buffer.area.height * 2 {
        let mut x = 0;
        while x < buffer.area.width {
            let (begin, shade) = (x, colour(x, line));
            while x < buffer.area.width && colour(x, line) == shade {
                x += 1;
            }
            if let Some(shade) = shade {
                let (width, path) = (x - begin, shapes.entry(shade).or_default());
                write!(path, "M{begin} {line}h{width}v1h-{width}z").expect("a String takes all");
            }
        }
    }
    if !shapes.is_empty() {
        writeln!(out, "<g transform=\"scale({W} {})\" shape-rendering=\"crispEdges\">", H / 2.0).expect("as above");
        for (colour, path) in shapes {
            writeln!(out, "<path fill=\"{colour}\" d=\"{path}\"/>").expect("as above");
        }
        out.push_str("</g>\n");
    }
}

/// A picture of the demo in these cells. Its colours are rounded: other machines reckon a little otherwise.
fn drawing(cells: Size) -> Drawn {
    let image = image::DynamicImage::from(crate::origin::aurora());
    let (width, height) = (u32::from(cells.width), u32::from(cells.height) * 2);
    let mut image = image.resize(width, height, image::imageops::FilterType::Triangle).into_rgba8();
    for pixel in image.pixels_mut() {
        pixel.0 = pixel.0.map(|part| part & 0xf8 | part >> 5);
    }
    Drawn::Blocks(Blocks::of(&image, Depth::True))
}

fn drawn(width: u16, height: u16, palette: &Palette) -> String {
    let mut app = super::app::scenes::gallery(std::time::Instant::now()).with_pictures(true, true);
    app.select(JobId(0));
    app.resize(Size::new(width, height));
    if let Some(Effect::Preview(wanted)) = app.want() {
        for wanted in wanted {
            let drawn = drawing(wanted.cells);
            app.pictured(Ready { wanted, drawn });
        }
    }
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory does not fail");
    terminal.draw(|frame| super::view::render(frame, frame.area(), &app)).expect("memory does not fail");
    svg(terminal.backend().buffer(), palette)
}

#[test]
fn the_pictures_in_the_readme_show_this_screen() {
    let mut stale = Vec::new();
    for (name, width, height, palette) in [
        ("screen-dark", 120, 35, &DARK),
        ("screen-light", 120, 35, &LIGHT),
        ("screen-dark-60x15", 60, 15, &DARK),
        ("screen-light-60x15", 60, 15, &LIGHT),
    ] {
        let drawn = drawn(width, height, palette);
        let path = format!("{}/assets/{name}.svg", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("HAUL_BLESS").is_some() {
            std::fs::write(&path, &drawn).expect("assets/ can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        stale.extend((kept != drawn).then_some(name));
    }
    assert!(
        stale.is_empty(),
        "{stale:?} in assets/ are stale: look at the screen, then run `HAUL_BLESS=1 cargo test --lib picture`"
    );
}

#[test]
fn half_blocks_become_pixels() {
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 3, 1));
    let (red, blue) = (Color::Rgb(255, 0, 0), Color::Rgb(0, 0, 255));
    buffer[(0, 0)].set_symbol("▀").set_fg(red).set_bg(blue);
    buffer[(1, 0)].set_symbol("▀").set_fg(red);
    buffer[(2, 0)].set_symbol("▄").set_fg(red);
    let text = svg(&buffer, &DARK);
    assert!(text.contains("<path fill=\"#ff0000\" d=\"M0 0h2v1h-2zM2 1h1v1h-1z\"/>"), "{text}");
    assert!(text.contains("<path fill=\"#0000ff\" d=\"M0 1h1v1h-1z\"/>") && !text.contains("<text"), "{text}");
}
