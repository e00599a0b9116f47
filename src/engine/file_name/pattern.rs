//! Text by a pattern of the user's, with what the server's name is made of in it. A leaf: what makes a name of that is
//! for others.

/// The text of `pattern`, with `{stem}` and `{ext}` (without its dot) replaced, and `{{` and `}}` as braces. An empty
/// ending takes a dot before it along.
pub(super) fn fill(pattern: &str, stem: &str, ending: &str) -> String {
    let (mut text, mut rest) = (String::new(), pattern);
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (shown, length) = if rest.starts_with("{{") || rest.starts_with("}}") {
            (&rest[..1], 2)
        } else if rest.starts_with("{stem}") {
            (stem, "{stem}".len())
        } else if rest.starts_with("{ext}") {
            if ending.is_empty() && text.ends_with('.') {
                text.pop();
            }
            (ending, "{ext}".len())
        } else {
            (&rest[..1], 1)
        };
        text.push_str(shown);
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{by_pattern, check_own};

    #[test]
    fn stem_and_ending_stand_where_they_are_put() {
        for (pattern, name, filled) in [
            ("x-{stem}.{ext}", "photo.jpg", "x-photo.jpg"),
            ("{stem}-2.{ext}", "archive.tar.gz", "archive.tar-2.gz"),
            ("7.{ext}", "download", "7"),
            ("7{ext}", "a.png", "7png"),
            ("7..{ext}", "download", "7"),
            ("{ext}/{stem}", "a.png", "png_a"),
            ("{{stem}}.{ext}", "a.png", "{stem}.png"),
            ("{{{stem}}}", "a.png", "{a}"),
            ("{other}{.{ext}", "a.png", "{other}{.png"),
            ("{stem", "a.png", "{stem"),
            ("..{ext}", "download", "download"),
            ("{stem}", ".hidden", "hidden"),
            ("con.{ext}", "a.png", "_con.png"),
        ] {
            assert_eq!(by_pattern(pattern, name), filled, "{pattern} of {name}");
        }
        let long = by_pattern("{stem}{stem}.{ext}", &format!("{}.jpeg", "x".repeat(200)));
        assert!(long.len() <= 240 && long.ends_with("x.jpeg"), "{long}");
    }

    proptest! {
        #[test]
        fn it_is_a_name_whatever_the_pattern_says(pattern in "[{}/.\\\\a]{0,9}(\\{stem\\}|\\{ext\\}|\\PC{0,9}){0,4}") {
            let filled = by_pattern(&pattern, "photo.jpg");
            prop_assert!(check_own(&filled).is_ok(), "{}", filled);
        }
    }
}
