//! Toasts: lines that tell what just happened: `12 added`, `line 4 is refused because …`. News goes after a few seconds,
//! trouble stays until a key. Pure. It must not know where they are shown.

use std::time::{Duration, Instant};

/// How long news stays.
const NEWS: Duration = Duration::from_secs(3);

/// The most that are kept to be shown.
pub(super) const MOST: usize = 3;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// Safe text.
    text: String,
    /// How often it was said.
    times: usize,
    /// When it goes by itself; trouble never does.
    until: Option<Instant>,
}

impl Notice {
    /// Something that went well.
    pub(super) fn news(text: impl Into<String>, now: Instant) -> Self {
        Self { text: text.into(), times: 1, until: now.checked_add(NEWS) }
    }

    /// Something that did not.
    pub(super) fn trouble(text: impl Into<String>) -> Self {
        Self { text: text.into(), times: 1, until: None }
    }

    /// True for trouble.
    pub(super) fn is_trouble(&self) -> bool {
        self.until.is_none()
    }

    /// The line.
    pub(super) fn line(&self) -> String {
        if self.times > 1 { format!("{}  x{}", self.text, self.times) } else { self.text.clone() }
    }
}

/// The toasts, oldest first.
#[derive(Debug, Default)]
pub(super) struct Notices {
    shown: Vec<Notice>,
    /// Trouble that had to give way to newer trouble, unread.
    gone: usize,
}

impl Notices {
    /// Says one more thing; the same again counts up.
    pub(super) fn push(&mut self, notice: Notice) {
        let same = |old: &Notice| old.text == notice.text && old.is_trouble() == notice.is_trouble();
        let times = self.shown.iter().position(same).map_or(0, |at| self.shown.remove(at).times);
        self.shown.push(Notice { times: times + 1, ..notice });
        if self.shown.len() > MOST {
            let news = self.shown.iter().position(|old| !old.is_trouble());
            self.gone += usize::from(news.is_none());
            self.shown.remove(news.unwrap_or(0));
        }
    }

    /// Whoever presses a key has seen them.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes away news that is old.
    pub(super) fn expire(&mut self, now: Instant) {
        self.shown.retain(|notice| notice.until.is_none_or(|until| until > now));
    }

    /// When the next one goes by itself.
    pub(super) fn until(&self) -> Option<Instant> {
        self.shown.iter().filter_map(|notice| notice.until).min()
    }

    /// All, oldest first.
    pub(super) fn all(&self) -> &[Notice] {
        &self.shown
    }

    /// The one to show where there is room for one: the newest trouble, else the newest.
    pub(super) fn first(&self) -> Option<&Notice> {
        self.shown.iter().rfind(|notice| notice.is_trouble()).or(self.shown.last())
    }

    /// Trouble that is not among the last `shown`.
    pub(super) fn more(&self, shown: usize) -> usize {
        let trouble = self.shown.iter().filter(|notice| notice.is_trouble()).count();
        self.gone + trouble.saturating_sub(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(notices: &Notices) -> Vec<String> {
        notices.all().iter().map(Notice::line).collect()
    }

    #[test]
    fn trouble_stays_and_news_gives_way() {
        let now = Instant::now();
        let mut notices = Notices::default();
        for text in ["line 1", "line 2"] {
            notices.push(Notice::trouble(text));
        }
        notices.push(Notice::news("3 added", now));
        assert_eq!(lines(&notices), ["line 1", "line 2", "3 added"]);
        assert_eq!(notices.first().map(Notice::line).as_deref(), Some("line 2"));
        assert_eq!(notices.more(1), 1);
        notices.push(Notice::trouble("line 3"));
        notices.push(Notice::trouble("line 4"));
        assert_eq!((lines(&notices), notices.more(3)), (["line 2", "line 3", "line 4"].map(String::from).to_vec(), 1));
        notices.push(Notice::news("4 added", now));
        assert_eq!(lines(&notices), ["line 2", "line 3", "line 4"]);
        notices.expire(now + NEWS * 9);
        assert_eq!((notices.all().len(), notices.until()), (3, None));
        notices.clear();
        assert_eq!((notices.all().len(), notices.more(0)), (0, 0));
    }

    #[test]
    fn the_same_counts_up_and_news_goes_by_itself() {
        let now = Instant::now();
        let mut notices = Notices::default();
        for _ in 0..12 {
            notices.push(Notice::news("already on the list", now));
        }
        assert_eq!(lines(&notices), ["already on the list  x12"]);
        assert_eq!(notices.until(), Some(now + NEWS));
        notices.expire(now + NEWS);
        assert!(notices.first().is_none());
    }
}
