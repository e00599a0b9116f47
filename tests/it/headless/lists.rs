//! Lists in all their forms: aria2's, gallery-dl's, packed ones, patterns, curl commands, and what is no list.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{event, json, plain};
use crate::support::bytes::payload;
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

fn origin() -> Origin {
    let origin = Origin::start();
    for path in ["/1.bin", "/2.bin", "/3.bin", "/4.bin", "/[1-2].bin", "/%7B1,2%7D.bin"] {
        origin.script(path, Script::body("abc"));
    }
    origin
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).expect("memory does not fail");
    packer.finish().expect("memory does not fail")
}

/// What aria2's manual allows below an address, in the order in which it lists it, with values that change something.
const OPTIONS: &str = "all-proxy=http://p all-proxy-passwd=x all-proxy-user=x allow-overwrite=true \
    allow-piece-length-change=true always-resume=true async-dns=true auto-file-renaming=true \
    bt-enable-hook-after-hash-check=true bt-enable-lpd=true bt-exclude-tracker=* bt-external-ip=x \
    bt-force-encryption=true bt-hash-check-seed=true bt-load-saved-metadata=true bt-max-peers=1 bt-metadata-only=true \
    bt-min-crypto-level=arc4 bt-prioritize-piece=head bt-remove-unselected-file=true bt-request-peer-speed-limit=1 \
    bt-require-crypto=true bt-save-metadata=true bt-seed-unverified=true bt-stop-timeout=1 bt-tracker=x \
    bt-tracker-connect-timeout=1 bt-tracker-interval=1 bt-tracker-timeout=1 check-integrity=true \
    checksum=md5=900150983cd24fb0d6963f7d28e17f72 conditional-get=true connect-timeout=1 \
    content-disposition-default-utf8=true continue=true dir=DIR dry-run=true enable-http-keep-alive=true \
    enable-http-pipelining=true enable-mmap=true enable-peer-exchange=true file-allocation=none follow-metalink=mem \
    follow-torrent=mem force-save=true ftp-passwd=x ftp-pasv=true ftp-proxy=x ftp-proxy-passwd=x ftp-proxy-user=x \
    ftp-reuse-connection=true ftp-type=ascii ftp-user=x gid=0123456789abcdef hash-check-only=true header=X-A:s3cret \
    http-accept-gzip=true http-auth-challenge=true http-no-cache=true http-passwd=s3cret http-proxy=http://p \
    http-proxy-passwd=x http-proxy-user=x http-user=ann https-proxy=http://p https-proxy-passwd=x https-proxy-user=x \
    index-out=1=x lowest-speed-limit=1 max-connection-per-server=1 max-download-limit=1 max-file-not-found=1 \
    max-mmap-limit=1 max-resume-failure-tries=1 max-tries=1 max-upload-limit=1 metalink-base-uri=x \
    metalink-enable-unique-protocol=true metalink-language=x metalink-location=x metalink-os=x \
    metalink-preferred-protocol=http metalink-version=1 min-split-size=1M no-file-allocation-limit=1 no-netrc=true \
    no-proxy=x out=deep/own.bin parameterized-uri=true pause=true pause-metadata=true piece-length=1M \
    proxy-method=get realtime-chunk-checksum=true referer=http://r/ remote-time=true remove-control-file=true \
    retry-wait=1 reuse-uri=true rpc-save-upload-metadata=true seed-ratio=1 seed-time=1 select-file=1 split=5 \
    ssh-host-key-md=sha-1=x stream-piece-selector=geom timeout=1 uri-selector=inorder use-head=true user-agent=UA";

