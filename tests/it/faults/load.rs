//! Load (138 to 145): very many addresses, hosts that say nothing, and answers without end. A slow name server cannot be
//! had on a loopback; no more names are looked up at once than there are slots.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use haul::engine::event::Event;
use haul::engine::options::Options;

use super::framing::Verdict::{Failed, File};
use super::framing::{chunked, hold, sent};
use crate::engine::run::{Run, options};
use crate::support::bytes::{jpeg, payload, png};
use crate::support::command::{Running, haul};
use crate::support::origin::{Answer, Gate, Origin, RefusedPort, Script};
use crate::support::temp::TempDir;

/// The name of an answer, and the answer.
type Case = (&'static str, fn() -> Answer);

/// A list of `count` addresses of this origin, each with a file of its own.
fn list(dir: &TempDir, origin: &Origin, count: usize, script: impl Fn(usize) -> Script) -> String {
    let mut text = String::new();
    for number in 0..count {
        let path = format!("/{number}.bin");
        origin.script(&path, script(number));
        text.push_str(&origin.url(&path));
        text.push('\n');
    }
    let path = dir.home().join("list.txt");
    std::fs::write(&path, text).expect("a folder of our own takes files");
    path.to_string_lossy().into_owned()
}

/// What a run may hold in memory while a server gives it as much as it takes; a quiet one holds some 14 MiB.
#[cfg(target_os = "linux")]
const MOST_MEMORY: u64 = 64 * 1024 * 1024;

/// A file that keeps a run alive until the gate opens.
fn held_back(origin: &Origin, gate: &Gate) -> String {
    let gate = gate.clone();
    origin.script("/held.bin", Script::new().then(move || Answer::ok("abc").wait_first(&gate)));
    origin.url("/held.bin")
}

/// Waits until this many jobs have ended, of a run that lives on, and gives their lines.
fn ended(running: &Running, count: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    while lines.len() < count {
        let is_next = |line: &str| {
            let ends = ["{\"event\":\"finished\"", "{\"event\":\"failed\""].iter().any(|start| line.starts_with(start));
            ends && !lines.iter().any(|seen| seen == line)
        };
        lines.push(running.wait_stdout(is_next));
    }
    #[cfg(target_os = "linux")]
    assert!(running.peak_memory() < MOST_MEMORY, "{} bytes of memory", running.peak_memory());
    lines
}

/// 138: the screen takes them all, answers keys, and tells the totals.
#[cfg(unix)]
fn on_the_screen(count: usize) {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let list = list(&dir, &origin, count, |number| {
        let gate = gate.clone();
        Script::new().then(move || Answer::ok(payload(number as u64, 1000)).wait_first(&gate))
    });
    let pty = crate::support::pty::Pty::start(&dir, &[&list], 100, 30);
    pty.wait_text(&format!("0/{count} "));
    gate.wait_for(16);
    pty.type_keys("G");
    pty.wait_text(&format!("{}.bin", count - 1));
    pty.type_keys("g");
    pty.wait_text(" 0.bin");
    gate.pass(100);
    pty.wait_text(&format!("100/{count} "));
    #[cfg(target_os = "linux")]
    assert!(crate::support::command::peak_memory(pty.pid()) < 32 * 1024 * 1024 + 4096 * count as u64);
}

/// 138
#[cfg(unix)]
#[test]
fn ten_thousand_addresses_are_no_burden() {
    on_the_screen(10_000);
}

/// 138
#[cfg(unix)]
#[test]
#[ignore = "a debug build takes some time over a hundred thousand addresses"]
fn a_hundred_thousand_addresses_are_no_burden() {
    on_the_screen(100_000);
}

/// 139
#[test]
fn a_server_never_sees_more_requests_at_once_than_it_may() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let list = list(&dir, &origin, 1000, |_| {
        let gate = gate.clone();
        Script::new().then(move || Answer::ok("some").wait(&gate).body("more"))
    });
    let running = haul(&dir).args(["--plain", "-r", "0", "--per-host", "8", "-i", &list]).spawn();
    for _ in 0..10 {
        gate.wait_for(8);
        gate.pass(8);
    }
    gate.open();
    running.wait().expect(0);
    assert_eq!((origin.peak_all(), origin.all_requests().len(), dir.names().len()), (8, 1000, 1000));
}

