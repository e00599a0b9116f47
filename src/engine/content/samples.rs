//! Pictures for the tests of this room: what real encoders make, and small files made by hand.

use std::io::Cursor;

use image::ImageFormat;

use super::sniff::Format;

/// A drawing of 37 by 21 pixels with something in every corner.
pub(super) fn encode(format: ImageFormat) -> Vec<u8> {
    let drawn = image::RgbImage::from_fn(37, 21, |x, y| {
        let byte = |n: u32| u8::try_from(n % 256).unwrap_or_default();
        image::Rgb([byte(x * 7 + y * y), byte(x * y * 3), byte(x * x + 90)])
    });
    let mut out = Cursor::new(Vec::new());
    drawn.write_to(&mut out, format).expect("memory takes every picture");
    out.into_inner()
}

/// What the encoders that we have make of it.
pub(super) fn encoded() -> Vec<(Format, Vec<u8>)> {
    [
        (Format::Jpeg, ImageFormat::Jpeg),
        (Format::Png, ImageFormat::Png),
        (Format::Gif, ImageFormat::Gif),
        (Format::Webp, ImageFormat::WebP),
        (Format::Bmp, ImageFormat::Bmp),
    ]
    .map(|(format, encoder)| (format, encode(encoder)))
    .into()
}

/// One pixel, one comment, a doubled end of sub-blocks.
pub(super) const GIF: [u8; 45] =
    *b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\xff!\xfe\x02hi\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0!\xf9\0;";

/// Big-endian, the pixel before the directory.
pub(super) const TIFF: [u8; 40] =
    *b"MM\0*\0\0\0\x0a\xff\0\0\x02\x01\x00\0\x03\0\0\0\x01\0\x01\0\0\x01\x01\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0";

/// Head, index and data; the data is no real picture, which no box tells.
pub(super) const AVIF: [u8; 60] = *b"\0\0\0\x18ftypavif\0\0\0\0avifmif1\
    \0\0\0\x14meta\0\0\0\0\0\0\0\x08iloc\
    \0\0\0\x10mdatpixels!!";

/// The same with the data within the index, and with a 64-bit length.
pub(super) const HEIC: [u8; 64] = *b"\0\0\0\x14ftypheic\0\0\0\0mif1\
    \0\0\0\x01meta\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0\x0cidat!!!!\
    \0\0\0\x0cfree....";

pub(super) const SVG: &[u8] = b"<?xml version=\"1.0\"?><!-- <svg/> ---><!DOCTYPE svg [<!ENTITY a \"]>\">]>\
    <svg a='>' b=\"/\"><g><![CDATA[</svg>]]]><path d='M0 0'/></g><br /></svg>";
