//! States that tests start from, built as the real ones are: by events.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use jiff::tz::TimeZone;
use url::Url;

use super::App;
use crate::engine::error::TransferError;
use crate::engine::event::{Answered, ConnectTimes, Event, FinishedFile, Protocol, Record};
use crate::engine::request::JobId;
use crate::tui::clock::Clock;
use crate::tui::look::Look;

pub(in crate::tui) fn empty(now: Instant) -> App {
    App::new(Arc::from(Path::new("photos")), Look::default(), now)
}

pub(in crate::tui) fn queued(id: u64, name: &str) -> Event {
    let mut url = Url::parse("https://images.example/").expect("a valid address");
    url.set_path(name);
    url.set_query(Some("w=1600"));
    Event::Queued {
        id: JobId(id),
        url,
        dir: Arc::from(Path::new("photos")),
        name: None,
        elsewhere: false,
        bytes: 0,
        total: None,
        columns: None,
    }
}

pub(in crate::tui) fn connecting(id: u64, attempt: u32) -> Event {
    Event::Connecting { id: JobId(id), attempt }
}

pub(in crate::tui) fn started(id: u64, name: &str, total: Option<u64>) -> Event {
    Event::Started {
        id: JobId(id),
        attempt: 1,
        total,
        path: PathBuf::from(format!("photos/{name}")),
        resumed_from: 0,
        answer: answer(name),
    }
}

/// What the server said of any file.
pub(in crate::tui) fn answer(name: &str) -> Arc<Answered> {
    let mut final_url = Url::parse("https://images.example/").expect("a valid address");
    final_url.set_path(name);
    final_url.set_query(Some("w=1600"));
    Arc::new(Answered {
        final_url,
        content_type: Some("image/jpeg".to_owned()),
        etag: Some("\"6f3a-5d1e\"".to_owned()),
        last_modified: Some("Tue, 12 May 2026 08:30:00 GMT".to_owned()),
        ttfb: Duration::from_millis(120),
        status: 200,
        protocol: Protocol::Http2,
        server: Some("nginx".to_owned()),
        ranges: true,
        connect: Some(ConnectTimes { dns: Some(Duration::from_millis(12)), connect: Duration::from_millis(31) }),
    })
}

pub(in crate::tui) fn progress(id: u64, bytes: u64, total: Option<u64>, bytes_per_second: u64) -> Event {
    Event::Progress { id: JobId(id), bytes, total, bytes_per_second, connections: 1 }
}

pub(in crate::tui) fn finished(id: u64, name: &str, bytes: u64, millis: u64) -> Event {
    let file = FinishedFile {
        path: PathBuf::from(format!("photos/{name}")),
        bytes,
        format: Some("jpeg".to_owned()),
        verified: Some(true),
        sha256: None,
        pixels: Some((1600, 1067)),
        elapsed: Duration::from_millis(millis),
        attempts: 1,
        resumed_from: 0,
        skipped: false,
    };
    Event::Finished { id: JobId(id), file, record: record() }
}

pub(in crate::tui) fn failed(id: u64, error: TransferError) -> Event {
    Event::Failed { id: JobId(id), error, attempts: 1, record: record() }
}

pub(in crate::tui) fn record() -> Record {
    Record { started_at: None, finished_at: std::time::UNIX_EPOCH, answered: None }
}

pub(in crate::tui) fn retrying(id: u64, attempt: u32, seconds: u64, error: TransferError) -> Event {
    Event::Retrying { id: JobId(id), attempt, delay: Duration::from_secs(seconds), error }
}

/// One photo of [`gallery`].
struct Photo {
    name: &'static str,
    /// Size in KB; 0 where the server does not say.
    size: u64,
    bytes: u64,
    since: u64,
}

