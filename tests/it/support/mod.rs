//! What the tests of the program stand on: a fault origin, the built program in a fresh folder, a terminal around
//! it. It must not know the library's insides: these tests see what a user and a server see.

pub(crate) mod bytes;
pub(crate) mod command;
#[cfg(unix)]
pub(crate) mod mounts;
pub(crate) mod origin;
#[cfg(unix)]
pub(crate) mod pty;
pub(crate) mod temp;
pub(crate) mod tls;

use std::time::Duration;

/// How long a wait may last before the test counts as hung. It asserts no speed: it is only there so that a defect
/// ends with a report of what was seen, and not with a build that never ends.
pub(crate) const HUNG: Duration = Duration::from_secs(60);

/// Fails the test with a text that was worked out beforehand.
#[track_caller]
pub(crate) fn fail(text: &str) -> ! {
    assert!(text.is_empty(), "{text}");
    unreachable!("a failure has a text")
}
