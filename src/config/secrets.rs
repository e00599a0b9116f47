//! Headers and logins as people write them, and as much of them as may be shown. No message repeats them.

use crate::engine::options::Secret;

/// None where no password stands behind the name.
pub(super) fn user(text: &str) -> Option<(String, Secret)> {
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), Secret(password.to_owned())))
}

/// Stands for what may not be shown.
pub(crate) const HIDDEN: &str = "(secret)";

/// A header, a login or an address with as much as may be shown.
pub(crate) fn masked(text: &str) -> String {
    match text.split_once(':') {
        // It names a file.
        _ if text.starts_with('@') => text.to_owned(),
        Some((name, _)) => format!("{name}: {HIDDEN}"),
        None => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_end_at_the_first_colon_and_stay_hidden() {
        assert_eq!(user("ann:a:b"), Some(("ann".to_owned(), Secret("a:b".to_owned()))));
        assert_eq!((user("ann"), user("ann:")), (None, Some(("ann".to_owned(), Secret(String::new())))));
        for (text, shown) in [("X: s3", "X: (secret)"), ("ann:s3", "ann: (secret)"), ("s3", HIDDEN), ("@f", "@f")] {
            assert_eq!(masked(text), shown);
        }
    }
}
