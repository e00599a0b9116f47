//! Addresses that are good for one request, or look so: a second one may be refused, or spend what the first has paid
//! for. Pure.

use url::Url;

/// Names in the query of signed addresses, in lower case; those that begin so count too. From the signatures of AWS (V2
/// and V4), Google, Azure (`sig`), `CloudFront`, Akamai (`hdnts`, `hmac`), and the tokens of the rest.
const SIGNED: [&str; 16] = [
    "x-amz-",
    "x-goog-",
    "x-oss-",
    "x-cos-",
    "signature",
    "sig",
    "token",
    "access_token",
    "auth",
    "expires",
    "policy",
    "hmac",
    "hdnts",
    "hdnea",
    "key-pair-id",
    "jwt",
];

/// True for an address that must not be asked twice.
pub(super) fn is_one_shot(url: &Url) -> bool {
    url.query_pairs().any(|(name, _)| {
        let name = name.to_ascii_lowercase();
        SIGNED.iter().any(|signed| name.starts_with(signed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_addresses_are_told_by_their_query() {
        for (query, expected) in [
            ("", false),
            ("w=1080&q=80", false),
            ("ixid=abc&design=2", false),
            ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00", true),
            ("AWSAccessKeyId=a&Expires=1&Signature=b", true),
            ("sv=2020&sig=b", true),
            ("Policy=x&Key-Pair-Id=y", true),
            ("token=1", true),
            ("hmac=1", true),
            ("X-Goog-Signature=1", true),
        ] {
            let url = Url::parse(&format!("https://h/a?{query}")).expect("a valid address");
            assert_eq!(is_one_shot(&url), expected, "{query}");
        }
    }
}