/// 140
#[test]
fn hundreds_of_dead_hosts_do_not_keep_the_good_ones() {
    // Nobody ever takes these connections, but the system has let them in.
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has free ports");
    let silent: Vec<_> = (0..200).map(bind).collect();
    let refused: Vec<_> = (0..100).map(|_| RefusedPort::new()).collect();
    let good: Vec<_> = (0..10).map(|_| Origin::start()).collect();
    let stall_timeout = Duration::from_millis(800);
    let mut run = Run::with(Options { retries: 5, stall_timeout, ..options() });
    let address = |listener: &TcpListener| listener.local_addr().expect("a bound socket has an address");
    let mut urls: Vec<_> = silent.iter().map(|listener| format!("http://{}/x", address(listener))).collect();
    urls.extend(refused.iter().map(|port| port.url("/x")));
    let dead = run.add_all(&urls);
    let place = |(number, origin): (usize, &Origin)| {
        let path = format!("/{number}");
        origin.script(&path, Script::body("abc"));
        origin.url(&path)
    };
    let urls: Vec<_> = good.iter().enumerate().map(place).collect();
    for id in run.add_all(&urls) {
        run.finished(id);
    }
    // They come last in the list, and still before any of the silent hosts is asked for the third time.
    let third =
        |event: &&Event| matches!(event, Event::Connecting { id, attempt: 3.. } if dead[..silent.len()].contains(id));
    assert_eq!(run.seen().iter().filter(third).count(), 0);
    run.stop();
    assert_eq!(run.dir.names().len(), 10);
}

/// 200 with this many fields, the length among them.
fn fields(count: usize) -> Answer {
    (1..count).fold(Answer::ok("abc"), |answer, number| answer.header(&format!("X-{number}"), "y"))
}

/// 141
#[test]
fn a_head_has_an_end() {
    hold(&[
        (141, "100-fields", || fields(100), File("abc")),
        (141, "101-fields", || fields(101), Failed("protocol")),
        (141, "10000-fields", || fields(10_000), Failed("protocol")),
        (141, "wide", || Answer::ok("abc").header("X", "y".repeat(100_000)), File("abc")),
        (141, "1mb", || Answer::ok("abc").header("X", "y".repeat(1_000_000)), Failed("protocol")),
        (141, "1mb-name", || Answer::ok("abc").header(&"x".repeat(1_000_000), "y"), Failed("protocol")),
    ]);
    let endless: [Case; 5] = [
        ("fields", || Answer::raw("HTTP/1.1 200 OK\r\n").endless("X: y\r\n".repeat(1000))),
        ("field", || Answer::raw("HTTP/1.1 200 OK\r\nX: ").endless("y".repeat(10_000))),
        ("name", || Answer::raw("HTTP/1.1 200 OK\r\n").endless("x".repeat(10_000))),
        ("reason", || Answer::raw("HTTP/1.1 200 ").endless("OK ".repeat(10_000))),
        ("blank", || Answer::raw("").endless("\r\n".repeat(10_000))),
    ];
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let mut urls = vec![held_back(&origin, &gate)];
    for (name, answer) in endless {
        origin.script(&format!("/{name}"), Script::new().then(answer));
        urls.push(origin.url(&format!("/{name}")));
    }
    let running = haul(&dir).args(["--json", "-r", "0", "--stall-timeout", "10s"]).args(&urls).spawn();
    for line in ended(&running, endless.len()) {
        assert!(line.contains("\"error_class\":\"protocol\""), "{line}");
    }
    gate.open();
    running.wait().expect(1);
    assert_eq!(dir.names(), ["held.bin"]);
}

/// 142
#[test]
fn a_body_has_an_end() {
    const TEN_TB: &str = "Content-Length: 10000000000000";
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let mut urls = vec![held_back(&origin, &gate)];
    let endless = format!("10000\r\n{}\r\n", "x".repeat(65_536));
    origin.script("/chunks.bin", Script::new().then(move || chunked("").endless(&*endless)));
    let cases: [Case; 3] = [
        ("/closed.bin", || sent("X: y", "").endless("x".repeat(65_536))),
        ("/10tb.bin", || sent(TEN_TB, "").endless("x".repeat(65_536))),
        ("/10tb.png", || sent(TEN_TB, png(1, 8, 8)).endless("x".repeat(65_536))),
    ];
    for (path, answer) in cases {
        origin.script(path, Script::new().then(answer));
    }
    urls.extend(["/chunks.bin", "/closed.bin", "/10tb.bin", "/10tb.png"].map(|path| origin.url(path)));
    let running = haul(&dir).args(["--json", "-r", "5", "--max-size", "10M"]).args(&urls).spawn();
    for line in ended(&running, 4) {
        assert!(line.contains("\"error_class\":\"too_large\"") && line.contains("\"attempts\":1"), "{line}");
    }
    gate.open();
    let done = running.wait().expect(1);
    assert_eq!(dir.names(), ["held.bin"]);
    // What its head says is too large never begins.
    let started = |name: &str| done.stdout().lines().any(|line| line.contains("\"started\"") && line.contains(name));
    assert!(started("chunks.bin") && started("closed.bin") && !started("10tb."));
    // Without a limit nothing is set aside for what was only announced.
    hold(&[
        (142, "10tb", || sent(TEN_TB, "abc"), Failed("truncated")),
        (142, "most", || sent("Content-Length: 18446744073709551615", "abc"), Failed("protocol")),
        (142, "almost-most", || sent("Content-Length: 9223372036854775807", "abc"), Failed("truncated")),
    ]);
}

