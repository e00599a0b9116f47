//! Pictures of water: a tide at sunset, rain on a pond; and the mirror that other pictures lay before their shores.
#![expect(clippy::cast_precision_loss, reason = "pixels: coordinates are small")]

use super::canvas::{Canvas, Colour, Ramp, hex, lit, mix, scaled, smooth};
use super::noise::{Field, Noise, Rng};

/// The sea under a low sun.
pub(in crate::origin) fn tide() -> Canvas {
    let (width, height, horizon) = (1500, 1000, 470);
    let (sun_x, sun_y, radius) = (630.0, 388.0, 54.0);
    let noise = Noise::new(1234);
    let sky = Ramp::new(&[(0.0, 0x2a_3a6c), (0.45, 0x8a_5f8c), (0.75, 0xf0_8a6c), (1.0, 0xff_c884)]);
    let sea = Ramp::new(&[(0.0, 0x0a_1c34), (0.4, 0x2c_3f66), (0.62, 0x8a_6078), (0.8, 0xf0_9a70), (1.0, 0xff_e2ac)]);
    let clouds = Field::new(width, height, 5, |x, y| {
        let flat = 190.0 - 130.0 * (y / horizon as f32).min(1.0);
        smooth(0.04, 0.5, noise.fractal(x / 560.0, y / flat, 5))
    });
    let glow = Field::new(width, height, 5, |x, y| {
        let distance = ((x - sun_x).powi(2) + ((y - sun_y) * 1.25).powi(2)).sqrt();
        (-distance / 210.0).exp()
    });
    let waves = Field::new(width, height, 2, |x, y| {
        let down = (y - horizon as f32).max(0.0);
        let far = 900.0 / (down + 9.0);
        let (u, v) = ((x - sun_x) * far / 900.0, far * 5.5);
        if down <= 0.0 {
            return 0.0;
        }
        let swell = (v * 1.4 + 1.6 * noise.at(u * 0.9, v * 0.22)).sin() * 0.28;
        swell + noise.at(u * 2.4, v * 0.9) * 0.75 + noise.at(u * 8.0 + 5.0, v * 2.6) * 0.45
    });
    let canvas = Canvas::shade(width, height, |x, y| {
        let light = glow.at(x, y);
        if y < horizon {
            let base = lit(sky.at(y as f32 / horizon as f32), hex(0xff_b060), light * 0.6);
            let (dx, dy) = (x as f32 - sun_x, y as f32 - sun_y);
            let disc = (radius + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0);
            let cloud = mix(hex(0x5a_4470), hex(0xff_9a70), smooth(0.0, 0.55, light) + y as f32 / 1500.0);
            return mix(mix(base, hex(0xff_f4d0), disc), cloud, clouds.at(x, y) * 0.7);
        }
        let down = (y - horizon) as f32;
        let wave = waves.at(x, y);
        // The path of light widens towards the viewer and breaks up on the waves.
        let off = (x as f32 - sun_x) / (95.0 + down * 0.34);
        let path = 1.0 / (1.0 + off * off * off * off);
        let far = 1.0 - down / (height - horizon) as f32;
        let glint = smooth(0.08, 0.62, wave + 0.16 * path) * path;
        sea.at((0.16 + 0.34 * far * far + 0.17 * wave + 0.62 * glint).max(0.0))
    });
    canvas.grain(32)
}

/// Rings of rain on a pond.
pub(in crate::origin) fn rain() -> Canvas {
    let (width, height) = (1500, 1000);
    let mut rng = Rng::new(46);
    let drops: Vec<[f32; 5]> = (0..16)
        .map(|_| {
            let radius = 36.0 + 270.0 * rng.unit().powf(1.4);
            let (x, y) = (rng.between(0.0, width as f32), rng.between(0.0, height as f32));
            [x, y, radius, 30.0 + radius * 0.24, 1.0 - radius / 420.0]
        })
        .collect();
    let noise = Noise::new(31);
    let level = Field::new(width + 8, height + 8, 4, |x, y| {
        let mut sum = 1.1 * noise.fractal(x / 300.0, y / 130.0, 4);
        for [dx, dy, radius, band, high] in &drops {
            // The pond is seen at a slant: rings are ellipses.
            let (across, along) = (x - dx, (y - dy) * 1.7);
            let square = across * across + along * along;
            let (inner, outer) = ((radius - band).max(0.0), radius + band);
            if square > inner * inner && square < outer * outer {
                let off = (square.sqrt() - radius) / band;
                sum += high * (1.0 - off * off).powi(2) * (off * 11.0).cos();
            }
        }
        sum
    });
    let water =
        Ramp::new(&[(0.0, 0x04_1a24), (0.3, 0x0c_3a48), (0.55, 0x2a_6f7c), (0.78, 0x8a_bcc0), (1.0, 0xf4_f8f0)]);
    let leaf = hex(0x3e_7a4c);
    let mut canvas = Canvas::shade(width, height, |x, y| {
        let here = level.at(x, y);
        let (right, below) = (level.at(x + 5, y) - here, level.at(x, y + 5) - here);
        let sheen = 0.46 - 0.26 * y as f32 / height as f32;
        water.at((sheen + 0.75 * below + 0.42 * right + 0.05 * here).max(0.0))
    });
    for _ in 0..15 {
        let at = (rng.between(0.0, width as f32), rng.between(0.0, height as f32));
        pad(&mut canvas, at, rng.between(36.0, 92.0), rng.between(0.0, 6.2), scaled(leaf, rng.between(0.7, 1.25)));
    }
    canvas.grain(34)
}

/// A lily pad: a slanted disc with a notch and veins.
fn pad(canvas: &mut Canvas, at: (f32, f32), radius: f32, notch: f32, colour: Colour) {
    canvas.around((at.0 + 5.0, at.1 + 9.0), radius, |canvas, x, y, _| {
        let dy = (y as f32 - at.1 - 9.0) * 1.7;
        if (x as f32 - at.0 - 5.0).hypot(dy) < radius {
            canvas.blend(x, y, hex(0x02_1016), 0.45);
        }
    });
    canvas.around(at, radius, |canvas, x, y, _| {
        let (dx, dy) = (x as f32 - at.0, (y as f32 - at.1) * 1.7);
        let distance = dx.hypot(dy);
        let turn = (dy.atan2(dx) - notch).rem_euclid(std::f32::consts::TAU);
        if distance > radius || turn < 0.34 {
            return;
        }
        let vein = smooth(0.86, 1.0, (turn * 6.5).cos()) * (distance / radius);
        let edge = smooth(0.86, 1.0, distance / radius);
        let shade = 0.82 + 0.26 * vein + 0.3 * edge - 0.14 * dy / radius;
        canvas.blend(x, y, scaled(colour, shade), (radius - distance).min(1.0));
    });
}
