//! The look of things: the sixteen colours of the terminal, bold, dim and reverse; no background but the selection's.
//! Without colours (`NO_COLOR`) everything is told apart by glyph and word alone. It must not know where things stand.

use ratatui::style::{Color, Modifier, Style};

use crate::display;
use crate::jobs::JobState;
use crate::nearest::did_you_mean;

/// With or without colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    /// The sixteen colours.
    Colour,
    /// None.
    Mono,
}

impl Theme {
    /// What themes are called.
    pub(super) const NAMES: [&str; 2] = ["colour", "mono"];

    /// The theme of this name.
    ///
    /// # Errors
    /// Says which there are.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let mut themes = [Self::Colour, Self::Mono].into_iter().zip(Self::NAMES);
        let found = themes.find(|(_, own)| *own == name).map(|(theme, _)| theme);
        found.ok_or_else(|| {
            let hint = did_you_mean(name, Self::NAMES);
            format!("there is no theme `{}`{hint} (themes: {})", display::safe(name), Self::NAMES.join(", "))
        })
    }

    fn colour(self, colour: Color) -> Style {
        match self {
            Self::Colour => Style::new().fg(colour),
            Self::Mono => Style::new(),
        }
    }

    /// The style of a state's glyph, word and bar.
    pub(super) fn state(self, state: &JobState) -> Style {
        match state {
            JobState::Queued | JobState::Cancelled => self.quiet(),
            JobState::Connecting | JobState::Downloading | JobState::Verifying => self.lively(),
            JobState::Waiting { .. } => self.warning(),
            JobState::Paused(_) => self.colour(Color::Magenta),
            JobState::Finished(_) => self.good(),
            JobState::Failed(_) => self.error(),
        }
    }

    /// What moves: bytes that come, the graph.
    pub(super) fn lively(self) -> Style {
        self.colour(Color::Cyan)
    }

    /// What went well.
    pub(super) fn good(self) -> Style {
        self.colour(Color::Green)
    }

    /// What needs a look.
    pub(super) fn warning(self) -> Style {
        self.colour(Color::Yellow)
    }

    /// What went wrong.
    pub(super) fn error(self) -> Style {
        self.colour(Color::Red)
    }

    /// What stands back: rules, headings, hints. Dim and not dark grey, which vanishes on some backgrounds.
    #[expect(clippy::unused_self, reason = "asked for as the others are")]
    pub(super) fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What comes first.
    #[expect(clippy::unused_self, reason = "asked for as the others are")]
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Laid over the selected row; all of one colour, that of its state.
    pub(super) fn selection(self, state: &JobState) -> Style {
        self.state(state).add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM)
    }
}

/// The glyph of a state. Each is one column wide in every terminal and font.
pub(super) fn glyph(state: &JobState) -> &'static str {
    match state {
        JobState::Queued => "…",
        JobState::Connecting => "→",
        JobState::Downloading => "↓",
        JobState::Verifying => "≈",
        JobState::Waiting { .. } => "↻",
        JobState::Paused(_) => "‖",
        JobState::Finished(_) => "✓",
        JobState::Failed(_) => "✗",
        JobState::Cancelled => "⊘",
    }
}
