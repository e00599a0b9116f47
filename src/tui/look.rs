//! What the user has set for the screen: theme, glyphs, mouse, pace of frames. It must not know where that is written.

use super::theme::Theme;
use crate::config::ScreenSettings;

/// See the head of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// The colours.
    pub(super) theme: Theme,
    /// No character beyond ASCII.
    pub(super) ascii: bool,
    /// Listen to the mouse.
    pub(super) mouse: bool,
}

impl Look {
    /// The look that the user wants, and a warning for what there is not. Whoever wants no colours gets none.
    pub(super) fn of(settings: &ScreenSettings, no_colour: bool) -> (Self, Option<String>) {
        let (named, warning) = match settings.theme.as_deref().map(Theme::named).transpose() {
            Ok(named) => (named, None),
            Err(why) => (None, Some(why)),
        };
        let theme = if no_colour { Theme::Mono } else { named.unwrap_or(Theme::Colour) };
        let (ascii, mouse) = (settings.ascii.unwrap_or(false), settings.mouse.unwrap_or(false));
        (Self { theme, ascii, mouse }, warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_gets_the_theme_that_is_named_unless_there_are_to_be_no_colours() {
        for (name, no_colour, theme, warns) in [
            (None, false, Theme::Colour, false),
            (Some("mono"), false, Theme::Mono, false),
            (Some("colour"), true, Theme::Mono, false),
            (Some("mnoo"), false, Theme::Colour, true),
        ] {
            let settings = ScreenSettings { theme: name.map(str::to_owned), ascii: Some(true), ..Default::default() };
            let (look, warning) = Look::of(&settings, no_colour);
            assert_eq!((look.theme, look.ascii, warning.is_some()), (theme, true, warns), "{name:?}");
        }
    }
}
