//! What is told outside of the screen: how far all of it is, and that a long batch has ended while nobody looked.

use super::{App, Effect};
use crate::tui::headline::Headline;
use crate::units;

impl App {
    /// The window has got the focus, or lost it.
    pub(in crate::tui) fn looked_at(&mut self, looked_at: bool) {
        self.batch.looked_at(looked_at);
    }

    /// Calls whoever looks elsewhere when a long batch has ended.
    pub(super) fn follow_batch(&mut self) -> Option<Effect> {
        let working = self.jobs.totals().pending() > 0;
        self.batch.follow(working, self.now).then(|| Effect::Notify(self.outcome()))
    }

    fn outcome(&self) -> String {
        let totals = self.jobs.totals();
        let failed = if totals.failed > 0 { format!(", {} failed", totals.failed) } else { String::new() };
        format!("{}/{} done{failed}", totals.finished, totals.jobs)
    }

    /// What the title and the taskbar are to say.
    pub(in crate::tui) fn headline(&self) -> Headline {
        let totals = self.jobs.totals();
        let working = totals.pending() > 0;
        let percent = self.jobs.percent();
        let title = match percent {
            None => "haul".to_owned(),
            Some(percent) if working => {
                let rate = if self.pace.rate > 0 { format!(" {}", units::rate(self.pace.rate)) } else { String::new() };
                format!("{percent}%{rate} - {} active - haul", totals.active)
            }
            Some(_) => format!("{} - haul", self.outcome()),
        };
        let failed = !working && totals.failed > 0;
        // What is paused has not ended; what has ended well needs no more looks.
        let shown = working || failed || totals.paused > 0;
        Headline { title, percent: percent.filter(|_| shown), failed, working }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::engine::error::TransferError;
    use crate::tui::app::scenes::{connecting, empty, failed, finished, progress, queued, started};

    #[test]
    fn the_title_tells_how_far_it_is_and_how_it_ended() {
        let now = Instant::now();
        let mut app = empty(now);
        assert_eq!(app.headline().title, "haul");
        app.event(&queued(1, "a.jpg"), now);
        app.event(&queued(2, "b.jpg"), now);
        app.event(&connecting(1, 1), now);
        app.event(&started(1, "a.jpg", Some(1000)), now);
        app.event(&progress(1, 500, Some(1000), 100), now);
        let told = app.headline();
        assert!(told.title.starts_with("25%") && told.title.ends_with("- 1 active - haul"), "{}", told.title);
        assert_eq!((told.percent, told.failed, told.working), (Some(25), false, true));
        app.event(&finished(1, "a.jpg", 1000, 100), now);
        app.event(&failed(2, TransferError::status(404, None)), now);
        let told = app.headline();
        assert_eq!(told.title, "1/2 done, 1 failed - haul");
        assert_eq!((told.percent, told.failed, told.working), (Some(100), true, false));
    }

    #[test]
    fn whoever_looks_elsewhere_is_called_at_the_end_of_a_long_batch() {
        let now = Instant::now();
        for (seconds, looked_at, called) in [(11, false, true), (11, true, false), (9, false, false)] {
            let mut app = empty(now);
            app.looked_at(looked_at);
            app.event(&queued(1, "a.jpg"), now);
            app.event(&connecting(1, 1), now);
            let effects = app.event(&finished(1, "a.jpg", 3, 100), now + Duration::from_secs(seconds));
            let calls: Vec<_> = effects.iter().filter(|effect| matches!(effect, Effect::Notify(_))).collect();
            assert_eq!(calls.len(), usize::from(called), "{seconds} {looked_at}");
            let again = app.event(&finished(1, "a.jpg", 3, 100), now + Duration::from_secs(60));
            assert!(!again.iter().any(|effect| matches!(effect, Effect::Notify(_))));
        }
    }
}
