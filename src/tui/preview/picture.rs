//! A picture that is wanted, and what became of it. A leaf.

use std::fmt;
use std::path::PathBuf;

use ratatui::layout::Size;
use ratatui_image::protocol::Protocol;

use super::blocks::Blocks;

/// A file, drawn into so many cells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::tui) struct Wanted {
    /// The finished file.
    pub(in crate::tui) path: PathBuf,
    /// Its length; with another one it is another picture.
    pub(in crate::tui) len: u64,
    /// The room that there is.
    pub(in crate::tui) cells: Size,
    /// One of many, among text.
    pub(in crate::tui) small: bool,
}

/// What there is to draw.
pub(in crate::tui) enum Drawn {
    /// Half blocks.
    Blocks(Blocks),
    /// By a protocol of the terminal.
    Graphic {
        /// What is sent.
        protocol: Box<Protocol>,
        /// The terminal paints it over its text and does not know when the text comes back.
        over_text: bool,
    },
    /// Why there is no picture; safe text.
    Card(String),
}

impl Drawn {
    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Blocks(blocks) => blocks.bytes(),
            // Kitty takes four bytes a pixel in base64, the others less; 10 x 20 pixels a cell are usual.
            Self::Graphic { protocol, .. } => {
                let size = protocol.size();
                usize::from(size.width) * usize::from(size.height) * 200 * 16 / 3
            }
            Self::Card(why) => why.len(),
        }
    }
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocks(_) => f.write_str("Blocks"),
            Self::Graphic { .. } => f.write_str("Graphic"),
            Self::Card(why) => f.debug_tuple("Card").field(why).finish(),
        }
    }
}

/// A picture that was wanted is ready.
#[derive(Debug)]
pub(in crate::tui) struct Ready {
    pub(in crate::tui) wanted: Wanted,
    pub(in crate::tui) drawn: Drawn,
}