#[test]
fn aria2_lists_work_as_they_are() {
    let (dir, origin) = (TempDir::new(), origin());
    let absolute = dir.path("else");
    let options = OPTIONS.replace("DIR", &absolute.to_string_lossy());
    let options = options.split_whitespace().map(|option| format!("  {option}\n")).collect::<Vec<_>>().concat();
    let (one, two, three) = (origin.url("/1.bin"), origin.url("/2.bin"), origin.url("/3.bin"));
    // As a session file ends its lines; and a second entry says the same again.
    let list =
        format!("# x\n{one}\t{two}\t\n{options}\n\n{two}\n{options}\tout=x.bin\n{three}\n  dir=sub\n out=b.bin\n");
    dir.write("list.txt", list);
    let done = json(&dir).args(["-d", "run", "-i", "list.txt"]).run().expect(0);
    assert_eq!(event(&done, "summary")["finished"], 3);
    // Relative folders start where haul does, as with aria2.
    assert_eq!(dir.names(), ["else/deep/own.bin", "else/x.bin", "list.txt", "sub/b.bin"]);
    let said: Vec<_> = done.stderr().lines().collect();
    let named = said.iter().map(|line| line.split('`').nth(1).unwrap_or_default()).collect::<Vec<_>>().join(" ");
    assert_eq!(
        named,
        "all-proxy all-proxy-passwd all-proxy-user allow-overwrite connect-timeout dry-run hash-check-only http-proxy \
         http-proxy-passwd http-proxy-user https-proxy https-proxy-passwd https-proxy-user lowest-speed-limit \
         max-download-limit max-tries no-proxy parameterized-uri remote-time timeout"
    );
    assert!(said[0].starts_with("list.txt: line 3: `all-proxy` has no effect in a list: --proxy"), "{}", said[0]);
    assert!(!done.stderr().contains("s3cret"), "{}", done.stderr());
}

#[test]
fn an_entry_that_makes_no_sense_is_left_out_and_the_rest_runs() {
    let (dir, origin) = (TempDir::new(), origin());
    let url = |n: u32| origin.url(&format!("/{n}.bin"));
    let list = format!(
        "{}\n out=../x\n dir=sub\n{}\n checksum=sha-256=12\n{}\n header=s3cret\n{}\n unknwon=s3cret\n unknwon=s3cret\n",
        url(1),
        url(2),
        url(3),
        url(4)
    );
    let done = plain(&dir).arg("-").stdin(list).run().expect(1);
    assert_eq!(dir.names(), ["4.bin"]);
    let expected = [
        "line 2: `out`: `../x` leaves its folder; the address above is left out",
        "line 5: `checksum`: a sha256 has 64 hex digits; the address above is left out",
        "line 7: `header`: a header has no colon: write `Name: value`; the address above is left out",
        "line 9: the option `unknwon` is unknown and has no effect",
    ];
    assert_eq!(done.stderr(), expected.map(|line| format!("standard input: {line}\n")).concat());
}

#[test]
fn the_digest_of_a_list_is_held_against_the_file() {
    let (dir, origin) = (TempDir::new(), origin());
    let list = format!("{}\n checksum=md5={}\n", origin.url("/1.bin"), "0".repeat(32));
    let done = json(&dir).arg("-").stdin(list).run().expect(1);
    assert_eq!(event(&done, "failed")["error_class"], "checksum");
}

/// What is saved from a browser into a list is no list; nothing of it is shown.
#[test]
fn a_curl_command_in_a_list_is_refused_without_its_secrets() {
    let (dir, origin) = (TempDir::new(), origin());
    let (one, two) = (origin.url("/1.bin"), origin.url("/2.bin"));
    let list = format!("curl '{one}' \\\n  -H 'authorization: s3cret' \\\n  -b a=s3cret\n{two}\nhttp-passwd: s3cret\n");
    let done = plain(&dir).arg("-").stdin(list).run().expect(1);
    assert_eq!(dir.names(), ["2.bin"]);
    let expected = [
        "line 1: this is a curl command: paste it on the screen, or give it with --from-curl",
        "line 5: `http-passwd:…` is not an address: write http://… or https://…",
    ];
    assert_eq!(done.stderr(), expected.map(|line| format!("standard input: {line}\n")).concat());
}

#[test]
fn an_entry_whose_folder_cannot_be_is_named() {
    let (dir, origin) = (TempDir::new(), origin());
    dir.write("file", "");
    let (one, two) = (origin.url("/1.bin"), origin.url("/2.bin"));
    let done = plain(&dir).arg("-").stdin(format!("{one}?s3cret\n out=file/x\n{two}\n")).run().expect(1);
    let done = done.check_stderr(&format!("{one}?… is left out: cannot write to the folder `file`: "));
    assert!(!done.stderr().contains("s3cret"), "{}", done.stderr());
    assert_eq!(dir.names(), ["2.bin", "file"]);
}

