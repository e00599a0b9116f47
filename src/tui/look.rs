//! What the user has set for the screen: theme, glyphs, mouse, pace of frames, what is told outside of it. It must not
//! know where that is written.

use std::env;
use std::time::Duration;

use super::theme::Theme;
use crate::config::ScreenSettings;

/// See the head of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Look {
    /// The colours.
    pub(super) theme: Theme,
    /// The terminal has more colours than sixteen.
    pub(super) truecolor: bool,
    /// No character beyond ASCII.
    pub(super) ascii: bool,
    /// Listen to the mouse.
    pub(super) mouse: bool,
    /// Frames a second, at most.
    pub(super) fps: u32,
    /// Ring the bell at the end of a long batch, where there are no notifications.
    pub(super) bell: bool,
    /// Notify at the end of a long batch.
    pub(super) notify: bool,
    /// Tell the taskbar how far it is; none where the terminal says that it can.
    pub(super) osc_progress: Option<bool>,
}

impl Default for Look {
    fn default() -> Self {
        let (theme, fps) = (Theme::Colour, 10);
        Self { theme, truecolor: false, ascii: false, mouse: true, fps, bell: true, notify: true, osc_progress: None }
    }
}

impl Look {
    /// The look that the user wants on this terminal, and a warning for what there is not.
    pub(super) fn of(settings: &ScreenSettings) -> (Self, Option<String>) {
        Self::with(settings, |name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn with(settings: &ScreenSettings, env: impl Fn(&str) -> Option<String>) -> (Self, Option<String>) {
        let (named, warning) = match settings.theme.as_deref().map(Theme::named).transpose() {
            Ok(named) => (named, None),
            Err(why) => (None, Some(why)),
        };
        let colours = settings.color.unwrap_or_else(|| env("NO_COLOR").is_none());
        let far = env("SSH_CONNECTION").is_some();
        let look = Self {
            theme: if colours { named.unwrap_or(Theme::Colour) } else { Theme::Mono },
            truecolor: env("COLORTERM").is_some_and(|term| term == "truecolor" || term == "24bit"),
            ascii: settings.ascii.unwrap_or_else(|| cfg!(unix) && needs_ascii(env)),
            mouse: settings.mouse.unwrap_or(true),
            fps: settings.fps.unwrap_or(if far { 4 } else { 10 }).clamp(1, 60),
            bell: settings.bell.unwrap_or(true),
            notify: settings.notify.unwrap_or(!far),
            osc_progress: settings.osc_progress.or(far.then_some(false)),
        };
        (look, warning)
    }

    /// Frames follow each other no closer than this.
    pub(super) fn frame(self) -> Duration {
        Duration::from_secs(1) / self.fps
    }
}

/// True for the console of Linux, whose font has little else, and where the locale names another encoding than UTF-8.
/// Where there is no locale at all, as in many a container, nothing is known.
fn needs_ascii(env: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(&env);
    let utf8 = |locale: String| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    env("TERM").is_some_and(|term| term == "linux") || !locale.is_none_or(utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(settings: &ScreenSettings, env: &[(&str, &str)]) -> Look {
        Look::with(settings, |name| env.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())).0
    }

    #[test]
    fn the_terminal_decides_where_the_user_says_nothing() {
        let nothing = ScreenSettings::default();
        assert_eq!(look(&nothing, &[("LANG", "de_DE.UTF-8")]), Look::default());
        assert!(look(&nothing, &[("TERM", "linux"), ("LANG", "C.UTF-8")]).ascii);
        assert!(look(&nothing, &[("LC_ALL", "C"), ("LANG", "C.utf8")]).ascii);
        assert!(!look(&nothing, &[("LC_ALL", "C.utf8"), ("LANG", "C")]).ascii);
        assert_eq!(look(&nothing, &[("NO_COLOR", "1")]).theme, Theme::Mono);
        assert!(look(&nothing, &[("COLORTERM", "24bit")]).truecolor);
        let far = look(&nothing, &[("SSH_CONNECTION", "a b c d")]);
        assert_eq!((far.fps, far.notify, far.bell, far.osc_progress), (4, false, true, Some(false)));
    }

    #[test]
    fn what_the_user_says_goes_first() {
        let settings = ScreenSettings {
            theme: Some("dark".to_owned()),
            color: Some(true),
            ascii: Some(false),
            mouse: Some(false),
            fps: Some(0),
            bell: Some(false),
            notify: Some(true),
            osc_progress: Some(true),
            preview: None,
        };
        let env = [("TERM", "linux"), ("NO_COLOR", "1"), ("SSH_CONNECTION", "x")];
        let look = look(&settings, &env);
        assert_eq!((look.theme, look.ascii, look.mouse, look.fps), (Theme::Dark, false, false, 1));
        assert_eq!((look.bell, look.notify, look.osc_progress), (false, true, Some(true)));
        let mono = ScreenSettings { color: Some(false), ..settings };
        assert_eq!(Look::with(&mono, |_| None).0.theme, Theme::Mono);
        let unknown = ScreenSettings { theme: Some("drak".to_owned()), ..ScreenSettings::default() };
        let (look, warning) = Look::with(&unknown, |_| None);
        assert!(look.theme == Theme::Colour && warning.is_some_and(|text| text.contains("drak")));
    }
}
