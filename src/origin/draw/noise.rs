//! Chance with a seed: random numbers, smooth noise, and fields of values kept coarse and read fine. It must not know
//! colours.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "coordinates of pictures are small, and lattice cells wrap around on purpose"
)]

/// Random numbers, the same for the same seed (xorshift).
pub(super) struct Rng(u32);

impl Rng {
    pub(super) fn new(seed: u32) -> Self {
        let mut rng = Self(seed.wrapping_mul(0x9e37_79b9) | 1);
        for _ in 0..4 {
            rng.next();
        }
        rng
    }

    pub(super) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// From 0 to 1.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 8) as f32 / 16_777_216.0
    }

    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// From 0 to just below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }
}

/// Smooth noise over the plane (Perlin's), about -1 to 1, with a period of 256.
pub(super) struct Noise {
    order: [u8; 256],
    slopes: [(f32, f32); 16],
}

impl Noise {
    pub(super) fn new(seed: u32) -> Self {
        let mut rng = Rng::new(seed);
        let mut order = [0; 256];
        for (n, slot) in (0..=255).zip(&mut order) {
            *slot = n;
        }
        for at in (1..256).rev() {
            order.swap(at, rng.below(at + 1));
        }
        let mut slopes = [(0.0, 0.0); 16];
        for (at, slope) in slopes.iter_mut().enumerate() {
            let (sin, cos) = (at as f32 * std::f32::consts::TAU / 16.0).sin_cos();
            *slope = (1.5 * cos, 1.5 * sin);
        }
        Self { order, slopes }
    }

    fn corner(&self, column: i32, row: i32, dx: f32, dy: f32) -> f32 {
        let first = usize::from(self.order[(column & 255) as usize]);
        let (x, y) = self.slopes[usize::from(self.order[(first + (row & 255) as usize) & 255] & 15)];
        x * dx + y * dy
    }

    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        // A cast and a comparison: `floor` is a function call on machines without an instruction for it.
        let (column, row) = (x as i32 - i32::from(x < 0.0), y as i32 - i32::from(y < 0.0));
        let (dx, dy) = (x - column as f32, y - row as f32);
        let (u, v) = (dx * dx * (3.0 - 2.0 * dx), dy * dy * (3.0 - 2.0 * dy));
        let row_at = |row, dy| {
            let first = self.corner(column, row, dx, dy);
            first + (self.corner(column + 1, row, dx - 1.0, dy) - first) * u
        };
        let upper = row_at(row, dy);
        upper + (row_at(row + 1, dy - 1.0) - upper) * v
    }

    /// Noise upon noise: `octaves` layers, each twice as fine and half as strong.
    pub(super) fn fractal(&self, mut x: f32, mut y: f32, octaves: u32) -> f32 {
        let (mut sum, mut weight) = (0.0, 0.5);
        for _ in 0..octaves {
            sum += weight * self.at(x, y);
            // An odd shift keeps the layers' lattices from lying on one another.
            (x, y) = (x * 2.0 + 17.3, y * 2.0 + 5.9);
            weight *= 0.5;
        }
        sum
    }
}

/// A value for every pixel, computed at every `step`th and interpolated between.
pub(super) struct Field {
    step: f32,
    columns: usize,
    values: Vec<f32>,
}

impl Field {
    pub(super) fn new(width: usize, height: usize, step: usize, mut value: impl FnMut(f32, f32) -> f32) -> Self {
        let (columns, rows) = (width / step + 2, height / step + 2);
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                values.push(value((column * step) as f32, (row * step) as f32));
            }
        }
        Self { step: 1.0 / step as f32, columns, values }
    }

    /// The value at a pixel inside the picture.
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (x as f32 * self.step, y as f32 * self.step);
        let (column, row) = (x as usize, y as usize);
        let (dx, dy) = (x - column as f32, y - row as f32);
        let at = row * self.columns + column;
        let below = at + self.columns;
        let upper = self.values[at] + (self.values[at + 1] - self.values[at]) * dx;
        let lower = self.values[below] + (self.values[below + 1] - self.values[below]) * dx;
        upper + (lower - upper) * dy
    }
}
