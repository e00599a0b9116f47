//! The rule that says what may have a final name: what was asked for, what the server claims, and what the bytes are.
//! Pure; it reads nothing itself.

use url::Url;

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::file_name;
use crate::engine::options::{Check, Expect};

use super::decode::Decoded;
use super::ends::Verdict;
use super::sniff::{Format, Other};

/// What was asked for, and what the answer claims to be.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Claims<'a> {
    pub(in crate::engine) expect: Expect,
    pub(in crate::engine) check: Check,
    pub(in crate::engine) requested: &'a Url,
    /// The address that answered, after redirects.
    pub(in crate::engine) last: &'a Url,
    pub(in crate::engine) content_type: Option<&'a str>,
    /// The end of the connection was the end of the body, so that nothing says whether that is all.
    pub(in crate::engine) unframed: bool,
}

/// What the bytes turned out to be.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) format: Option<Format>,
    /// What they are if they are no image we know.
    pub(super) other: Option<Other>,
    /// Where somebody asked.
    pub(super) ends: Option<Verdict>,
    /// Where somebody asked.
    pub(super) decoded: Option<Decoded>,
}

impl Claims<'_> {
    /// Whether the way to the end of an image is worth walking.
    pub(super) fn wants_walk(&self) -> bool {
        self.check != Check::None && (self.expect != Expect::Any || self.unframed)
    }

    /// Whether every pixel is to be read.
    pub(super) fn wants_decode(&self) -> bool {
        self.check == Check::Decode && self.expect != Expect::Any
    }

    /// Whether the bytes may have a name, and then whether an image was seen to be whole; none where nobody asked.
    pub(super) fn judge(&self, found: &Found) -> Result<Option<bool>, TransferError> {
        let Some(format) = found.format else { return self.judge_stranger(found.other) };
        let name = format.name();
        let wanted = self.wants_image();
        match (found.ends, &found.decoded) {
            (Some(Verdict::Cut), _) if self.unframed => {
                Err(TransferError::new(ErrorClass::Truncated, format!("the connection ended before the {name} did")))
            }
            (Some(Verdict::Cut), _) if wanted => Err(damaged(format!("the {name} is cut off before its end"))),
            (Some(Verdict::Broken(why)), _) if wanted => Err(damaged(format!("the {name} is damaged: {why}"))),
            (_, Some(Decoded::Damaged(why))) if wanted => Err(damaged(format!("the {name} cannot be read: {why}"))),
            (Some(Verdict::Whole), None | Some(Decoded::Beyond)) | (Some(_), Some(Decoded::Whole)) => Ok(Some(true)),
            (Some(_), _) => Ok(Some(false)),
            (None, _) => Ok(None),
        }
    }

    /// Bytes that begin like no image we know.
    fn judge_stranger(&self, other: Option<Other>) -> Result<Option<bool>, TransferError> {
        if self.wants_image() {
            return match other {
                // An SVG in gzip goes by the name of svgz.
                Some(Other::Gzip) if self.is_svgz() => Ok(Some(false)),
                Some(other) => Err(not_an_image(format!("the server sent {}, not an image", other.words()))),
                None if self.claims_image() => Ok(Some(false)),
                None => Err(not_an_image("the file begins like no image".to_owned())),
            };
        }
        // Markdown begins with elements of HTML often enough; where the server calls it HTML it is.
        let page = match other {
            Some(Other::Html) => true,
            Some(Other::Fragment) => self.is_typed("text/html"),
            _ => false,
        };
        if page && self.expect == Expect::Auto && !looks_like_page(self.requested) {
            return Err(not_an_image(
                "the server sent an HTML page, and the address does not look like one".to_owned(),
            ));
        }
        Ok(None)
    }

    /// Whether the bytes must be an image.
    pub(super) fn wants_image(&self) -> bool {
        match self.expect {
            Expect::Auto => self.claims_image(),
            Expect::Image => true,
            Expect::Any => false,
        }
    }

    /// The address ends like an image, or the server says that it is one.
    fn claims_image(&self) -> bool {
        self.is_typed("image/")
            || [self.requested, self.last].into_iter().any(|url| file_name::has_image_ending(&last_segment(url)))
    }

    /// The type that the server gives begins like this.
    fn is_typed(&self, with: &str) -> bool {
        let kind = self.content_type.and_then(|kind| kind.trim_start().get(..with.len()));
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case(with))
    }

    fn is_svgz(&self) -> bool {
        [self.requested, self.last].into_iter().any(|url| last_segment(url).to_ascii_lowercase().ends_with(".svgz"))
    }
}

