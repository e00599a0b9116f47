//! What bytes are: the kind of an image by its first bytes, and its size in pixels by its head. Pure; it reads only
//! the beginning that it is given and trusts no length in it.

/// How many bytes from the beginning are enough for [`sniff`] and, in nearly every file, for [`pixels`]: cameras put
/// a thumbnail of up to 64 KiB before a JPEG's frame header.
pub(super) const BEGINNING: u64 = 256 * 1024;

/// A kind of image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    /// Its name in reports.
    pub(super) name: &'static str,
    /// The usual ending of its files.
    pub(super) ending: &'static str,
}

const fn format(name: &'static str, ending: &'static str) -> Format {
    Format { name, ending }
}

/// The image format that begins like this, if we know one.
pub(super) fn sniff(bytes: &[u8]) -> Option<Format> {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..offset + magic.len()) == Some(magic);
    let found = if at(0, b"\xff\xd8\xff") {
        format("jpeg", "jpg")
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        format("png", "png")
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        format("gif", "gif")
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        format("webp", "webp")
    } else if at(4, b"ftyp") {
        return brand(bytes);
    } else if at(0, b"II*\0") || at(0, b"MM\0*") {
        format("tiff", "tif")
    } else if at(0, b"BM") && at(6, &[0; 4]) {
        format("bmp", "bmp")
    } else if at(0, b"\xff\x0a") || at(0, b"\0\0\0\x0cJXL \r\n\x87\n") {
        format("jxl", "jxl")
    } else if at(0, b"\0\0\0\x0cjP  \r\n\x87\n") {
        format("jp2", "jp2")
    } else if at(0, b"8BPS\0") {
        format("psd", "psd")
    } else if at(0, b"\0\0\x01\0") && bytes.get(4).is_some_and(|n| (1..=64).contains(n)) && at(5, b"\0") {
        format("ico", "ico")
    } else {
        return None;
    };
    Some(found)
}

/// The image format of an ISO base media file, by its major and compatible brands (ISO/IEC 14496-12 section 4.3).
fn brand(bytes: &[u8]) -> Option<Format> {
    let size = usize::try_from(u32_be(bytes, 0)?).ok()?.min(bytes.len()).min(256);
    let major = bytes.get(8..12)?;
    let compatible = bytes.get(16..size).unwrap_or_default().chunks_exact(4);
    std::iter::once(major).chain(compatible).find_map(|brand| match brand {
        b"avif" | b"avis" => Some(format("avif", "avif")),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => Some(format("heic", "heic")),
        _ => None,
    })
}

/// Width and height in pixels, where the beginning says so: JPEG, PNG, GIF, WebP and BMP.
pub(super) fn pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    match sniff(bytes)?.name {
        "jpeg" => jpeg_pixels(bytes),
        "png" => Some((u32_be(bytes, 16)?, u32_be(bytes, 20)?)),
        "gif" => Some((u16_le(bytes, 6)?, u16_le(bytes, 8)?)),
        "webp" => webp_pixels(bytes),
        // A negative height means that rows run from the top.
        "bmp" => Some((u32_le(bytes, 18)?, u32_le(bytes, 22)?.cast_signed().unsigned_abs())),
        _ => None,
    }
}

/// Walks the segments up to the frame header (ITU-T T.81 annex B).
fn jpeg_pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        match *bytes.get(at + 1)? {
            0xff => at += 1,
            // Standalone markers.
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((u16_be(bytes, at + 7)?, u16_be(bytes, at + 5)?));
            }
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::try_from(u16_be(bytes, at + 2)?).ok()?,
        }
    }
}

/// The first chunk says which of three ways the size is written (RFC 9649 section 2).
fn webp_pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((u16_le(bytes, 26)? & 0x3fff, u16_le(bytes, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = u32_le(bytes, 21)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some(((u32_le(bytes, 24)? & 0x00ff_ffff) + 1, (u32_le(bytes, 26)? >> 8 & 0x00ff_ffff) + 1)),
        _ => None,
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>().copied()
}

fn u16_be(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(|b| u16::from_be_bytes(b).into())
}

fn u16_le(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(|b| u16::from_le_bytes(b).into())
}

fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn encoded(format: image::ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(37, 21).write_to(&mut out, format).expect("memory does not fail");
        out.into_inner()
    }

    #[test]
    fn real_encoders_are_understood() {
        for (kind, name, ending) in [(image::ImageFormat::Jpeg, "jpeg", "jpg"), (image::ImageFormat::Png, "png", "png")]
        {
            let bytes = encoded(kind);
            assert_eq!(sniff(&bytes), Some(format(name, ending)));
            assert_eq!(pixels(&bytes), Some((37, 21)), "{name}");
            for end in 0..bytes.len().min(700) {
                let _ = pixels(&bytes[..end]);
            }
        }
    }

    type Row<'a> = (&'a [u8], Option<&'a str>, Option<(u32, u32)>);

    #[test]
    fn heads_by_hand() {
        let webp = |chunk: &[u8; 4], rest: &[u8]| [b"RIFF\0\0\0\0WEBP", &chunk[..], &[0; 4], rest].concat();
        let table: &[Row] = &[
            (b"GIF89a\x25\0\x15\0", Some("gif"), Some((37, 21))),
            (&webp(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 37, 0, 21, 0]), Some("webp"), Some((37, 21))),
            (&webp(b"VP8L", &[0x2f, 36, 0, 5, 0]), Some("webp"), Some((37, 21))),
            (&webp(b"VP8X", &[0, 0, 0, 0, 36, 0, 0, 20, 0, 0]), Some("webp"), Some((37, 21))),
            (b"\0\0\0\x1cftypmif1\0\0\0\0miafavif", Some("heic"), None),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf", Some("avif"), None),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", None, None),
            (b"II*\0", Some("tiff"), None),
            (b"\xff\x0a", Some("jxl"), None),
            (b"<html>", None, None),
            (b"", None, None),
            (b"\xff\xd8\xff", Some("jpeg"), None),
            (b"\x89PNG\r\n\x1a\n\0\0", Some("png"), None),
        ];
        for (bytes, name, size) in table {
            assert_eq!(sniff(bytes).map(|f| f.name), *name, "{bytes:x?}");
            assert_eq!(pixels(bytes), *size, "{bytes:x?}");
        }
    }
}
