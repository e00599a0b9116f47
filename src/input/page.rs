//! Pages: the images that HTML names. Addresses are read as UTF-8, whatever else the page is: what matters is ASCII in
//! every charset but UTF-16, which is refused. It must not know where pages come from.

mod pictures;
mod scan;
mod srcset;

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::{Page, robots};

use super::entry::Entry;
use crate::engine::request::More;

pub use pictures::{Found, Picture};

/// The images that a page names: in its order, each once, each picture in its largest form.
///
/// # Errors
/// When the page asks to be left alone, or is no page.
pub fn pictures(page: &Page) -> Result<Found, TransferError> {
    if let Some(directive) = robots::leave_alone(&page.robots) {
        return Err(robots::refused("its X-Robots-Tag", directive));
    }
    if page.is_image() {
        return Ok(Found { pictures: vec![Picture { url: page.url.clone(), size: None, stranger: true }], skipped: 0 });
    }
    let no_page = |what: &str| TransferError::new(ErrorClass::Refused, format!("{what}, and no page that haul reads"));
    if page.content_type.is_some() && !PAGES.iter().any(|kind| page.is_kind(kind)) {
        let kind = page.content_type.as_deref().unwrap_or_default();
        return Err(no_page(&format!("the server calls it {kind}")));
    }
    if page.bytes.starts_with(b"\xff\xfe") || page.bytes.starts_with(b"\xfe\xff") {
        return Err(no_page("it is UTF-16"));
    }
    let scan = scan::scan(&page.bytes);
    match robots::leave_alone(&scan.robots) {
        Some(directive) => Err(robots::refused("its robots meta", directive)),
        None => Ok(pictures::resolve(scan, &page.url)),
    }
}

/// What servers call pages; some of them know no better than text.
const PAGES: [&str; 3] = ["text/html", "application/xhtml+xml", "text/plain"];

impl From<Picture> for Entry {
    /// What a page names is left alone where its own server asks for that.
    fn from(picture: Picture) -> Self {
        let more = More { obeys_robots: true, stranger: picture.stranger, ..More::default() };
        Self { more, ..picture.url.into() }
    }
}

#[cfg(test)]
mod tests;
