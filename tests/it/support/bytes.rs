//! Bytes to serve: payloads that never repeat, so that a splice at a wrong offset shows, and small real pictures,
//! because the program looks at what bytes are.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

struct XorShift(u64);

impl XorShift {
    fn new(seed: u64) -> Self {
        // Zero is the one state that the generator never leaves.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// The same `len` bytes for the same seed, other bytes for another.
pub(crate) fn payload(seed: u64, len: usize) -> Vec<u8> {
    let mut random = XorShift::new(seed);
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        bytes.extend_from_slice(&random.next().to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// A PNG of noise.
pub(crate) fn png(seed: u64, width: u32, height: u32) -> Vec<u8> {
    picture(seed, width, height, ImageFormat::Png)
}

/// A JPEG of noise.
pub(crate) fn jpeg(seed: u64, width: u32, height: u32) -> Vec<u8> {
    picture(seed, width, height, ImageFormat::Jpeg)
}

fn picture(seed: u64, width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut random = XorShift::new(seed);
    let drawn = RgbImage::from_fn(width, height, |_, _| {
        let [red, green, blue, ..] = random.next().to_le_bytes();
        Rgb([red, green, blue])
    });
    let mut file = Cursor::new(Vec::new());
    drawn.write_to(&mut file, format).expect("memory takes every picture");
    file.into_inner()
}

#[test]
fn payloads_are_repeatable_and_never_repeat_themselves() {
    let bytes = payload(7, 80_001);
    assert_eq!(bytes.len(), 80_001);
    assert_eq!(bytes, payload(7, 80_001));
    assert_eq!(bytes[..1000], payload(7, 1000));
    assert_ne!(bytes[..1000], payload(8, 1000));
    let mut blocks: Vec<_> = bytes.chunks_exact(8).collect();
    blocks.sort_unstable();
    blocks.dedup();
    assert_eq!(blocks.len(), 10_000);
}

#[test]
fn pictures_are_real() {
    for (bytes, format) in [(png(1, 31, 17), ImageFormat::Png), (jpeg(1, 31, 17), ImageFormat::Jpeg)] {
        assert_eq!(image::guess_format(&bytes).expect("a known kind"), format);
        let drawn = image::load_from_memory(&bytes).expect("a whole picture");
        assert_eq!((drawn.width(), drawn.height()), (31, 17));
    }
    assert_ne!(png(1, 31, 17), png(2, 31, 17));
}
