//! Half blocks: two pixels in each cell, one the colour of its letter, one of its background. Works in every terminal
//! with 256 colours or more.

use image::RgbaImage;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;

use super::way::Depth;

/// A picture of half blocks. `Reset` is where the picture is transparent.
pub(in crate::tui) struct Blocks {
    size: Size,
    cells: Vec<[Color; 2]>,
}

impl Blocks {
    /// One column a pixel, one line two.
    pub(in crate::tui) fn of(image: &RgbaImage, depth: Depth) -> Self {
        let (width, height) = image.dimensions();
        let colour = |x: u32, y: u32| match image.get_pixel_checked(x, y).map(|pixel| pixel.0) {
            Some([r, g, b, alpha]) if alpha >= 128 => match depth {
                Depth::True => Color::Rgb(r, g, b),
                Depth::Indexed => Color::Indexed(indexed([r, g, b])),
            },
            _ => Color::Reset,
        };
        let lines = height.div_ceil(2);
        let at = |y: u32| (0..width).map(move |x| [colour(x, 2 * y), colour(x, 2 * y + 1)]);
        let short = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
        Self { size: Size::new(short(width), short(lines)), cells: (0..lines).flat_map(at).collect() }
    }

    /// The cells that it takes.
    pub(in crate::tui) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.cells)
    }

    /// Draws as much of it as there is room for.
    pub(in crate::tui) fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let width = usize::from(self.size.width).max(1);
        for (y, line) in (area.y..area.bottom()).zip(self.cells.chunks(width)) {
            for (x, [above, below]) in (area.x..area.right()).zip(line) {
                let (symbol, fore, back) = match (*above, *below) {
                    (Color::Reset, Color::Reset) => (" ", Color::Reset, Color::Reset),
                    (Color::Reset, below) => ("▄", below, Color::Reset),
                    (above, below) => ("▀", above, below),
                };
                buffer[(x, y)].set_symbol(symbol).set_fg(fore).set_bg(back);
            }
        }
    }
}

/// The nearest of the 240 colours that are the same in every terminal: a cube of six shades a side, and a ramp of greys.
fn indexed(rgb: [u8; 3]) -> u8 {
    const SHADES: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let away = |other: [u8; 3]| -> u32 { rgb.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    let nearest = rgb.map(|part| {
        let shades = (0..).zip(SHADES);
        shades.min_by_key(|(_, shade)| shade.abs_diff(part)).unwrap_or_default()
    });
    let mean = rgb.iter().map(|part| u16::from(*part)).sum::<u16>() / 3;
    let step = u8::try_from(mean.saturating_sub(3) / 10).unwrap_or(23).min(23);
    if away([8 + 10 * step; 3]) < away(nearest.map(|(_, shade)| shade)) {
        return 232 + step;
    }
    nearest.iter().fold(0, |index, (place, _)| index * 6 + place) + 16
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn colours_become_the_nearest_of_those_that_every_terminal_has() {
        for (rgb, index) in [
            ([0, 0, 0], 16),
            ([255, 255, 255], 231),
            ([255, 0, 0], 196),
            ([0, 95, 135], 24),
            ([8, 8, 8], 232),
            ([238, 238, 238], 255),
            ([128, 128, 128], 244),
            ([250, 100, 5], 202),
        ] {
            assert_eq!(indexed(rgb), index, "{rgb:?}");
        }
    }

    #[test]
    fn two_pixels_stand_in_a_cell_and_nothing_outside_the_area_is_touched() {
        let mut image = RgbaImage::from_pixel(3, 3, Rgba([255, 0, 0, 255]));
        image.put_pixel(1, 0, Rgba([0, 0, 0, 0]));
        image.put_pixel(2, 0, Rgba([0, 0, 0, 0]));
        image.put_pixel(2, 1, Rgba([0, 0, 0, 9]));
        let blocks = Blocks::of(&image, Depth::Indexed);
        assert_eq!(blocks.size(), Size::new(3, 2));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 3));
        blocks.draw(Rect::new(1, 1, 9, 9), &mut buffer);
        let symbols: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(symbols, ["     ", " ▀▄  ", " ▀▀▀ "].concat());
        assert_eq!((buffer[(1, 1)].fg, buffer[(1, 1)].bg), (Color::Indexed(196), Color::Indexed(196)));
        assert_eq!((buffer[(1, 2)].fg, buffer[(1, 2)].bg), (Color::Indexed(196), Color::Reset));
        blocks.draw(Rect::new(4, 0, 0, 0), &mut buffer);
        blocks.draw(Rect::new(40, 40, 3, 3), &mut buffer);
    }
}
