//! What files are called, how large they are, and how they begin.

use super::{Tree, Violation};

/// The largest file that belongs into a repository; data is made by scripts, or lies outside.
const BYTES_MAX: u64 = 100_000;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "manager"];

/// The first line of every Rust file says what it owns.
pub(super) fn headers(tree: &Tree) -> Vec<Violation> {
    let bare = tree.ending(".rs").filter(|(_, text)| !text.starts_with("//!"));
    bare.map(|(path, _)| Violation::new(path, 1, "no `//!` header; say in a sentence what this file owns")).collect()
}

/// A file is named after the thing it holds; a module with children is `a.rs` beside `a/`.
pub(super) fn names(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, _) in tree.ending(".rs") {
        if path.ends_with("/mod.rs") {
            violations.push(Violation::new(path, 0, "a mod.rs; name it after its folder and put it beside that"));
        }
        let parts = path.trim_end_matches(".rs").split('/');
        if let Some(empty) = parts.into_iter().find(|part| EMPTY_NAMES.contains(part)) {
            violations.push(Violation::new(path, 0, format!("`{empty}` names no thing; name the thing, or inline it")));
        }
    }
    violations
}

/// No large file but the lock file, which Cargo writes.
pub(super) fn sizes(tree: &Tree) -> Vec<Violation> {
    let large = tree.files.iter().filter(|(path, file)| file.bytes > BYTES_MAX && *path != "Cargo.lock");
    large
        .map(|(path, file)| {
            let message =
                format!("{} bytes, at most {BYTES_MAX}; let a script make it, or keep it outside", file.bytes);
            Violation::new(path, 0, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::expect;
    use super::*;

    #[test]
    fn rust_files_have_headers() {
        expect(headers, &[("a.rs", "use b;\n"), ("b.rs", "//! Owns b.\n")], &["a.rs:1"]);
    }

    #[test]
    fn names_say_something() {
        expect(names, &[("crates/a/src/b/mod.rs", "")], &["crates/a/src/b/mod.rs:0"]);
        expect(names, &[("crates/a/src/utils.rs", ""), ("crates/a/src/b.rs", "")], &["crates/a/src/utils.rs:0"]);
        expect(names, &[("crates/a/src/common/b.rs", "")], &["crates/a/src/common/b.rs:0"]);
    }

    #[test]
    fn files_are_small() {
        let large = "x".repeat(100_001);
        expect(sizes, &[("a.csv", &large), ("Cargo.lock", &large), ("b.csv", "x")], &["a.csv:0"]);
    }
}
