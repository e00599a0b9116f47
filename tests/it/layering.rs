//! The shape of the sources: every file imports only what its layer may, and no two files import each other. Reads
//! `src/` as text; it must not know what the code does.

mod lexer;
mod paths;
mod rules;
mod tests;

use std::fs;
use std::path::Path;

#[test]
fn the_house_keeps_its_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tree = Vec::new();
    collect(&root.join("src"), "src", &mut tree);
    tree.sort();
    assert!(tree.iter().any(|(path, _)| path == "src/lib.rs"), "this looks at nothing: {tree:?}");
    let wrong = rules::violations(&tree);
    assert!(wrong.is_empty(), "{} violations:\n{}", wrong.len(), wrong.join("\n"));
}

fn collect(folder: &Path, shown: &str, tree: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the sources are readable") {
        let entry = entry.expect("the sources are readable");
        let shown = format!("{shown}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &shown, tree);
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            tree.push((shown, fs::read_to_string(entry.path()).expect("the sources are text")));
        }
    }
}
