//! Everything about the row under the cursor, as lines: what the detail shows, whatever its size. It must not know colours
//! or where they stand.

use std::time::Duration;

use super::App;
use super::facts::{Attempt, Known};
use super::why::{Around, why};
use crate::display;
use crate::engine::event::{Answered, PAUSED_BY_USER};
use crate::jobs::{Job, JobState};
use crate::units;

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Tone {
    /// As it is.
    Plain,
    /// In the colour of the row's state.
    State,
    /// It needs a look.
    Warning,
    /// It went wrong.
    Error,
}

/// One line. All text is safe.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Line {
    /// Nothing.
    Gap,
    /// What follows.
    Title(&'static str),
    /// The name of the file.
    Name(String),
    /// A word, and what it stands for; a line that goes on has no word.
    Fact(&'static str, String, Tone),
    /// How long an attempt took to be answered and to bring the body, beside the longest of them.
    Times {
        /// Its number.
        n: u32,
        /// Until the answer.
        wait: Duration,
        /// From there to its end.
        body: Duration,
        /// Of the attempt that took longest.
        longest: Duration,
        /// It has ended badly.
        failed: bool,
    },
    /// How long the host's last connection took: asking for its addresses, where that was done, and making it.
    Connect(Option<Duration>, Duration),
    /// Which bytes of the file are here, and how many connections bring more.
    Map(usize),
}

/// Columns that the words take in a panel of this width; where there are none, the word leads its text.
pub(in crate::tui) fn words(width: usize) -> u16 {
    if width < 30 { 0 } else { 9 }
}

/// Attempts that are shown, the last ones.
const ATTEMPTS: usize = 6;
/// Lines that a text may take where the whole of it was not asked for.
const SHORT: usize = 3;

/// The lines of one row as they grow.
struct Lines {
    width: usize,
    lines: Vec<Line>,
}

impl Lines {
    fn fact(&mut self, word: &'static str, text: impl Into<String>, tone: Tone) {
        self.wrapped(word, &text.into(), tone, SHORT);
    }

    /// The text over as many lines as it takes, but not more than `most`.
    fn wrapped(&mut self, word: &'static str, text: &str, tone: Tone, most: usize) {
        let column = usize::from(words(self.width));
        let room = self.width.saturating_sub(column).max(8);
        let led = if column == 0 && !word.is_empty() { format!("{word}: {text}") } else { String::new() };
        let mut rest = if led.is_empty() { text } else { &led };
        for line in 0..most {
            let end = if line + 1 == most { rest.len() } else { break_at(rest, room) };
            let part = rest[..end].trim_end();
            self.lines.push(Line::Fact(if line == 0 { word } else { "" }, display::fit(part, room), tone));
            rest = rest[end..].trim_start();
            if rest.is_empty() {
                break;
            }
        }
    }

    fn titled(&mut self, title: &'static str) {
        self.lines.extend([Line::Gap, Line::Title(title)]);
    }
}

/// Where a line of so many columns ends: after a blank where there is one in its second half, else after what parts an
/// address, else where it is full.
fn break_at(text: &str, room: usize) -> usize {
    let mut used = 0;
    let full = text.char_indices().find(|(_, c)| {
        used += display::width(c.encode_utf8(&mut [0; 4]));
        used > room
    });
    let Some((full, c)) = full else { return text.len() };
    let late = |at: &usize| *at > full / 2;
    let blank = text[..full + c.len_utf8()].rfind(' ').filter(late);
    let end = blank.or_else(|| text[..full].rfind(['/', '-', '_', '&', '.']).filter(late)).map_or(full, |at| at + 1);
    // At least one character, or it would go on for ever.
    end.max(text.chars().next().map_or(0, char::len_utf8))
}

impl App {
    /// The lines about the row under the cursor for a panel of this width; `whole` puts all of its error and of its
    /// answer first.
    pub(in crate::tui) fn about(&self, width: u16, whole: bool) -> Vec<Line> {
        let Some(job) = self.selected() else { return Vec::new() };
        let known = self.facts.get(job.id);
        let answer = known.and_then(|known| known.answer.as_deref());
        let mut lines = Lines { width: usize::from(width), lines: Vec::new() };
        lines.lines.push(Line::Name(display::safe(&job.name())));
        self.state(&mut lines, job, known, if whole { usize::MAX } else { SHORT });
        if whole {
            if let Some(answer) = answer {
                lines.titled("Answer");
                whole_answer(&mut lines, answer);
            }
            attempts_with_errors(&mut lines, known);
            lines.lines.push(Line::Gap);
        }
        self.numbers(&mut lines, job, known);
        places(&mut lines, job, answer, whole);
        if !whole && let Some(answer) = answer {
            short_answer(&mut lines, answer);
        }
        self.when(&mut lines, job);
        if let Some(known) = known {
            self.times(&mut lines, known);
        }
        lines.lines
    }

    fn state(&self, lines: &mut Lines, job: &Job, known: Option<&Known>, most: usize) {
        let attempt = if job.attempt > 1 { format!(", attempt {}", job.attempt) } else { String::new() };
        let word = job.state.word();
        let (text, error) = match &job.state {
            JobState::Waiting { until, error } => {
                let left = units::clock(until.saturating_duration_since(self.now));
                (format!("{word}, attempt {} in {left}", job.attempt + 1), Some((error, Tone::Warning)))
            }
            JobState::Failed(error) if job.attempt > 1 => {
                (format!("{word} after {} attempts", job.attempt), Some((error, Tone::Error)))
            }
            JobState::Failed(error) => (word.to_owned(), Some((error, Tone::Error))),
            JobState::Paused(reason) if **reason != *PAUSED_BY_USER => {
                (format!("{word}: {}", display::safe(reason)), None)
            }
            JobState::Finished(file) if file.skipped => (format!("{word}: was there already"), None),
            _ => (format!("{word}{attempt}"), None),
        };
        lines.wrapped("State", &text, Tone::State, most);
        if let Some((error, tone)) = error {
            lines.wrapped("Error", &display::safe(&error.detail), tone, most);
        }
        if let Some(limit) = why(job, &self.around(job, known)) {
            lines.fact("Held by", limit, Tone::Warning);
        }
    }

    /// What may hold a row back.
    fn around(&self, job: &Job, known: Option<&Known>) -> Around {
        let host = self.hosts.get(job.origin());
        let asked = known.and_then(|known| known.attempts.back()).map(|last| last.times(self.now).0);
        Around {
            limit: self.limits.rate,
            rate: self.pace.rate,
            host: host.and_then(|host| Some((host.requests, host.window?))),
            rests: host.and_then(|host| host.rests(self.now)),
            slots: (self.jobs.totals().active, self.limits.jobs),
            ranges: known.and_then(|known| known.answer.as_ref()).map(|answer| answer.ranges),
            asked,
        }
    }

    fn numbers(&self, lines: &mut Lines, job: &Job, known: Option<&Known>) {
        let got = units::bytes(job.bytes);
        let size = match (&job.state, job.total) {
            (JobState::Finished(file), _) => units::bytes(file.bytes),
            (_, Some(total)) if total > 0 && job.bytes > 0 => {
                let percent = u128::from(job.bytes.min(total)) * 100 / u128::from(total);
                format!("{got} of {} ({percent}%)", units::bytes(total))
            }
            (_, Some(total)) => units::bytes(total),
            (_, None) if job.bytes > 0 => format!("{got} of ?"),
            (_, None) => String::new(),
        };
        if !size.is_empty() {
            lines.fact("Size", size, Tone::Plain);
        }
        let mean = self.mean(job, known).map(units::rate);
        match (&job.state, mean) {
            (JobState::Downloading, mean) => {
                let mean = mean.map(|mean| format!(", average {mean}")).unwrap_or_default();
                lines.fact("Rate", format!("{}{mean}", units::rate(job.bytes_per_second)), Tone::Plain);
                lines.fact("ETA", job.eta().map_or("unknown".to_owned(), units::clock), Tone::Plain);
            }
            (_, Some(mean)) => lines.fact("Rate", format!("average {mean}"), Tone::Plain),
            _ => {}
        }
        if let Some(pieces) = self.facts.pieces(job.id).filter(|_| job.state == JobState::Downloading) {
            lines.lines.push(Line::Map(pieces.iter().filter(|piece| piece.active).count()));
        }
    }

    /// Bytes per second over the attempt that runs, or over all of a file that is there.
    fn mean(&self, job: &Job, known: Option<&Known>) -> Option<u64> {
        let (bytes, time) = match &job.state {
            JobState::Finished(file) if !file.skipped => (file.bytes, file.elapsed),
            JobState::Downloading | JobState::Verifying => {
                let last = known?.attempts.back()?;
                (job.bytes.saturating_sub(last.from), last.times(self.now).1)
            }
            _ => return None,
        };
        let millis = time.as_millis();
        if millis < 100 || bytes == 0 {
            return None;
        }
        u64::try_from(u128::from(bytes) * 1000 / millis).ok()
    }

    /// When it was added, and how long it took.
    fn when(&self, lines: &mut Lines, job: &Job) {
        let Some(at) = self.facts.added(job.n) else { return };
        let took = match &job.state {
            JobState::Finished(file) if !file.skipped => format!(", took {}", units::elapsed(file.elapsed)),
            _ => String::new(),
        };
        lines.fact("Added", format!("{}{took}", self.clock.time(at)), Tone::Plain);
    }

    /// The last attempts as bars, and what the connection took.
    fn times(&self, lines: &mut Lines, known: &Known) {
        let times = |attempt: &Attempt| attempt.times(self.now);
        let longest = known.attempts.iter().map(|a| times(a).0 + times(a).1).max().unwrap_or_default();
        if known.attempts.is_empty() {
            return;
        }
        lines.titled("Attempts: wait and body");
        let before = known.attempts.len().saturating_sub(ATTEMPTS);
        for attempt in known.attempts.iter().skip(before) {
            let (wait, body) = times(attempt);
            lines.lines.push(Line::Times { n: attempt.n, wait, body, longest, failed: attempt.error.is_some() });
            if let Some(error) = &attempt.error {
                lines.wrapped("", &display::safe(&error.detail), Tone::Error, 1);
            }
        }
        if let Some(connect) = known.answer.as_ref().and_then(|answer| answer.connect) {
            lines.lines.push(Line::Connect(connect.dns, connect.connect));
        }
    }
}

/// What it is, where it comes from and where it goes.
fn places(lines: &mut Lines, job: &Job, answer: Option<&Answered>, whole: bool) {
    let most = if whole { usize::MAX } else { SHORT };
    if let JobState::Finished(file) = &job.state
        && !file.skipped
    {
        let said = answer.and_then(|answer| answer.content_type.as_deref());
        let kind = file.format.as_deref().or(said).map_or("no image".to_owned(), display::safe);
        let pixels = file.pixels.map(|(width, height)| format!(" {width} x {height}")).unwrap_or_default();
        let whole = match file.verified {
            Some(true) => ", seen to be whole",
            Some(false) => ", unverified",
            None => "",
        };
        lines.fact("Type", format!("{kind}{pixels}{whole}"), Tone::Plain);
    } else if let Some(kind) = answer.filter(|_| !whole).and_then(|answer| answer.content_type.as_deref()) {
        lines.fact("Type", display::safe(kind), Tone::Plain);
    }
    let from = display::address_text(&job.url);
    if let Some(answer) =
        answer.filter(|answer| !whole && display::without_userinfo(&answer.final_url).as_str() != &*job.url)
    {
        lines.wrapped("From", &from, Tone::Plain, most);
        lines.wrapped("Led to", &display::address(&answer.final_url), Tone::Plain, most);
    } else {
        lines.wrapped("From", &from, Tone::Plain, most);
    }
    let to = job.path().unwrap_or(&job.dir);
    lines.wrapped("To", &display::safe(&to.display().to_string()), Tone::Plain, most);
}

fn ranges(answer: &Answered) -> &'static str {
    if answer.ranges { "ranges" } else { "no ranges" }
}

