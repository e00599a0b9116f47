//! How many requests at once one host takes: found by trial between 1 and a bound, and halved by trouble. Pure: time
//! and counts come in as arguments. It must not know which jobs or files the requests are for.

use std::time::{Duration, Instant};

/// Where a window begins unless the user says otherwise: polite to a stranger, and as much as other tools take.
pub(super) const START: usize = 16;

/// Where it ends unless the user says otherwise.
pub(super) const MOST: usize = 64;

/// The shortest time in which a level can be judged, and troubles count as one.
const EPOCH: Duration = Duration::from_millis(250);

/// The same for the first level, which is held against nothing: short lists are over before a full epoch is.
const FIRST_EPOCH: Duration = Duration::from_millis(100);

/// Fewer bytes for each request say nothing of a level where no files have ended either: what one answer is ahead of
/// another is more. A line so slow that they take long to come is full with few requests.
const ENOUGH: u64 = 16 * 1024;

/// How long a level that could not be bettered is kept before the next try.
const HOLD: Duration = Duration::from_secs(5);

/// How long a level that brought trouble is remembered, and stayed below.
const MEMORY: Duration = Duration::from_secs(60);

/// Requests that take no longer than this from end to end are not what keeps a list: 16 of them at once are 800 a
/// second, and more would only cost memory on both sides.
const QUICK: Duration = Duration::from_millis(20);

/// What has come from the host so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) bytes: u64,
    /// Requests that have ended.
    pub(super) files: u64,
}

/// What came in an epoch.
#[derive(Debug, Clone, Copy)]
struct Level {
    count: Count,
    time: Duration,
    /// Every slot has ended a file, so that files say more than bytes do.
    small: bool,
}

impl Level {
    /// More by 5 % than this one: in files where both are of small ones, else in bytes.
    fn beats(&self, other: &Self) -> bool {
        let what =
            |level: &Self| u128::from(if self.small && other.small { level.count.files } else { level.count.bytes });
        what(self) * other.time.as_nanos() * 100 > what(other) * self.time.as_nanos() * 105
    }

    /// Each of so many requests at once was over in no time.
    fn is_quick(&self, size: usize) -> bool {
        self.small && self.time.as_nanos() * size as u128 <= QUICK.as_nanos() * u128::from(self.count.files)
    }
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Finding out what this size brings, before trying more.
    Measuring,
    /// Finding out whether it brings more than the size before.
    Trying { before: usize, level: Level },
    /// Content with what there is until then.
    Holding { until: Instant },
}

/// What went wrong lately.
#[derive(Debug, Default)]
struct Trouble {
    ends: Option<Instant>,
    /// Troubles; one that says "too many requests" counts as two.
    strikes: u32,
    halved: bool,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    most: usize,
    /// Smoothed as a round-trip time is (RFC 6298 section 2).
    ttfb: Duration,
    /// Answers so far.
    answers: usize,
    stage: Stage,
    /// Steps double the size; they add a quarter once one was too many.
    doubling: bool,
    /// When the epoch that runs has begun, and what had come by then.
    since: Option<(Instant, Count)>,
    /// When it was full last.
    full: Option<Instant>,
    /// The first epoch was too short to say anything.
    slow: bool,
    trouble: Trouble,
    /// This size brought trouble, which is remembered until then.
    wall: Option<(usize, Instant)>,
}

impl Window {
    pub(super) fn new(start: usize, most: usize) -> Self {
        let start = start.clamp(1, most.max(1));
        Self {
            size: start,
            most: most.max(1),
            ttfb: Duration::ZERO,
            answers: 0,
            stage: Stage::Measuring,
            doubling: true,
            since: None,
            full: None,
            slow: false,
            trouble: Trouble::default(),
            wall: None,
        }
    }

    /// Requests at once.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Until when it remembers trouble that a new one would have to find out again; a good size is found soon.
    pub(super) fn memory(&self) -> Option<Instant> {
        self.wall.map(|(_, until)| until)
    }

