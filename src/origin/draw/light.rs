//! Pictures of light alone: a spirograph's traces, the colours of an opal. Each draws itself and knows of no other.
#![expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "pixels: coordinates are small")]

use std::f32::consts::TAU;

use super::canvas::{Canvas, Ramp, hex, lit, mix, scaled, smooth};
use super::noise::{Field, Noise};

/// Curves of wheels rolling in wheels, drawn with light.
pub(in crate::origin) fn spiral() -> Canvas {
    let (width, height) = (1080, 1080);
    let mut canvas = Canvas::shade(width, height, |x, y| {
        let (dx, dy) = (x as f32 / 540.0 - 1.0, y as f32 / 540.0 - 1.0);
        mix(hex(0x1a_1638), hex(0x06_0612), (dx * dx + dy * dy).min(1.0))
    });
    let ramp = Ramp::new(&[(0.0, 0x30_d0ff), (0.25, 0x8a_6cff), (0.5, 0xff_5aa8), (0.75, 0xff_b04a), (1.0, 0x30_d0ff)]);
    // Radius of the fixed wheel, of the rolling one, of the pen; turns until the curve closes.
    let wheels = [(430.0, 170.0, 250.0, 17.0, 0.8), (300.0, 130.0, 105.0, 13.0, 0.8), (500.0, 40.0, 60.0, 2.0, 0.6)];
    for (fixed, rolling, pen, turns, strength) in wheels {
        let steps = (turns * 2900.0) as i32;
        for step in 0..steps {
            let t = step as f32 / steps as f32 * turns * TAU;
            let arm: f32 = fixed - rolling;
            let inner = t * arm / rolling;
            let x = 540.0 + arm * t.cos() + pen * inner.cos();
            let y = 540.0 + arm * t.sin() - pen * inner.sin();
            let colour = ramp.at((step as f32 / steps as f32 * 3.0).fract());
            splat(&mut canvas, x, y, colour, strength);
        }
    }
    canvas.grain(14)
}

/// Adds a dot of light between pixels.
fn splat(canvas: &mut Canvas, x: f32, y: f32, colour: [f32; 3], strength: f32) {
    let (dx, dy) = (x.fract(), y.fract());
    let (x, y) = (x as i32, y as i32);
    canvas.add(x, y, colour, strength * (1.0 - dx) * (1.0 - dy));
    canvas.add(x + 1, y, colour, strength * dx * (1.0 - dy));
    canvas.add(x, y + 1, colour, strength * (1.0 - dx) * dy);
    canvas.add(x + 1, y + 1, colour, strength * dx * dy);
}

/// An opal: noise bent by noise, in colours that turn with the light.
pub(in crate::origin) fn opal() -> Canvas {
    let (width, height) = (1500, 1000);
    let noise = Noise::new(2024);
    let bent = Field::new(width + 16, height + 16, 5, |x, y| {
        let (x, y) = (x / 640.0, y / 640.0);
        let (ax, ay) = (noise.fractal(x, y, 3), noise.fractal(x + 5.2, y + 1.3, 3));
        let (bx, by) =
            (noise.fractal(x + 2.4 * ax, y + 2.4 * ay + 9.0, 3), noise.fractal(x + 2.4 * ax + 8.3, y + 2.4 * ay, 3));
        noise.fractal(x + 2.2 * bx, y + 2.2 * by, 4) + 0.35 * bx
    });
    let ramp = Ramp::new(&[
        (0.0, 0x1a_2a5c),
        (0.2, 0x2a_7a9c),
        (0.36, 0x8a_d8c8),
        (0.5, 0xf6_efdc),
        (0.64, 0xf8_b8a0),
        (0.8, 0xd0_5a8a),
        (1.0, 0x4a_2468),
    ]);
    Canvas::shade(width, height, |x, y| {
        let here = bent.at(x, y);
        // Light from the upper left on a surface as high as the noise.
        let slope = (bent.at(x + 6, y + 6) - here) * 9.0;
        let shine = smooth(0.1, 0.75, slope);
        lit(
            scaled(ramp.at((0.5 + 0.95 * here).max(0.0)), 0.94 + 0.34 * slope.clamp(-1.0, 1.0)),
            hex(0xff_ffff),
            shine * 0.22,
        )
    })
    .grain(34)
}
