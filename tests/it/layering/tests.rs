//! A layering test that cannot fail is a defect: made-up trees that break each rule, and text that tries to hide.

use std::collections::BTreeSet;

use super::lexer::{tokens, without_tests};
use super::paths::{Module, What, named};
use super::rules::violations;

fn module(path: &str) -> Module {
    path.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What a file in `engine::net` names, as `line path`, crates as `line =crate`.
fn names(source: &str) -> Vec<String> {
    let modules: BTreeSet<_> =
        ["", "engine", "engine::net", "engine::net::head", "engine::error", "units"].map(module).into();
    let production = without_tests(&tokens(source));
    named(&production.tokens, &module("engine::net"), false, &modules)
        .into_iter()
        .map(|found| match found.what {
            What::Inside(path) => format!("{} {}", found.line, path.join("::")),
            What::Outside(name) => format!("{} ={name}", found.line),
        })
        .collect()
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let cases: &[(&str, &[&str])] = &[
        ("use crate::units::bytes;", &["1 units::bytes"]),
        ("use super::error::{self, Kind as K};", &["1 engine::error", "1 engine::error::Kind"]),
        (
            "pub(crate) use crate::{units::{a, b::*},\n engine::{\n error::E, net::head}};",
            &["1 units::a", "1 units::b", "3 engine::error::E", "3 engine::net::head"],
        ),
        ("use self::head::x;", &["1 engine::net::head::x"]),
        ("use head::x;\nfn f() { head::y() }", &["1 engine::net::head::x", "2 engine::net::head::y"]),
        ("mod head;\nfn f() -> head::T {}", &["2 engine::net::head::T"]),
        ("use crate::units; fn f() { units::x::<u8>() }", &["1 units", "1 units::x"]),
        ("use crate::units as u;\n\nfn f() { u::x(); }", &["1 units", "3 units::x"]),
        (
            "mod a { use super::super::error::E; fn f() { super::g() } } use super::h;",
            &["1 engine::error::E", "1 engine::h", "1 engine::net::g"],
        ),
        ("mod a { mod b {} } use self::c;", &["1 engine::net::c"]),
        (
            "fn f(a: super::super::units::B) -> Result<crate::engine::error::E, ()> {}",
            &["1 units::B", "1 engine::error::E"],
        ),
        ("#[tokio::main] fn f() { <crate::units::T as Default>::default(); }", &["1 =tokio", "1 units::T"]),
        ("use ::units::x; fn f() { ::hyper::go(); }", &["1 =units", "1 =hyper"]),
        ("extern crate reqwest as http;", &["1 =reqwest"]),
        ("use reqwest;\nmacro_rules! m { () => { $crate::units::x() } }", &["1 =reqwest", "2 units::x"]),
        ("fn f<'a>() -> impl Sized + use<'a> { x.await?.reqwest::<u8>() }", &[]),
        ("fn f(r#type: r#crate::units::X) {}", &["1 units::X"]),
    ];
    for (source, expected) in cases {
        assert_eq!(names(source), *expected, "{source}");
    }
}

#[test]
fn text_and_tests_name_nothing() {
    for source in [
        "//! crate::units::x\n/// [`super::error::E`]\nfn f() {} // use crate::units;",
        "/* use crate::units; /* nested */ use crate::engine::error; */",
        "const A: &str = \"use crate::units::x; \\\" crate::units::y\";",
        "const A: &str = r#\"crate::units::x \" crate::units::y\"#; const B: &[u8] = br\"crate::units::\\\";",
        "const A: [char; 3] = ['\"', '\\'', '\\u{41}']; fn f<'a>(x: &'a str) {}",
        "#[cfg(test)]\nmod tests {\n use super::super::error::E; fn f() { if a { b } }\n}",
        "#[cfg(all(test, unix))] #[allow(x)] mod tests { use crate::units; }",
        "#[cfg(test)] use crate::units::{a, b};",
        "#[cfg(test)] const A: [u8; 2] = [crate::units::A; 2];",
        "#[test] fn f() { crate::units::x() }",
        "struct S { #[cfg(test)] a: crate::units::A, b: u8 }",
        "#![cfg(test)]\nuse crate::units;",
    ] {
        assert_eq!(names(source), [] as [&str; 0], "{source}");
    }
    // What stands behind is seen again, on its own line.
    let source =
        "const A: &str = \"\n'\";\n#[cfg(test)]\nmod tests {\n}\nuse crate::units;\n#[cfg(not(test))] use hyper::x;";
    assert_eq!(names(source), ["6 units", "7 =hyper"]);
    assert_eq!(without_tests(&tokens(source)).test_lines, 3);
    assert_eq!(without_tests(&tokens("#[cfg(test)] mod tests;")).test_modules, ["tests"]);
}

fn tree(files: &[(&str, &str)]) -> Vec<String> {
    let whole: Vec<_> = files.iter().map(|(path, source)| ((*path).to_owned(), format!("//! x\n{source}"))).collect();
    violations(&whole)
}

#[test]
fn a_good_house_has_no_violations() {
    let wrong = tree(&[
        ("src/main.rs", "fn main() { haul::run(); }"),
        ("src/lib.rs", "pub mod units; pub mod engine; pub mod tui; use tui::Screen; pub fn run() { tui::view::x() }"),
        ("src/units.rs", "use crate::display::x;"),
        ("src/display.rs", ""),
        ("src/engine/mod.rs", "mod net; pub use event::E; use supervisor::start; fn f() { tokio::spawn() }"),
        ("src/engine/event.rs", "use super::error::X; use crate::units;"),
        ("src/engine/error.rs", ""),
        ("src/engine/net/mod.rs", "mod head; use head::H; use super::super::engine::error::X; use reqwest::Client;"),
        ("src/engine/net/head.rs", "use crate::engine::event::E;"),
        ("src/engine/supervisor/mod.rs", "mod tests_of_it;\n#[cfg(test)] mod tests; use crate::engine::net::H;"),
        ("src/engine/supervisor/tests_of_it.rs", ""),
        ("src/engine/supervisor/tests.rs", "use crate::engine::Engine; use clap::Parser;"),
        ("src/tui/mod.rs", "pub mod view; use view::x; use crate::engine::{E, net::H}; use ratatui::Frame;"),
        ("src/tui/view.rs", "use crossterm::event;"),
    ]);
    assert_eq!(wrong, [] as [&str; 0]);
}

#[test]
fn every_broken_rule_is_named_with_its_place() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("src/units.rs", "use crate::jobs::J;"), ("src/jobs.rs", "")],
            "src/units.rs:2: `units` names `jobs`: a layer imports only what is below it",
        ),
        (
            &[("src/engine/net.rs", "\nfn f() { super::disk::x() }"), ("src/engine/disk.rs", "")],
            "src/engine/net.rs:3: `engine::net` names `engine::disk`: rooms of one layer never name each other",
        ),
        (
            &[("src/tui/app/mod.rs", "use crate::headless;"), ("src/headless/mod.rs", "")],
            "src/tui/app/mod.rs:2: `tui::app` names `headless`: rooms of one layer never name each other",
        ),
        (
            &[("src/engine/mod.rs", ""), ("src/engine/hosts.rs", "use super::Engine;")],
            "src/engine/hosts.rs:2: `engine::hosts` names `engine`: a layer imports only what is below it",
        ),
        (
            &[("src/lib.rs", ""), ("src/tui/mod.rs", "fn f() { crate::run() }")],
            "src/tui/mod.rs:2: `tui` names `lib`: a layer imports only what is below it",
        ),
        (
            &[("src/engine/mod.rs", "use crate::jobs;"), ("src/jobs.rs", "")],
            "src/engine/mod.rs:2: `engine` names `jobs`: a layer imports only what is below it",
        ),
        (
            &[("src/units.rs", "use crate::display;"), ("src/display.rs", "\nuse super::units;")],
            "src/units.rs:2: import circle: units -> display -> units",
        ),
        (
            &[("src/tui/a.rs", "use super::b;"), ("src/tui/b.rs", "use super::c;"), ("src/tui/c.rs", "use super::a;")],
            "src/tui/a.rs:2: import circle: tui::a -> tui::b -> tui::c -> tui::a",
        ),
        (
            &[("src/tui/mod.rs", "fn f() { a::g() }"), ("src/tui/a.rs", "use super::f;")],
            "src/tui/mod.rs:2: import circle: tui -> tui::a -> tui",
        ),
        (&[("src/helpers.rs", "")], "src/helpers.rs:1: `helpers` has no layer yet: give it one in LAYERS"),
        (
            &[("src/engine/magic.rs", "")],
            "src/engine/magic.rs:1: `engine::magic` has no layer yet: give it one in LAYERS",
        ),
    ];
    for (files, expected) in cases {
        assert_eq!(tree(files), [*expected]);
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    for (path, source, name, room) in [
        ("src/engine/transfer.rs", "use reqwest::Client;", "reqwest", "engine::net"),
        ("src/engine/net2.rs", "use hyper::x;", "hyper", "engine::net"),
        ("src/engine/disk/mod.rs", "fn f() { rusqlite::open() }", "rusqlite", "engine::store"),
        ("src/jobs.rs", "#[tokio::test] fn f() {}", "tokio", "engine"),
        ("src/headless/mod.rs", "use ratatui::{x};", "ratatui", "tui"),
        ("src/main.rs", "use clap::Parser;", "clap", "cli"),
        ("src/tui/terminal/mod.rs", "use signal_hook as s;", "signal_hook", "signals"),
    ] {
        let expected = format!("{path}:2: only `{room}` may name the crate `{name}`");
        assert!(tree(&[(path, source)]).contains(&expected), "{expected}");
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let wrong = violations(&[("src/units.rs".into(), "fn f() {}\n".into())]);
    assert_eq!(wrong, ["src/units.rs:1: a file opens with `//!`: what it is, what it must not know"]);
    let body = "fn f() {}\n".repeat(399);
    assert_eq!(tree(&[("src/units.rs", &body)]), [] as [&str; 0]);
    let tests = format!("{body}#[cfg(test)]\nmod tests {{\n{body}}}\n");
    assert_eq!(tree(&[("src/units.rs", &tests)]), [] as [&str; 0]);
    let long = format!("{body}\n");
    assert_eq!(tree(&[("src/units.rs", &long)]), ["src/units.rs:400: 401 lines without tests, at most 400: split it"]);
}
