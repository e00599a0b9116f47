//! Pictures of the land: dunes, ridges in the mist, grass in the wind. Each draws itself and knows of no other.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels: coordinates are small"
)]

use super::canvas::{Canvas, Colour, Ramp, hex, lit, mix, scaled, smooth};
use super::noise::{Field, Noise, Rng};
use super::scenery::{profile, stars, trees};

/// Which of the layers, far ones first, covers a pixel, and how deep below its crest the pixel lies.
fn layer_at(layers: &[Vec<f32>], x: usize, y: f32) -> Option<(usize, f32)> {
    let mut at = layers.len();
    while at > 0 {
        at -= 1;
        let depth = y - layers[at][x];
        if depth >= 0.0 {
            return Some((at, depth));
        }
    }
    None
}

/// Sand dunes in the low sun.
pub(in crate::origin) fn dunes() -> Canvas {
    let (width, height) = (1500, 1000);
    let (sun_x, sun_y) = (1080.0, 268.0);
    let noise = Noise::new(900);
    let sky = Ramp::new(&[(0.0, 0x4a_6fa8), (0.4, 0xc8_a8a8), (0.75, 0xff_cf96), (1.0, 0xff_e3b4)]);
    let sand = Ramp::new(&[(0.0, 0x4a_1f26), (0.3, 0x96_4428), (0.55, 0xd8_803c), (0.8, 0xf8_b868), (1.0, 0xff_e2a8)]);
    let mut rng = Rng::new(7);
    let layers: Vec<Vec<f32>> = (0..6_u8)
        .map(|n| {
            let near = f32::from(n) / 5.0;
            let (phase, waves) = (rng.between(0.0, 100.0), 2.6 - 1.4 * near);
            let column = |x: usize| {
                let u = x as f32 / width as f32 * waves + phase;
                // One side of a dune is steep, the other long: a bent wave, sharp where it turns.
                let ridge = 1.0 - noise.at(u + 0.25 * noise.at(u * 2.0, 3.0), phase).abs() * 2.2;
                370.0 + 460.0 * near.powf(1.25) - (50.0 + 110.0 * near) * ridge + 10.0 * noise.at(u * 5.0, phase)
            };
            (0..width).map(column).collect()
        })
        .collect();
    // The side of a dune that a column shows, smoothed: a crest may turn at once, sand does not.
    let slopes: Vec<Vec<f32>> = layers.iter().map(|crest| slopes(crest)).collect();
    let warp = Field::new(width, height, 6, |x, y| noise.fractal(x / 260.0, y / 90.0, 3));
    let glow = Field::new(width, height, 6, |x, y| {
        let distance = ((x - sun_x).powi(2) + (y - sun_y).powi(2)).sqrt();
        (-distance / 230.0).exp()
    });
    let mut canvas = Canvas::shade(width, height, |x, y| {
        let row = y as f32;
        let Some((layer, depth)) = layer_at(&layers, x, row) else {
            return lit(sky.at(row / 470.0), hex(0xff_e0a0), glow.at(x, y) * 0.55);
        };
        let near = layer as f32 / 5.0;
        let slope = slopes[layer][x];
        let w = warp.at(x, y);
        let fall = (depth / (120.0 + 260.0 * near)).min(1.0);
        let side = 0.5 + (smooth(-20.0, 20.0, -slope + 8.0 * w) - 0.5) * (1.0 - fall).powi(2);
        let ripple = ((row * 0.9 - x as f32 * 0.16) * (0.42 - 0.27 * near) + w * 9.0).sin();
        let shade = 0.28 + 0.46 * side + 0.12 * (1.0 - fall) + ripple * (0.02 + 0.035 * near) + 0.1 * w;
        let haze = (1.0 - near).powi(2) * 0.62;
        lit(mix(sand.at(shade.max(0.0)), hex(0xf4_c093), haze), hex(0xff_c878), glow.at(x, y) * 0.3)
    });
    sun(&mut canvas, (sun_x, sun_y), 40.0, &layers[0]);
    canvas.grain(30)
}

/// How a crest falls around every column, over a width in which a kink is lost.
fn slopes(crest: &[f32]) -> Vec<f32> {
    let last = crest.len() - 1;
    let mean = |x: usize| {
        let reach = (1..=40).step_by(3);
        let sum: f32 = reach.clone().map(|r| crest[(x + r).min(last)] - crest[x.saturating_sub(r)]).sum();
        sum / reach.count() as f32
    };
    (0..crest.len()).map(mean).collect()
}

