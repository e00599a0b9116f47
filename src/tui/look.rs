//! What the user has set for the screen: theme, glyphs, mouse, pace of frames. A leaf.

use super::theme::Theme;

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
