//! What the loop carries out for the state. A leaf: it must not know how that is done.

use std::path::PathBuf;

use url::Url;

use super::pasted::Pasted;
use super::preview::Wanted;
use crate::engine::event::Command;
use crate::input::page::Picture;

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    /// Ask the engine.
    Engine(Command),
    /// Forget what the terminal shows and draw everything.
    Redraw,
    /// Read this list file and add what is in it.
    LoadList(PathBuf),
    /// Add what is in this text.
    LoadText(Pasted),
    /// Read this page for the images on it.
    LoadPage(Url),
    /// Add these images of a page.
    AddPictures(Vec<Picture>),
    /// Make this the folder for what is added from now on.
    Folder(PathBuf),
    /// Write these addresses into a new list of this name.
    Export(PathBuf, Vec<Box<str>>),
    /// Put this text on the clipboard of the terminal.
    Copy(String),
    /// Open this file or folder with the system's own program.
    Open(PathBuf),
    /// Delete these files; their jobs are off the list.
    Delete(Vec<PathBuf>),
    /// Draw these pictures, the first one first, and no others any more.
    Preview(Vec<Wanted>),
    /// Listen to the mouse, or let the terminal have it.
    Mouse(bool),
    /// Call whoever looks elsewhere.
    Notify(String),
    /// Give the terminal back until the shell lets us go on.
    Suspend,
    /// Leave.
    Quit,
    /// Leave as on SIGINT.
    Stop,
}
