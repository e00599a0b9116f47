//! One answer for whoever wants to look into it: a page. It comes the way that downloads come, but it is no job: it has
//! no row, no file, and nobody finds it in the store.

use std::sync::Arc;

use tokio::time::{sleep, timeout};
use url::Url;

use super::error::{ErrorClass, TransferError};
use super::event::{Event, Notice};
use super::net::{Answer, Ask, Failure};
use super::resume::{Action, judge};
use super::retry::delay;
use super::transfer::{Shared, past_deadline};

/// No page that people look at is larger.
const LARGEST: usize = 10 * 1024 * 1024;

/// What an address answers.
#[derive(Debug, Clone)]
pub struct Page {
    /// The address that answered, after redirects, without userinfo.
    pub url: Url,
    /// What the server calls it.
    pub content_type: Option<String>,
    /// All of it; nothing where the server calls it an image, which is worth a download.
    pub bytes: Vec<u8>,
    /// Every `X-Robots-Tag` field of the answer.
    pub robots: Vec<String>,
}

impl Page {
    /// True where the server calls it an image.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.is_kind("image/")
    }

    /// True where the server calls it something that begins so.
    #[must_use]
    pub fn is_kind(&self, start: &str) -> bool {
        let kind = self.content_type.as_deref().and_then(|kind| kind.trim_start().get(..start.len()));
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case(start))
    }
}

/// Fetches a page, and tries again where a job would.
pub(super) async fn fetch(shared: &Shared, url: &Url) -> Result<Page, TransferError> {
    let limit = shared.options.deadline;
    match limit {
        Some(limit) => timeout(limit, attempts(shared, url)).await.unwrap_or(Err(past_deadline(Some(limit)))),
        None => attempts(shared, url).await,
    }
}

async fn attempts(shared: &Shared, url: &Url) -> Result<Page, TransferError> {
    let mut failures = 0;
    loop {
        let error = match attempt(shared, url).await {
            Ok(page) => return Ok(page),
            Err(error) => error,
        };
        failures += 1;
        let asked = error.retry_after.unwrap_or_default();
        let impatient = shared.options.patience.is_some_and(|patience| asked > patience);
        if !error.is_transient() || failures > shared.options.retries || impatient {
            return Err(error);
        }
        sleep(delay(failures, fastrand::f64(), error.retry_after)).await;
    }
}

async fn attempt(shared: &Shared, url: &Url) -> Result<Page, TransferError> {
    let Answer { head, url, mut body, .. } = ask(shared, url).await.map_err(|failure| failure.error)?;
    if let Action::Fail(error) = judge(&head, None) {
        body.discard();
        return Err(error);
    }
    let mut page = Page { url, content_type: head.content_type, bytes: Vec::new(), robots: head.robots };
    if page.is_image() {
        body.discard();
        return Ok(page);
    }
    while let Some(bytes) = body.chunk().await? {
        if page.bytes.len() + bytes.len() > LARGEST {
            let most = crate::units::bytes(LARGEST as u64);
            return Err(TransferError::new(ErrorClass::TooLarge, format!("larger than {most}, the most of a page")));
        }
        page.bytes.extend_from_slice(&bytes);
    }
    Ok(page)
}

/// Sends the request. A used connection that ends without an answer is the server's ordinary time-out.
async fn ask(shared: &Shared, url: &Url) -> Result<Answer, Failure> {
    let told = |url: &Url, status: u16, version: &str| {
        if shared.options.verbose {
            let line = format!("page GET {} -> {status} {version}", crate::display::address(url));
            shared.outbox.push(Event::Notice(Notice::Wire(line)));
        }
    };
    let (url, flow) = (url.clone(), Arc::default());
    let mut ask = Ask { url, range: None, fresh: false, flow, alone: false, own: None, stranger: false };
    let result = shared.net.get(&ask, told).await;
    if !result.as_ref().is_err_and(|failure| failure.unanswered) {
        return result;
    }
    ask.fresh = true;
    shared.net.get(&ask, told).await
}
