//! Pictures of the night sky: aurora, moon, nebula. Each draws itself and knows of no other.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels: coordinates are small"
)]

use super::canvas::{Canvas, Colour, Ramp, hex, lit, mix, scaled, smooth};
use super::noise::{Field, Noise, Rng};
use super::scenery::{mirror, profile, stars, trees};

/// A curtain of northern light: where it ends below, how high it reaches, how bright it is, for every column.
struct Curtain {
    base: Vec<f32>,
    reach: Vec<f32>,
    rays: Vec<f32>,
}

impl Curtain {
    fn new(seed: u32, width: usize, level: f32) -> Self {
        let noise = Noise::new(seed);
        let column = |x: usize| x as f32 / width as f32;
        let base = |x| level + 130.0 * noise.fractal(column(x) * 2.6, 0.5, 3) + 22.0 * noise.at(column(x) * 14.0, 7.5);
        let reach =
            |x| 1.0 / (170.0 + 130.0 * noise.at(column(x) * 9.0, 3.5).abs() + 60.0 * noise.at(column(x) * 60.0, 1.5));
        let rays = |x| {
            let fine = 0.75 + 0.35 * noise.at(column(x) * 42.0, 9.5) + 0.25 * noise.at(column(x) * 120.0, 4.5);
            fine * smooth(-0.45, 0.35, noise.at(column(x) * 3.4, 11.5))
        };
        let all = |f: &dyn Fn(usize) -> f32| (0..width).map(f).collect();
        Self { base: all(&base), reach: all(&reach), rays: all(&rays) }
    }

    /// Brightness, and height above the lower edge from 0 to 1.
    fn at(&self, x: usize, y: f32, fade: &[f32; 257]) -> (f32, f32) {
        let above = self.base[x] - y;
        if above < -44.0 {
            return (0.0, 0.0);
        }
        if above < 0.0 {
            let edge = 1.0 + above / 44.0;
            return (self.rays[x] * edge * edge, 0.0);
        }
        let height = above * self.reach[x];
        (self.rays[x] * fade[((height * 64.0) as usize).min(256)], height * 0.4)
    }
}

/// Northern lights over a still lake.
pub(in crate::origin) fn aurora() -> Canvas {
    let (width, height, shore) = (1500, 1000, 690);
    let sky = Ramp::new(&[(0.0, 0x03_0616), (0.5, 0x08_1a35), (0.85, 0x10_3a50), (1.0, 0x1d_5a63)]);
    let glow = Ramp::new(&[(0.0, 0x6d_ffb4), (0.25, 0x38_f0a0), (0.5, 0x28_a8b8), (0.75, 0x7a_48d8), (1.0, 0xa0_30a0)]);
    let curtains = [(3, 500.0), (8, 390.0), (21, 560.0)].map(|(seed, level)| Curtain::new(seed, width, level));
    let mut fade = [0.0; 257];
    for (step, slot) in fade.iter_mut().enumerate() {
        *slot = (-(step as f32) / 64.0 * 1.25).exp();
    }
    fade[256] = 0.0;
    let mut canvas = Canvas::shade(width, height, |x, y| {
        if y > shore {
            return [0.0; 3];
        }
        let mut colour = sky.at(y as f32 / shore as f32);
        for curtain in &curtains {
            let (strength, height) = curtain.at(x, y as f32, &fade);
            if strength > 0.004 {
                colour = lit(colour, glow.at(height), strength * 0.85);
            }
        }
        colour
    });
    stars(&mut canvas, 5, 800, 620.0);
    for (seed, level, colour) in [(12, 640.0, 0x0a_2a38), (13, 676.0, 0x05_1119)] {
        let mut crest = profile(seed, width, level, 66.0, 5.0);
        if seed == 13 {
            crest = profile(seed, width, level, 16.0, 6.0);
            trees(&mut crest, 31, 120, 34.0);
        }
        silhouette(&mut canvas, &crest, shore, hex(colour));
    }
    mirror(&mut canvas, 41, shore, hex(0x06_1a26), 0.72);
    canvas.grain(34)
}

/// Fills everything between a crest and the row `bottom`.
pub(super) fn silhouette(canvas: &mut Canvas, crest: &[f32], bottom: usize, colour: Colour) {
    for (x, top) in crest.iter().enumerate() {
        let first = top.max(0.0) as usize;
        canvas.blend(x as i32, first as i32, colour, 1.0 - top.fract());
        for y in first + 1..=bottom {
            canvas.set(x, y, colour);
        }
    }
}

/// How bright the moon's ground is at a point of its disc: dark seas, and craters with a lit rim.
fn moon_ground(noise: &Noise, craters: &[(f32, f32, f32)], x: f32, y: f32) -> f32 {
    let mut ground = 0.9 - 0.3 * smooth(-0.1, 0.26, noise.fractal(x * 1.7 + 3.0, y * 1.7, 4));
    ground += 0.14 * noise.fractal(x * 7.0, y * 7.0, 4);
    for (cx, cy, radius) in craters {
        let (dx, dy) = (x - cx, y - cy);
        let distance = (dx * dx + dy * dy).sqrt() / radius;
        if distance < 1.25 {
            let rim = smooth(0.6, 0.95, distance) * (1.0 - smooth(0.95, 1.25, distance));
            ground += rim * (0.10 - 0.14 * (dx + dy) / radius) - 0.05 * (1.0 - smooth(0.5, 0.9, distance));
        }
    }
    ground
}