    /// The host has answered, so long after it was asked.
    pub(super) fn answered(&mut self, ttfb: Duration) {
        self.ttfb = if self.answers == 0 { ttfb } else { (self.ttfb * 7 + ttfb) / 8 };
        self.answers = self.answers.saturating_add(1);
    }

    /// The first request after a time without any goes out. What the first level brings counts from here, the wait for
    /// the first byte included, or a server that begins with a burst would seem faster than it is.
    pub(super) fn begins(&mut self, count: Count, now: Instant) {
        self.since = Some((now, count));
    }

    /// Nobody waits any more: what comes from here on is less than the window can bring.
    pub(super) fn lapses(&mut self) {
        if !self.is_first() {
            self.since = None;
        }
    }

    /// The window is full, and somebody waits. True where its size changes.
    pub(super) fn pressed(&mut self, count: Count, now: Instant) -> bool {
        match self.stage {
            Stage::Holding { until } if now < until => return false,
            Stage::Holding { .. } => (self.stage, self.since) = (Stage::Measuring, None),
            Stage::Measuring | Stage::Trying { .. } => {}
        }
        if !self.is_trying() && self.next_size(now) == self.size {
            return false;
        }
        let full = self.full.replace(now);
        let (began, before) = *self.since.get_or_insert((now, count));
        let (time, epoch) = (now.saturating_duration_since(began), self.epoch());
        // Before half of the first requests are answered there is no saying how the host takes them.
        if time < epoch || (self.is_first() && self.answers * 2 < self.size) {
            return false;
        }
        let come = Count { bytes: count.bytes - before.bytes, files: count.files - before.files };
        let level = Level { count: come, time, small: come.files >= self.size as u64 };
        // It was not full all the time, or somebody would have looked.
        let lapsed = !self.is_first() && full.is_none_or(|full| now.saturating_duration_since(full) > epoch * 2);
        if !lapsed && !level.small && come.bytes < self.size as u64 * ENOUGH {
            if self.is_first() {
                // Most of that was waiting for the first answers. What comes now is held against what comes later.
                (self.slow, self.since) = (true, Some((now, count)));
            }
            return false;
        }
        self.since = Some((now, count));
        !lapsed && self.judge(level, now)
    }

    fn judge(&mut self, level: Level, now: Instant) -> bool {
        let size = self.size;
        let hold = Stage::Holding { until: now + HOLD };
        match self.stage {
            Stage::Trying { before, level: old } if !level.beats(&old) => {
                (self.size, self.stage, self.doubling) = (before, hold, false);
            }
            Stage::Trying { .. } if !self.doubling => self.stage = hold,
            Stage::Measuring if level.is_quick(size) => self.stage = hold,
            _ => {
                self.size = self.next_size(now);
                self.stage = if self.size > size { Stage::Trying { before: size, level } } else { hold };
            }
        }
        self.size != size
    }

