//! Whether two files hold the same bytes.

use std::fs::File;
use std::io;
use std::path::Path;

/// True where two files hold the same bytes.
///
/// # Errors
/// When one of them cannot be read.
pub fn same_files(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    Ok(a.metadata()?.len() == b.metadata()?.len() && same(&mut a, &mut b)?)
}

/// True where two readers give the same bytes.
pub(super) fn same(a: &mut impl io::Read, b: &mut impl io::Read) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        let n = read_full(a, &mut left)?;
        if n != read_full(b, &mut right)? || left[..n] != right[..n] {
            return Ok(false);
        }
        if n == 0 {
            return Ok(true);
        }
    }
}

fn read_full(from: &mut impl io::Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
