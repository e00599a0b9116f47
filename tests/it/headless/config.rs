//! Settings: the command line over the environment over the config file over the defaults, what `haul config` says of
//! them, and the pages that are made of the options.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::plain;
use crate::support::bytes::payload;
use crate::support::command::{Run, haul, program};
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

/// The config file in its usual place, for its owner alone.
fn config(dir: &TempDir, text: &str) -> PathBuf {
    let folder = dir.home().join("config").join("haul");
    fs::create_dir_all(&folder).expect("a folder of the test");
    let path = folder.join("config.toml");
    fs::write(&path, text).expect("a file of the test");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a file of our own");
    }
    path
}

/// What `haul config --json` says of everything.
#[track_caller]
fn settings(run: Run) -> Value {
    let done = run.args(["config", "--json"]).run().expect(0);
    serde_json::from_str(done.stdout()).unwrap_or_else(|error| done.fail(&error.to_string()))
}

#[test]
fn what_is_nearest_to_the_user_wins() {
    let dir = TempDir::new();
    let path = config(&dir, "[options]\njobs = 3\nretries = 3\nmax-size = \"3K\"\n");
    let env = haul(&dir).env("HAUL_JOBS", "2").env("HAUL_RETRIES", "2").env("HAUL_CHECK", "");
    let all = settings(env.args(["-j", "1"]));
    let file = format!("{} line 4", path.display());
    for (name, value, from) in [
        ("jobs", json!(1), "command line"),
        ("retries", json!(2), "HAUL_RETRIES"),
        ("max-size", json!("3K"), &*file),
        ("stall-timeout", json!("30s"), "default"),
        ("check", json!("ends"), "default"),
        ("per-host", Value::Null, "not set"),
    ] {
        assert_eq!(all["options"][name], json!({ "value": value, "from": from }), "{name}");
    }
    assert_eq!((&all["config"], &all["found"]), (&json!(path), &json!(true)));
}

#[test]
fn options_of_the_file_and_the_environment_are_obeyed() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body(payload(1, 5000)));
    config(&dir, "[options]\ndir = \"~/pictures\"\nuser-agent = \"mine\"\nheader = [\"X-A: 1\", \"X-B: 2\"]\n");
    plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
    assert_eq!(fs::read(dir.home().join("pictures/a.bin")).ok(), Some(payload(1, 5000)));
    let asked = origin.requests("/a.bin").pop().expect("asked for");
    let sent = ["User-Agent", "X-A", "X-B"].map(|name| asked.header(name));
    assert_eq!(sent, [Some("mine"), Some("1"), Some("2")]);

    plain(&dir).env("HAUL_MAX_SIZE", "4K").args(["-d", "here", &origin.url("/a.bin")]).run().expect(1);
    plain(&dir).args(["-d", "here", &origin.url("/a.bin")]).run().expect(0);
    assert_eq!(dir.read("here/a.bin"), payload(1, 5000));
}

#[test]
fn switches_of_the_file_give_way_to_what_is_typed() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    config(&dir, "[options]\njson = true\noverwrite = true\n");
    let json = haul(&dir).arg(origin.url("/a.bin")).run().expect(0);
    assert!(json.stdout().starts_with('{'), "{}", json.stdout());
    // They do not go together, and the one that is typed counts.
    let lines = haul(&dir).args(["--plain", "--overwrite=false", &origin.url("/a.bin")]).run().expect(0);
    assert!(lines.stdout().starts_with("skipped"), "{}", lines.stdout());
    // What is off is in nobody's way, also where it is typed.
    let json = haul(&dir).args(["--plain=false", "--dry-run", &origin.url("/a.bin")]).run().expect(0);
    assert!(json.stdout().starts_with('{'), "{}", json.stdout());
    let state = settings(haul(&dir).env("HAUL_STATE", "s.db").arg("--no-state=false"));
    assert_eq!(state["options"]["state"]["value"], json!("s.db"));
    assert_eq!(settings(haul(&dir).arg("--overwrite=false"))["options"]["overwrite"]["value"], json!(false));
    // What a command cannot do is no reason to refuse it.
    let compared = haul(&dir).args(["compare", &origin.url("/a.bin")]).run().expect(0);
    assert!(!compared.stdout().starts_with('{'), "{}", compared.stdout());
    haul(&dir).args(["--json", "compare", &origin.url("/a.bin")]).run().expect(2);
}