/// The sum of a PNG chunk (W3C PNG annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// A PNG that says it has so many pixels a side, of so many bits; its head is sound.
fn huge_png(side: u32, bits: u8) -> Vec<u8> {
    let mut bytes = png(143, 16, 16);
    bytes[16..20].copy_from_slice(&side.to_be_bytes());
    bytes[20..24].copy_from_slice(&side.to_be_bytes());
    bytes[24..26].copy_from_slice(&[bits, 6]);
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A JPEG whose frame header says 65,500 pixels a side.
fn huge_jpeg() -> Vec<u8> {
    let mut bytes = jpeg(143, 16, 16);
    let frame = bytes.windows(2).position(|marker| marker == b"\xff\xc0").expect("a baseline picture");
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    bytes
}

/// A GIF whose screen and whose only frame have so many pixels a side, of which nearly all are missing.
fn huge_gif(screen: u16, frame: u16) -> Vec<u8> {
    let (screen, frame) = (screen.to_le_bytes(), frame.to_le_bytes());
    [b"GIF89a", &screen[..], &screen, b"\x80\0\0\xff\0\0\0\0\xff,\0\0\0\0", &frame, &frame, b"\0\x02\x02D\x01\0;"]
        .concat()
}

/// An SVG whose only text is a billion laughs.
fn laughing_svg() -> Vec<u8> {
    let entity = |n: usize| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10));
    let entities = (1..10).map(entity).collect::<Vec<_>>().concat();
    format!(
        "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY l0 \"ha\">{entities}]>\
             <svg xmlns=\"http://www.w3.org/2000/svg\"><text>&l9;</text></svg>"
    )
    .into_bytes()
}

/// 143: what a picture says of its size is believed by nobody who would have to hold it.
#[test]
fn pictures_that_would_burst_are_not_unpacked() {
    let bombs: [(&str, Vec<u8>, &str); 7] = [
        ("60000.png", huge_png(60_000, 8), "\"width\":60000,\"height\":60000"),
        // As many pixels as are decoded, and more bytes than may be.
        ("8000.png", huge_png(8000, 16), "\"width\":8000,\"height\":8000"),
        ("65500.jpg", huge_jpeg(), "\"width\":65500,\"height\":65500"),
        ("65535.gif", huge_gif(65_535, 65_535), "\"width\":65535,\"height\":65535"),
        ("frame.gif", huge_gif(10, 65_535), "\"width\":10,\"height\":10"),
        ("screen.gif", huge_gif(65_535, 10), "\"width\":65535,\"height\":65535"),
        ("laughs.svg", laughing_svg(), "\"format\":\"svg\""),
    ];
    for check in ["ends", "decode"] {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let mut urls = vec![held_back(&origin, &gate)];
        for (name, bytes, _) in &bombs {
            origin.script(&format!("/{name}"), Script::body(&**bytes));
            urls.push(origin.url(&format!("/{name}")));
        }
        let running = haul(&dir).args(["--json", "-r", "0", "--check", check]).args(&urls).spawn();
        let lines = ended(&running, bombs.len());
        for (name, bytes, said) in &bombs {
            let line = lines.iter().find(|line| line.contains(name)).expect("every job has its line");
            assert!(line.contains("\"finished\"") && line.contains(said), "{check} {name}: {line}");
            assert!(dir.read(name) == *bytes, "{check} {name}");
        }
        gate.open();
        running.wait().expect(0);
    }
}

/// 144
fn many_small_files(count: usize) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let list = list(&dir, &origin, count, |number| Script::body(payload(number as u64, 1024)));
    let done = haul(&dir).args(["--plain", "-i", &list]).run().expect(0);
    let total = done.stdout().lines().last().unwrap_or_default().to_owned();
    assert!(total.starts_with(&format!("{count} of {count} finished")), "{total}");
    assert_eq!(dir.names().len(), count);
    for number in 0..count {
        let there = std::fs::read(dir.path(format!("{number}.bin")));
        assert!(there.is_ok_and(|there| there == payload(number as u64, 1024)), "{number}");
    }
    assert_eq!(origin.all_requests().len(), count);
}

/// 145, as far as it goes without a name server: a name with two addresses, of which one refuses.
#[test]
fn the_address_that_answers_is_the_one() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/a", Script::body("abc"));
    let id = run.add(&origin.url("/a").replace("127.0.0.1", "localhost"));
    run.check(id, "a", b"abc");
}

/// 144
#[test]
fn two_thousand_small_files_are_all_there() {
    many_small_files(2000);
}

/// 144
#[test]
#[ignore = "fifty thousand files take a minute or so"]
fn fifty_thousand_small_files_are_all_there() {
    many_small_files(50_000);
}
