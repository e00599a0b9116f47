//! The table at the head of this room against the tests that it names.

use std::fs;
use std::path::{Path, PathBuf};

const FAULTS: usize = 152;

/// Every row: its faults, its tests, its remark.
fn rows() -> Vec<(Vec<usize>, Vec<String>, String)> {
    let table = include_str!("../faults.rs").lines().filter_map(|line| line.strip_prefix("//! | "));
    let cells = table.map(|row| row.trim_end_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>());
    let rows = cells.filter(|cells| cells[0].starts_with(|c: char| c.is_ascii_digit()));
    rows.map(|cells| {
        let [faults, tests, remark] = cells[..] else { unreachable!("a row has three cells: {cells:?}") };
        let tests = tests.split_whitespace().map(|test| test.trim_matches('`').to_owned()).collect();
        (numbers(faults), tests, remark.to_owned())
    })
    .collect()
}

/// `6, 23-34`.
fn numbers(text: &str) -> Vec<usize> {
    let number = |text: &str| text.trim().parse::<usize>().expect("a number");
    let span = |part: &str| match part.split_once('-') {
        Some((first, last)) => (number(first)..=number(last)).collect::<Vec<_>>(),
        None => vec![number(part)],
    };
    text.split(',').flat_map(span).collect()
}

/// The file in which a test must stand, and its name.
fn place(test: &str) -> (PathBuf, &str) {
    let (module, name) = test.rsplit_once("::").expect("a path of modules");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = if module.starts_with("src/") {
        root.join(module)
    } else {
        root.join("tests/it").join(module.replace("::", "/")).with_extension("rs")
    };
    (file, name)
}

#[test]
fn every_fault_of_the_book_has_its_place() {
    let rows = rows();
    let mut told: Vec<_> = rows.iter().flat_map(|(faults, ..)| faults).copied().collect();
    told.sort_unstable();
    assert_eq!(told, (1..=FAULTS).collect::<Vec<_>>());
    for (faults, tests, remark) in &rows {
        assert!(!tests.is_empty() || !remark.is_empty(), "{faults:?}: neither a test nor a reason");
        for test in tests {
            let (file, name) = place(test);
            let source = fs::read_to_string(&file).unwrap_or_default();
            assert!(source.contains(&format!("fn {name}(")), "{faults:?}: no {name} in {}", file.display());
        }
    }
}
