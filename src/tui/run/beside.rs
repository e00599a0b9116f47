//! What the loop does beside drawing: it gives the terminal to a shell and takes it back, copies and calls. It must not
//! know what is on the screen.

use std::io;

use ratatui::backend::CrosstermBackend;

use super::{Ending, Loop, Shown};
use crate::signals::JobControl;
use crate::tui::terminal::{self, Frames, Place, outside};
use crate::units;

impl Loop<'_> {
    /// Says something to the terminal beside the screen. If it takes nothing, the next frame will tell.
    pub(super) fn tell(&mut self, say: impl FnOnce(&mut CrosstermBackend<Frames>) -> io::Result<()>) {
        let _ = say(self.screen.backend_mut());
    }

    pub(super) fn copy(&mut self, text: &str) {
        if text.len() > outside::MOST_COPIED {
            let (size, most) = (units::bytes(text.len() as u64), outside::MOST_COPIED / 1000);
            return self.app.note(format!("not copied: {size} is more than the {most} KB that terminals take"));
        }
        self.tell(|out| outside::copy(out, text));
    }

    /// The shell, or the window, has done something with us.
    pub(super) fn job_control(&mut self, change: JobControl) -> Option<Ending> {
        match change {
            // The size is read when the next frame is drawn.
            JobControl::Resized => self.outdated(Shown::Unknown),
            JobControl::Stop if !terminal::can_stop() => {}
            JobControl::Stop => {
                self.go_away(Place::Stopped);
                // In the background it is not ours to give back.
                terminal::restore();
                terminal::stop();
            }
            JobControl::Continued if !terminal::is_foreground() => self.go_away(Place::Background),
            JobControl::Continued => return self.come_back().is_err().then_some(Ending::Hangup),
        }
        None
    }

    /// What is typed, and the screen, belong to somebody else for a while; downloads go on if we do.
    pub(super) fn go_away(&mut self, place: Place) {
        self.ears.open(false);
        self.place = place;
    }

    pub(super) fn come_back(&mut self) -> io::Result<()> {
        terminal::take_again(self.app.look().mouse)?;
        self.place = Place::Foreground;
        self.ears.open(true);
        self.outside.forget();
        self.outdated(Shown::Unknown);
        Ok(())
    }
}
