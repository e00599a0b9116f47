//! What the loss of power leaves of a file whose bytes had not reached the disk: nothing, or zeros in their place.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use crate::engine::durable;

/// Removes a plain file in which nothing is but zeros; true where it did. There is nothing in it to lose.
pub(in crate::engine) fn remove_blank(path: &Path) -> bool {
    let plain = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    plain && is_blank(path).unwrap_or(false) && durable::step().is_ok() && fs::remove_file(path).is_ok()
}

fn is_blank(path: &Path) -> io::Result<bool> {
    let (mut file, mut buffer) = (File::open(path)?, vec![0; 64 * 1024]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(n) if buffer[..n].iter().any(|byte| *byte != 0) => return Ok(false),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
    }
}
