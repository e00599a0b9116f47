//! The thread that reads what a run is given, and what there is to know of it at the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::refused::Refused;
use super::troubles::Report;
use crate::input::feed::Trouble;

/// See the head of this file.
pub(super) struct Feeding {
    troubled: Arc<AtomicBool>,
    all_read: Arc<AtomicBool>,
}

impl Feeding {
    /// Has `read` read, which is true where nothing was left out, and says what is wrong; `then` comes last.
    pub(super) fn start(
        say: impl FnMut(&str) + Send + 'static,
        read: impl FnOnce(&mut dyn FnMut(Trouble<'_>)) -> bool + Send + 'static,
        then: impl FnOnce() + Send + 'static,
    ) -> Result<Self, Refused> {
        let this = Self { troubled: Arc::default(), all_read: Arc::default() };
        let (troubled, all_read) = (Arc::clone(&this.troubled), Arc::clone(&this.all_read));
        let work = move || {
            let mut report = Report::new(troubled, say);
            let whole = read(&mut |trouble| report.trouble(&trouble));
            all_read.store(whole, Ordering::Release);
            report.end();
            then();
        };
        let thread = thread::Builder::new().name("haul-input".to_owned()).spawn(work);
        thread.map_err(|error| Refused::Usage(format!("cannot start threads: {error}")))?;
        Ok(this)
    }

    /// Something was wrong with what was given.
    pub(super) fn is_troubled(&self) -> bool {
        self.troubled.load(Ordering::Relaxed)
    }

    /// Every source was read to its end.
    pub(super) fn is_all_read(&self) -> bool {
        self.all_read.load(Ordering::Acquire)
    }
}
