//! SVG: to the end of the root element. It counts elements and checks nothing else; entities are never expanded.

use std::io::{BufRead, Seek};

use super::walk::{Stop, Walk};

pub(super) fn walk<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    let mut depth = 0_u64;
    loop {
        walk.find(|byte| byte == b'<')?;
        let next = walk.byte()?;
        match next {
            b'?' => until(walk, b"?>")?,
            b'!' => declaration(walk)?,
            b'/' => {
                walk.find(|byte| byte == b'>')?;
                depth = depth.checked_sub(1).ok_or(Stop::Broken("an element ends that never began"))?;
            }
            _ => depth += u64::from(!tag(walk)?),
        }
        if depth == 0 && !matches!(next, b'?' | b'!') {
            return Ok(());
        }
    }
}

/// To the end of a start tag; true where it is the end tag as well.
fn tag<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<bool, Stop> {
    let mut closes = false;
    loop {
        match walk.byte()? {
            b'>' => return Ok(closes),
            quote @ (b'"' | b'\'') => {
                walk.find(|byte| byte == quote)?;
                closes = false;
            }
            byte => closes = byte == b'/',
        }
    }
}

/// A comment, a section of raw text, or a document type with its internal subset.
fn declaration<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    match walk.byte()? {
        b'-' => {
            walk.skip(1)?;
            until(walk, b"-->")
        }
        b'[' => until(walk, b"]]>"),
        _ => {
            let mut depth = 0_u64;
            loop {
                match walk.find(|byte| matches!(byte, b'[' | b']' | b'>' | b'"' | b'\''))? {
                    b'[' => depth += 1,
                    b']' => depth = depth.saturating_sub(1),
                    b'>' if depth == 0 => return Ok(()),
                    quote @ (b'"' | b'\'') => {
                        walk.find(|byte| byte == quote)?;
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Behind the next `end`, which has no beginning that repeats but its first byte.
fn until<R: BufRead + Seek>(walk: &mut Walk<R>, end: &[u8]) -> Result<(), Stop> {
    let mut matched = 0;
    while matched < end.len() {
        let byte = if matched == 0 { walk.find(|byte| byte == end[0])? } else { walk.byte()? };
        matched = if byte == end[matched] {
            matched + 1
        } else if byte == end[0] {
            // `--->` and `]]]>` keep what they have matched of the run.
            matched.min(run(end))
        } else {
            0
        };
    }
    Ok(())
}

/// How often the first byte of `end` repeats.
fn run(end: &[u8]) -> usize {
    end.iter().take_while(|byte| **byte == end[0]).count()
}
