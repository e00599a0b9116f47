//! Names for files, from what servers and addresses say. Pure: what a folder holds already is for `disk` to find.
//!
//! A name is one path component that every common file system takes: whatever the server sends, it cannot leave
//! the folder, hide, name a device, or pass for another type.

mod disposition;
mod pattern;

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::percent_decode_str;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use super::request::DownloadRequest;

/// The longest name in bytes: room for ` (9999)` below the 255 that file systems allow.
const LONGEST: usize = 240;

/// The longest ending that is taken for one.
const LONGEST_ENDING: usize = 16;

/// Endings that say "image".
const IMAGE_ENDINGS: [&str; 32] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "bmp", "dib", "tif", "tiff", "ico", "cur", "avif",
    "heic", "heif", "hif", "jxl", "jp2", "svg", "svgz", "psd", "dng", "cr2", "nef", "nrw", "arw", "orf", "rw2", "pef",
    "mpo",
];

/// The name for a body: the server's own, else that of whichever address looks like an image, else the first that
/// names anything, else `download`.
pub(super) fn choose(disposition: Option<&[u8]>, requested: &Url, last: &Url) -> String {
    if let Some(name) = disposition.and_then(disposition::file_name).map(|n| clean(after_separators(&n)))
        && !name.is_empty()
    {
        return name;
    }
    let names = [segment(requested), segment(last)];
    let image = names.iter().flatten().find(|name| has_image_ending(name));
    let any = names.iter().flatten().next();
    image.or(any).cloned().unwrap_or_else(|| "download".to_owned())
}

/// The name that a request's file will have as far as that is known before the server is asked.
#[must_use]
pub fn foreseen(request: &DownloadRequest) -> String {
    let chosen = || choose(None, &request.url, &request.url);
    let given = || request.pattern().map(|pattern| by_pattern(pattern, &chosen()));
    request.name.clone().or_else(given).unwrap_or_else(chosen)
}

/// Checks a name that the user gave.
///
/// # Errors
/// Says in words why it cannot be one.
pub fn check_own(name: &str) -> Result<(), String> {
    if name.is_empty() || name == "." || name == ".." {
        return Err(format!("`{name}` cannot be the name of a file"));
    }
    if name.chars().any(|c| matches!(c, '/' | '\\') || c.is_control()) {
        return Err("a file name has no slashes and no control characters; the folder is given by --dir".to_owned());
    }
    if name.len() > LONGEST {
        return Err(format!("a file name has at most {LONGEST} bytes"));
    }
    Ok(())
}

/// Adds `ending` unless the name has an image's ending already: a wrong one is the server's choice, and kept.
pub(super) fn with_ending(name: &str, ending: &str) -> String {
    if has_image_ending(name) {
        return name.to_owned();
    }
    let stem = cut(name, LONGEST - ending.len() - 1);
    format!("{stem}.{ending}")
}

/// The name that a pattern of the user's makes of another one. Whatever they are, it is a name like any other.
pub(super) fn by_pattern(pattern: &str, name: &str) -> String {
    let (stem, ending) = split(name);
    let filled = clean(&pattern::fill(pattern, stem, ending.trim_start_matches('.')));
    if filled.is_empty() { name.to_owned() } else { filled }
}

/// The `n`-th choice for a name that is taken: `photo (2).jpg`.
#[must_use]
pub fn numbered(name: &str, n: u32) -> String {
    let (stem, ending) = split(name);
    format!("{stem} ({n}){ending}")
}

/// Half of a name, for a file system that takes no longer ones; its ending stays. `None` where nothing is left to cut.
pub(super) fn shortened(name: &str) -> Option<String> {
    let (stem, ending) = split(name);
    let half = cut(stem, stem.len() / 2).trim_end_matches(is_blank);
    (!half.is_empty()).then(|| no_device(format!("{half}{ending}")))
}

/// The name in ASCII, for a file system that does not take its characters. `None` where it is already.
pub(super) fn in_ascii(name: &str) -> Option<String> {
    let plain = || name.graphemes(true).map(|g| if g.is_ascii() { g } else { "_" }).collect();
    (!name.is_ascii()).then(plain)
}

/// True where a name ends like that of an image.
pub(super) fn has_image_ending(name: &str) -> bool {
    let ending = split(name).1;
    IMAGE_ENDINGS.iter().any(|known| ending.get(1..).is_some_and(|e| e.eq_ignore_ascii_case(known)))
}

/// Stem and ending, the dot with the ending.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= LONGEST_ENDING + 1 && at + 1 < name.len() => name.split_at(at),
        _ => (name, ""),
    }
}

/// The name in the last segment of an address that has one. A segment that is not UTF-8 keeps its escapes.
fn segment(url: &Url) -> Option<String> {
    let raw = url.path_segments()?.rfind(|s| !s.is_empty())?;
    let decoded = percent_decode_str(raw).decode_utf8();
    let name = clean(decoded.as_deref().unwrap_or(raw));
    (!name.is_empty()).then_some(name)
}

