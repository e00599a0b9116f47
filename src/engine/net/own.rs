//! What the user has given for the origins that a request names: headers and a login, made ready to be sent.

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, IF_RANGE, RANGE,
    TRANSFER_ENCODING,
};

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::options::Secret;
use crate::engine::request::More;

/// The engine's own: which bytes are asked for and in which form, and how long a body is that is never sent. A range of
/// somebody else's would make every answer a part of the file.
const OURS: [HeaderName; 5] = [RANGE, IF_RANGE, ACCEPT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING];

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::engine) struct Own {
    pub(super) headers: HeaderMap,
    pub(super) user: Option<(String, Secret)>,
}

impl Own {
    /// # Errors
    /// Says in words which header cannot be sent; its value stays unsaid.
    pub(super) fn new(headers: &[(String, Secret)], user: Option<&(String, Secret)>) -> Result<Self, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let bad =
                |what: &str| format!("the header `{}` has {what} that HTTP does not allow", crate::display::safe(name));
            let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("a name"))?;
            let mut value = HeaderValue::from_str(&value.0).map_err(|_| bad("a value"))?;
            value.set_sensitive(true);
            if !OURS.contains(&parsed) {
                map.append(parsed, value);
            }
        }
        Ok(Self { headers: map, user: user.cloned() })
    }

    /// What a request brings along itself.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::engine) fn of(more: &More) -> Result<Self, TransferError> {
        Self::new(&more.headers, more.user.as_ref()).map_err(|why| TransferError::new(ErrorClass::Refused, why))
    }

    /// Puts its headers in the place of those of the same name, and makes room for its login.
    pub(super) fn put_over(&self, fields: &mut HeaderMap) {
        if self.user.is_some() {
            fields.remove(AUTHORIZATION);
        }
        for name in self.headers.keys() {
            fields.remove(name);
        }
        for (name, value) in &self.headers {
            fields.append(name.clone(), value.clone());
        }
    }
}
