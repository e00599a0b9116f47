//! The fifteen pictures, drawn from seeds: the same bytes at every run of a version, so that a second demo finds its
//! files equal. It must not know names, addresses or HTTP.

mod canvas;
pub(super) mod land;
pub(super) mod light;
pub(super) mod night;
mod noise;
pub(super) mod pattern;
mod scenery;
pub(super) mod sky;
pub(super) mod water;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageResult};

pub(super) use canvas::Canvas;

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Jpeg { quality: u8 },
    Png,
}

/// Turns a drawing into the bytes of a file.
pub(super) fn encode(canvas: &Canvas, encoding: Encoding) -> ImageResult<Vec<u8>> {
    let (width, height) = canvas.dimensions();
    let mut bytes = Vec::with_capacity(3_000_000);
    let pixels = canvas.bytes();
    match encoding {
        Encoding::Jpeg { quality } => {
            JpegEncoder::new_with_quality(&mut bytes, quality).encode(
                pixels,
                width,
                height,
                ExtendedColorType::Rgb8,
            )?;
        }
        Encoding::Png => PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Paeth)
            .write_image(pixels, width, height, ExtendedColorType::Rgb8)?,
    }
    Ok(bytes)
}

/// The first picture, for whoever shows pictures.
#[cfg(test)]
pub(crate) fn aurora() -> image::RgbImage {
    let canvas = sky::aurora();
    let (width, height) = canvas.dimensions();
    let pixels = canvas.bytes().to_vec();
    image::RgbImage::from_raw(width, height, pixels).expect("three bytes a pixel")
}
