//! From an HTTP library's answer to our own [`Head`].

use std::time::SystemTime;

use reqwest::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, DATE, ETAG, HeaderName,
    LAST_MODIFIED, RETRY_AFTER, SERVER, TRANSFER_ENCODING,
};
use reqwest::{Response, Version};

use crate::engine::event::Protocol;
use crate::engine::head::Head;
use crate::engine::retry::parse_retry_after;

pub(super) fn read(response: &Response) -> Head {
    let text = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::to_owned);
    let list = |name: HeaderName| {
        let values: Vec<_> =
            response.headers().get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(","))
    };
    let robots = response.headers().get_all("x-robots-tag").iter();
    let transfer_encoding = list(TRANSFER_ENCODING);
    let unframed =
        response.version() <= Version::HTTP_11 && response.content_length().is_none() && transfer_encoding.is_none();
    Head {
        status: response.status().as_u16(),
        protocol: protocol(response),
        content_length: response.content_length(),
        content_range: text(CONTENT_RANGE),
        // One that is no text is a tag all the same, though none that could be sent back.
        etag: response.headers().get(ETAG).map(|tag| tag.to_str().unwrap_or_default().to_owned()),
        last_modified: text(LAST_MODIFIED),
        date: text(DATE),
        server: response.headers().get(SERVER).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned()),
        accepts_ranges: response
            .headers()
            .get(ACCEPT_RANGES)
            .is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"bytes")),
        content_disposition: response.headers().get(CONTENT_DISPOSITION).map(|v| v.as_bytes().to_vec()),
        content_type: text(CONTENT_TYPE),
        content_encoding: list(CONTENT_ENCODING),
        transfer_encoding,
        repr_digest: list(HeaderName::from_static("repr-digest")),
        unframed,
        retry_after: text(RETRY_AFTER)
            .and_then(|value| parse_retry_after(&value, text(DATE).as_deref(), SystemTime::now())),
        robots: robots.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect(),
    }
}

pub(super) fn protocol(response: &Response) -> Protocol {
    match response.version() {
        Version::HTTP_09 | Version::HTTP_10 => Protocol::Http10,
        Version::HTTP_2 => Protocol::Http2,
        _ => Protocol::Http1,
    }
}