fn short_answer(lines: &mut Lines, answer: &Answered) {
    // Nobody was asked: every byte was here.
    if answer.status == 0 {
        return;
    }
    let server = answer.server.as_deref().map(|server| format!(", {}", display::safe(server))).unwrap_or_default();
    lines.fact(
        "HTTP",
        format!("{} {}, {}{server}", answer.status, answer.protocol.word(), ranges(answer)),
        Tone::Plain,
    );
    if let Some(tag) = &answer.etag {
        lines.wrapped("ETag", &display::safe(tag), Tone::Plain, 1);
    }
    if let Some(modified) = &answer.last_modified {
        lines.wrapped("Changed", &display::safe(modified), Tone::Plain, 1);
    }
}

/// What the server said, header by header.
fn whole_answer(lines: &mut Lines, answer: &Answered) {
    lines.wrapped("Address", &display::address(&answer.final_url), Tone::Plain, usize::MAX);
    if answer.status > 0 {
        let text = format!("{} {} after {}", answer.status, answer.protocol.word(), short(answer.ttfb));
        lines.fact("Status", text, Tone::Plain);
    }
    let fields = [
        ("Server", &answer.server),
        ("Type", &answer.content_type),
        ("ETag", &answer.etag),
        ("Changed", &answer.last_modified),
    ];
    for (word, value) in fields {
        let value = value.as_deref().map_or("not said".to_owned(), display::safe);
        lines.wrapped(word, &value, Tone::Plain, usize::MAX);
    }
    lines.fact("Ranges", if answer.ranges { "yes" } else { "no" }, Tone::Plain);
}