#[test]
fn mistakes_say_where_they_stand_and_start_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let url = origin.url("/a.bin");
    for (text, why) in [
        ("limit-rate = \"fast\"", "config.toml line 2: `limit-rate`: `fast` is not a size"),
        ("jobs = 0", "config.toml line 2: `jobs`: 0 is not in 1..=10000"),
        ("header = \"s3cret\"", "--header: a header has no colon: write `Name: value` (`header` is set by "),
        ("user = \"\"", "--user is empty: write --user NAME:PASSWORD, or NAME to be asked for the password (`user` is"),
        ("report = \"r.xml\"", "config.toml line 2)"),
        ("checksum = \"md5:1\"", "config.toml line 2: `checksum` has no place here: it is that of one file"),
        ("plain = true\njson = true", "config.toml line 3: `json` does not go with what "),
        ("[hosts.\"h\"]\nper-host = 0", "config.toml line 3: `per-host` is a number from 1 to 10000"),
    ] {
        config(&dir, &format!("[options]\n{text}\n"));
        let done = haul(&dir).arg(&url).run().expect(2).check_stderr(why);
        assert!(!done.stderr().contains("s3cret"), "{}", done.stderr());
    }
    config(&dir, "");
    haul(&dir).env("HAUL_LIMIT_RATE", "fast").arg(&url).run().expect(2).check_stderr("HAUL_LIMIT_RATE: `fast` is not");
    haul(&dir).env("HAUL_CONFIG", "gone.toml").arg(&url).run().expect(2).check_stderr("config file `gone.toml`");
    assert_eq!(origin.all_requests().len(), 0);

    config(&dir, "[options]\njbos = 3\n");
    origin.script("/a.bin", Script::body("abc"));
    let warns = "line 2: [options] has no `jbos`: did you mean `jobs`?";
    plain(&dir).arg(&url).run().expect(0).check_stderr(warns);
    plain(&dir).args(["--dry-run", &url]).run().expect(0).check_stderr(warns);
    let env = plain(&dir).env("HAUL_DRY_RUN", "1").env("HAUL_JBOS", "3").arg(&url).run().expect(0);
    env.check_stderr("haul: HAUL_DRY_RUN counts for nothing")
        .check_stderr("HAUL_JBOS is the variable of no option: did");
}

#[test]
fn what_is_said_of_a_host_gives_way_to_what_is_typed() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    config(&dir, "[hosts.\"127.0.0.1\"]\nheaders = [\"X-G: host\", \"X-H: host\"]\nuser = \"hu:hp\"\n");
    let (host, typed) = ("Basic aHU6aHA=", "Basic Yzpk");
    for (args, env, expected) in [
        (&[][..], "", ["host", "host", host]),
        (&["-H", "x-g: cli"], "", ["cli", "host", host]),
        (&["-u", "c:d"], "", ["host", "host", typed]),
        (&[], "c:d", ["host", "host", typed]),
    ] {
        plain(&dir).env("HAUL_USER", env).args(args).args(["--overwrite", &origin.url("/a.bin")]).run().expect(0);
        let asked = origin.requests("/a.bin").pop().expect("asked for");
        let sent = ["X-G", "X-H", "Authorization"].map(|name| asked.header(name).unwrap_or_default());
        assert_eq!(sent, expected, "{args:?} {env}");
    }
}

#[test]
fn headers_are_read_alike_wherever_they_stand() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    dir.write("heads", "X-B: 2\n\nX-C;\n:authority: x\n");
    let args = ["-H", "X-A;", "-H", "X-D:", "-H", ":authority: x", "-H", "@heads", "-H", "Host: other"];
    plain(&dir).args(args).arg(origin.url("/a.bin")).run().expect(0);
    let asked = origin.requests("/a.bin").pop().expect("asked for");
    let sent = ["X-A", "X-B", "X-C", "X-D", "Host"].map(|name| asked.header(name));
    assert_eq!(sent, [Some(""), Some("2"), Some(""), None, Some("other")]);
    dir.write("heads", "X-B: 2\n\ns3cret\n");
    let done = plain(&dir).args(["-H", "@heads", &origin.url("/a.bin")]).run().expect(2);
    let done = done.check_stderr("--header @heads, line 3: a header has no colon");
    assert!(!done.stderr().contains("s3cret"), "{}", done.stderr());
}

#[cfg(unix)]
#[test]
fn side_files_without_an_end_are_refused() {
    let dir = TempDir::new();
    for args in [&["-H", "@/dev/zero"][..], &["--cookies", "/dev/zero"], &["--netrc"], &["--ca-cert", "/dev/zero"]] {
        let done = plain(&dir).env("NETRC", "/dev/zero").args(args).arg("http://h.invalid/a").run().expect(2);
        done.check_stderr("/dev/zero").check_stderr("it is too long");
    }
}

#[test]
fn what_is_printed_goes_into_the_file_again() {
    let dir = TempDir::new();
    config(
        &dir,
        "[options]\njobs = 32\ndir = \"~/a \\\"b\\\"\"\nsync = true\nstate = \"s\\te.db\"\n[screen]\ntheme = \"dark\"\nfps = 5\n\
         preview = false\n[keys]\nquit = [\"q\", \"Ctrl-q\"]\nclear = \"\"\n[hosts.\"*.example.com\"]\nper-host = 4\n",
    );
    let before = settings(haul(&dir));
    let printed = haul(&dir).args(["config"]).run().expect(0);
    dir.write("again.toml", printed.stdout());
    let after = settings(haul(&dir).args(["--config", "again.toml"]));
    let values = |all: &Value| {
        let tables = ["options", "screen", "keys"]
            .into_iter()
            .flat_map(|table| all[table].as_object().cloned().unwrap_or_default());
        let mut values: Vec<_> = tables.map(|(name, setting)| (name, setting["value"].clone())).collect();
        values.push(("host".to_owned(), all["hosts"]["*.example.com"]["per-host"]["value"].clone()));
        values
    };
    assert_eq!(values(&before), values(&after));
    assert!(values(&after).contains(&("host".to_owned(), json!(4))));
    assert_eq!(after["warnings"], json!([]));
    assert!(printed.stdout().lines().all(|line| !line.contains('\t')), "{}", printed.stdout());
}