/// The full moon with its halo behind thin clouds, over a wood.
pub(in crate::origin) fn moon() -> Canvas {
    let (width, height) = (1500, 1000);
    let (mx, my, radius) = (950.0, 360.0, 170.0);
    let noise = Noise::new(77);
    let sky = Ramp::new(&[(0.0, 0x06_0a1c), (0.6, 0x14_2444), (1.0, 0x30_4a6c)]);
    let clouds = Field::new(width, height, 5, |x, y| {
        let bend = noise.fractal(x / 700.0, y / 400.0 + 9.0, 2);
        smooth(-0.05, 0.5, noise.fractal(x / 520.0 + bend, y / 170.0 + 1.2 * bend, 5))
    });
    let halo = Field::new(width, height, 4, |x, y| {
        let distance = ((x - mx).powi(2) + (y - my).powi(2)).sqrt();
        let ring = (-((distance - 335.0) / 24.0).powi(2)).exp() * 0.13;
        (-(distance - radius).max(0.0) / 150.0).exp() * 0.62 + ring
    });
    let mut rng = Rng::new(19);
    let craters: Vec<_> =
        (0..46).map(|_| (rng.between(-0.9, 0.9), rng.between(-0.9, 0.9), 0.03 + 0.13 * rng.unit().powi(3))).collect();
    let mut canvas = Canvas::shade(width, height, |x, y| {
        let light = halo.at(x, y);
        let cloud = clouds.at(x, y);
        let mut colour = lit(sky.at(y as f32 / height as f32), hex(0xb4_c8ee), light * 0.8);
        let (dx, dy) = (x as f32 - mx, y as f32 - my);
        let square = dx * dx + dy * dy;
        if square < (radius + 1.0) * (radius + 1.0) {
            let distance = square.sqrt();
            let ground = moon_ground(&noise, &craters, dx / radius, dy / radius);
            let limb = 1.0 - 0.25 * (distance / radius).powi(4);
            colour = mix(colour, scaled(hex(0xfb_f4e2), ground * limb), (radius + 1.0 - distance).min(1.0));
        }
        mix(colour, lit(hex(0x1a_2740), hex(0xc6_d2ea), light * 0.9 + 0.05), cloud * 0.72)
    });
    stars(&mut canvas, 6, 220, 580.0);
    for (seed, level, colour, count, size) in [(50, 830.0, 0x14_2338, 110, 62.0), (51, 905.0, 0x08_0f1b, 84, 110.0)] {
        let mut crest = profile(seed, width, level, 60.0, 2.5);
        trees(&mut crest, seed, count, size);
        silhouette(&mut canvas, &crest, height - 1, hex(colour));
    }
    canvas.grain(34)
}

/// A cloud of gas between stars.
pub(in crate::origin) fn nebula() -> Canvas {
    let (width, height) = (1500, 1000);
    let noise = Noise::new(404);
    let gas = Field::new(width, height, 5, |x, y| {
        let (x, y) = (x / 620.0, y / 620.0);
        let (bx, by) = (noise.fractal(x + 3.0, y, 4), noise.fractal(x, y + 8.0, 4));
        noise.fractal(x + 1.6 * bx, y + 1.6 * by + 20.0, 6)
    });
    let hue = Field::new(width, height, 8, |x, y| 0.5 + 0.9 * noise.fractal(x / 800.0 + 40.0, y / 800.0, 3));
    let dust = Field::new(width, height, 4, |x, y| {
        let ridge = 1.0 - noise.fractal(x / 420.0 + 70.0, y / 300.0, 5).abs() * 3.4;
        ridge.max(0.0).powi(3)
    });
    let glow = Ramp::new(&[(0.0, 0x2a_58d8), (0.35, 0x30_c0d0), (0.6, 0xe0_4a9a), (0.8, 0xff_7a58), (1.0, 0xff_c470)]);
    let mut canvas = Canvas::shade(width, height, |x, y| {
        let strength = smooth(-0.36, 0.44, gas.at(x, y));
        let light = strength * strength * (1.0 - 0.75 * dust.at(x, y));
        let colour = lit(hex(0x07_0716), glow.at(hue.at(x, y)), light * 0.95);
        lit(colour, hex(0xff_f0e0), light * light * light * 0.55)
    });
    stars(&mut canvas, 8, 1900, height as f32);
    let mut rng = Rng::new(88);
    for _ in 0..13 {
        let (x, y) = (rng.between(60.0, 1440.0), rng.between(60.0, 940.0));
        let size = rng.between(14.0, 46.0);
        canvas.glow((x, y), size, hex(0xd8_e4ff), 0.75);
        canvas.glow((x, y), size * 0.3, hex(0xff_ffff), 1.2);
        for step in 0..(size * 2.2) as i32 {
            let strength = (1.0 - step as f32 / (size * 2.2)).powi(2) * 0.8;
            for (dx, dy) in [(step, 0), (-step, 0), (0, step), (0, -step)] {
                canvas.add(x as i32 + dx, y as i32 + dy, hex(0xe0_e8ff), strength);
            }
        }
    }
    canvas.grain(34)
}
