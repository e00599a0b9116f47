//! Every pixel of a picture, read and thrown away. The decoders are other people's code over bytes from anywhere, so
//! they get limits, and a panic of theirs is a damaged picture and nothing more.

use std::io::{self, BufRead, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::ImageError;
use image::{AnimationDecoder, Frames, ImageFormat, ImageReader, ImageResult, Limits};

use super::sniff::Format;

/// Wider or higher pictures are not decoded.
const LONGEST_SIDE: u32 = 65_535;
/// Larger pictures are not decoded.
const MOST_PIXELS: u64 = 64_000_000;
/// What one decoder may ask for, and the longest file that one may hold in memory.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Of a film, frames are decoded up to so many pixels in all: it must end some time.
const MOST_FILM: u64 = 16 * MOST_PIXELS;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Every pixel could be read. Of a JPEG that says the least: its scans have no sums, and the decoder guesses what it
    /// cannot read.
    Whole,
    /// Something could not be read, in the decoder's words.
    Damaged(String),
    /// There is no decoder, or the picture is larger than we decode. That is no fault of the picture.
    Beyond,
}

/// Decodes a picture of `len` bytes; `pixels` is the size that its head tells.
///
/// # Errors
/// When the system cannot read it.
pub(super) fn decode(
    format: Format,
    reader: impl BufRead + Seek,
    len: u64,
    pixels: Option<(u32, u32)>,
) -> io::Result<Decoded> {
    let (Some(format), Some(area)) = (decoder(format), pixels.and_then(area)) else { return Ok(Decoded::Beyond) };
    if len > MOST_MEMORY {
        return Ok(Decoded::Beyond);
    }
    survive(AssertUnwindSafe(|| read(format, reader, area)))
}

fn survive(work: impl FnOnce() -> ImageResult<()> + std::panic::UnwindSafe) -> io::Result<Decoded> {
    match catch_unwind(work) {
        Ok(Ok(())) => Ok(Decoded::Whole),
        Ok(Err(ImageError::Limits(_) | ImageError::Unsupported(_))) => Ok(Decoded::Beyond),
        // A number of the system's own is trouble with the disk, not with the picture.
        Ok(Err(ImageError::IoError(error))) if error.raw_os_error().is_some() => Err(error),
        Ok(Err(error)) => Ok(Decoded::Damaged(error.to_string())),
        Err(_) => Ok(Decoded::Damaged("its decoder gave up".to_owned())),
    }
}

fn decoder(format: Format) -> Option<ImageFormat> {
    match format {
        Format::Jpeg => Some(ImageFormat::Jpeg),
        Format::Png => Some(ImageFormat::Png),
        Format::Gif => Some(ImageFormat::Gif),
        Format::Webp => Some(ImageFormat::WebP),
        Format::Bmp => Some(ImageFormat::Bmp),
        _ => None,
    }
}

/// The number of pixels, where that is within the limits.
fn area((width, height): (u32, u32)) -> Option<u64> {
    let area = u64::from(width) * u64::from(height);
    (width.max(height) <= LONGEST_SIDE && area <= MOST_PIXELS).then_some(area)
}

fn read(format: ImageFormat, reader: impl BufRead + Seek, area: u64) -> ImageResult<()> {
    match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(reader)?;
            image::ImageDecoder::set_limits(&mut decoder, limits())?;
            film(decoder.into_frames(), area)
        }
        ImageFormat::WebP => {
            let mut decoder = WebPDecoder::new(reader)?;
            image::ImageDecoder::set_limits(&mut decoder, limits())?;
            if decoder.has_animation() {
                return film(decoder.into_frames(), area);
            }
            image::DynamicImage::from_decoder(decoder).map(drop)
        }
        format => {
            let mut reader = ImageReader::with_format(reader, format);
            reader.limits(limits());
            reader.decode().map(drop)
        }
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

/// Frames hold four bytes a pixel, and a decoder holds up to three of them.
fn film(frames: Frames<'_>, area: u64) -> ImageResult<()> {
    if area * 4 * 3 > MOST_MEMORY {
        return Ok(());
    }
    let most = usize::try_from(MOST_FILM / area.max(1)).unwrap_or(usize::MAX);
    for frame in frames.take(most) {
        frame?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::pixels::pixels;
    use super::super::samples;
    use super::*;

    fn decoded(format: Format, bytes: &[u8]) -> Decoded {
        decode(format, Cursor::new(bytes), bytes.len() as u64, pixels(bytes)).expect("memory can be read")
    }

    #[test]
    fn whole_pictures_are_read_and_damaged_ones_noticed() {
        for (format, bytes) in samples::encoded() {
            assert_eq!(decoded(format, &bytes), Decoded::Whole, "{format:?}");
        }
        let mut png = samples::encode(ImageFormat::Png);
        let at = png.len() / 2;
        png[at] ^= 0x55;
        assert!(matches!(decoded(Format::Png, &png), Decoded::Damaged(_)));
    }

    #[test]
    fn what_is_too_large_or_unknown_is_not_called_damaged() {
        let mut png = samples::encode(ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert_eq!(decoded(Format::Png, &png), Decoded::Beyond);
        assert_eq!(decoded(Format::Avif, &samples::AVIF), Decoded::Beyond);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        /// Behind the head, which names the size: large pictures would only cost time.
        #[test]
        fn any_damage_is_survived(picture in 0..5_usize, at in 64..4000_usize, len in 1..9_usize, with: u8) {
            let (format, mut bytes) = samples::encoded().swap_remove(picture);
            let end = (at + len).min(bytes.len());
            bytes[at.min(end)..end].fill(with);
            decoded(format, &bytes);
        }
    }

    #[test]
    fn a_panic_is_survived() {
        let panicking = survive(|| unreachable!("a decoder at its wits' end"));
        assert_eq!(panicking.expect("no trouble with the disk"), Decoded::Damaged("its decoder gave up".to_owned()));
    }
}
