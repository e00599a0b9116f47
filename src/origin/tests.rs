//! The origin over real sockets, without its manners; the pictures are drawn once for all tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::OnceLock;
use std::thread;

use std::time::Duration;

use super::*;

/// The picture with the busy answer.
const SMALLEST: usize = 14;

fn quick(busy_once: bool) -> Origin {
    let manners = Manners { first_byte: Duration::ZERO, bytes_per_second: 100_000_000_000, busy_once };
    Origin::start(manners).expect("a free port")
}

/// An origin for tests that need drawn pictures.
fn shared() -> &'static Origin {
    static ORIGIN: OnceLock<Origin> = OnceLock::new();
    ORIGIN.get_or_init(|| quick(false))
}

struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// One connection to an origin.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(origin: &Origin) -> Self {
        let stream = TcpStream::connect(origin.urls()[0].socket_addrs(|| None).expect("an address")[0]);
        Self(BufReader::new(stream.expect("connected")))
    }

    fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).expect("sent");
    }

    fn receive(&mut self, with_body: bool) -> Reply {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a status line");
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        let mut reply = Reply { status, headers: Vec::new(), body: Vec::new() };
        loop {
            line.clear();
            self.0.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            reply.headers.push((name.to_owned(), value.to_owned()));
        }
        if with_body {
            let length = reply.header("Content-Length").and_then(|l| l.parse().ok()).expect("a length");
            reply.body = vec![0; length];
            self.0.read_exact(&mut reply.body).expect("a whole body");
        }
        reply
    }

    fn ask(&mut self, method: &str, path: &str, headers: &str) -> Reply {
        self.send(&format!("{method} {path} HTTP/1.1\r\nHost: test\r\n{headers}\r\n"));
        self.receive(method != "HEAD")
    }

    fn is_closed(&mut self) -> bool {
        self.0.read(&mut [0]).is_ok_and(|n| n == 0)
    }
}

fn get(origin: &Origin, index: usize, headers: &str) -> Reply {
    Client::new(origin).ask("GET", origin.urls()[index].path(), headers)
}

/// All pictures of an origin, drawn on two threads.
fn all(origin: &Origin) -> Vec<Reply> {
    let half = |from: usize| (from..15).step_by(2).map(|n| get(origin, n, "")).collect::<Vec<_>>();
    let (even, odd) = thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        (half(0), odd.join().expect("drawn"))
    });
    let mut odd = odd.into_iter();
    even.into_iter().flat_map(|reply| [Some(reply), odd.next()]).flatten().collect()
}

#[test]
fn fifteen_whole_pictures_of_the_promised_sizes() {
    let replies = all(shared());
    assert_eq!(replies.len(), 15);
    for (n, reply) in replies.iter().enumerate() {
        let picture = image::load_from_memory(&reply.body).expect("a whole picture");
        assert!(picture.width() >= 1000 && picture.height() >= 750, "{n}");
        let format = image::guess_format(&reply.body).expect("a known format");
        assert_eq!((reply.status, reply.header("Content-Type")), (200, Some(format.to_mime_type())), "{n}");
    }
    let pngs = replies.iter().filter(|r| r.header("Content-Type") == Some("image/png")).count();
    assert_eq!(pngs, 4);

    let sizes: Vec<usize> = replies.iter().map(|r| r.body.len()).collect();
    assert!(sizes.iter().all(|size| (1_000_000..=2_950_000).contains(size)), "{sizes:?}");
    assert!(sizes.iter().enumerate().all(|(n, size)| n == SMALLEST || *size > sizes[SMALLEST] * 3 / 2), "{sizes:?}");
    // In bytes on the line: the wait before the first byte counts as a quarter of a second of them.
    let line = |size: usize| size + 500_000;
    let (sum, longest) = (sizes.iter().map(|s| line(*s)).sum::<usize>(), sizes.iter().map(|s| line(*s)).max());
    assert!(sum >= longest.expect("fifteen") * 25 / 2, "{sizes:?}");

    let mut tags: Vec<_> = replies.iter().map(|r| r.header("ETag").expect("a validator").to_owned()).collect();
    assert!(tags.iter().all(|tag| tag.starts_with('"')));
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 15);
}

#[test]
fn addresses_are_distinct_and_a_third_have_no_ending() {
    let mut urls = shared().urls();
    assert!(urls.iter().all(|url| url.host_str() == Some("127.0.0.1") && url.path().starts_with("/photos/")));
    assert_eq!(urls.iter().filter(|url| !url.path().contains('.')).count(), 5);
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), 15);
}

#[test]
fn another_origin_draws_the_same_bytes() {
    let other = quick(false);
    for n in [4, SMALLEST] {
        assert!(get(shared(), n, "").body == get(&other, n, "").body, "{n}");
    }
}

