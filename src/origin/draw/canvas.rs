//! Pixels and colours: a canvas to shade, blend and glow on, ramps of colour, and the grain of film. It must not know
//! any picture.
//!
//! Debug builds draw too, without an optimiser, and a client waits meanwhile: hence loops over indices where iterators
//! would be the usual choice, and tables instead of arithmetic.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels: coordinates and shades are small, and casts to u8 saturate as wanted"
)]

/// Red, green and blue from 0 to 255; sums may go beyond on the way.
pub(super) type Colour = [f32; 3];

/// `0xRRGGBB` as a colour.
pub(super) const fn hex(rgb: u32) -> Colour {
    [(rgb >> 16 & 255) as f32, (rgb >> 8 & 255) as f32, (rgb & 255) as f32]
}

/// From `a` (`t` = 0) to `b` (`t` = 1).
pub(super) fn mix(a: Colour, b: Colour, t: f32) -> Colour {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

/// `base` with `light` shining on it, `strength` times.
pub(super) fn lit(base: Colour, light: Colour, strength: f32) -> Colour {
    [base[0] + light[0] * strength, base[1] + light[1] * strength, base[2] + light[2] * strength]
}

/// `colour` made brighter or darker.
pub(super) fn scaled(colour: Colour, factor: f32) -> Colour {
    [colour[0] * factor, colour[1] * factor, colour[2] * factor]
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(super) fn smooth(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Colours along a line, looked up by a number from 0 to 1.
pub(super) struct Ramp(Vec<Colour>);

impl Ramp {
    const STEPS: usize = 1023;

    /// A ramp through stops in rising order; the first stands at 0, the last at 1.
    pub(super) fn new(stops: &[(f32, u32)]) -> Self {
        let at = |t: f32| {
            let next = stops.iter().position(|stop| stop.0 >= t).unwrap_or(stops.len() - 1).max(1);
            let ((t0, c0), (t1, c1)) = (stops[next - 1], stops[next]);
            mix(hex(c0), hex(c1), ((t - t0) / (t1 - t0)).clamp(0.0, 1.0))
        };
        Self((0..=Self::STEPS).map(|step| at(step as f32 / Self::STEPS as f32)).collect())
    }

    pub(super) fn at(&self, t: f32) -> Colour {
        self.0[((t * Self::STEPS as f32) as usize).min(Self::STEPS)]
    }
}

/// A picture in the making.
pub(in crate::origin) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

fn byte(value: f32) -> u8 {
    value as u8
}

impl Canvas {
    /// A canvas whose every pixel is what `shade` says of its column and row.
    pub(super) fn shade(width: usize, height: usize, mut shade: impl FnMut(usize, usize) -> Colour) -> Self {
        let mut pixels = Vec::with_capacity(width * height);
        let mut y = 0;
        while y < height {
            let mut x = 0;
            while x < width {
                let c = shade(x, y);
                pixels.push([byte(c[0]), byte(c[1]), byte(c[2])]);
                x += 1;
            }
            y += 1;
        }
        Self { width, height, pixels }
    }

    pub(super) fn dimensions(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// The colour of a pixel; outside, that of the nearest.
    pub(super) fn get(&self, x: f32, y: f32) -> Colour {
        let (x, y) = ((x as usize).min(self.width - 1), (y as usize).min(self.height - 1));
        let p = self.pixels[y * self.width + x];
        [f32::from(p[0]), f32::from(p[1]), f32::from(p[2])]
    }

    pub(super) fn set(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = [byte(colour[0]), byte(colour[1]), byte(colour[2])];
        }
    }

    /// Lays a colour over a pixel; outside the canvas nothing happens.
    pub(super) fn blend(&mut self, x: i32, y: i32, colour: Colour, alpha: f32) {
        if x < 0 || y < 0 || x as usize >= self.width || y as usize >= self.height {
            return;
        }
        let p = &mut self.pixels[y as usize * self.width + x as usize];
        let old = [f32::from(p[0]), f32::from(p[1]), f32::from(p[2])];
        let c = mix(old, colour, alpha);
        *p = [byte(c[0]), byte(c[1]), byte(c[2])];
    }

    /// Adds light to a pixel, as [`Self::blend`] does colour.
    pub(super) fn add(&mut self, x: i32, y: i32, light: Colour, strength: f32) {
        if x < 0 || y < 0 || x as usize >= self.width || y as usize >= self.height {
            return;
        }
        let p = &mut self.pixels[y as usize * self.width + x as usize];
        let c = lit([f32::from(p[0]), f32::from(p[1]), f32::from(p[2])], light, strength);
        *p = [byte(c[0]), byte(c[1]), byte(c[2])];
    }

    /// Calls `paint` for every pixel within `radius` of a point, with its distance.
    pub(super) fn around(&mut self, at: (f32, f32), radius: f32, mut paint: impl FnMut(&mut Self, i32, i32, f32)) {
        let reach = radius.ceil();
        for y in (at.1 - reach) as i32..=(at.1 + reach) as i32 {
            for x in (at.0 - reach) as i32..=(at.0 + reach) as i32 {
                let (dx, dy) = (x as f32 - at.0, y as f32 - at.1);
                let square = dx * dx + dy * dy;
                if square <= radius * radius {
                    paint(self, x, y, square.sqrt());
                }
            }
        }
    }

    /// A disc with a soft edge of one pixel.
    pub(super) fn disc(&mut self, at: (f32, f32), radius: f32, colour: Colour, alpha: f32) {
        self.around(at, radius + 0.5, |canvas, x, y, distance| {
            canvas.blend(x, y, colour, alpha * (radius + 0.5 - distance).min(1.0));
        });
    }

    /// Light that fades from a point outwards.
    pub(super) fn glow(&mut self, at: (f32, f32), radius: f32, light: Colour, strength: f32) {
        self.around(at, radius, |canvas, x, y, distance| {
            let fade = 1.0 - distance / radius;
            canvas.add(x, y, light, strength * fade * fade);
        });
    }

    /// Film grain: every pixel a little lighter or darker, at most by `strength`, mostly by less.
    pub(super) fn grain(mut self, strength: i32) -> Self {
        let mut state = 0x9e37_79b9_u32;
        let mut at = 0;
        while at < self.pixels.len() {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            // Neighbouring channels share a byte: more a change of light than of colour, as on film.
            let low = ((state & 255) as i32, (state >> 8 & 255) as i32);
            let high = ((state >> 16 & 255) as i32, (state >> 24) as i32);
            let p = self.pixels[at];
            let r = i32::from(p[0]) + (low.0 + low.1 - 255) * strength / 256;
            let g = i32::from(p[1]) + (low.1 + high.0 - 255) * strength / 256;
            let b = i32::from(p[2]) + (high.0 + high.1 - 255) * strength / 256;
            self.pixels[at] = if (r | g | b) & !255 == 0 {
                [r as u8, g as u8, b as u8]
            } else {
                [r.clamp(0, 255) as u8, g.clamp(0, 255) as u8, b.clamp(0, 255) as u8]
            };
            at += 1;
        }
        self
    }
}
