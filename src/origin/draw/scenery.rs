//! What stands in several pictures: hills, trees, stars, and water that mirrors them.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels: coordinates are small"
)]

use super::canvas::{Canvas, Colour, hex, lit, mix};
use super::noise::{Field, Noise, Rng};

/// A line of hills: for every column the row where the ground begins. `hills` is about how many fit the picture.
pub(super) fn profile(seed: u32, width: usize, level: f32, relief: f32, hills: f32) -> Vec<f32> {
    let noise = Noise::new(seed);
    (0..width).map(|x| level + relief * 2.0 * noise.fractal(x as f32 / width as f32 * hills, 0.5, 7)).collect()
}

/// Stands conifers on a crest, `size` high at most.
pub(super) fn trees(crest: &mut [f32], seed: u32, count: usize, size: f32) {
    let mut rng = Rng::new(seed);
    let ground = crest.to_vec();
    for _ in 0..count {
        let middle = rng.below(crest.len());
        let high = size * rng.between(0.4, 1.0);
        let half = high * rng.between(0.16, 0.24);
        let branches = rng.between(5.0, 8.0);
        for offset in -(half as i32)..=half as i32 {
            let x = middle as i32 + offset;
            if x < 0 || x as usize >= crest.len() {
                continue;
            }
            let out = (offset as f32).abs() / half;
            // Branches: the outline falls in steps that hang down a little.
            let tier = ((out * branches).fract() - 0.3) / branches * 0.9;
            let top = ground[middle] - high * (1.0 - out - tier).clamp(0.0, 1.0);
            crest[x as usize] = crest[x as usize].min(top);
        }
        crest[middle] = crest[middle].min(ground[middle] - high * 1.08);
    }
}

/// Stars above `bottom`, more of them faint than bright.
pub(super) fn stars(canvas: &mut Canvas, seed: u32, count: usize, bottom: f32) {
    let mut rng = Rng::new(seed);
    let (width, _) = canvas.dimensions();
    for _ in 0..count {
        let at = (rng.between(0.0, width as f32), rng.between(0.0, bottom));
        let size = rng.unit().powi(6);
        let colour = mix(hex(0xff_d9b0), hex(0xb8_d0ff), rng.unit());
        canvas.glow(at, 1.3 + 4.0 * size, colour, 0.35 + 0.9 * size);
    }
}

/// Turns everything below the row `shore` into water that mirrors what stands above, `clear` from 0 to 1.
pub(super) fn mirror(canvas: &mut Canvas, seed: u32, shore: usize, tint: Colour, clear: f32) {
    let (width, height) = canvas.dimensions();
    let (width, height) = (width as usize, height as usize);
    let noise = Noise::new(seed);
    let depth = |y: f32| (y - shore as f32).max(0.0);
    // Waves look longer and higher the nearer they are.
    let waves = Field::new(width, height, 3, |x, y| {
        let near = 1.0 + depth(y) / 60.0;
        noise.at(x / (46.0 * near), depth(y).sqrt() * 1.9)
            + 0.5 * noise.at(x / (17.0 * near), depth(y).sqrt() * 4.3 + 9.0)
    });
    for y in shore + 1..height {
        let down = depth(y as f32);
        let swing = 1.5 + down * 0.075;
        for x in 0..width {
            let wave = waves.at(x, y);
            let source = canvas.get(
                (x as f32 + wave * swing).max(0.0),
                (shore as f32 - down * 1.15 - wave * swing * 1.7).clamp(0.0, shore as f32),
            );
            let colour = mix(tint, source, clear - 0.22 * down / (height - shore) as f32);
            canvas.set(x, y, lit(colour, hex(0x30_3c44), wave.max(0.0) * 0.32));
        }
    }
}
