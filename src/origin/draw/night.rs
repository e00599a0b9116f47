//! Pictures of lights at night: a harbour, lanterns out of focus. Each draws itself and knows of no other.
#![expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "pixels: coordinates are small")]

use super::canvas::{Canvas, Colour, Ramp, hex, lit, mix, scaled};
use super::noise::{Field, Noise, Rng};
use super::scenery::{mirror, stars};

const WINDOWS: [u32; 5] = [0xff_d890, 0xff_c06a, 0xff_eec8, 0xbc_d8ff, 0xff_a85a];

/// A city over its harbour.
pub(in crate::origin) fn harbour() -> Canvas {
    let (width, height, quay) = (1500, 1000, 655);
    let noise = Noise::new(61);
    let sky = Ramp::new(&[(0.0, 0x0a_1030), (0.35, 0x2a_2a5c), (0.6, 0x7a_4674), (0.8, 0xd0_7470), (1.0, 0xff_b078)]);
    let clouds = Field::new(width, height, 6, |x, y| noise.fractal(x / 600.0, y / 150.0, 4));
    let mut canvas = Canvas::shade(width, height, |x, y| {
        if y > quay {
            return [0.0; 3];
        }
        let t = y as f32 / quay as f32;
        lit(sky.at(t), hex(0x70_5078), clouds.at(x, y).max(0.0) * (0.35 + 0.5 * t))
    });
    stars(&mut canvas, 9, 230, 330.0);
    let mut rng = Rng::new(23);
    for (row, wall, dark) in [(0_u8, 0x4c_3c68, 0.5), (1, 0x28_264c, 0.3), (2, 0x12_142c, 0.2)] {
        let mut x = -20.0;
        while x < width as f32 {
            let near = f32::from(row);
            let (wide, gap) = (rng.between(44.0, 96.0), rng.between(-6.0, 12.0 + 14.0 * near));
            // Towers stand highest a little left of the middle.
            let middle = 1.0 - ((x - 660.0) / 830.0).powi(2);
            let high = (120.0 + 320.0 * middle.max(0.0) * rng.unit()) * (1.0 - 0.17 * near);
            building(&mut canvas, &mut rng, (x, quay as f32 - high, wide, quay as f32), hex(wall), dark);
            x += wide + gap;
        }
    }
    let mut x = 12.0;
    while x < width as f32 {
        let lamp = hex(WINDOWS[rng.below(WINDOWS.len())]);
        canvas.glow((x, 644.0), 26.0, lamp, 0.55);
        canvas.disc((x, 644.0), 2.2, hex(0xff_f6e0), 1.0);
        x += rng.between(18.0, 54.0);
    }
    mirror(&mut canvas, 71, quay, hex(0x08_0c1e), 0.86);
    canvas.grain(30)
}

/// A building (left, top, width, foot) with rows of windows, some of them lit; `dark` is the share that is not.
fn building(
    canvas: &mut Canvas,
    rng: &mut Rng,
    (left, top, wide, foot): (f32, f32, f32, f32),
    wall: Colour,
    dark: f32,
) {
    for y in top as i32..=foot as i32 {
        let haze = mix(wall, hex(0x7a_4a62), ((y as f32 - top) / (foot - top)).powi(2) * 0.28);
        for x in left as i32..(left + wide) as i32 {
            canvas.blend(x, y, haze, 1.0);
        }
    }
    let (step_x, step_y) = (rng.between(7.0, 11.0), rng.between(10.0, 15.0));
    let common = hex(WINDOWS[rng.below(WINDOWS.len())]);
    let share = dark + rng.between(0.0, 0.4);
    let mut y = top + 9.0;
    while y < foot - 12.0 {
        // Whole floors work late, others have gone home.
        let floor = share + rng.between(-0.2, 0.25);
        let mut x = left + 5.0;
        while x < left + wide - 7.0 {
            if rng.unit() > floor {
                let colour = if rng.unit() < 0.8 { common } else { hex(WINDOWS[rng.below(WINDOWS.len())]) };
                let colour = scaled(colour, rng.between(0.55, 1.1));
                for dy in 0..(step_y * 0.5) as i32 {
                    for dx in 0..(step_x * 0.55) as i32 {
                        canvas.blend(x as i32 + dx, y as i32 + dy, colour, 0.9);
                    }
                }
            }
            x += step_x;
        }
        y += step_y;
    }
    if rng.unit() < 0.3 {
        let middle = left + wide * 0.5;
        for y in (top - wide * 0.7) as i32..top as i32 {
            canvas.blend(middle as i32, y, wall, 1.0);
        }
        canvas.glow((middle, top - wide * 0.7), 9.0, hex(0xff_5040), 1.0);
    }
}

/// Lanterns out of focus: discs of light, large and faint ones behind small and sharp ones.
pub(in crate::origin) fn lanterns() -> Canvas {
    let (width, height) = (1500, 1000);
    let noise = Noise::new(15);
    let back = Ramp::new(&[(0.0, 0x0a_0c20), (0.4, 0x1e_1638), (0.7, 0x4a_1f3e), (1.0, 0x7a_3630)]);
    let field = Field::new(width, height, 8, |x, y| {
        0.2 + 0.5 * y / height as f32 + 0.55 * noise.fractal(x / 700.0, y / 500.0, 3)
    });
    let mut canvas = Canvas::shade(width, height, |x, y| back.at(field.at(x, y).max(0.0)));
    let colours = [0xff_9a3c, 0xff_b85a, 0xff_6a3c, 0xff_d890, 0xf0_4a5a, 0x5a_a8d8, 0xff_c878].map(hex);
    let mut rng = Rng::new(130);
    for n in 0..120_u8 {
        let near = f32::from(n) / 120.0;
        let radius = rng.between(30.0, 104.0) * (1.15 - 0.75 * near);
        // They hang in three swags across the picture.
        let x = rng.between(-40.0, 1540.0);
        let swag = [190.0, 450.0, 740.0][rng.below(3)] + 130.0 * (1.0 - ((x - 750.0) / 750.0).powi(2));
        let y = swag + rng.between(-150.0, 150.0) * rng.unit();
        let strength = rng.between(0.16, 0.4) * (0.6 + 0.6 * near);
        let colour = colours[rng.below(colours.len())];
        canvas.around((x, y), radius, |canvas, px, py, distance| {
            let edge = (radius - distance).min(2.0) * 0.5;
            // A lens puts more light into the rim of a blurred point.
            let rim = (distance / radius).powi(8) * 0.5;
            canvas.add(px, py, colour, strength * edge * (0.62 + rim));
        });
    }
    canvas.grain(36)
}
