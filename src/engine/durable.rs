//! One counter before every durable call: whatever changes a part file, a name, a folder or the state database passes
//! here first. A debug build can then die, fail or panic at the n-th call, for every n, which is how the promise that
//! nothing is lost is tested. A release build counts nothing. A leaf: it must not know what the calls do.

#[cfg(not(debug_assertions))]
use std::io;

/// Counts a durable call that is about to be made.
///
/// In a debug build `HAUL_CRASH_AT=n` ends the process before the n-th call, `HAUL_FAIL_AT=n:ENOSPC` (or `EIO`,
/// `EDQUOT`, `EFBIG`) has it fail, `HAUL_FAIL_AT=n+:ENOSPC` all from the n-th on, and `HAUL_PANIC=n` panics.
///
/// # Errors
/// The one that was asked for.
#[cfg(not(debug_assertions))]
#[expect(clippy::unnecessary_wraps, reason = "a debug build fails here when asked to")]
#[inline]
pub(super) fn step() -> io::Result<()> {
    Ok(())
}

#[cfg(debug_assertions)]
pub(super) use counting::step;

#[cfg(debug_assertions)]
mod counting {
    use std::env;
    use std::io;
    use std::process;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static CALLS: AtomicU64 = AtomicU64::new(0);

    /// What was asked for in the environment.
    #[derive(Debug, Default)]
    struct Plan {
        crash: Option<u64>,
        panic: Option<u64>,
        fail: Option<Failing>,
    }

    #[derive(Debug, PartialEq, Eq)]
    struct Failing {
        first: u64,
        /// All later calls fail too.
        on: bool,
        errno: i32,
    }

    pub(in crate::engine) fn step() -> io::Result<()> {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        let plan = PLAN.get_or_init(|| {
            let text = |name| env::var(name).ok();
            let number = |name| text(name).and_then(|text| text.parse().ok());
            let fail = text("HAUL_FAIL_AT").and_then(|text| failing(&text));
            Plan { crash: number("HAUL_CRASH_AT"), panic: number("HAUL_PANIC"), fail }
        });
        let call = CALLS.fetch_add(1, Ordering::SeqCst) + 1;
        if plan.crash == Some(call) {
            process::abort();
        }
        assert!(plan.panic != Some(call), "asked for by HAUL_PANIC");
        match &plan.fail {
            Some(fail) if fail.first == call || (fail.on && fail.first < call) => {
                Err(io::Error::from_raw_os_error(fail.errno))
            }
            _ => Ok(()),
        }
    }

    /// `7:EIO`, `7+:ENOSPC`.
    fn failing(text: &str) -> Option<Failing> {
        let (call, name) = text.split_once(':')?;
        let (number, on) = call.strip_suffix('+').map_or((call, false), |number| (number, true));
        // The numbers of Linux; where others differ, the kind of the error is another one and that is all.
        let errno = match name {
            "EIO" => 5,
            "EFBIG" => 27,
            "ENOSPC" => 28,
            "EDQUOT" => 122,
            _ => return None,
        };
        Some(Failing { first: number.parse().ok()?, on, errno })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn plans_are_read() {
            for (text, expected) in [
                ("7:EIO", Some(Failing { first: 7, on: false, errno: 5 })),
                ("12+:ENOSPC", Some(Failing { first: 12, on: true, errno: 28 })),
                ("7", None),
                ("x:EIO", None),
                ("7:EWHAT", None),
            ] {
                assert_eq!(failing(text), expected, "{text}");
            }
        }
    }
}
