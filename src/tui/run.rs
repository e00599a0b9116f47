//! The loop: waits, lets the state follow from what came, carries out effects, and draws when a frame is due. It must
//! not know what any action means.

mod beside;
mod carry;
mod setup;

pub(crate) use setup::{Ending, Outcome, Setup};

use std::io;
use std::sync::PoisonError;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime};

use crossterm::event::Event as Input;
use jiff::tz::TimeZone;

use super::action::Action;
use super::app::App;
use super::clock::Clock;
use super::inbox::{Inbox, Wake};
use super::keys::{Burst, Keymap, Torn, Typed};
use super::limits::Limits;
use super::look::Look;
use super::preview::{Choice, Painter, Wanted, Way};
use super::terminal::outside::Outside;
use super::terminal::{self, Place, Screen, input};
use super::theme::Theme;
use super::{mouse, view};
use crate::engine::{Engine, Events, Received};
use crate::input::Choice as Wanting;
use crate::report::Recorder;

/// After a key they may come closer, since somebody waits for them.
const ECHO: Duration = Duration::from_millis(33);
/// In the background nobody tells when the terminal is ours again, so we look.
const LOOK_AROUND: Duration = Duration::from_millis(250);
/// A flood of events or keys is read for so long before a frame or a key may come between.
const GULP: Duration = Duration::from_millis(5);

/// Shows the screen until the user leaves, a signal asks for it or the terminal is gone. The terminal is given back
/// before this returns; the engine goes on.
///
/// # Errors
/// Where the terminal cannot be taken.
pub(crate) fn run(engine: &Engine, events: &Events, setup: Setup, recorder: &mut Recorder) -> io::Result<Outcome> {
    let Setup { dir, inbox, keys, screen: settings, pages, choice: wanting, limits: (jobs, rate) } = setup;
    let most_jobs = engine.most_jobs();
    let (keymap, warnings) = Keymap::with(&keys);
    let (look, warning) = Look::of(&settings);
    let choice = settings.preview.as_deref().map_or(Ok(Choice::Auto), Choice::named);
    let (guard, screen) = terminal::take(look.mouse)?;
    let letters_alone = look.ascii || look.theme == Theme::Mono;
    let way = if letters_alone { Way::Cards } else { terminal::probe::way(choice.clone().unwrap_or_default(), &inbox) };
    let ears = input::listen(&inbox)?;
    let waker = inbox.clone();
    events.wake_with(move || waker.post(Wake::Engine));
    for warning in warnings.into_iter().chain(warning).chain(choice.clone().err()) {
        inbox.note(warning);
    }
    let off = choice == Ok(Choice::Off);
    let ready = inbox.clone();
    let receiver = inbox.receiver.lock().unwrap_or_else(PoisonError::into_inner);
    let mut ui = Loop {
        engine,
        events,
        recorder,
        inbox: &receiver,
        posts: &inbox,
        choice: wanting,
        ears,
        place: Place::Foreground,
        outside: Outside::default(),
        screen,
        app: App::new(dir, look, Instant::now())
            .with(keymap, Limits { jobs: jobs.min(most_jobs), most_jobs, rate })
            .with_pictures(way != Way::Cards, !off),
        painter: Painter::new(way, move |picture| ready.post(Wake::Picture(picture))),
        over_text: None,
        torn: Torn::default(),
        burst: Burst::default(),
        unread: false,
        behind: false,
        shown: Shown::Stale,
        echo: false,
        echoed: None,
        drawn: None,
    };
    ui.app.set_clock(Clock::new(TimeZone::system(), Instant::now(), SystemTime::now()));
    // A signal stops the engine before it stops the screen, which may still have something to say.
    let held = engine.hold();
    let pages = ui.app.open_pages(pages);
    ui.carry_out(pages);
    let ending = ui.run();
    drop(guard);
    let last_words = ui.app.last_words();
    ui.carry_out(last_words);
    drop(held);
    // Nobody reads the inbox any more.
    events.wake_with(|| {});
    Ok(Outcome { ending, jobs: ui.app.into_jobs() })
}

/// What the terminal shows, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// The state.
    State,
    /// An older state.
    Stale,
    /// Anything: somebody says so, or the size has changed, even if it is the old one again by now.
    Unknown,
}

