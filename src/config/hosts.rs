//! What the config file says of single hosts gives way to what is typed and to the environment, as all of it does.

use crate::cli::settings::{Setting, Source};
use crate::engine::options::{HostRule, Options};

/// The names of the options that are set nearer to the user than in the file.
pub(super) fn nearer(listing: &[Setting]) -> Vec<String> {
    let is_nearer = |setting: &&Setting| match &setting.source {
        Source::Typed => true,
        Source::Place(place) => *place == setting.known.variable(),
        Source::Default | Source::Unset => false,
    };
    listing.iter().filter(is_nearer).map(|setting| setting.known.name.clone()).collect()
}

/// Takes out of the rules what is said nearer to the user for all hosts; headers by their names.
pub(super) fn give_way(options: &mut Options, nearer: &[String]) {
    let is_nearer = |name: &str| nearer.iter().any(|nearer| nearer == name);
    let mut headers: Vec<&str> = Vec::new();
    if is_nearer("header") {
        headers.extend(options.headers.iter().map(|(name, _)| &**name));
    }
    if is_nearer("user") {
        // The same in another form, which would win.
        headers.push("authorization");
    }
    for rule in &mut options.hosts {
        let HostRule { host: _, per_host, connections, headers: own, user } = rule;
        own.retain(|(name, _)| !headers.iter().any(|nearer| nearer.eq_ignore_ascii_case(name)));
        *user = user.take().filter(|_| !is_nearer("user"));
        *per_host = per_host.filter(|_| !is_nearer("per-host"));
        *connections = connections.filter(|_| !is_nearer("connections"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::options::Secret;

    #[test]
    fn each_option_takes_its_own_out_of_the_rules() {
        let pair = |name: &str| (name.to_owned(), Secret("x".to_owned()));
        let rule = HostRule {
            host: "h".to_owned(),
            per_host: Some(1),
            connections: Some(1),
            headers: vec![pair("X-A"), pair("X-B"), pair("Authorization")],
            user: Some(pair("ann")),
        };
        for (nearer, per_host, connections, user, headers) in [
            (&[][..], true, true, true, &["X-A", "X-B", "Authorization"][..]),
            (&["per-host"], false, true, true, &["X-A", "X-B", "Authorization"]),
            (&["connections"], true, false, true, &["X-A", "X-B", "Authorization"]),
            (&["user"], true, true, false, &["X-A", "X-B"]),
            (&["header"], true, true, true, &["X-B", "Authorization"]),
            (&["jobs", "header", "user"], true, true, false, &["X-B"]),
        ] {
            let mut options = Options { headers: vec![pair("x-a")], hosts: vec![rule.clone()], ..Options::default() };
            give_way(&mut options, &nearer.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            let left = &options.hosts[0];
            let kept = (left.per_host.is_some(), left.connections.is_some(), left.user.is_some());
            assert_eq!(kept, (per_host, connections, user), "{nearer:?}");
            assert_eq!(left.headers.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), headers, "{nearer:?}");
        }
    }
}
