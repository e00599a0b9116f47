//! Where options are set that nobody has typed, for messages that speak of them.

use crate::cli::settings::{Setting, Source};

/// The options that are set elsewhere than on the command line, and where.
pub(super) fn of(listing: &[Setting]) -> Vec<(String, String)> {
    let place = |setting: &Setting| match &setting.source {
        Source::Place(place) => Some((setting.known.name.clone(), place.clone())),
        _ => None,
    };
    listing.iter().filter_map(place).collect()
}

/// What is wrong with an option that nobody has typed says where it stands.
pub(super) fn named(why: String, places: &[(String, String)]) -> String {
    let speaks_of = |name: &str| {
        let option = format!("--{name}");
        why.match_indices(&option).any(|(at, _)| {
            let next = why[at + option.len()..].chars().next();
            !next.is_some_and(|next| next.is_alphanumeric() || next == '-')
        })
    };
    match places.iter().find(|(name, _)| speaks_of(name)) {
        Some((name, place)) => format!("{why} (`{name}` is set by {place})"),
        None => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_what_nobody_typed_says_where_it_stands() {
        let places = [("report", "c.toml line 2"), ("user", "HAUL_USER")];
        let places = places.map(|(name, place)| (name.to_owned(), place.to_owned()));
        for (why, ends) in [
            ("--report names a list", "a list (`report` is set by c.toml line 2)"),
            ("--reports is none", "none"),
            ("give --user", "--user (`user` is set by HAUL_USER)"),
            ("--user-agent", "agent"),
        ] {
            assert!(named(why.to_owned(), &places).ends_with(ends), "{why}");
        }
    }
}
