//! What this engine has to give that is never kept, as far as a job may need it: whether there is any, for which hosts.

use crate::engine::options::Options;
use crate::engine::request::DownloadRequest;

/// See the head of this file. The values themselves are of no interest here.
#[derive(Debug, Default)]
pub(super) struct Secrets(Options);

impl Secrets {
    pub(super) fn of(options: &Options) -> Self {
        Self(options.clone())
    }

    /// There is something for an address of this request.
    pub(super) fn are_for(&self, request: &DownloadRequest) -> bool {
        request.addresses().any(|url| self.0.has_secrets_for(url))
    }
}
