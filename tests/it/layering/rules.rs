//! The layers of the house, and who may name which crate. `DESIGN` in code: a new room gets its line here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::lexer::{tokens, without_tests};
use super::paths::{Module, What, named};

/// Each layer may import what stands above it here. Modules of one layer that stand in one room may name each other;
/// rooms of one layer may not. The longest name counts, so that `engine` alone is the facade.
const LAYERS: &[&[&[&str]]] = &[
    &[&["units", "display", "nearest"]],
    &[&[
        "engine::options",
        "engine::event",
        "engine::error",
        "engine::request",
        "engine::head",
        "engine::outbox",
        "engine::durable",
        "engine::descriptors",
    ]],
    &[&[
        "engine::resume",
        "engine::partial",
        "engine::file_name",
        "engine::retry",
        "engine::rate",
        "engine::checksum",
        "engine::robots",
    ]],
    &[&["engine::net"], &["engine::disk"], &["engine::store"], &["engine::content"]],
    &[&["engine::hosts", "engine::segments", "engine::transfer", "engine::page"]],
    &[&["engine::supervisor"]],
    &[&["engine"]],
    &[&["jobs"], &["input"], &["origin"]],
    &[&["report"]],
    &[&["cli"]],
    &[&["config"]],
    &[&["signals"]],
    &[&["headless"], &["tui"], &["compare"], &["commands"]],
    &[&["session"]],
    &[&["lib"]],
    &[&["main"]],
];

/// Crates that only one part of the house may name.
const CRATES: &[(&[&str], &str)] = &[
    (&["reqwest", "hyper", "hyper_util", "h2", "rustls", "cookie_store"], "engine::net"),
    (&["rusqlite"], "engine::store"),
    (&["tokio", "tokio_util"], "engine"),
    (&["ratatui", "crossterm", "ratatui_image", "ratatui_textarea"], "tui"),
    (&["clap", "clap_complete", "clap_mangen"], "cli"),
    (&["signal_hook", "ctrlc"], "signals"),
];

const MOST_LINES: usize = 400;

/// A place among the layers.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    layer: usize,
    room: usize,
}

/// The place of a module: `engine::net::head` is in the room `engine::net`; the facade is `engine` itself.
fn place(name: &str) -> Option<Place> {
    let rooms = LAYERS.iter().enumerate().flat_map(|(layer, rooms)| {
        rooms.iter().enumerate().flat_map(move |(room, names)| names.iter().map(move |n| (*n, Place { layer, room })))
    });
    rooms
        .filter(|(room, _)| is_in(name, room) && (*room != "engine" || name == "engine"))
        .map(|(_, place)| place)
        .next()
}

fn is_in(name: &str, room: &str) -> bool {
    name.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// One source file, read.
struct File {
    path: String,
    module: Module,
    /// `engine::net`, with `lib` and `main` for the two roots.
    name: String,
    production: super::lexer::Production,
}

/// What is wrong with a tree of (path, source): a line each, with file, line and rule.
pub(super) fn violations(tree: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut files: Vec<_> = tree.iter().map(|(path, source)| read(path, source, &mut wrong)).collect();
    let tests: Vec<Module> = files.iter().flat_map(test_modules).collect();
    files.retain(|file| file.name == "main" || !tests.iter().any(|test| file.module.starts_with(test)));
    let by_module: BTreeMap<Module, usize> = files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.name != "main")
        .map(|(i, file)| (file.module.clone(), i))
        .collect();
    let modules: BTreeSet<Module> = by_module.keys().cloned().collect();
    let mut edges = vec![BTreeMap::new(); files.len()];
    for (from, file) in files.iter().enumerate() {
        if place(&file.name).is_none() {
            wrong.push(format!("{}:1: `{}` has no layer yet: give it one in LAYERS", file.path, file.name));
        }
        for found in named(&file.production.tokens, &file.module, file.name == "main", &modules) {
            match found.what {
                What::Outside(name) => wrong.extend(foreign(file, found.line, &name)),
                What::Inside(path) => {
                    let to = (0..=path.len()).rev().find_map(|end| by_module.get(&path[..end]).copied());
                    if let Some(to) = to.filter(|to| *to != from) {
                        edges[from].entry(to).or_insert(found.line);
                    }
                }
            }
        }
    }
    for (from, edges) in edges.iter().enumerate() {
        wrong.extend(edges.iter().filter_map(|(to, line)| wrong_way(&files[from], *line, &files[*to])));
    }
    wrong.extend(circles(&files, &edges));
    wrong
}

fn read(path: &str, source: &str, wrong: &mut Vec<String>) -> File {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Module = inner.split('/').map(str::to_owned).collect();
    let is_main = inner == "main";
    if module.last().is_some_and(|last| last == "mod") || inner == "lib" || is_main {
        module.pop();
    }
    let name = if module.is_empty() { inner.to_owned() } else { module.join("::") };
    let production = without_tests(&tokens(source));
    if !source.starts_with("//!") {
        wrong.push(format!("{path}:1: a file opens with `//!`: what it is, what it must not know"));
    }
    let lines = source.lines().count() - production.test_lines;
    if lines > MOST_LINES {
        wrong.push(format!("{path}:{MOST_LINES}: {lines} lines without tests, at most {MOST_LINES}: split it"));
    }
    File { path: path.to_owned(), module, name, production }
}

fn test_modules(file: &File) -> Vec<Module> {
    let child = |name: &String| [file.module.as_slice(), std::slice::from_ref(name)].concat();
    file.production.test_modules.iter().map(child).collect()
}

fn foreign(file: &File, line: usize, name: &str) -> Option<String> {
    let (_, room) = CRATES.iter().find(|(crates, _)| crates.contains(&name))?;
    (!is_in(&file.name, room)).then(|| format!("{}:{line}: only `{room}` may name the crate `{name}`", file.path))
}

fn wrong_way(from: &File, line: usize, to: &File) -> Option<String> {
    let (here, there) = (place(&from.name)?, place(&to.name)?);
    let reason = match there.layer.cmp(&here.layer) {
        std::cmp::Ordering::Less => return None,
        std::cmp::Ordering::Equal if there.room == here.room => return None,
        std::cmp::Ordering::Equal => "rooms of one layer never name each other",
        std::cmp::Ordering::Greater => "a layer imports only what is below it",
    };
    Some(format!("{}:{line}: `{}` names `{}`: {reason}", from.path, from.name, to.name))
}

/// One line for every set of files that import each other.
fn circles(files: &[File], edges: &[BTreeMap<usize, usize>]) -> Vec<String> {
    let mut told = BTreeSet::new();
    let mut wrong = Vec::new();
    for start in 0..files.len() {
        if told.contains(&start) {
            continue;
        }
        let Some(circle) = circle(start, edges) else { continue };
        let names: Vec<_> = circle.iter().chain([&start]).map(|at| files[*at].name.as_str()).collect();
        let line = circle.get(1).and_then(|next| edges[start].get(next)).unwrap_or(&1);
        wrong.push(format!("{}:{line}: import circle: {}", files[start].path, names.join(" -> ")));
        told.extend(circle);
    }
    wrong
}

/// The shortest way from a file back to itself.
fn circle(start: usize, edges: &[BTreeMap<usize, usize>]) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in edges[at].keys().copied() {
            if next == start {
                let mut way = vec![at];
                while let Some(before) = way.last().and_then(|last| came_from.get(last)) {
                    way.push(*before);
                }
                way.reverse();
                return Some(way);
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = came_from.entry(next) {
                entry.insert(at);
                queue.push_back(next);
            }
        }
    }
    None
}