/// The error of a body without a byte.
pub(in crate::engine) fn empty(claims: &Claims<'_>, status: u16) -> TransferError {
    let class = if claims.wants_image() { ErrorClass::NotAnImage } else { ErrorClass::Protocol };
    TransferError { status: Some(status), ..TransferError::new(class, "the server sent an empty body") }
}

fn damaged(detail: String) -> TransferError {
    TransferError::new(ErrorClass::DamagedImage, detail)
}

fn not_an_image(detail: String) -> TransferError {
    TransferError::new(ErrorClass::NotAnImage, detail)
}

/// An address whose last segment is empty, or ends like that of a page.
fn looks_like_page(url: &Url) -> bool {
    let segment = last_segment(url).to_ascii_lowercase();
    let pages = [".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".jsp"];
    segment.is_empty() || pages.iter().any(|page| segment.ends_with(page))
}

fn last_segment(url: &Url) -> String {
    let raw = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        Url::parse(&format!("http://h.example{path}")).expect("a valid address")
    }

    /// Format, other, ends.
    type Bytes = (Option<Format>, Option<Other>, Option<Verdict>);

    const PNG: Bytes = (Some(Format::Png), None, Some(Verdict::Whole));
    const CUT: Bytes = (Some(Format::Png), None, Some(Verdict::Cut));
    const ICO: Bytes = (Some(Format::Ico), None, Some(Verdict::Unknown));
    const BROKEN: Bytes = (Some(Format::Png), None, Some(Verdict::Broken("x")));
    const UNSEEN: Bytes = (Some(Format::Png), None, None);
    const HTML: Bytes = (None, Some(Other::Html), None);
    const FRAGMENT: Bytes = (None, Some(Other::Fragment), None);
    const JSON: Bytes = (None, Some(Other::Json), None);
    const PDF: Bytes = (None, Some(Other::Pdf), None);
    const GZIP: Bytes = (None, Some(Other::Gzip), None);
    const STRANGE: Bytes = (None, None, None);

    fn verdict(expect: Expect, path: &str, kind: Option<&str>, bytes: Bytes) -> &'static str {
        let (requested, last) = (url(path), url("/elsewhere"));
        let claims = Claims {
            expect,
            check: Check::Ends,
            requested: &requested,
            last: &last,
            content_type: kind,
            unframed: path == "/unframed",
        };
        let (format, other, ends) = bytes;
        match claims.judge(&Found { format, other, ends, decoded: None }) {
            Ok(Some(true)) => "verified",
            Ok(Some(false)) => "unverified",
            Ok(None) => "as it is",
            Err(error) => error.class.word(),
        }
    }

    #[test]
    fn what_may_have_a_name() {
        use Expect::{Any, Auto, Image};
        let image = Some("image/webp; x=y");
        for (expect, path, kind, bytes, expected) in [
            (Auto, "/a.jpg", None, PNG, "verified"),
            (Auto, "/a.JPG?w=1", Some("text/html"), PNG, "verified"),
            (Auto, "/a.jpg", None, CUT, "damaged_image"),
            (Auto, "/a.jpg", None, BROKEN, "damaged_image"),
            (Auto, "/a.jpg", None, ICO, "unverified"),
            (Auto, "/a.jpg", None, UNSEEN, "as it is"),
            (Auto, "/a.jpg", None, HTML, "not_an_image"),
            (Auto, "/a.jpg", None, JSON, "not_an_image"),
            (Auto, "/a.jpg", None, PDF, "not_an_image"),
            (Auto, "/a.jpg", None, STRANGE, "unverified"),
            (Auto, "/a.svgz", None, GZIP, "unverified"),
            (Auto, "/a.png", None, GZIP, "not_an_image"),
            (Auto, "/a%2Ejpg", None, JSON, "not_an_image"),
            (Auto, "/photo-1", Some("IMAGE/PNG"), JSON, "not_an_image"),
            (Auto, "/photo-1", image, STRANGE, "unverified"),
            (Auto, "/photo-1", image, CUT, "damaged_image"),
            (Auto, "/photo-1", None, PNG, "verified"),
            (Auto, "/firmware.bin", None, CUT, "unverified"),
            (Auto, "/unframed", None, CUT, "truncated"),
            (Auto, "/unframed", None, STRANGE, "as it is"),
            (Auto, "/data", None, STRANGE, "as it is"),
            (Auto, "/data", None, JSON, "as it is"),
            (Auto, "/data.zip", None, HTML, "not_an_image"),
            (Auto, "/data", Some("text/html"), HTML, "not_an_image"),
            (Auto, "/README.md", Some("text/plain"), FRAGMENT, "as it is"),
            (Auto, "/data.zip", Some("Text/HTML; charset=x"), FRAGMENT, "not_an_image"),
            (Auto, "/a.png", None, FRAGMENT, "not_an_image"),
            (Auto, "/", None, HTML, "as it is"),
            (Auto, "/x/", None, HTML, "as it is"),
            (Auto, "/x.PHP?a=b.zip", None, HTML, "as it is"),
            (Auto, "/x.html", image, HTML, "not_an_image"),
            (Image, "/data", None, PNG, "verified"),
            (Image, "/data", None, JSON, "not_an_image"),
            (Image, "/", None, HTML, "not_an_image"),
            (Image, "/data", None, STRANGE, "not_an_image"),
            (Image, "/a.cur.jxl", None, STRANGE, "unverified"),
            (Image, "/data", None, CUT, "damaged_image"),
            (Any, "/a.jpg", None, HTML, "as it is"),
            (Any, "/data", None, HTML, "as it is"),
            (Any, "/a.jpg", image, UNSEEN, "as it is"),
            (Any, "/unframed", None, CUT, "truncated"),
        ] {
            assert_eq!(verdict(expect, path, kind, bytes), expected, "{expect:?} {path} {kind:?} {bytes:?}");
        }
    }

    #[test]
    fn pixels_have_their_say() {
        let at = url("/a.png");
        let claims = |check| Claims {
            expect: Expect::Auto,
            check,
            requested: &at,
            last: &at,
            content_type: Some("ima"),
            unframed: false,
        };
        for (ends, decoded, expected) in [
            (Verdict::Whole, Decoded::Whole, Ok(Some(true))),
            (Verdict::Whole, Decoded::Beyond, Ok(Some(true))),
            (Verdict::Unknown, Decoded::Beyond, Ok(Some(false))),
            (Verdict::Unknown, Decoded::Whole, Ok(Some(true))),
            (Verdict::Whole, Decoded::Damaged("bad".to_owned()), Err(ErrorClass::DamagedImage)),
        ] {
            let found =
                Found { format: Some(Format::Png), other: None, ends: Some(ends), decoded: Some(decoded.clone()) };
            let judged = claims(Check::Decode).judge(&found).map_err(|error| error.class);
            assert_eq!(judged, expected, "{ends:?} {decoded:?}");
        }
        assert!(!claims(Check::None).wants_walk() && claims(Check::Ends).wants_walk());
        assert!(!claims(Check::Ends).wants_decode() && claims(Check::Decode).wants_decode());
    }

    #[test]
    fn nothing_at_all_is_no_image() {
        for (path, class) in [("/a.png", ErrorClass::NotAnImage), ("/a.bin", ErrorClass::Protocol)] {
            let at = url(path);
            let (expect, check) = (Expect::Auto, Check::Ends);
            let claims = Claims { expect, check, requested: &at, last: &at, content_type: None, unframed: false };
            let error = empty(&claims, 204);
            assert_eq!((error.class, error.is_transient()), (class, false), "{path}");
        }
    }
}