const GALLERY: [(&str, u64); 15] = [
    ("aurora-over-lofoten.jpg", 21_400),
    ("fjord-at-dawn.jpg", 12_850),
    ("glacier-lagoon-panorama.jpg", 38_200),
    ("harbour-lights.jpg", 9_640),
    ("missing-lighthouse.jpg", 0),
    ("北極光-レイキャビク.jpg", 24_300),
    ("black-sand-beach.jpg", 17_900),
    ("puffins-on-the-cliff.jpg", 14_100),
    ("waterfall-long-exposure.jpg", 29_700),
    ("geyser.jpg", 11_300),
    ("red-cabin-in-the-snow.jpg", 26_800),
    ("live-webcam-still.jpg", 0),
    ("mountain-road.jpg", 18_600),
    ("sea-cave.jpg", 22_100),
    ("stars-above-the-tent.jpg", 19_500),
];

/// Fifteen photos in the middle of their way: some there, some coming, one failed, one about to be tried again.
pub(in crate::tui) fn gallery(start: Instant) -> App {
    const TENTHS: u64 = 436;
    let mut app = empty(start);
    let nine = SystemTime::UNIX_EPOCH + Duration::from_secs(9 * 3600);
    app.set_clock(Clock::new(TimeZone::UTC, start, nine));
    app.resize(ratatui::layout::Size::new(120, 35));
    for (id, (name, _)) in (0..).zip(GALLERY) {
        app.event(&queued(id, name), start);
    }
    let mut photos: Vec<Photo> =
        GALLERY.iter().map(|(name, size)| Photo { name, size: size * 1000, bytes: 0, since: 0 }).collect();
    let mut next = 0;
    let mut running: Vec<usize> = Vec::new();
    for tenth in 0..TENTHS {
        let now = start + Duration::from_millis(100 * tenth);
        while running.len() < 5 && next < photos.len() - 2 {
            begin(&mut app, &mut photos[next], next as u64, tenth, now);
            if photos[next].name != "missing-lighthouse.jpg" {
                running.push(next);
            }
            next += 1;
        }
        running.retain(|at| advance(&mut app, &mut photos[*at], *at as u64, tenth, now));
        app.tick(now);
    }
    app.select(JobId(8));
    app
}

fn begin(app: &mut App, photo: &mut Photo, id: u64, tenth: u64, now: Instant) {
    photo.since = tenth;
    app.event(&connecting(id, 1), now);
    if photo.name == "missing-lighthouse.jpg" {
        return drop(app.event(&failed(id, TransferError::status(404, None)), now));
    }
    app.event(&started(id, photo.name, (photo.size > 0).then_some(photo.size)), now);
}

/// Lets a tenth of a second pass for one photo; false when it is at its end.
fn advance(app: &mut App, photo: &mut Photo, id: u64, tenth: u64, now: Instant) -> bool {
    // Slow waves of different lengths, and a weak moment that all share: it looks like a network.
    let wave = |length: f64| (f64::from(u32::try_from(tenth + id * 37).unwrap_or(0)) / length).sin();
    let from = |at: u64| f64::from(u32::try_from(tenth.abs_diff(at)).unwrap_or(0));
    let dip = 1.0 - 0.62 * (-(from(175) / 16.0).powi(2)).exp();
    let begin = 1.0 - (-f64::from(u32::try_from(tenth - photo.since + 2).unwrap_or(0)) / 12.0).exp();
    let speed = (1_150_000.0 + 330_000.0 * wave(29.0) + 210_000.0 * wave(5.3)) * dip * begin;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let rate = speed.max(90_000.0) as u64;
    photo.bytes += rate / 10;
    if id == 10 && photo.bytes > photo.size / 2 {
        let reset = TransferError::new(crate::engine::error::ErrorClass::Connect, "connection reset by the server");
        app.event(&retrying(id, 2, 8, reset), now);
        return false;
    }
    if photo.size > 0 && photo.bytes >= photo.size {
        let millis = (tenth - photo.since) * 100 + 37 * id % 100;
        app.event(&finished(id, photo.name, photo.size, millis), now);
        return false;
    }
    app.event(&progress(id, photo.bytes, (photo.size > 0).then_some(photo.size), rate), now);
    true
}