fn after_separators(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Makes one harmless path component of any text; empty if nothing is left.
#[must_use]
pub fn clean(name: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let replaced: String = composed.chars().map(|c| if is_unwanted(c) { '_' } else { c }).collect();
    let trimmed = replaced.trim_matches(is_blank);
    let mut name = shorten(trimmed).trim_end_matches(is_blank).to_owned();
    if name.starts_with('-') {
        name.replace_range(..1, "_");
    }
    // A name of replacements alone says nothing.
    if name.chars().all(|c| c == '_') {
        return String::new();
    }
    no_device(name)
}

/// What no name begins or ends with: some systems drop it, and a leading dot hides.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '.'
}

fn no_device(mut name: String) -> String {
    if is_device(&name) {
        name.insert(0, '_');
    }
    name
}

fn is_unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'
            | '\u{ad}' | '\u{61c}' | '\u{180e}'
            // Zero-width, directional marks, separators, bidi controls, invisible operators.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Names that Windows takes for devices, whatever follows the first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$") {
        return true;
    }
    ["COM", "LPT"].iter().filter_map(|port| stem.strip_prefix(port)).any(|rest| {
        let mut chars = rest.chars();
        matches!(chars.next(), Some('0'..='9' | '¹' | '²' | '³')) && chars.next().is_none()
    })
}

/// Cuts a long name in its stem.
fn shorten(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    format!("{}{ending}", cut(stem, LONGEST - ending.len()))
}

/// The longest beginning of at most `bytes` bytes that ends between two graphemes, or at least between two characters
/// where the first grapheme alone is longer.
fn cut(text: &str, bytes: usize) -> &str {
    let graphemes = text.grapheme_indices(true).map(|(at, g)| at + g.len());
    let characters = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let fits = |end: &usize| *end <= bytes;
    let end = graphemes.take_while(fits).last().or_else(|| characters.take_while(fits).last());
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a valid address")
    }

    #[test]
    fn names_come_from_addresses() {
        for (requested, last, name) in [
            ("https://h/photo-1516117172878-fd2c41f4a759", "", "photo-1516117172878-fd2c41f4a759"),
            ("https://h/a/b.jpg?w=1#f", "", "b.jpg"),
            ("https://h/a/b/", "", "b"),
            ("https://h/", "", "download"),
            ("https://h/get", "https://cdn/real%20name.PNG", "real name.PNG"),
            ("https://h/first.png", "https://cdn/x.jpg", "first.png"),
            ("https://h/get.php", "https://cdn/x", "get.php"),
            ("https://h/%2e%2e%2fetc%2fpasswd", "", "_etc_passwd"),
            ("https://h/%ff%fe.jpg", "", "%ff%fe.jpg"),
            ("https://h/%E5%8C%97.jpg", "", "北.jpg"),
            ("https://h/..%5c..%5cx.jpg", "", "_.._x.jpg"),
        ] {
            let requested = url(requested);
            let last = if last.is_empty() { requested.clone() } else { url(last) };
            assert_eq!(choose(None, &requested, &last), name, "{requested}");
        }
    }

    #[test]
    fn the_server_has_the_first_word_and_no_way_out() {
        let at = url("https://h/fallback.jpg");
        for (header, name) in [
            (&b"attachment; filename=\"a b.jpg\""[..], "a b.jpg"),
            (b"inline; filename=/etc/passwd", "passwd"),
            (b"attachment; filename=\"..\\\\..\\\\evil.jpg\"", "evil.jpg"),
            (b"attachment; filename=\"..\"", "fallback.jpg"),
            (b"attachment; filename=\"\"", "fallback.jpg"),
            (b"attachment; filename=\"CON.jpg\"", "_CON.jpg"),
            (b"attachment; filename=\"com1\"", "_com1"),
            (b"attachment; filename=\"-rf.jpg\"", "_rf.jpg"),
            (b"attachment; filename=\"evil\xe2\x80\xaegpj.exe\"", "evil_gpj.exe"),
            (b"attachment; filename=\"x\x1b[2J.jpg\"", "x_[2J.jpg"),
            (b"attachment; filename*=UTF-8''caf%C3%A9.jpg; filename=cafe.jpg", "café.jpg"),
        ] {
            assert_eq!(choose(Some(header), &at, &at), name, "{}", String::from_utf8_lossy(header));
        }
    }

    #[test]
    fn endings_numbers_and_lengths() {
        assert_eq!(with_ending("photo-1", "jpg"), "photo-1.jpg");
        assert_eq!(with_ending("photo.JPEG", "jpg"), "photo.JPEG");
        assert_eq!(with_ending("get.php", "png"), "get.php.png");
        assert_eq!(with_ending("v1.2", "png"), "v1.2.png");
        assert_eq!(numbered("photo.jpg", 2), "photo (2).jpg");
        assert_eq!(numbered("photo", 3), "photo (3)");
        assert_eq!(numbered(".hidden", 2), ".hidden (2)");
        let long = clean(&format!("{}.jpg", "北".repeat(200)));
        assert!(long.len() <= LONGEST && long.ends_with("北.jpg"), "{long}");
        assert!(with_ending(&"x".repeat(300), "jpeg").len() <= LONGEST);
    }

    #[test]
    fn own_names_are_refused_not_changed() {
        for name in ["a.jpg", "-x", "a:b", "北"] {
            assert_eq!(check_own(name), Ok(()), "{name}");
        }
        for name in ["", ".", "..", "a/b", "a\\b", "a\nb", &"x".repeat(241)] {
            assert!(check_own(name).is_err(), "{name}");
        }
    }
}
