//! A file becomes a picture of a given size. The file may be anything: limits come before decoding, and whatever goes
//! wrong, a panic of a decoder too, is a sentence for a card.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::error::ImageError;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbaImage};

use crate::units;

/// Larger pictures are not decoded.
const MOST_PIXELS: u64 = 64_000_000;
/// Longer files are not read, and a decoder gets no more memory than this.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The first picture in the file, upright, no larger than `most` and never enlarged.
///
/// # Errors
/// Why there is none; safe text.
pub(super) fn load(path: &Path, most: (u32, u32)) -> Result<RgbaImage, String> {
    survive(|| decode(path, most))
}

fn survive<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("its decoder gave up".to_owned()))
}

fn decode(path: &Path, most: (u32, u32)) -> Result<RgbaImage, String> {
    let gone = |_| "the file cannot be read".to_owned();
    // Asked before it is opened: opening what is not a file may wait for ever.
    let about = path.metadata().map_err(gone)?;
    if !about.is_file() {
        return Err("it is not a file any more".to_owned());
    }
    if about.len() > MOST_BYTES {
        return Err(format!("{} are too much for a preview", units::bytes(about.len())));
    }
    let reader = BufReader::new(File::open(path).map_err(gone)?);
    let mut reader = ImageReader::new(reader).with_guessed_format().map_err(gone)?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| why(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(format!("{width} x {height} pixels are too many for a preview"));
    }
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| why(&error))?;
    Ok(upright(&image, turn, most))
}

fn why(error: &ImageError) -> String {
    match error {
        ImageError::Unsupported(_) => "there is no preview of this format",
        ImageError::Limits(_) => "it is too large for a preview",
        ImageError::IoError(_) => "it is cut short",
        _ => "it is damaged",
    }
    .to_owned()
}

/// Made small first, since that leaves less to turn.
fn upright(image: &DynamicImage, turn: Orientation, most: (u32, u32)) -> RgbaImage {
    let lies = matches!(
        turn,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let most = if lies { (most.1, most.0) } else { most };
    let (width, height) = fitted((image.width(), image.height()), most);
    // A quick way to twice the size, and a good one from there.
    let (twice, thrice) = ((width * 2, height * 2), (width * 3, height * 3));
    let quick =
        (image.width() > thrice.0 && image.height() > thrice.1).then(|| image.thumbnail_exact(twice.0, twice.1));
    let mut small = quick.as_ref().unwrap_or(image).resize_exact(width, height, FilterType::Triangle);
    small.apply_orientation(turn);
    small.into_rgba8()
}

/// The largest size of the same shape within `most`; at least a pixel, and no larger than it is.
fn fitted((width, height): (u32, u32), most: (u32, u32)) -> (u32, u32) {
    let (w, h) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (most_w, most_h) = (u64::from(most.0.max(1)).min(w), u64::from(most.1.max(1)).min(h));
    let (fit_w, fit_h) =
        if w * most_h > h * most_w { (most_w, (h * most_w + w / 2) / w) } else { ((w * most_h + h / 2) / h, most_h) };
    let short = |length: u64| u32::try_from(length.max(1)).unwrap_or(u32::MAX);
    (short(fit_w), short(fit_h))
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, Rgb, RgbImage};

    use super::*;

    /// A file with these bytes that goes with the test.
    struct Kept(std::path::PathBuf);

    impl Kept {
        fn new(name: &str, bytes: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("haul-preview-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).expect("the system has room");
            Self(path)
        }
    }

    impl Drop for Kept {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let image = RgbImage::from_fn(width, height, |x, y| Rgb([u8::from(x < width / 2) * 255, (y % 251) as u8, 90]));
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut bytes);
        encoder.encode(&image, width, height, ExtendedColorType::Rgb8).expect("a small picture");
        bytes
    }

    /// The header of a PNG of this size, with nothing in it.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        image::ImageEncoder::write_image(
            image::codecs::png::PngEncoder::new(&mut bytes),
            &[0; 3],
            1,
            1,
            ExtendedColorType::Rgb8,
        )
        .expect("a small picture");
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    /// The sum that a PNG has at the end of each part.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
        })
    }

    #[test]
    fn pictures_fit_their_room_and_keep_their_shape() {
        for (is, most, fits) in [
            ((1600, 1200), (40, 40), (40, 30)),
            ((1200, 1600), (40, 40), (30, 40)),
            ((16, 16), (40, 40), (16, 16)),
            ((100_000, 1), (40, 40), (40, 1)),
            ((1, 100_000), (40, 40), (1, 40)),
            ((64_000, 1000), (0, 0), (1, 1)),
            ((0, 0), (9, 9), (1, 1)),
        ] {
            assert_eq!(fitted(is, most), fits, "{is:?} in {most:?}");
        }
    }

    #[test]
    fn a_picture_comes_small_and_upright() {
        let file = Kept::new("upright.jpg", &jpeg(640, 480));
        let image = load(&file.0, (64, 64)).expect("a whole picture");
        assert_eq!(image.dimensions(), (64, 48));
        assert!(image.get_pixel(10, 10).0[0] > 200 && image.get_pixel(50, 10).0[0] < 50);
        let wide = DynamicImage::new_rgb8(640, 480);
        assert_eq!(upright(&wide, Orientation::Rotate90, (64, 64)).dimensions(), (48, 64));
        // The orientation of a camera that was held upright: EXIF says six.
        let mut turned = jpeg(640, 480);
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        turned.splice(2..2, exif.iter().copied());
        let file = Kept::new("turned.jpg", &turned);
        let image = load(&file.0, (64, 64)).expect("a whole picture");
        assert_eq!(image.dimensions(), (48, 64));
        assert!(image.get_pixel(10, 10).0[0] > 200 && image.get_pixel(10, 60).0[0] < 50);
    }

    #[test]
    fn a_hostile_picture_costs_a_sentence() {
        let mut cut = jpeg(640, 480);
        cut.truncate(40);
        for (name, bytes, said) in [
            ("bomb.png", bomb(60_000, 60_000), "60000 x 60000 pixels are too many for a preview"),
            ("line.png", bomb(2_000_000_000, 1), "it is too large for a preview"),
            ("half.png", bomb(100, 100), "it is"),
            ("cut.jpg", cut, "it is"),
            ("page.jpg", b"<html>".to_vec(), "there is no preview of this format"),
            ("none.jpg", Vec::new(), "there is no preview of this format"),
            ("start.gif", b"GIF89a\xff\xff\xff\xff\0\0\0".to_vec(), "it is"),
        ] {
            let file = Kept::new(name, &bytes);
            let why = load(&file.0, (40, 40)).expect_err(name);
            assert!(why.contains(said), "{name}: {why}");
        }
        assert_eq!(load(Path::new("/nowhere/at-all.jpg"), (4, 4)), Err("the file cannot be read".to_owned()));
        assert_eq!(load(&std::env::temp_dir(), (4, 4)), Err("it is not a file any more".to_owned()));
    }

    #[test]
    fn a_long_file_is_not_read() {
        let file = Kept::new("long.jpg", &jpeg(8, 8));
        File::options()
            .write(true)
            .open(&file.0)
            .and_then(|f| f.set_len(MOST_BYTES + 1))
            .expect("a hole costs nothing");
        assert_eq!(load(&file.0, (4, 4)), Err("268 MB are too much for a preview".to_owned()));
    }

    #[test]
    fn a_panic_of_a_decoder_is_survived() {
        let gave_up: Result<(), String> = survive(|| std::panic::resume_unwind(Box::new("a decoder's bug")));
        assert_eq!(gave_up, Err("its decoder gave up".to_owned()));
    }
}