/// Every error that led here, in full.
fn attempts_with_errors(lines: &mut Lines, known: Option<&Known>) {
    let errors = known.into_iter().flat_map(|known| &known.attempts).filter_map(|a| Some((a.n, a.error.as_ref()?)));
    let errors: Vec<_> = errors.collect();
    if errors.is_empty() {
        return;
    }
    lines.titled("Errors");
    for (n, error) in errors {
        let detail = display::safe(&error.detail);
        let class = error.class.word();
        let class = if detail.starts_with(class) { String::new() } else { format!(" ({class})") };
        lines.wrapped("", &format!("attempt {n}: {detail}{class}"), Tone::Error, usize::MAX);
    }
}

/// A time that may be far below a second: `12 ms`, `1.21 s`.
pub(in crate::tui) fn short(d: Duration) -> String {
    if d < Duration::from_secs(1) { format!("{} ms", d.as_millis()) } else { units::elapsed(d) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_and_never_lost_or_too_wide() {
        for text in [
            "",
            "one two three four five six seven",
            &"x".repeat(99),
            &"北極光 ".repeat(20),
            "https://h.example/a/b/c?…",
        ] {
            for width in 0..60 {
                let mut lines = Lines { width, lines: Vec::new() };
                lines.wrapped("W", text, Tone::Plain, usize::MAX);
                let room = width.saturating_sub(words(width).into()).max(8);
                let parts: Vec<_> = lines
                    .lines
                    .iter()
                    .map(|line| if let Line::Fact(_, text, _) = line { text.as_str() } else { "" })
                    .collect();
                assert!(parts.iter().all(|part| display::width(part) <= room), "{width}: {parts:?}");
                let bare = |text: &str| text.replace(' ', "");
                let led = if width < 30 { "W:" } else { "" };
                assert_eq!(bare(&parts.concat()), format!("{led}{}", bare(text)), "{width}");
            }
        }
    }
}