struct Loop<'a> {
    engine: &'a Engine,
    events: &'a Events,
    recorder: &'a mut Recorder,
    inbox: &'a Receiver<Wake>,
    /// The other end of it.
    posts: &'a Inbox,
    choice: Wanting,
    ears: input::Ears,
    place: Place,
    outside: Outside,
    screen: Screen,
    app: App,
    painter: Painter,
    /// What the terminal has over its text: a picture under so many toasts.
    over_text: Option<(Wanted, usize)>,
    /// Keys that may be pieces of one, or a paste.
    torn: Torn,
    burst: Burst,
    /// The engine has more events than were read so far; it will not wake us for them.
    unread: bool,
    /// A gulp was not enough for them.
    behind: bool,
    /// What the terminal shows.
    shown: Shown,
    /// A key waits for its echo.
    echo: bool,
    /// When the last frame was drawn that a key had waited for.
    echoed: Option<Instant>,
    /// When the last frame was drawn.
    drawn: Option<Instant>,
}

impl Loop<'_> {
    fn run(&mut self) -> Ending {
        loop {
            let now = Instant::now();
            let due = self.frame_due(now) <= now;
            // What the engine says is seen in the next frame at the soonest, so it is read then and all at once: a
            // storm of events costs no more wake-ups than frames. A key does not wait for it.
            if self.unread && (self.behind || (due && !self.echo)) {
                self.read_events();
            }
            if self.shown > Shown::State && due && self.draw().is_err() {
                // A screen that cannot be drawn on is gone, whatever the system calls it.
                return Ending::Hangup;
            }
            let first = self.wait();
            self.app.wall_clock(Instant::now(), SystemTime::now());
            if let Some(ending) = self.read(first) {
                return ending;
            }
            if self.place == Place::Background && terminal::is_foreground() && self.come_back().is_err() {
                return Ending::Hangup;
            }
            let now = Instant::now();
            if self.app.next_tick().is_some_and(|tick| tick <= now) {
                let effects = self.app.tick(now);
                self.outdated(Shown::Stale);
                self.carry_out(effects);
            }
        }
    }

    /// The terminal shows no better than this.
    fn outdated(&mut self, shown: Shown) {
        self.shown = self.shown.max(shown);
    }

    /// When the next frame may be drawn. A key that comes alone need not wait at all; what the engine answers to it
    /// need not wait as long as other news.
    fn frame_due(&self, now: Instant) -> Instant {
        let frame = self.app.look().frame();
        let answers = self.echoed.is_some_and(|echoed| now.saturating_duration_since(echoed) < 2 * frame);
        match (self.echo, answers) {
            (true, _) => self.echoed.map_or(now, |echoed| echoed + ECHO),
            (false, true) => self.drawn.map_or(now, |drawn| drawn + ECHO),
            (false, false) => self.drawn.map_or(now, |drawn| drawn + frame),
        }
    }

    /// Waits for the inbox, the next frame or the next tick; with none of the last two, for as long as it takes.
    fn wait(&self) -> Option<Wake> {
        if self.behind {
            return self.inbox.try_recv().ok();
        }
        let now = Instant::now();
        let frame = (self.shown > Shown::State || self.unread).then(|| self.frame_due(now));
        let around = (self.place == Place::Background).then(|| now + LOOK_AROUND);
        let due = [frame, around, self.app.next_tick(), self.burst.due()].into_iter().flatten().min();
        let Some(due) = due else {
            return self.inbox.recv().ok();
        };
        self.inbox.recv_timeout(due.saturating_duration_since(now)).ok()
    }

    /// Reads all keys and the like that have come, so that a flood costs one frame; but no longer than a gulp.
    fn read(&mut self, first: Option<Wake>) -> Option<Ending> {
        let until = Instant::now() + GULP;
        let mut next = first;
        while let Some(wake) = next {
            if let Some(ending) = self.wake(wake) {
                return Some(ending);
            }
            if Instant::now() >= until {
                return None;
            }
            next = self.inbox.try_recv().ok();
        }
        // No key is left that would have come before.
        let typed = self.burst.flush(Instant::now());
        self.typed(typed)
    }

    fn typed(&mut self, typed: Vec<Typed>) -> Option<Ending> {
        typed.into_iter().find_map(|typed| match typed {
            Typed::Key(key) => {
                let action = self.app.keymap().find(self.app.context(), key)?;
                self.act(action)
            }
            Typed::Paste(text) => self.act(Action::Paste(text)),
        })
    }

    /// Does what the person wants.
    fn act(&mut self, action: Action) -> Option<Ending> {
        // It is about what has happened, not about the older state that is shown: `q` must not leave at once where
        // work has just begun.
        if self.unread {
            self.read_events();
        }
        self.outdated(Shown::Stale);
        self.echo = true;
        let effects = self.app.update(action, Instant::now());
        self.carry_out(effects)
    }

    /// Reads what the engine has said, but no longer than a gulp.
    fn read_events(&mut self) {
        let mut now = Instant::now();
        let until = now + GULP;
        while self.unread && now < until {
            self.read_event(now);
            now = Instant::now();
        }
        self.behind = self.unread;
    }

    fn read_event(&mut self, now: Instant) {
        match self.events.try_recv() {
            Received::Event(event) => {
                self.outdated(Shown::Stale);
                self.recorder.note(&event, self.app.jobs());
                let effects = self.app.event(&event, now);
                // Events never end the screen.
                self.carry_out(effects);
            }
            Received::Nothing => self.unread = false,
            Received::Closed => {
                self.unread = false;
                self.outdated(Shown::Stale);
                self.app.engine_ended();
            }
        }
    }

    fn wake(&mut self, wake: Wake) -> Option<Ending> {
        match wake {
            Wake::Engine => self.unread = true,
            Wake::Stop => return Some(Ending::Stopped),
            Wake::Hangup => return Some(Ending::Hangup),
            Wake::Note(text) => {
                self.outdated(Shown::Stale);
                self.app.note(text);
            }
            Wake::Job(change) => return self.job_control(change),
            // Whoever looks elsewhere sees nothing else.
            Wake::Input(Input::FocusGained, _) => self.app.looked_at(true),
            Wake::Input(Input::FocusLost, _) => self.app.looked_at(false),
            Wake::Picture(ready) => {
                self.outdated(Shown::Stale);
                self.app.pictured(ready);
            }
            Wake::Loaded(loaded) => {
                self.outdated(Shown::Stale);
                self.app.loaded(loaded, Instant::now());
            }
            Wake::Input(input, at) => {
                self.outdated(Shown::Stale);
                match input {
                    Input::Key(key) => {
                        panic_if_asked(key);
                        let key = self.torn.key(key, at)?;
                        let typed = self.burst.key(self.app.context(), key, at);
                        return self.typed(typed);
                    }
                    Input::Paste(text) => return self.act(Action::Paste(text)),
                    Input::Mouse(event) => return mouse::action(event).and_then(|action| self.act(action)),
                    // The size is read when the next frame is drawn.
                    Input::Resize(..) => self.outdated(Shown::Unknown),
                    _ => {}
                }
            }
        }
        None
    }

    fn draw(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if self.place == Place::Foreground && !terminal::is_foreground() {
            self.go_away(Place::Background);
        }
        if self.place != Place::Foreground {
            self.was_drawn(now);
            return Ok(());
        }
        let size = self.screen.size()?;
        self.app.resize(size);
        let wanted = self.app.want();
        self.carry_out(wanted.into_iter().collect());
        let over_text = self.app.over_text().map(|(wanted, toasts)| (wanted.clone(), toasts));
        if over_text != self.over_text {
            // Text that is the same as before would not be sent, and so would not cover the old picture.
            self.over_text = over_text;
            self.outdated(Shown::Unknown);
        }
        if self.shown == Shown::Unknown {
            // Not `clear`: that one asks the terminal where its cursor is, and waits for an answer that the thread
            // of the keys takes away.
            self.screen.resize(size.into())?;
        }
        let (headline, look) = (self.app.headline(), self.app.look());
        self.outside.say(self.screen.backend_mut(), headline, look, now)?;
        let app = &self.app;
        self.screen.draw(|frame| view::render(frame, frame.area(), app))?;
        self.was_drawn(Instant::now());
        Ok(())
    }

    fn was_drawn(&mut self, now: Instant) {
        self.drawn = Some(now);
        if std::mem::take(&mut self.echo) {
            self.echoed = self.drawn;
        }
        self.shown = Shown::State;
    }
}

/// The tests of the panic hook need a panic on this thread: `HAUL_PANIC=ui` and the key `!`.
fn panic_if_asked(key: crossterm::event::KeyEvent) {
    if cfg!(debug_assertions) && key.code == crossterm::event::KeyCode::Char('!') {
        assert!(std::env::var_os("HAUL_PANIC").is_none_or(|value| value != "ui"), "asked for by HAUL_PANIC");
    }
}
