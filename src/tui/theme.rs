//! The look of things: the sixteen colours of the terminal, bold, dim and reverse; no background but the selection's.
//! Other themes name their colours exactly, for terminals that have as many. Without colours (`NO_COLOR`) everything is
//! told apart by glyph and word alone. It must not know where things stand.

use ratatui::style::{Color, Modifier, Style};

use crate::display;
use crate::jobs::JobState;
use crate::nearest::did_you_mean;

/// What each colour stands for.
#[derive(Debug, Clone, Copy)]
struct Roles {
    lively: Color,
    good: Color,
    warning: Color,
    error: Color,
    paused: Color,
    /// None is the colour of all text, dimmed.
    quiet: Option<Color>,
}

/// The themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    /// The sixteen colours, as the terminal has them.
    Colour,
    /// For dark backgrounds.
    Dark,
    /// For light ones.
    Light,
    /// For the dark background that goes with the name.
    Solar,
    /// None.
    Mono,
}

/// A colour as people write it.
const fn rgb(hex: u32) -> Color {
    let [_, r, g, b] = hex.to_be_bytes();
    Color::Rgb(r, g, b)
}

const COLOUR: Roles = Roles {
    lively: Color::Cyan,
    good: Color::Green,
    warning: Color::Yellow,
    error: Color::Red,
    paused: Color::Magenta,
    // Not dark grey, which vanishes on some backgrounds.
    quiet: None,
};
const DARK: Roles = Roles {
    lively: rgb(0x7d_cf_ff),
    good: rgb(0x9e_ce_6a),
    warning: rgb(0xe0_af_68),
    error: rgb(0xff_7a_93),
    paused: rgb(0xc3_a6_ff),
    quiet: Some(rgb(0x8f_98_b3)),
};
const LIGHT: Roles = Roles {
    lively: rgb(0x00_5f_87),
    good: rgb(0x11_63_29),
    warning: rgb(0x7a_4f_00),
    error: rgb(0xb3_15_2b),
    paused: rgb(0x6f_2d_a8),
    quiet: Some(rgb(0x5f_66_70)),
};
const SOLAR: Roles = Roles {
    lively: rgb(0x35_b5_ab),
    good: rgb(0x93_a8_10),
    warning: rgb(0xc9_9a_0a),
    error: rgb(0xff_7b_72),
    paused: rgb(0xa3_a7_f0),
    quiet: Some(rgb(0x93_a1_a1)),
};

impl Theme {
    /// All with their names, in the order in which they take turns.
    pub(super) const ALL: [(Self, &str); 5] = [
        (Self::Colour, "auto"),
        (Self::Dark, "dark"),
        (Self::Light, "light"),
        (Self::Solar, "solar"),
        (Self::Mono, "mono"),
    ];

    /// The theme of this name.
    ///
    /// # Errors
    /// Says which there are.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let name = if name == "default" { "auto" } else { name };
        let found = Self::ALL.iter().find(|(_, own)| *own == name).map(|(theme, _)| *theme);
        found.ok_or_else(|| {
            let names = Self::ALL.map(|(_, name)| name);
            let hint = did_you_mean(name, names);
            format!("there is no theme `{}`{hint} (themes: {})", display::safe(name), names.join(", "))
        })
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(theme, _)| *theme == self).map_or("", |(_, name)| name)
    }

    /// The one after it, of those that the terminal can show.
    pub(super) fn next(self, truecolor: bool) -> Self {
        let at = Self::ALL.iter().position(|(theme, _)| *theme == self).unwrap_or(0);
        let mut others = Self::ALL.iter().cycle().skip(at + 1).map(|(theme, _)| *theme);
        others.find(|theme| truecolor || matches!(theme, Self::Colour | Self::Mono)).unwrap_or(Self::Colour)
    }

    fn roles(self) -> Option<Roles> {
        match self {
            Self::Colour => Some(COLOUR),
            Self::Dark => Some(DARK),
            Self::Light => Some(LIGHT),
            Self::Solar => Some(SOLAR),
            Self::Mono => None,
        }
    }

    fn colour(self, role: fn(Roles) -> Color) -> Style {
        self.roles().map_or(Style::new(), |roles| Style::new().fg(role(roles)))
    }

    /// The style of a state's glyph, word and bar.
    pub(super) fn state(self, state: &JobState) -> Style {
        match state {
            JobState::Queued | JobState::Cancelled => self.quiet(),
            JobState::Connecting | JobState::Downloading | JobState::Verifying => self.lively(),
            JobState::Waiting { .. } => self.warning(),
            JobState::Paused(_) => self.colour(|roles| roles.paused),
            JobState::Finished(_) => self.good(),
            JobState::Failed(_) => self.error(),
        }
    }

    /// What moves: bytes that come, the graph.
    pub(super) fn lively(self) -> Style {
        self.colour(|roles| roles.lively)
    }

    /// What went well.
    pub(super) fn good(self) -> Style {
        self.colour(|roles| roles.good)
    }

    /// What needs a look.
    pub(super) fn warning(self) -> Style {
        self.colour(|roles| roles.warning)
    }

    /// What went wrong.
    pub(super) fn error(self) -> Style {
        self.colour(|roles| roles.error)
    }

    /// What stands back: rules, headings, hints.
    pub(super) fn quiet(self) -> Style {
        match self.roles().and_then(|roles| roles.quiet) {
            Some(colour) => Style::new().fg(colour),
            None => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// The same, standing back; it keeps its colour.
    #[expect(clippy::unused_self, reason = "asked for as the others are")]
    pub(super) fn faded(self, style: Style) -> Style {
        style.add_modifier(Modifier::DIM)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// How bright a colour is, as WCAG reckons.
    fn luminance(colour: Color) -> f64 {
        let Color::Rgb(r, g, b) = colour else { return 0.0 };
        let part = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    #[test]
    fn every_colour_can_be_read_on_the_backgrounds_it_is_for() {
        for (roles, grounds) in [(DARK, [0, 0x28_2c_34]), (LIGHT, [0xff_ff_ff, 0xf6_f3_ea]), (SOLAR, [0, 0x00_2b_36])] {
            let Roles { lively, good, warning, error, paused, quiet } = roles;
            for colour in [lively, good, warning, error, paused].into_iter().chain(quiet) {
                for ground in grounds.map(rgb) {
                    let (a, b) = (luminance(colour), luminance(ground));
                    let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                    assert!(contrast >= 4.5, "{colour} on {ground}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn themes_take_turns_as_far_as_the_terminal_can_show_them() {
        let turn = |truecolor| {
            let mut theme = Theme::Colour;
            let mut names = vec![theme.name()];
            loop {
                theme = theme.next(truecolor);
                if theme == Theme::Colour {
                    return names.join(" ");
                }
                names.push(theme.name());
            }
        };
        assert_eq!((turn(true).as_str(), turn(false).as_str()), ("auto dark light solar mono", "auto mono"));
        assert_eq!(Theme::named("default"), Ok(Theme::Colour));
    }

    #[test]
    fn what_is_selected_is_reversed_in_every_theme() {
        for (theme, _) in Theme::ALL {
            assert!(theme.selection(&JobState::Queued).add_modifier.contains(Modifier::REVERSED));
        }
    }
}
