//! Whole pictures are whole with anything behind them, and cut ones are cut wherever that is.

use std::io::{BufReader, Cursor};

use proptest::prelude::*;

use super::super::samples;
use super::*;

fn verdict(format: Format, bytes: &[u8]) -> Verdict {
    let len = bytes.len() as u64;
    // A buffer that is smaller than most steps, so that both ways of stepping are taken.
    let small = walk(format, BufReader::with_capacity(16, Cursor::new(bytes)), len).expect("memory can be read");
    let direct = walk(format, Cursor::new(bytes), len).expect("memory can be read");
    assert_eq!(small, direct, "{format:?}");
    direct
}

fn pictures() -> Vec<(Format, Vec<u8>)> {
    let mut all = samples::encoded();
    all.extend([
        (Format::Gif, samples::GIF.to_vec()),
        (Format::Tiff, samples::TIFF.to_vec()),
        (Format::Avif, samples::AVIF.to_vec()),
        (Format::Heic, samples::HEIC[..52].to_vec()),
        (Format::Svg, samples::SVG.to_vec()),
    ]);
    all
}

#[test]
fn pictures_end_where_they_end() {
    for (format, bytes) in pictures() {
        assert_eq!(verdict(format, &bytes), Verdict::Whole, "{format:?}");
        for junk in [&b"\n"[..], b"\0\0\0\0", b"junk after the end, <b>and more of it", &[0xff; 70]] {
            assert_eq!(verdict(format, &[&bytes, junk].concat()), Verdict::Whole, "{format:?} and {junk:x?}");
        }
        let sixteenths = (0..16).map(|part| bytes.len() * part / 16);
        let last = (1..=64.min(bytes.len())).map(|missing| bytes.len() - missing);
        for end in sixteenths.chain(last) {
            assert_eq!(verdict(format, &bytes[..end]), Verdict::Cut, "{format:?} cut at {end} of {}", bytes.len());
        }
    }
}

#[test]
fn boxes_behind_the_picture_do_not_matter_but_must_be_whole() {
    assert_eq!(verdict(Format::Heic, &samples::HEIC), Verdict::Whole);
    assert_eq!(verdict(Format::Heic, &samples::HEIC[..62]), Verdict::Cut);
}

#[test]
fn nonsense_is_told_from_a_cut() {
    let webp = |size: u32| [&b"RIFF"[..], &size.to_le_bytes(), b"WEBPVP8 \xff\xff\0\0abcd"].concat();
    for (format, bytes) in [
        (Format::Jpeg, b"\xff\xd8\xff\xd9".to_vec()),
        (Format::Jpeg, b"\xff\xd8\xff\xe0\0\x01abcd".to_vec()),
        (Format::Png, b"\x89PNG\r\n\x1a\n\0\0\0\0\0\0\0\0abcd".to_vec()),
        (Format::Png, b"\x89PNG\r\n\x1a\n\0\0\0\0IENDabcd".to_vec()),
        (Format::Gif, b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        (Format::Gif, b"GIF89a\x01\0\x01\0\0\0\0?".to_vec()),
        (Format::Webp, webp(16)),
        (Format::Webp, b"RIFF\x04\0\0\0WEBP".to_vec()),
        (Format::Tiff, b"II*\0\x04\0\0\0abcdefgh".to_vec()),
        (Format::Avif, b"\0\0\0\x04ftypavif".to_vec()),
        (Format::Svg, b"</svg>".to_vec()),
    ] {
        let seen = verdict(format, &bytes);
        assert!(matches!(seen, Verdict::Broken(_)), "{format:?} {}: {seen:?}", bytes.escape_ascii());
    }
    assert_eq!(verdict(Format::Webp, &webp(u32::MAX)), Verdict::Cut);
    assert_eq!(verdict(Format::Jxl, b"\xff\x0a"), Verdict::Unknown);
}

const ALL: [Format; 9] = [
    Format::Jpeg,
    Format::Png,
    Format::Gif,
    Format::Webp,
    Format::Bmp,
    Format::Tiff,
    Format::Avif,
    Format::Heic,
    Format::Svg,
];

proptest! {
    #[test]
    fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..600), format in 0..ALL.len()) {
        verdict(ALL[format], &bytes);
    }

    #[test]
    fn any_damage_comes_to_an_end(
        picture in 0..10_usize,
        cut in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..9),
    ) {
        let (format, mut bytes) = pictures().swap_remove(picture);
        for (at, with) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= with;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        verdict(format, &bytes);
    }
}
