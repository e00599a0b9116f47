//! The tags of a page: which pictures they name, as they stand there, and what else counts. It knows tags, no addresses.

use html5gum::{HtmlString, StartTag, State, Token, Tokenizer};

use super::srcset::{Candidate, Size, candidates};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The forms of each picture, the best first.
    pub(super) pictures: Vec<Vec<Candidate>>,
    /// Where addresses begin, if the page says so.
    pub(super) base: Option<String>,
    /// What robots are told.
    pub(super) robots: Vec<String>,
}

/// Addresses that end so are images; the last segment of a path counts.
const ENDINGS: [&str; 12] =
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".svg", ".jxl", ".heic"];

/// Metas that name a picture of the page.
const METAS: [&str; 5] = ["og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"];

/// Reads a page.
pub(super) fn scan(bytes: &[u8]) -> Scan {
    let mut reader = Reader::default();
    let mut tokens = Tokenizer::new(bytes);
    while let Some(Ok(token)) = tokens.next() {
        match token {
            Token::StartTag(tag) => {
                reader.start(&tag);
                if let Some(state) = text_behind(&tag).filter(|_| reader.drawings == 0) {
                    tokens.set_state(state);
                }
            }
            Token::EndTag(tag) => reader.end(&tag.name),
            _ => {}
        }
    }
    reader.end_picture();
    reader.scan
}

/// What stands behind such a tag is text up to its end, whatever it looks like. Where scripts do not run, as here, that
/// of `noscript` is not.
fn text_behind(tag: &StartTag<()>) -> Option<State> {
    match tag.name.as_slice() {
        b"textarea" | b"title" => Some(State::RcData),
        b"style" | b"xmp" | b"iframe" | b"noembed" | b"noframes" => Some(State::RawText),
        b"script" => Some(State::ScriptData),
        b"plaintext" => Some(State::PlainText),
        _ => None,
    }
}

#[derive(Default)]
struct Reader {
    scan: Scan,
    /// The sources of the `picture` that is open.
    picture: Option<Vec<Candidate>>,
    /// How many `svg` and `math` are open: what looks like text of a page there has tags in it.
    drawings: usize,
}

impl Reader {
    fn start(&mut self, tag: &StartTag<()>) {
        match tag.name.as_slice() {
            b"svg" | b"math" if !tag.self_closing => self.drawings += 1,
            b"picture" => {
                self.end_picture();
                self.picture = Some(Vec::new());
            }
            b"source" => {
                let found = sources(tag);
                match &mut self.picture {
                    Some(sources) => sources.extend(found),
                    None => self.found(found),
                }
            }
            b"img" => {
                // Its own forms come first, so that they win where no size is said: all can read them, on any screen.
                let mut found = sources(tag);
                found.extend(plain(tag));
                found.extend(self.picture.take().unwrap_or_default());
                self.found(found);
            }
            b"a" | b"area" => {
                let target = attribute(tag, b"href").filter(|target| is_image(target));
                self.found(target.map(unsized_form).into_iter().collect());
            }
            b"base" => self.scan.base = self.scan.base.take().or_else(|| attribute(tag, b"href")),
            b"link" => {
                let names_picture = attribute(tag, b"rel")
                    .is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("image_src")));
                let target = attribute(tag, b"href").filter(|_| names_picture);
                self.found(target.map(unsized_form).into_iter().collect());
            }
            b"meta" => self.meta(tag),
            _ => {}
        }
    }

    fn meta(&mut self, tag: &StartTag<()>) {
        let Some(content) = attribute(tag, b"content") else { return };
        for name in [attribute(tag, b"property"), attribute(tag, b"name")].into_iter().flatten() {
            if METAS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                return self.found(vec![unsized_form(content)]);
            }
            if name.eq_ignore_ascii_case("robots") || name.eq_ignore_ascii_case("haul") {
                return self.scan.robots.push(content);
            }
        }
    }

    fn end(&mut self, name: &HtmlString) {
        match name.as_slice() {
            b"picture" => self.end_picture(),
            b"svg" | b"math" => self.drawings = self.drawings.saturating_sub(1),
            _ => {}
        }
    }

    /// A `picture` without an `img` shows nothing, but names something.
    fn end_picture(&mut self) {
        let found = self.picture.take().unwrap_or_default();
        self.found(found);
    }

    /// Takes a picture, its best form first; of forms alike, the one that came first.
    fn found(&mut self, mut forms: Vec<Candidate>) {
        if !forms.is_empty() {
            forms.sort_by(|a, b| b.size.cmp(a.size));
            self.scan.pictures.push(forms);
        }
    }
}

/// The forms of a picture that a tag lists; pages that load late keep them elsewhere.
fn sources(tag: &StartTag<()>) -> Vec<Candidate> {
    let lists = [b"srcset".as_slice(), b"data-srcset", b"data-lazy-srcset"];
    lists.into_iter().filter_map(|name| attribute(tag, name)).flat_map(|list| candidates(&list)).collect()
}

/// The one form that a tag names; in a page that loads late, what stands where it belongs is but a blank.
fn plain(tag: &StartTag<()>) -> Vec<Candidate> {
    let source = attribute(tag, b"src").filter(|source| !source.is_empty());
    let is_blank =
        source.as_ref().is_none_or(|source| source.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("data:")));
    let late = [b"data-src".as_slice(), b"data-original", b"data-lazy-src"];
    let late = late.into_iter().filter(|_| is_blank).find_map(|name| attribute(tag, name));
    late.into_iter().chain(source).map(unsized_form).collect()
}

fn unsized_form(text: String) -> Candidate {
    Candidate { text, size: Size::Density(1.0) }
}

/// The value of an attribute, with its entities read.
fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = tag.attributes.get(name)?;
    Some(String::from_utf8_lossy(value).trim_matches(|c: char| c.is_ascii_whitespace()).to_owned())
}

fn is_image(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    ENDINGS.iter().any(|ending| {
        let at = path.len().saturating_sub(ending.len());
        path.len() > ending.len() && path.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    })
}