/// A login that stands in an address is for its server alone, whatever says where the file was found.
#[test]
fn the_referer_has_no_password() {
    let (dir, origin) = (TempDir::new(), origin());
    let url = origin.url("/1.bin");
    let own = url.replace("://", "://ann:s3cret@");
    plain(&dir)
        .arg("-")
        .stdin(format!("{own}#there\n referer=*\n{}\n referer=\n", origin.url("/2.bin")))
        .run()
        .expect(0);
    let referers: Vec<_> = ["/1.bin", "/2.bin"]
        .map(|path| {
            let requests = origin.requests(path);
            requests.iter().map(|request| request.header("referer").map(str::to_owned)).collect::<Vec<_>>()
        })
        .concat();
    assert_eq!(referers, [Some(url), None]);
}

/// What `gallery-dl -g` prints: other addresses of a file stand below it.
#[test]
fn other_addresses_below_an_address_are_no_mistakes() {
    let (dir, origin) = (TempDir::new(), origin());
    let list = format!("{}\n| {}\n{}\n", origin.url("/1.bin"), origin.url("/2.bin"), origin.url("/3.bin"));
    let done = plain(&dir).arg("-").stdin(list).run().expect(0);
    assert_eq!((done.stderr(), dir.names()), ("", vec!["1.bin".to_owned(), "3.bin".to_owned()]));
}

#[test]
fn packed_lists_are_unpacked_wherever_they_come_from() {
    let (dir, origin) = (TempDir::new(), origin());
    let list = packed(format!("{}\n out=own.bin\n{}\n", origin.url("/1.bin"), origin.url("/2.bin")).as_bytes());
    dir.write("list.gz", &list);
    plain(&dir).args(["-d", "a", "list.gz"]).run().expect(0);
    plain(&dir).args(["-d", "b", "-"]).stdin(list).run().expect(0);
    assert_eq!(dir.names(), ["a/2.bin", "a/own.bin", "b/2.bin", "b/own.bin", "list.gz"]);
}

#[test]
fn of_a_damaged_archive_only_whole_lines_are_used() {
    let (dir, origin) = (TempDir::new(), origin());
    // What cannot be packed, so that the cut is where it seems to be.
    let noise: String = payload(1, 40_000).iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let list = packed(
        format!("{}\n{}\n#{noise}\n{}\n", origin.url("/1.bin"), origin.url("/2.bin"), origin.url("/3.bin")).as_bytes(),
    );
    let cut = &list[..list.len() - 200];
    let done = plain(&dir).arg("-").stdin(cut).run().expect(1);
    done.check_stderr("standard input: cannot read on: the gzip data is damaged, or cut off");
    // More might have been said of the last one.
    assert_eq!(dir.names(), ["1.bin"]);
    let done = plain(&dir).arg("-").stdin(&b"\x1f\x8bnonsense"[..]).run().expect(2);
    done.check_stderr("the gzip data is damaged");
}

#[test]
fn patterns_are_expanded_where_they_are_asked_for() {
    let (dir, origin) = (TempDir::new(), origin());
    let list = format!("{}\n out=own.bin\n{}\n", origin.url("/\\[1-2\\].bin"), origin.url("/{3,4}.bin"));
    plain(&dir).args(["--glob", "-d", "globs", &origin.url("/[1-2].bin"), "-"]).stdin(list).run().expect(0);
    let list = format!("{}\n", origin.url("/{1,2}.bin"));
    plain(&dir).args(["-d", "plain", &origin.url("/[1-2].bin"), "-"]).stdin(list).run().expect(0);
    let names = ["globs/1.bin", "globs/2.bin", "globs/3.bin", "globs/4.bin", "globs/own.bin"];
    assert_eq!(dir.names(), [&names[..], &["plain/[1-2].bin", "plain/{1,2}.bin"]].concat());
}

#[test]
fn a_pattern_that_makes_no_sense_or_too_much_is_refused() {
    let (dir, origin) = (TempDir::new(), origin());
    for (path, said) in [
        ("/[2-1].bin", "`[2-1]` runs backwards: write [1-2]"),
        ("/{1,[2-3]}.bin", "brackets within braces"),
        ("/{1,2.bin", "`{` has no partner"),
        ("/[0-1000000]", "stand for more than 1000000"),
        ("/[0-999999999999999999][0-999999999999999999]", "stand for more than 1000000"),
    ] {
        let good = origin.url("/1.bin");
        let done = plain(&dir).args(["--glob", &good, &origin.url(path)]).run().expect(2).check_stderr(said);
        assert_eq!(done.stderr().lines().count(), 1, "{}", done.stderr());
        let said = said.replace("stand for", "this line stands for");
        plain(&dir)
            .args(["--glob", "-"])
            .stdin(origin.url(path))
            .run()
            .expect(2)
            .check_stderr(&format!("line 1: {said}"));
    }
    let many = [origin.url("/[1-600000]"), origin.url("/x/[1-600000]")];
    plain(&dir).arg("--glob").args(&many).run().expect(2).check_stderr("more than 1000000");
    assert_eq!((origin.all_requests().len(), dir.names().len()), (0, 0));
}

