//! What a server asks of machines that learn: the directives `noai` and `noimageai` of `X-Robots-Tag` fields and of
//! robots metas. Pure.

use super::error::{ErrorClass, TransferError};

/// Directives that have a value behind a colon, where others have the name of a robot before it.
const WITH_VALUE: [&str; 4] = ["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"];

/// The directive among the values of `X-Robots-Tag`, a field each, that asks us to leave the answer alone. A directive
/// behind the name of another robot is not for us.
#[must_use]
pub fn leave_alone<T: AsRef<str>>(fields: &[T]) -> Option<&'static str> {
    fields.iter().find_map(|field| in_field(field.as_ref()))
}

fn in_field(field: &str) -> Option<&'static str> {
    let mut ours = true;
    field.split(',').find_map(|part| {
        let mut directive = part.trim();
        if let Some((before, after)) = directive.split_once(':')
            && !WITH_VALUE.iter().any(|known| before.trim().eq_ignore_ascii_case(known))
            && is_token(before.trim())
        {
            // It is meant for this robot from here on.
            ours = before.trim().eq_ignore_ascii_case("haul") || before.trim() == "*";
            directive = after.trim();
        }
        ["noai", "noimageai"].into_iter().find(|known| ours && directive.eq_ignore_ascii_case(known))
    })
}

/// The name of a robot; the time in a date has a colon too.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

/// The error of what is left alone because `directive` stands in `place`.
#[must_use]
pub fn refused(place: &str, directive: &str) -> TransferError {
    TransferError::new(ErrorClass::Refused, format!("left alone, as {place} asks ({directive})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_meant_for_us_counts() {
        for (fields, expected) in [
            (&["noai"][..], Some("noai")),
            (&["NoImageAI"], Some("noimageai")),
            (&["noindex, nofollow , noimageai"], Some("noimageai")),
            (&["noindex", "noai"], Some("noai")),
            (&["haul: noai"], Some("noai")),
            (&["*: noai"], Some("noai")),
            (&["HAUL:noindex,noai"], Some("noai")),
            (&["otherbot: noai"], None),
            (&["otherbot: noindex, noai"], None),
            (&["otherbot: noindex, haul: noai"], Some("noai")),
            (&["otherbot: noindex", "noai"], Some("noai")),
            (&["max-snippet: 20, noai"], Some("noai")),
            (&["unavailable_after: Wed, 25 Jun 2025 15:00:00 PST, noai"], Some("noai")),
            (&["noindex", "none", "noaix", "no ai", ""], None),
            (&[], None),
        ] {
            assert_eq!(leave_alone(fields), expected, "{fields:?}");
        }
    }
}
