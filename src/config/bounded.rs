//! Files beside the command line, read whole but not without end: what has no length, such as a device, may have no end
//! either.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Nobody writes more of settings, headers or logins by hand.
pub(super) const WRITTEN: u64 = 1 << 20;

/// The text of a file.
///
/// # Errors
/// As reading has them; also where there are more than `most` bytes.
pub(super) fn text(path: &Path, most: u64) -> io::Result<String> {
    let mut text = String::new();
    let length = File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    if length as u64 > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too long"));
    }
    Ok(text)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_refused() {
        assert!(text(Path::new("/dev/zero"), 3).is_err_and(|error| error.kind() == io::ErrorKind::FileTooLarge));
        assert_eq!(text(Path::new("/dev/null"), 0).ok(), Some(String::new()));
    }
}