#[test]
fn curl_commands_are_fetched() {
    let (dir, origin) = (TempDir::new(), origin());
    let one =
        format!("curl '{}' \\\n  -H 'Accept: image/*' \\\n  -b 'a=s3cret' \\\n  --compressed", origin.url("/1.bin"));
    let two = format!("curl -sSLo deep/own.bin $'{}'", origin.url("/\\{1,2\\}.bin").replace('\\', "\\\\"));
    plain(&dir).args(["--from-curl", &one, "--from-curl", &two, &origin.url("/2.bin")]).run().expect(0);
    assert_eq!(dir.names(), ["1.bin", "2.bin", "deep/own.bin"]);
    plain(&dir).args(["--from-curl", &one, "-o", "one.bin"]).run().expect(0);
    assert!(dir.names().contains(&"one.bin".to_owned()));
    let asked = origin.all_requests().len();
    for (command, said) in [
        ("curl http://h/ -X POST -d s3cret", "`-X` of curl: haul fetches files, by GET alone"),
        ("curl http://h/ -k", "write haul's own --insecure"),
        ("curl ^\"http://h/^\" ^\n  -H ^\"a: s3cret^\"", "copy it as cURL (bash)"),
        ("s3cret", "this is no curl command"),
        ("curl http://h/ -b 'a=s3cret' ;\ncurl http://i/", "give one command to each --from-curl"),
    ] {
        let done = plain(&dir).args([&origin.url("/3.bin"), "--from-curl", command]).run().expect(2).check_stderr(said);
        assert!(!done.stderr().contains("s3cret"), "{}", done.stderr());
    }
    assert_eq!(origin.all_requests().len(), asked);
}

#[cfg(unix)]
mod streaming {
    use std::fs::{File, OpenOptions};

    use super::*;
    use crate::support::command::Running;
    use crate::support::origin::{Answer, Gate};

    /// A run that reads a pipe, and the end to write to.
    fn fed(dir: &TempDir) -> (Running, File) {
        let path = dir.path("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("every Unix has mkfifo");
        assert!(made.success());
        let running = json(dir).arg("pipe").spawn();
        (running, OpenOptions::new().write(true).open(path).expect("somebody reads"))
    }

    /// The first line of a pipe is asked for while the second one is not written yet. What says more of it then is too
    /// late, and is named; what says more at once is in time.
    #[test]
    fn a_pipe_starts_with_its_first_line() {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let held = gate.clone();
        origin.script("/1.bin", Script::new().then(move || Answer::ok("abc").wait_first(&held)));
        origin.script("/2.bin", Script::body("abc"));
        let (running, mut pipe) = fed(&dir);
        writeln!(pipe, "{}", origin.url("/1.bin")).expect("somebody reads");
        gate.wait_for(1);
        // In one piece, as whoever writes to a pipe has it.
        let rest = format!(" out=late.bin\n gid=1\n| {0}\n{0}\n out=own.bin\n", origin.url("/2.bin"));
        pipe.write_all(rest.as_bytes()).expect("somebody reads");
        running.wait_stderr(|line| line == "pipe: line 2: `out` came too late: the address above it is on its way");
        gate.open();
        drop(pipe);
        let done = running.wait().expect(1);
        assert_eq!(done.stderr().lines().count(), 1, "{}", done.stderr());
        assert_eq!(dir.names().iter().filter(|name| *name != "pipe").count(), 2, "{:?}", dir.names());
        assert_eq!((dir.read("1.bin"), dir.read("own.bin")), (b"abc".to_vec(), b"abc".to_vec()));
    }

    /// Nobody writes a list without an end of line and without an end: it is refused at its first bytes, or costs no memory.
    #[test]
    fn what_never_ends_is_no_list() {
        let dir = TempDir::new();
        let done = plain(&dir).arg("/dev/zero").run().expect(2);
        let first = done.stderr().lines().next().unwrap_or_default().to_owned();
        assert!(first.starts_with("/dev/zero: cannot read on: this is no text"), "{first}");
        assert_eq!(done.stderr().lines().count(), 2, "{}", done.stderr());
    }
}
