//! AVIF and HEIC: the boxes of an ISO base media file (ISO/IEC 14496-12 section 4.2), to the end of the last one.

use std::io::{BufRead, Seek};

use super::walk::{Stop, Walk};

/// What may stand at the top of such a file. Anything else behind the picture is not of it.
const KNOWN: [&[u8; 4]; 17] = [
    b"ftyp", b"styp", b"meta", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"pdin", b"moof", b"mfra",
    b"sidx", b"ssix", b"prft", b"emsg", b"meco",
];

/// What a file must hold to show anything.
#[derive(Default)]
struct Seen {
    /// What there is.
    index: bool,
    /// The coded picture.
    data: bool,
}

impl Seen {
    fn all(&self) -> bool {
        self.index && self.data
    }
}

pub(super) fn walk<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    let mut seen = Seen::default();
    loop {
        if seen.all() && walk.left() < 8 {
            return Ok(());
        }
        let Some((kind, length)) = header(walk, &seen)? else { return Ok(()) };
        match &kind {
            b"moov" => seen.index = true,
            b"mdat" => seen.data = true,
            b"meta" => {
                seen.index = true;
                seen.data |= inner_data(walk, length)?;
                continue;
            }
            _ => {}
        }
        walk.skip(length)?;
    }
}

/// Kind and length of the content of the next box; none where the picture is whole and something else follows.
fn header<R: BufRead + Seek>(walk: &mut Walk<R>, seen: &Seen) -> Result<Option<([u8; 4], u64)>, Stop> {
    let size = walk.u32_be()?;
    let kind: [u8; 4] = walk.array()?;
    if seen.all() && !KNOWN.contains(&&kind) {
        return Ok(None);
    }
    let length = match size {
        // To the end of the file.
        0 => walk.left(),
        1 => u64::from_be_bytes(walk.array()?).checked_sub(16).ok_or(BAD)?,
        size => u64::from(size).checked_sub(8).ok_or(BAD)?,
    };
    Ok(Some((kind, length)))
}

const BAD: Stop = Stop::Broken("a box shorter than its head");

/// Passes over a `meta` box and says whether the coded picture is in it, as `idat`.
fn inner_data<R: BufRead + Seek>(walk: &mut Walk<R>, length: u64) -> Result<bool, Stop> {
    if length > walk.left() {
        return Err(Stop::Cut);
    }
    let end = walk.at() + length;
    let mut found = false;
    walk.skip(length.min(4))?;
    while walk.at() + 8 <= end {
        let size = walk.u32_be()?;
        let kind: [u8; 4] = walk.array()?;
        found |= kind == *b"idat";
        let rest = end - walk.at();
        walk.skip(u64::from(size).checked_sub(8).ok_or(BAD)?.min(rest))?;
    }
    walk.skip(end - walk.at())?;
    Ok(found)
}