/// The sun's disc, where no ground covers it.
fn sun(canvas: &mut Canvas, at: (f32, f32), radius: f32, ground: &[f32]) {
    canvas.around(at, radius + 0.5, |canvas, x, y, distance| {
        if ground.get(x as usize).is_some_and(|top| (y as f32) < *top) {
            canvas.blend(x, y, hex(0xff_f8e2), (radius + 0.5 - distance).min(1.0));
        }
    });
}

/// Mountain ridges, one behind the other, with mist between them at dusk.
pub(in crate::origin) fn ridge() -> Canvas {
    let (width, height) = (1500, 1000);
    let sky = Ramp::new(&[(0.0, 0x12_1a44), (0.35, 0x4a_3f78), (0.65, 0xc8_6a80), (0.85, 0xff_a878), (1.0, 0xff_d49a)]);
    let tint = Ramp::new(&[(0.0, 0xb8_7590), (0.35, 0x6a_5088), (0.7, 0x2c_2f5c), (1.0, 0x0c_1028)]);
    let count = 8_u16;
    let layers: Vec<Vec<f32>> = (0..count)
        .map(|n| {
            let near = f32::from(n) / f32::from(count - 1);
            let mut crest =
                profile(60 + u32::from(n), width, 460.0 + 440.0 * near, 125.0 - 58.0 * near, 5.0 - 2.4 * near);
            if n + 3 >= count {
                trees(&mut crest, u32::from(n), 300 - usize::from(n) * 24, 13.0 + 80.0 * (near - 0.6));
            }
            crest
        })
        .collect();
    let noise = Noise::new(5);
    let mist = Field::new(width, height, 6, |x, y| 0.5 + 0.9 * noise.fractal(x / 420.0, y / 110.0, 4));
    let mut canvas = Canvas::shade(width, height, |x, y| {
        let row = y as f32;
        let Some((layer, depth)) = layer_at(&layers, x, row) else { return sky.at(row / 530.0) };
        let near = layer as f32 / f32::from(count - 1);
        let fog = mix(hex(0xf2_ae98), hex(0x6a_6a98), near);
        let thick = smooth(0.0, 210.0, depth) * (0.9 - 0.4 * near) * (0.4 + 0.6 * mist.at(x, y).clamp(0.0, 1.0));
        mix(tint.at(near), fog, thick)
    });
    stars(&mut canvas, 14, 330, 250.0);
    canvas.grain(36)
}

/// Grass in the wind: strands that follow a field of directions.
pub(in crate::origin) fn meadow() -> Canvas {
    let (width, height) = (1500_u16, 1000_u16);
    let noise = Noise::new(321);
    let field = Field::new(width.into(), height.into(), 10, |x, y| {
        2.6 * noise.fractal(x / 900.0, y / 700.0, 2) + 0.5 * noise.at(x / 170.0, y / 170.0) - 0.35
    });
    let ramp = Ramp::new(&[
        (0.0, 0x0c_2f3a),
        (0.2, 0x14_5e5a),
        (0.42, 0x4a_9a5c),
        (0.62, 0xb8_c860),
        (0.8, 0xf6_d878),
        (0.92, 0xf0_9a58),
        (1.0, 0xd8_5a5a),
    ]);
    let hue = |x: f32, y: f32| 0.48 + 0.75 * noise.fractal(x / 760.0 + 31.0, y / 520.0, 3);
    let mut canvas =
        Canvas::shade(width.into(), height.into(), |_, y| mix(hex(0x0a_2430), hex(0x1c_4038), y as f32 / 1000.0));
    let mut rng = Rng::new(2);
    for n in 0..5000_u16 {
        let (mut x, mut y) = (rng.between(-60.0, 1500.0), rng.between(0.0, 1000.0));
        let age = f32::from(n) / 5000.0;
        let shade = hue(x, y) + rng.between(-0.13, 0.13);
        let colour: Colour = scaled(ramp.at(shade.max(0.0)), 0.45 + 0.6 * age + rng.between(-0.1, 0.1));
        let (steps, thick) = (rng.between(26.0, 70.0), rng.between(0.8, 2.1));
        let mut left = steps;
        while left > 0.0 && x < 1499.0 && y > 0.0 && y < 999.0 {
            let turn = field.at(x.max(0.0) as usize, y as usize);
            x += 2.0 * turn.cos();
            y += 2.0 * turn.sin();
            // Thin at both ends.
            let along = left / steps;
            canvas.disc((x, y), thick * (4.0 * along * (1.0 - along)).sqrt(), colour, 0.85);
            left -= 1.0;
        }
    }
    canvas.grain(20)
}
