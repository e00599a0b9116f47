//! What the user says of the look of the screen. A leaf; what it comes to on this terminal is for the screen to say.

/// What the user says of the look; none where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ScreenSettings {
    /// The name of the theme.
    pub(crate) theme: Option<String>,
    /// Colours, or none, whatever the environment says.
    pub(crate) color: Option<bool>,
    /// No character beyond ASCII.
    pub(crate) ascii: Option<bool>,
    /// Listen to the mouse.
    pub(crate) mouse: Option<bool>,
    /// Frames a second, at most.
    pub(crate) fps: Option<u32>,
    /// Ring the bell at the end of a long batch.
    pub(crate) bell: Option<bool>,
    /// Notify at the end of a long batch.
    pub(crate) notify: Option<bool>,
    /// Tell the taskbar how far it is.
    pub(crate) osc_progress: Option<bool>,
}
