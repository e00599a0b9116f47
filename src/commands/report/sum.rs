//! What the rows of a report come to: by status, by kind of error, by host, and how sizes and times are spread. Its
//! size does not depend on theirs. It must not know where they come from.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::rows::{Row, Status};
use super::spread::{Percentiles, Spread};
use crate::display::safe;
use crate::engine::error::ErrorClass;
use crate::units;

/// Hosts that are counted one by one; of the others only the sum is known.
const MOST_HOSTS: usize = 10_000;

/// Hosts that are told.
const TOLD_HOSTS: usize = 10;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Sum {
    all: Count,
    skipped: u64,
    classes: HashMap<ErrorClass, u64>,
    hosts: HashMap<Box<str>, Count>,
    other_hosts: Count,
    sizes: Spread,
    ttfb: Spread,
    elapsed: Spread,
}

/// How many rows, of which kinds.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct Count {
    total: u64,
    finished: u64,
    failed: u64,
    cancelled: u64,
    unfinished: u64,
    /// Of finished files.
    bytes: u64,
}

impl Count {
    fn add(&mut self, row: &Row) {
        self.total += 1;
        match row.status {
            Status::Finished => {
                self.finished += 1;
                self.bytes = self.bytes.saturating_add(row.bytes.unwrap_or(0));
            }
            Status::Failed => self.failed += 1,
            Status::Cancelled => self.cancelled += 1,
            Status::Unfinished => self.unfinished += 1,
        }
    }

    /// In words.
    fn text(&self, skipped: u64) -> String {
        let mut text = format!("{} of {} finished, {}", self.finished, self.total, units::bytes(self.bytes));
        let others = [(self.failed, "failed"), (self.cancelled, "cancelled"), (self.unfinished, "unfinished")];
        for (count, word) in others.into_iter().chain([(skipped, "skipped")]) {
            if count > 0 {
                let _ = write!(text, ", {count} {word}");
            }
        }
        text
    }
}

/// The summary as `--json` prints it.
#[derive(Serialize)]
struct Object<'a> {
    #[serde(flatten)]
    all: Count,
    skipped: u64,
    error_classes: serde_json::Map<String, serde_json::Value>,
    hosts: Vec<Host<'a>>,
    other_hosts: Count,
    size: Option<Percentiles>,
    ttfb_ms: Option<Percentiles>,
    elapsed_ms: Option<Percentiles>,
}

#[derive(Serialize)]
struct Host<'a> {
    host: &'a str,
    #[serde(flatten)]
    count: Count,
}

impl Sum {
    pub(super) fn add(&mut self, row: &Row) {
        self.all.add(row);
        if let Some(class) = row.error_class {
            *self.classes.entry(class).or_default() += 1;
        }
        let host = host(&row.url);
        if self.hosts.len() < MOST_HOSTS && !self.hosts.contains_key(host) {
            self.hosts.insert(host.into(), Count::default());
        }
        self.hosts.get_mut(host).unwrap_or(&mut self.other_hosts).add(row);
        if row.status == Status::Finished {
            self.sizes.add(row.bytes.unwrap_or(0));
        }
        // What was there already was not fetched, and took no time.
        if row.skipped == Some(true) {
            self.skipped += 1;
            return;
        }
        row.ttfb_ms.into_iter().for_each(|time| self.ttfb.add(time));
        row.elapsed_ms.into_iter().for_each(|time| self.elapsed.add(time));
    }

    /// The kinds of errors, the most frequent first.
    fn classes(&self) -> Vec<(&'static str, u64)> {
        let mut classes: Vec<_> = self.classes.iter().map(|(class, count)| (class.word(), *count)).collect();
        classes.sort_unstable_by_key(|(word, count)| (u64::MAX - count, *word));
        classes
    }

    /// The hosts with the most rows, and what all others come to.
    fn hosts(&self) -> (Vec<Host<'_>>, Count) {
        let mut hosts: Vec<_> = self.hosts.iter().map(|(host, count)| Host { host, count: *count }).collect();
        hosts.sort_unstable_by_key(|host| (u64::MAX - host.count.total, host.host));
        let mut others = self.other_hosts;
        for Host { count, .. } in hosts.drain(TOLD_HOSTS.min(hosts.len())..) {
            others.total += count.total;
            others.finished += count.finished;
            others.failed += count.failed;
            others.cancelled += count.cancelled;
            others.unfinished += count.unfinished;
            others.bytes = others.bytes.saturating_add(count.bytes);
        }
        (hosts, others)
    }

    /// One object.
    pub(super) fn object(&self) -> String {
        let (hosts, other_hosts) = self.hosts();
        let object = Object {
            all: self.all,
            skipped: self.skipped,
            error_classes: self.classes().into_iter().map(|(word, count)| (word.to_owned(), count.into())).collect(),
            hosts,
            other_hosts,
            size: self.sizes.percentiles(),
            ttfb_ms: self.ttfb.percentiles(),
            elapsed_ms: self.elapsed.percentiles(),
        };
        // Fails only for maps with keys that are no texts, and there are none.
        serde_json::to_string(&object).unwrap_or_default()
    }

    /// Lines for people, safe to show.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.all.text(self.skipped)];
        let classes = self.classes();
        if !classes.is_empty() {
            lines.extend([String::new(), "errors".to_owned()]);
            lines.extend(classes.into_iter().map(|(word, count)| format!("{count:>8}  {word}")));
        }
        let (hosts, others) = self.hosts();
        if !hosts.is_empty() {
            lines.extend([String::new(), "hosts".to_owned()]);
            lines.extend(hosts.iter().map(|host| format!("  {}: {}", safe(host.host), host.count.text(0))));
        }
        if others.total > 0 {
            lines.push(format!("  all others: {}", others.text(0)));
        }
        let spreads = [
            ("size", &self.sizes, size as fn(u64) -> String),
            ("first byte", &self.ttfb, time),
            ("in all", &self.elapsed, time),
        ];
        let spreads: Vec<_> = spreads
            .into_iter()
            .filter_map(|(name, spread, show)| spread.percentiles().map(|told| row(name, told, show)))
            .collect();
        if !spreads.is_empty() {
            lines.extend([
                String::new(),
                format!("{:12}{:>10}{:>10}{:>10}{:>10}", "", "half", "90 %", "99 %", "largest"),
            ]);
            lines.extend(spreads);
        }
        lines
    }
}

fn row(name: &str, told: Percentiles, show: fn(u64) -> String) -> String {
    let Percentiles { p50, p90, p99, max } = told;
    [p50, p90, p99, max].into_iter().fold(format!("{name:12}"), |line, value| format!("{line}{:>10}", show(value)))
}

fn size(bytes: u64) -> String {
    units::bytes(bytes)
}

fn time(millis: u64) -> String {
    if millis < 1000 { format!("{millis} ms") } else { units::elapsed(Duration::from_millis(millis)) }
}

/// Name and port of an address's host, as it is written there.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}
