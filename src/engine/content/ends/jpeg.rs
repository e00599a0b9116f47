//! JPEG: segments and scans to the end-of-image marker (ITU-T T.81 annex B).

use std::io::{BufRead, Seek};

use super::walk::{Stop, Walk};

pub(super) fn walk<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    walk.skip(2)?;
    let mut pictured = false;
    loop {
        match marker(walk)? {
            // Zero is a stuffed byte of a scan; restart markers stand within scans; the others stand alone.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            0xd9 if pictured => return Ok(()),
            0xd9 => return Err(Stop::Broken("it ends before its picture begins")),
            code => {
                // The bytes of a scan follow its header and hold no marker but restarts, so that looking for the next
                // marker passes over them. Decoders pass over stray bytes between segments in the same way.
                pictured |= code == 0xda;
                let length = u64::from(walk.u16_be()?);
                walk.skip(length.checked_sub(2).ok_or(Stop::Broken("a segment without a length"))?)?;
            }
        }
    }
}

/// The code behind the next `ff`, of which there may be several in a row.
fn marker<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<u8, Stop> {
    walk.find(|byte| byte == 0xff)?;
    walk.find(|byte| byte != 0xff)
}
