//! The one line that tells what just happened: `12 added`, `line 4 is refused because …`. News goes after a few
//! seconds, trouble stays until a key. Pure. It must not know where it is shown.

use std::time::{Duration, Instant};

/// How long news stays.
const NEWS: Duration = Duration::from_secs(4);

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// Safe text.
    text: String,
    /// How many like this came before it and were not read.
    before: usize,
    /// When it goes by itself; trouble never does.
    until: Option<Instant>,
}

impl Notice {
    /// Something that went well.
    pub(super) fn news(text: impl Into<String>, now: Instant) -> Self {
        Self { text: text.into(), before: 0, until: now.checked_add(NEWS) }
    }

    /// Something that did not.
    pub(super) fn trouble(text: impl Into<String>) -> Self {
        Self { text: text.into(), before: 0, until: None }
    }

    /// The newer notice; trouble that nobody has seen is counted, and news does not hide it.
    pub(super) fn after(self, older: Option<Self>) -> Self {
        match older {
            Some(older) if older.is_trouble() && self.is_trouble() => Self { before: older.before + 1, ..self },
            Some(older) if older.is_trouble() => older,
            _ => self,
        }
    }

    /// True for trouble.
    pub(super) fn is_trouble(&self) -> bool {
        self.until.is_none()
    }

    /// When it goes by itself.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// The line.
    pub(super) fn line(&self) -> String {
        match self.before {
            0 => self.text.clone(),
            n => format!("{}  (and {n} more before)", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_counted_and_not_hidden_by_news() {
        let now = Instant::now();
        let first = Notice::trouble("line 1").after(None);
        let second = Notice::trouble("line 2").after(Some(first));
        assert_eq!(second.line(), "line 2  (and 1 more before)");
        assert_eq!(Notice::news("3 added", now).after(Some(second.clone())), second);
        let news = Notice::news("1 added", now);
        assert_eq!(Notice::news("2 added", now).after(Some(news)).line(), "2 added");
        assert_eq!(second.until(), None);
    }
}
