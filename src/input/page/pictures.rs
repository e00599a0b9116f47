//! Pictures by their addresses: what tags say, held against the address of the page.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use url::Url;

use super::scan::Scan;
use super::srcset::Size;
use crate::display::without_userinfo;
use crate::input::address::MAX_ADDRESS;

/// An image that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub url: Url,
    /// How large the page says that it is: `1600w`, `2x`.
    pub size: Option<String>,
    /// It is not where the page is that the user has named, which alone is to see what the user gave for that.
    pub stranger: bool,
}

/// The images of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Each once.
    pub pictures: Vec<Picture>,
    /// How many more have no address that could be fetched, such as those whose bytes are in the page (`data:`).
    pub skipped: usize,
}

impl Found {
    /// Says which of the images are on the server of the page that the user asked for; those get the login in its
    /// address.
    pub(in crate::input) fn at_home(mut self, asked: &Url) -> Self {
        for picture in &mut self.pictures {
            picture.stranger = picture.url.origin() != asked.origin();
            if !picture.stranger {
                // These fail only for addresses that cannot carry a user.
                let _ = picture.url.set_username(asked.username());
                let _ = picture.url.set_password(asked.password());
            }
        }
        self
    }
}

/// What is read for the addresses of a page is no longer than this: short ones behind a long base make much of little.
const MOST_BYTES: usize = 64 * 1024 * 1024;

pub(super) fn resolve(scan: Scan, page: &Url) -> Found {
    let base = scan.base.and_then(|base| page.join(&base).ok()).filter(is_web);
    let base = base.unwrap_or_else(|| page.clone());
    let (mut found, mut left) = (Found::default(), MOST_BYTES);
    // Hashes do in place of the addresses, which there may be many of.
    let (mut seen, hasher) = (HashSet::new(), RandomState::new());
    for forms in scan.pictures {
        let mut forms = forms.into_iter();
        let Some((url, size)) = forms.find_map(|form| Some((address(&base, &form.text, &mut left)?, form.size))) else {
            found.skipped += 1;
            continue;
        };
        if seen.insert(hasher.hash_one(&url)) {
            found.pictures.push(Picture { url, size: shown(size), stranger: true });
        }
    }
    found
}

fn address(base: &Url, text: &str, left: &mut usize) -> Option<Url> {
    if text.is_empty() || text.len() > MAX_ADDRESS {
        return None;
    }
    *left = left.checked_sub(base.as_str().len() + text.len())?;
    let url = base.join(text).ok().filter(is_web).filter(|url| url.as_str().len() <= MAX_ADDRESS)?;
    // A page may not send a password along to somebody else's server.
    Some(without_userinfo(&url))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn shown(size: Size) -> Option<String> {
    match size {
        Size::Width(width) => Some(format!("{width}w")),
        // As it is where nothing is said.
        Size::Density(density) => Some(format!("{density}x")).filter(|text| text != "1x"),
    }
}
