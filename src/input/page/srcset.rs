//! The attribute `srcset`, as the HTML standard reads it ("parse a srcset attribute"): candidates behind each other, each
//! an address with a width or a density. A leaf.

use std::cmp::Ordering;

/// One form of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// As it stands there.
    pub(super) text: String,
    pub(super) size: Size,
}

/// How large it is said to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Size {
    /// So many pixels wide.
    Width(u32),
    /// So many of its pixels for one of the page's; one where nothing is said.
    Density(f64),
}

impl Size {
    /// The larger is the greater; one that says its width tells more than one that does not.
    pub(super) fn cmp(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Width(a), Self::Width(b)) => a.cmp(&b),
            (Self::Density(a), Self::Density(b)) => a.total_cmp(&b),
            (Self::Width(_), Self::Density(_)) => Ordering::Greater,
            (Self::Density(_), Self::Width(_)) => Ordering::Less,
        }
    }
}

/// The candidates that are written as they must be.
pub(super) fn candidates(text: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let (address, behind) = rest.split_at(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()));
        // Commas belong to an address, but for those at its end.
        let plain = address.trim_end_matches(',');
        let (descriptors, behind) =
            if plain.len() < address.len() { ("", behind) } else { behind.split_at(end_of_descriptors(behind)) };
        found.extend(size(descriptors).map(|size| Candidate { text: plain.to_owned(), size }));
        rest = behind;
    }
}

/// Where the comma stands behind the descriptors; those in parentheses are of a future that has not come.
fn end_of_descriptors(text: &str) -> usize {
    let mut open = false;
    let mut ends = |c: char| {
        match c {
            '(' => open = true,
            ')' => open = false,
            _ => {}
        }
        c == ',' && !open
    };
    text.find(&mut ends).unwrap_or(text.len())
}

/// None where a descriptor is wrong: the candidate is none then.
fn size(descriptors: &str) -> Option<Size> {
    let (mut width, mut density, mut height) = (None, None, false);
    for descriptor in descriptors.split_ascii_whitespace() {
        let (number, unit) = descriptor.split_at_checked(descriptor.len() - 1)?;
        match unit {
            "w" if width.is_none() && density.is_none() => width = Some(positive(number)?),
            "x" if width.is_none() && density.is_none() && !height => density = Some(factor(number)?),
            "h" if !height && density.is_none() => height = positive(number).is_some().then_some(true)?,
            _ => return None,
        }
    }
    match (width, height) {
        (Some(width), _) => Some(Size::Width(width)),
        (None, true) => None,
        (None, false) => Some(Size::Density(density.unwrap_or(1.0))),
    }
}

fn positive(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten().filter(|number| *number > 0)
}

fn factor(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse().ok().filter(|factor: &f64| plain && *factor >= 0.0 && factor.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_those_of_the_standard() {
        let w = |text: &str, width| Candidate { text: text.to_owned(), size: Size::Width(width) };
        let x = |text: &str, density| Candidate { text: text.to_owned(), size: Size::Density(density) };
        for (text, expected) in [
            ("a.jpg", vec![x("a.jpg", 1.0)]),
            (" a.jpg 1x , b.jpg 2x", vec![x("a.jpg", 1.0), x("b.jpg", 2.0)]),
            ("a.jpg 300w,b.jpg 600w", vec![w("a.jpg", 300), w("b.jpg", 600)]),
            ("a.jpg, b.jpg 1.5x", vec![x("a.jpg", 1.0), x("b.jpg", 1.5)]),
            ("a,b.jpg 2x,\n\tw=1,h=2.jpg 3x", vec![x("a,b.jpg", 2.0), x("w=1,h=2.jpg", 3.0)]),
            // Without a blank there is but one address.
            ("a.jpg,b.jpg", vec![x("a.jpg,b.jpg", 1.0)]),
            ("a.jpg,, ,b.jpg 2x,", vec![x("a.jpg", 1.0), x("b.jpg", 2.0)]),
            ("a.jpg 300w 200h", vec![w("a.jpg", 300)]),
            ("a.jpg 200h, b.jpg 1w", vec![w("b.jpg", 1)]),
            ("a.jpg 1x 2x, b.jpg 0w, c.jpg -1x, d.jpg 2q, e.jpg w, f.jpg 3é", vec![]),
            ("a.jpg (1,2) 3x, b.jpg 2x", vec![x("b.jpg", 2.0)]),
            ("a.jpg 1e1x, b.jpg infx, c.jpg +1w", vec![x("a.jpg", 10.0)]),
            ("data:image/png;base64,AA== 1x, b.jpg 2x", vec![x("data:image/png;base64,AA==", 1.0), x("b.jpg", 2.0)]),
            (" , ", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(candidates(text), expected, "{text}");
        }
    }
}
