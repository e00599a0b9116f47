//! What kind of bytes begin like this: an image of a kind we know, or something that surely is none. Pure; it looks at
//! the beginning alone.

use super::bytes::u32_be;
use super::markup::{self, Markup};

/// How many bytes from the beginning are enough for [`sniff`] and, in nearly every file, for the size in pixels:
/// cameras put a thumbnail of up to 64 KiB before a JPEG's frame header.
pub(in crate::engine) const BEGINNING: u64 = 256 * 1024;

/// A kind of image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Format {
    Jpeg,
    Png,
    Gif,
    Webp,
    Avif,
    Heic,
    Tiff,
    Bmp,
    Jxl,
    Jp2,
    Psd,
    Ico,
    Svg,
}

impl Format {
    /// Its name in reports.
    pub(in crate::engine) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Tiff => "tiff",
            other => other.ending(),
        }
    }

    /// The usual ending of its files.
    pub(in crate::engine) fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Avif => "avif",
            Self::Heic => "heic",
            Self::Tiff => "tif",
            Self::Bmp => "bmp",
            Self::Jxl => "jxl",
            Self::Jp2 => "jp2",
            Self::Psd => "psd",
            Self::Ico => "ico",
            Self::Svg => "svg",
        }
    }
}

/// The image format that begins like this, if we know one.
pub(in crate::engine) fn sniff(bytes: &[u8]) -> Option<Format> {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..offset + magic.len()) == Some(magic);
    let found = if at(0, b"\xff\xd8\xff") {
        Format::Jpeg
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        Format::Png
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Format::Gif
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Format::Webp
    } else if at(4, b"ftyp") {
        // `mif1` and `msf1` name the container alone; what is in it, another brand says.
        let container = || brands(bytes).find(|brand| matches!(*brand, b"mif1" | b"msf1")).map(|_| Format::Heic);
        return brands(bytes).find_map(image_brand).or_else(container);
    } else if at(0, b"II*\0") || at(0, b"MM\0*") {
        Format::Tiff
    } else if at(0, b"BM") && at(6, &[0; 4]) {
        Format::Bmp
    } else if at(0, b"\xff\x0a") || at(0, b"\0\0\0\x0cJXL \r\n\x87\n") {
        Format::Jxl
    } else if at(0, b"\0\0\0\x0cjP  \r\n\x87\n") {
        Format::Jp2
    } else if at(0, b"8BPS\0") {
        Format::Psd
    } else if at(0, b"\0\0\x01\0") && bytes.get(4).is_some_and(|n| (1..=64).contains(n)) && at(5, b"\0") {
        Format::Ico
    } else if markup::of(bytes) == Some(Markup::Svg) && !matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        // In UTF-16 it stays an unknown kind: nothing here walks that.
        Format::Svg
    } else {
        return None;
    };
    Some(found)
}

/// True where the beginning that [`sniff`] went by is as short as that of a bare JPEG XL: of any other binary files one
/// in 65,536 begins so, and it takes a claim to make that an image.
pub(super) fn may_be_chance(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\x0a")
}

/// Something that surely is no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Other {
    Html,
    Fragment,
    Xml,
    Json,
    Text,
    Gzip,
    Pdf,
    Zip,
    Media,
    Program,
}

impl Other {
    /// As it reads in "the server sent …, not an image".
    pub(in crate::engine) fn words(self) -> &'static str {
        match self {
            Self::Html | Self::Fragment => "an HTML page",
            Self::Xml => "an XML document",
            Self::Json => "JSON",
            Self::Text => "text",
            Self::Gzip => "gzip compressed bytes",
            Self::Pdf => "a PDF document",
            Self::Zip => "a ZIP archive",
            Self::Media => "a film or sound",
            Self::Program => "a program",
        }
    }
}

/// The kind of these bytes that is no image, where it is beyond doubt.
pub(in crate::engine) fn other(bytes: &[u8]) -> Option<Other> {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..offset + magic.len()) == Some(magic);
    let any = |magics: &[&[u8]]| magics.iter().any(|magic| at(0, magic));
    match markup::of(bytes) {
        Some(Markup::Html) => return Some(Other::Html),
        Some(Markup::Fragment) => return Some(Other::Fragment),
        Some(Markup::Xml) => return Some(Other::Xml),
        Some(Markup::Json) => return Some(Other::Json),
        Some(Markup::Text) => return Some(Other::Text),
        Some(Markup::Svg) | None => {}
    }
    if any(&[b"\x1f\x8b"]) {
        Some(Other::Gzip)
    } else if any(&[b"%PDF-"]) {
        Some(Other::Pdf)
    } else if any(&[b"PK\x03\x04"]) {
        Some(Other::Zip)
    } else if any(&[b"\x1a\x45\xdf\xa3", b"OggS", b"ID3", b"fLaC"])
        || (at(0, b"RIFF") && (at(8, b"AVI ") || at(8, b"WAVE")))
        || (at(4, b"ftyp") && brands(bytes).next().is_some_and(is_film))
    {
        Some(Other::Media)
    } else if any(&[b"\x7fELF", b"MZ\x90\0"]) {
        Some(Other::Program)
    } else {
        None
    }
}

/// Major and compatible brands of an ISO base media file (ISO/IEC 14496-12 section 4.3).
fn brands(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let size = u32_be(bytes, 0).and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
    let compatible = bytes.get(16..size.min(bytes.len()).min(256)).unwrap_or_default();
    bytes.get(8..12).into_iter().chain(compatible.chunks_exact(4))
}

fn image_brand(brand: &[u8]) -> Option<Format> {
    match brand {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        _ => None,
    }
}

fn is_film(brand: &[u8]) -> bool {
    [&b"iso"[..], b"mp4", b"avc", b"M4", b"qt", b"3g"].iter().any(|film| brand.starts_with(film))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_beginnings() {
        for (bytes, expected) in [
            (&b"\0\0\0\x1cftypmif1\0\0\0\0miafavif"[..], Some("avif")),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf", Some("avif")),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", None),
            (b"II*\0", Some("tiff")),
            (b"\xff\x0a", Some("jxl")),
            (b"\xff\xd8\xff", Some("jpeg")),
            (b"\x89PNG\r\n\x1a\n\0\0", Some("png")),
            (b"<?xml version='1.0'?><!-- x --><svg xmlns='x'/>", Some("svg")),
            (b"<html>", None),
            (b"", None),
        ] {
            assert_eq!(sniff(bytes).map(Format::name), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_image_is_known_beyond_doubt_only() {
        for (bytes, expected) in [
            (&b"\x1f\x8b\x08\0\0"[..], Some(Other::Gzip)),
            (b"%PDF-1.7\n\xff\0", Some(Other::Pdf)),
            (b"PK\x03\x04\x14\0", Some(Other::Zip)),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", Some(Other::Media)),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", None),
            (b"RIFF\0\0\0\0AVI LIST", Some(Other::Media)),
            (b"\x7fELF\x02\x01\x01\0", Some(Other::Program)),
            (b"no such picture\n", Some(Other::Text)),
            (b"\x01\x02\x03\x04", None),
            (b"", None),
        ] {
            assert_eq!(other(bytes), expected, "{}", bytes.escape_ascii());
        }
    }
}