    /// When a window that stays full has to be looked at again.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        if !self.is_trying() && self.next_size(now) == self.size {
            return None;
        }
        match self.stage {
            Stage::Holding { until } => Some(until),
            Stage::Measuring | Stage::Trying { .. } => self.since.map(|(began, _)| {
                let end = began + self.epoch();
                if end > now { end } else { now + EPOCH }
            }),
        }
    }

    /// A request has failed in a way that weighs so many strikes. Two in one epoch halve the window, once an epoch;
    /// true where they do.
    pub(super) fn failed(&mut self, strikes: u32, now: Instant) -> bool {
        if self.trouble.ends.is_none_or(|ends| ends <= now) {
            let ends = now.checked_add(EPOCH.max(self.ttfb.saturating_mul(2)));
            self.trouble = Trouble { ends, ..Trouble::default() };
        }
        self.trouble.strikes += strikes;
        if self.trouble.strikes < 2 || self.trouble.halved {
            return false;
        }
        self.trouble.halved = true;
        self.wall = Some((self.size, now + MEMORY));
        (self.stage, self.since, self.doubling) = (Stage::Holding { until: now + HOLD }, None, false);
        let less = self.size > 1;
        self.size = (self.size / 2).max(1);
        less
    }

    /// The size to try next; the present one where there is none.
    fn next_size(&self, now: Instant) -> usize {
        let step = if self.doubling { self.size } else { (self.size / 4).max(1) };
        let wall = self.wall.filter(|(_, until)| now < *until).map_or(usize::MAX, |(wall, _)| wall - 1);
        (self.size + step).min(self.most).min(wall).max(self.size)
    }

    fn epoch(&self) -> Duration {
        if self.is_first() { FIRST_EPOCH } else { EPOCH.max(self.ttfb.saturating_mul(2)) }
    }

    fn is_first(&self) -> bool {
        self.doubling && !self.slow && matches!(self.stage, Stage::Measuring)
    }

    fn is_trying(&self) -> bool {
        matches!(self.stage, Stage::Trying { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window that is always full, at a host whose throughput depends on the size alone.
    struct Full {
        window: Window,
        now: Instant,
        count: Count,
    }

    impl Full {
        fn new(start: usize, most: usize, ttfb: u64) -> Self {
            let (mut window, now) = (Window::new(start, most), Instant::now());
            window.begins(Count::default(), now);
            for _ in 0..start {
                window.answered(Duration::from_millis(ttfb));
            }
            Self { window, now, count: Count::default() }
        }

        /// Lets so many milliseconds pass, a few at a time; gives the sizes that the window took.
        fn run(&mut self, millis: u64, bytes: impl Fn(usize) -> u64, files: impl Fn(usize) -> u64) -> Vec<usize> {
            let mut sizes = Vec::new();
            for _ in 0..millis / 10 {
                self.now += Duration::from_millis(10);
                self.count.bytes += bytes(self.window.size());
                self.count.files += files(self.window.size());
                if self.window.pressed(self.count, self.now) {
                    sizes.push(self.window.size());
                }
            }
            sizes
        }
    }

    fn none(_: usize) -> u64 {
        0
    }

    fn capped(most: usize) -> impl Fn(usize) -> u64 {
        move |size| 20_000 * size.min(most) as u64
    }

    #[test]
    fn it_finds_the_level_that_brings_something() {
        // Throughput grows up to so many requests at once.
        for (start, most, useful, sizes) in [
            (16, 64, 1000, vec![32, 64]),
            (16, 64, 40, vec![32, 64]),
            (16, 64, 32, vec![32, 64, 32]),
            (16, 64, 16, vec![32, 16]),
            (16, 64, 4, vec![32, 16]),
            (16, 40, 1000, vec![32, 40]),
            (4, 4, 1000, vec![]),
            (64, 64, 1000, vec![]),
        ] {
            let bytes = Full::new(start, most, 10).run(2000, capped(useful), none);
            assert_eq!(bytes, sizes, "{start} {most} {useful}");
            // Files count where they are small, whatever their bytes say.
            let files = Full::new(start, most, 10).run(2000, |_| 1000, |size| size.min(useful) as u64 / 2 - 1);
            assert_eq!(files, sizes, "{start} {most} {useful}");
        }
    }

    #[test]
    fn quick_small_files_need_no_more() {
        // So many files of 1,000 bytes in 10 ms; 16 at once take 20 ms each where 8 come.
        for (files, sizes) in [(7, vec![32, 64]), (8, vec![]), (100, vec![])] {
            let per_slot = move |size: usize| files * size as u64 / 16;
            assert_eq!(Full::new(16, 64, 1).run(2000, move |size| 1000 * per_slot(size), per_slot), sizes, "{files}");
        }
        // Large ones are never quick, however fast the line is.
        assert_eq!(Full::new(16, 64, 1).run(400, |size| size as u64 * 1_000_000, none), [32, 64]);
    }

    #[test]
    fn epochs_are_as_long_as_the_host_needs() {
        for (ttfb, millis, sizes) in [
            (10, 90, vec![]),
            (10, 100, vec![32]),
            (10, 340, vec![32]),
            (10, 350, vec![32, 64]),
            // The first is short wherever half of the first requests are answered.
            (400, 100, vec![32]),
            (400, 890, vec![32]),
            (400, 900, vec![32, 64]),
        ] {
            assert_eq!(Full::new(16, 64, ttfb).run(millis, capped(1000), none), sizes, "{ttfb} {millis}");
        }
    }

    #[test]
    fn a_line_that_is_slow_as_a_whole_is_given_time_to_show_it() {
        // So many bytes in 10 ms over all requests; the first answers take most of the first epoch, but 16 requests fill
        // the line.
        for rate in [13_000, 4000, 1000] {
            let mut full = Full::new(16, 64, 10);
            full.window.begins(Count::default(), full.now);
            full.now += Duration::from_millis(80);
            let sizes = full.run(10_000, |_| rate, none);
            assert!(sizes.starts_with(&[32, 16]) && sizes.iter().all(|size| *size <= 32), "{rate} {sizes:?}");
        }
    }

    #[test]
    fn nothing_grows_before_half_of_the_first_requests_are_answered() {
        let (mut window, start) = (Window::new(16, 64), Instant::now());
        window.begins(Count::default(), start);
        let much = Count { bytes: 1_000_000, files: 0 };
        let later = start + Duration::from_secs(1);
        for answers in 0..8 {
            assert!(!window.pressed(much, later), "{answers}");
            window.answered(Duration::from_millis(900));
        }
        assert!(window.pressed(much, later));
        assert_eq!(window.size(), 32);
    }

    #[test]
    fn a_level_that_holds_is_tried_by_a_quarter_now_and_then() {
        let mut full = Full::new(16, 64, 10);
        assert_eq!(full.run(500, capped(16), none), [32, 16]);
        // The network has become wider meanwhile.
        assert_eq!(full.run(4500, capped(1000), none), [] as [usize; 0]);
        assert_eq!(full.run(11_000, capped(1000), none), [20, 25]);
        // And narrower: more is tried, and brings nothing.
        assert_eq!(full.run(6000, capped(25), none), [31, 25]);
    }

    #[test]
    fn an_epoch_without_pressure_says_nothing() {
        let mut full = Full::new(16, 64, 10);
        assert_eq!(full.run(100, capped(1000), none), [32]);
        // Nobody waits for a while, and little comes.
        full.now += Duration::from_secs(10);
        assert_eq!(full.run(250, capped(1000), none), [] as [usize; 0]);
        assert_eq!(full.run(20, capped(1000), none), [64]);
        full.window.lapses();
        assert_eq!(full.window.next_look(full.now), None);
    }

    #[test]
    fn trouble_halves_and_its_level_is_stayed_below() {
        let mut full = Full::new(16, 64, 10);
        assert!(full.window.failed(2, full.now) && !full.window.failed(2, full.now));
        assert_eq!(full.window.size(), 8);
        let sizes = full.run(50_000, capped(1000), none);
        assert_eq!(sizes, [10, 12, 15]);
        // It is forgotten in the end.
        assert_eq!(full.run(25_000, capped(1000), none), [18, 22, 27]);
        let mut full = Full::new(4, 4, 10);
        assert!(full.window.failed(1, full.now) | full.window.failed(1, full.now));
        assert_eq!(full.window.size(), 2);
        assert_eq!(full.run(70_000, capped(1000), none), [3, 4]);
        assert_eq!(full.window.next_look(full.now), None);
    }

    #[test]
    fn it_asks_to_be_looked_at_when_something_can_be_decided() {
        let mut full = Full::new(16, 64, 10);
        let start = full.now;
        let look = |full: &Full| full.window.next_look(full.now).map(|at| (at - start).as_millis());
        assert_eq!(look(&full), Some(100));
        full.run(100, capped(16), none);
        assert_eq!(look(&full), Some(350));
        full.run(250, capped(16), none);
        assert_eq!(look(&full), Some(5350));
        // Where little has come, it is looked at again soon.
        let mut full = Full::new(16, 64, 10);
        full.run(600, |_| 1, none);
        assert_eq!(full.window.next_look(full.now), Some(full.now + EPOCH));
    }
}