#[test]
fn a_range_is_that_part_of_the_whole() {
    let whole = get(shared(), SMALLEST, "");
    let len = whole.body.len();
    assert_eq!(whole.header("Accept-Ranges"), Some("bytes"));
    let (tail, middle, end) = (format!("bytes={}-", len - 10), 1000..500_000, len - 7..len);
    for (range, part) in [("bytes=1000-499999", middle), (tail.as_str(), len - 10..len), ("bytes=-7", end)] {
        let reply = get(shared(), SMALLEST, &format!("Range: {range}\r\n"));
        let expected = format!("bytes {}-{}/{len}", part.start, part.end - 1);
        assert_eq!((reply.status, reply.header("Content-Range")), (206, Some(expected.as_str())));
        assert!(reply.body == whole.body[part], "{range}");
        assert_eq!(reply.header("ETag"), whole.header("ETag"));
    }
    let beyond = get(shared(), SMALLEST, &format!("Range: bytes={len}-\r\n"));
    assert_eq!((beyond.status, beyond.header("Content-Range")), (416, Some(format!("bytes */{len}").as_str())));
    assert!(beyond.body.is_empty());
}

#[test]
fn if_range_guards_against_mixing_versions() {
    let first = get(shared(), SMALLEST, "Range: bytes=0-0\r\n");
    let (tag, modified) = (first.header("ETag").expect("there"), first.header("Last-Modified").expect("there"));
    for (validator, status) in [
        (tag, 206),
        (modified, 206),
        ("\"another\"", 200),
        (&format!("W/{tag}"), 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
    ] {
        let reply = get(shared(), SMALLEST, &format!("Range: bytes=5-9\r\nIf-Range: {validator}\r\n"));
        assert_eq!(reply.status, status, "{validator}");
        assert_eq!(reply.body.len() == 5, status == 206, "{validator}");
    }
}

#[test]
fn one_connection_serves_many_requests() {
    let path = shared().urls()[SMALLEST].path().to_owned();
    let mut client = Client::new(shared());
    let head = client.ask("HEAD", &path, "Range: bytes=0-1\r\n");
    assert_eq!((head.status, head.header("Connection")), (200, Some("keep-alive")));
    assert!(head.header("Date").is_some_and(|date| date.ends_with("GMT")));
    let whole = client.ask("GET", &format!("{path}?w=1600"), "");
    assert_eq!(head.header("Content-Length"), Some(whole.body.len().to_string().as_str()));
    assert_eq!(client.ask("GET", "/photos/", "").status, 404);
    assert_eq!(client.ask("GET", "/", "").status, 404);
    // Two requests in one write.
    client
        .send(&format!("GET {path} HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_eq!((client.receive(true).body.len(), client.receive(true).status), (2, 404));
    let last = client.ask("GET", &path, "Range: bytes=0-1\r\nConnection: close\r\n");
    assert_eq!((last.status, last.header("Connection")), (206, Some("close")));
    assert!(client.is_closed());
}

#[test]
fn the_smallest_is_busy_once() {
    let origin = quick(true);
    let busy = get(&origin, SMALLEST, "");
    assert_eq!((busy.status, busy.header("Retry-After")), (503, Some("0")));
    assert_eq!(get(&origin, SMALLEST, "").status, 200);
}

#[test]
fn what_is_not_served_is_refused_and_the_origin_goes_on() {
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "x".repeat(17_000));
    for (text, status) in [
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 405),
        ("DELETE /photos/dunes-02.jpg HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("no request at all\r\n\r\n", 400),
        ("\x16\x03\x01\r\n\r\n", 400),
        (long.as_str(), 431),
    ] {
        let mut client = Client::new(shared());
        client.send(text);
        let reply = client.receive(true);
        assert_eq!((reply.status, reply.header("Connection")), (status, Some("close")));
        assert_eq!(reply.header("Allow").is_some(), status == 405);
        client.0.get_ref().shutdown(Shutdown::Write).expect("still open");
        assert!(client.is_closed());
    }
    drop(Client::new(shared()));
    assert_eq!(get(shared(), SMALLEST, "Range: bytes=0-0\r\n").status, 206);
}

#[test]
fn a_lantern_brings_its_own_name() {
    let path = shared().urls()[12].path().to_owned();
    let reply = Client::new(shared()).ask("HEAD", &path, "");
    let disposition = reply.header("Content-Disposition").expect("a name");
    assert!(disposition.starts_with("attachment; filename*=UTF-8''%E7%81%AF"));
}

#[test]
fn dropping_an_origin_cuts_its_connections() {
    let manners = Manners { first_byte: Duration::from_secs(3600), ..Manners::default() };
    let origin = Origin::start(manners).expect("a free port");
    let (mut waiting, mut idle) = (Client::new(&origin), Client::new(&origin));
    waiting.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let address = waiting.0.get_ref().peer_addr().expect("connected");
    drop(origin);
    for client in [&mut waiting, &mut idle] {
        assert!(matches!(client.0.read(&mut [0]), Ok(0) | Err(_)));
    }
    assert!(TcpStream::connect(address).is_err());
}
