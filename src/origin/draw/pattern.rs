//! Pictures of pattern: contours of a map, stained glass, tiles. Each draws itself and knows of no other.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels: coordinates are small"
)]

use super::canvas::{Canvas, Colour, Ramp, hex, lit, mix, scaled, smooth};
use super::noise::{Field, Noise, Rng};

/// A map of an island: heights in bands, contour lines, light from the upper left.
pub(in crate::origin) fn contour() -> Canvas {
    let (width, height) = (1320, 880);
    let noise = Noise::new(808);
    let ground = Field::new(width + 8, height + 8, 4, |x, y| {
        let (dx, dy) = (x / 660.0 - 1.0, y / 440.0 - 1.0);
        0.62 - 0.62 * (dx * dx + dy * dy) + 0.95 * noise.fractal(x / 420.0, y / 420.0, 6)
    });
    let land = Ramp::new(&[
        (0.0, 0x5a_9a6a),
        (0.2, 0x9a_bc78),
        (0.42, 0xe0_d49a),
        (0.62, 0xd0_a070),
        (0.82, 0xa0_7060),
        (1.0, 0xf8_f4f0),
    ]);
    let sea = Ramp::new(&[(0.0, 0xa8_d8d8), (0.3, 0x5a_a4b8), (1.0, 0x1c_4a70)]);
    Canvas::shade(width, height, |x, y| {
        let here = ground.at(x, y);
        let (right, below) = (ground.at(x + 3, y) - here, ground.at(x, y + 3) - here);
        let slope = (right.abs() + below.abs()).max(0.0015);
        let bands = here * 22.0;
        let from_line = (bands - bands.round()).abs() / (slope * 22.0) * 3.0;
        let step = bands.round();
        let band = bands.floor() / 22.0;
        let colour = if here < 0.0 { sea.at((-band * 1.1).min(1.0)) } else { land.at((band * 1.15).min(1.0)) };
        let hill = if here < 0.0 { 0.3 } else { 1.0 };
        let colour = scaled(colour, (1.0 + (right + below) * 7.0 * hill).clamp(0.55, 1.3));
        let (line, strength) = if step == 0.0 {
            (2.6, 0.85)
        } else if step % 5.0 == 0.0 {
            (1.7, 0.6)
        } else {
            (1.0, 0.38)
        };
        let ink = smooth(line + 0.9, line - 0.3, from_line) * strength;
        mix(colour, hex(0x3a_2c38), ink)
    })
    .grain(9)
}

/// Stained glass: cells around scattered points, leaded at their borders.
pub(in crate::origin) fn glass() -> Canvas {
    let (width, height, cell) = (1200, 900, 74.0_f32);
    let (columns, rows) = (width / 74 + 4, height / 74 + 4);
    let mut rng = Rng::new(5150);
    let points: Vec<(f32, f32)> = (0..columns * rows)
        .map(|n| {
            let (column, row) = ((n % columns) as f32 - 1.0, (n / columns) as f32 - 1.0);
            ((column + rng.between(0.08, 0.92)) * cell, (row + rng.between(0.08, 0.92)) * cell)
        })
        .collect();
    let noise = Noise::new(91);
    let ramp = Ramp::new(&[
        (0.0, 0x1a_2c7a),
        (0.2, 0x1f_7ab0),
        (0.38, 0x2c_a890),
        (0.52, 0xf0_d050),
        (0.68, 0xf0_8030),
        (0.84, 0xc8_2c40),
        (1.0, 0x6a_1c6a),
    ]);
    let hues: Vec<Colour> = points
        .iter()
        .map(|(x, y)| {
            let away = ((x - 600.0).hypot(y - 450.0) / 560.0) + 0.55 * noise.fractal(x / 420.0, y / 420.0, 2);
            scaled(ramp.at((1.0 - away + rng.between(-0.1, 0.1)).max(0.0)), rng.between(0.75, 1.12))
        })
        .collect();
    let texture = Field::new(width, height, 4, |x, y| noise.fractal(x / 46.0, y / 46.0, 4));
    Canvas::shade(width, height, |x, y| {
        let (px, py) = (x as f32, y as f32);
        let (column, row) = ((px / cell) as usize, (py / cell) as usize);
        let (mut first, mut second, mut nearest) = (f32::MAX, f32::MAX, 0);
        let mut near = 0;
        while near < 9 {
            let at = (row + near / 3) * columns + column + near % 3;
            let (dx, dy) = (points[at].0 - px, points[at].1 - py);
            let square = dx * dx + dy * dy;
            if square < first {
                (second, first, nearest) = (first, square, at);
            } else if square < second {
                second = square;
            }
            near += 1;
        }
        let (first, second) = (first.sqrt(), second.sqrt());
        let border = second - first;
        let wave = texture.at(x, y);
        let light = 1.12 - first / cell * 0.5 + 0.32 * wave;
        let pane = lit(scaled(hues[nearest], light), hex(0xff_ffff), smooth(0.16, 0.4, wave) * 0.16);
        let lead = scaled(hex(0x2a_2a30), 0.6 + 0.12 * (6.0 - border).max(0.0));
        mix(lead, pane, smooth(4.0, 6.5, border))
    })
    .grain(16)
}

/// Tiles of quarter circles, turned by chance, so that the arcs join into ribbons.
pub(in crate::origin) fn tiles() -> Canvas {
    let (width, height, tile) = (1050, 750, 75_usize);
    let mut rng = Rng::new(1704);
    let turned: Vec<bool> = (0..(width / tile + 1) * (height / tile + 1)).map(|_| rng.unit() < 0.5).collect();
    let side = tile as f32;
    let paper = Ramp::new(&[(0.0, 0x12_2c44), (0.5, 0x1c_4860), (1.0, 0x2a_3460)]);
    let ribbon = Ramp::new(&[(0.0, 0xf8_c858), (0.35, 0xf4_8a58), (0.7, 0xe8_5a7c), (1.0, 0x9a_5ac8)]);
    Canvas::shade(width, height, |x, y| {
        let t = (x + y) as f32 / (width + height) as f32;
        let flip = turned[(y / tile) * (width / tile + 1) + x / tile];
        let (u, v) = ((x % tile) as f32 + 0.5, (y % tile) as f32 + 0.5);
        let u = if flip { side - u } else { u };
        let near = u.hypot(v).min((side - u).hypot(side - v));
        let off = (near - side * 0.5).abs();
        let ink = smooth(15.5, 14.0, off);
        let stripe = smooth(3.2, 1.8, off);
        let round = 1.08 - off * off / 700.0;
        let shadow = 1.0 - 0.4 * smooth(24.0, 14.0, off);
        let top = mix(scaled(ribbon.at(t), round), hex(0xff_f0d8), stripe * 0.85);
        mix(scaled(paper.at(1.0 - t), shadow), top, ink)
    })
    .grain(4)
}