#[test]
fn secrets_are_not_shown() {
    let dir = TempDir::new();
    let path = config(
        &dir,
        "[options]\nheader = [\"X-Key: s3cret\", \"@heads\"]\nproxy = \"http://u:s3cret@localhost:1\"\n\
         on-complete = \"curl -H 'X: s3cret' h\"\non-finish = \"true\"\n\
         [hosts.\"h.example\"]\nheaders = [\"X-Host: s3cret\"]\nuser = \"ann:s3cret\"\n",
    );
    for args in [&["config"][..], &["config", "--json"]] {
        let done = haul(&dir).env("HAUL_USER", "bob:s3cret").args(args).run().expect(0);
        assert!(!done.stdout().contains("s3cret") && done.stderr().is_empty(), "{}{}", done.stdout(), done.stderr());
        for shown in [
            "curl (secret)",
            "\"true\"",
            "X-Key: (secret)",
            "@heads",
            "bob: (secret)",
            "HAUL_USER",
            "X-Host: (secret)",
            "localhost:1",
        ] {
            assert!(done.stdout().contains(shown), "{shown}: {}", done.stdout());
        }
    }
    // What is masked is a comment, and does no harm in the file.
    let printed = haul(&dir).arg("config").run().expect(0);
    assert!(printed.stdout().lines().filter(|line| line.contains("(secret)")).all(|line| line.starts_with("# ")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("a file of our own");
        let done = haul(&dir).arg("config").run().expect(0).check_stderr("holds secrets and others can read it");
        assert!(!done.stderr().contains("s3cret"));
    }
    drop(path);
}

#[test]
fn where_the_file_would_be_is_said() {
    let dir = TempDir::new();
    let done = haul(&dir).arg("config").run().expect(0);
    let place = dir.home().join("config/haul/config.toml");
    assert_eq!(done.stdout().lines().next(), Some(&*format!("# {} (there is none yet)", place.display())));
}

#[test]
fn help_comes_in_two_lengths_and_survives_any_config() {
    let dir = TempDir::new();
    config(&dir, "[options]\njobs = 0\n");
    let short = haul(&dir).arg("-h").run().expect(0);
    let long = haul(&dir).arg("--help").run().expect(0);
    assert!(short.stdout().lines().count() <= 100, "{}", short.stdout());
    for word in ["Tables:", "Environment:", "HAUL_CONFIG", "haul resume "] {
        assert!(long.stdout().contains(word) && !short.stdout().contains(word), "{word}");
    }
    for done in [&short, &long] {
        assert!(done.stdout().contains("Exit status:") && !done.stdout().contains("[=<"), "{}", done.stdout());
        assert!(done.stdout().lines().all(|line| line.chars().count() <= 110), "{}", done.stdout());
    }
    let man = haul(&dir).arg("man").run().expect(0);
    assert!(man.stdout().contains(".SH ENVIRONMENT") && man.stdout().contains("per\\-host"));
}

#[test]
fn shells_read_their_completions() {
    let dir = TempDir::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = haul(&dir).args(["completions", shell]).run().expect(0);
        assert!(script.stdout().contains("per-host") && script.stdout().contains("compare"), "{shell}");
    }
    haul(&dir).args(["completions", "tcl"]).run().expect(2);
    if cfg!(unix) {
        let script = haul(&dir).args(["completions", "bash"]).run().expect(0);
        dir.write("haul.bash", script.stdout());
        // What the shell would offer behind `haul --conn`.
        let ask =
            ". ./haul.bash; COMP_WORDS=(haul --conn); COMP_CWORD=1; _haul haul --conn haul; echo \"${COMPREPLY[@]}\"";
        let offered = program(&dir, "bash").args(["-euc", ask]).run().expect(0);
        assert_eq!(offered.stdout(), "--connections --connect-timeout\n");
    }
    let cut = haul(&dir).args(["completions", "bash"]).close_stdout_after(1).run();
    assert_eq!(cut.stderr(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_terminal_nobody_is_asked_for_a_password() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    // A session of its own has no terminal, whatever the tests are started from.
    let alone = |args: &[&str]| program(&dir, "setsid").args(["-w", crate::support::command::PROGRAM]).args(args).run();
    let done = alone(&["-u", "s3cret", &origin.url("/a.bin")]).expect(2);
    // It may be a password that lacks its name.
    let done = done.check_stderr("no terminal to ask for a password: write --user NAME:PASSWORD, or use --netrc");
    assert!(!done.stderr().contains("s3cret"), "{}", done.stderr());
    alone(&["-u", "", &origin.url("/a.bin")]).expect(2).check_stderr("--user is empty");
    assert_eq!(origin.all_requests().len(), 0);
    alone(&["-u", "ann", "config"]).expect(0);
}
