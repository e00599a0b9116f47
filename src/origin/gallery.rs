//! The list of the fifteen pictures: their addresses, and each one's bytes once somebody has asked for it. It must not
//! know HTTP beyond the words that go with a picture.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::draw::{self, Canvas, Encoding, land, light, night, pattern, sky, water};

/// Where all addresses begin.
const FOLDER: &str = "/photos/";
/// The picture that is busy once.
const SMALLEST: usize = 14;
/// The first picture's date: 21 March 2024, 06:00 UTC. The others follow a day apart.
const FIRST_MODIFIED: u64 = 1_711_000_800;

/// What is known of a picture before it is drawn.
struct Entry {
    /// The end of its address. About a third have no file ending, as with many photo services.
    name: &'static str,
    disposition: Option<&'static str>,
    encoding: Encoding,
    draw: fn() -> Canvas,
}

const fn jpeg(name: &'static str, quality: u8, draw: fn() -> Canvas) -> Entry {
    Entry { name, disposition: None, encoding: Encoding::Jpeg { quality }, draw }
}

const fn png(name: &'static str, draw: fn() -> Canvas) -> Entry {
    Entry { name, disposition: None, encoding: Encoding::Png, draw }
}

const LIST: [Entry; 15] = [
    jpeg("aurora-01", 98, sky::aurora),
    jpeg("dunes-02.jpg", 98, land::dunes),
    jpeg("tide-03.jpg", 98, water::tide),
    jpeg("ridge-04", 98, land::ridge),
    png("contour-05.png", pattern::contour),
    jpeg("harbour-06.jpg", 98, night::harbour),
    jpeg("moon-07.jpg", 98, sky::moon),
    png("glass-08.png", pattern::glass),
    jpeg("rain-09.jpg", 98, water::rain),
    png("spiral-10", light::spiral),
    jpeg("opal-11", 98, light::opal),
    jpeg("meadow-12.jpg", 98, land::meadow),
    Entry {
        // 灯籠 (lanterns).jpg
        disposition: Some("attachment; filename*=UTF-8''%E7%81%AF%E7%B1%A0%20%28lanterns%29.jpg"),
        ..jpeg("lanterns-13.jpg", 98, night::lanterns)
    },
    jpeg("nebula-14", 98, sky::nebula),
    png("tiles-15.png", pattern::tiles),
];

/// A picture, ready to go out.
#[derive(Debug)]
pub(super) struct Photo<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) etag: &'a str,
    /// Seconds since 1970.
    pub(super) modified: u64,
    pub(super) content_type: &'static str,
    pub(super) disposition: Option<&'static str>,
}

struct Drawn {
    bytes: Vec<u8>,
    etag: String,
}

/// All pictures, drawn or not.
pub(super) struct Gallery {
    /// An inner none says that drawing failed.
    drawn: [OnceLock<Option<Drawn>>; LIST.len()],
    /// The smallest picture has its 503 still to give.
    busy: AtomicBool,
}

impl Gallery {
    pub(super) fn new(busy_once: bool) -> Self {
        Self { drawn: [const { OnceLock::new() }; LIST.len()], busy: AtomicBool::new(busy_once) }
    }

    /// The paths, in the order of the list.
    pub(super) fn paths() -> impl Iterator<Item = String> {
        LIST.iter().map(|entry| format!("{FOLDER}{}", entry.name))
    }

    /// Which picture a path names.
    pub(super) fn find(path: &str) -> Option<usize> {
        let name = path.strip_prefix(FOLDER)?;
        LIST.iter().position(|entry| entry.name == name)
    }

    /// True once, for the smallest picture, if the origin is to be busy once.
    pub(super) fn is_busy(&self, index: usize) -> bool {
        index == SMALLEST && self.busy.swap(false, Ordering::Relaxed)
    }

    /// A picture, drawn now if nobody asked for it before; whoever asks meanwhile waits for the same drawing.
    pub(super) fn photo(&self, index: usize) -> Option<Photo<'_>> {
        let (entry, slot) = (LIST.get(index)?, self.drawn.get(index)?);
        let drawn = slot.get_or_init(|| draw::encode(&(entry.draw)(), entry.encoding).ok().map(Drawn::new)).as_ref()?;
        Some(Photo {
            bytes: &drawn.bytes,
            etag: &drawn.etag,
            modified: FIRST_MODIFIED + 86_400 * index as u64,
            content_type: match entry.encoding {
                Encoding::Jpeg { .. } => "image/jpeg",
                Encoding::Png => "image/png",
            },
            disposition: entry.disposition,
        })
    }
}

impl Drawn {
    /// The validator is a hash of the bytes (FNV-1a), so that it changes when, and only when, the drawing does.
    fn new(bytes: Vec<u8>) -> Self {
        let hash =
            bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
        Self { bytes, etag: format!("\"{hash:016x}\"") }
    }
}
