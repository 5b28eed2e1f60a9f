//! `cargo xtask tidy`: the rules that a program can check, each a pure function from the tree to what breaks it.
//!
//! A new rule is one function in a sibling file, one line in [`RULES`], and a test that shows it fails.

mod crates;
mod docs;
mod files;
mod length;
mod registry;
mod source;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Every rule, in the order in which its findings are printed.
const RULES: &[fn(&Tree) -> Vec<Violation>] = &[
    crates::dependencies,
    crates::lints,
    files::headers,
    files::names,
    files::sizes,
    words::prints,
    words::backend,
    words::arguments,
    words::python,
    words::left_behind,
    words::open_ends,
    length::files,
    length::functions,
    registry::bijection,
    docs::links,
    docs::commands,
];

/// Every file that is tracked, or would be: its path from the root, with `/`, and what it holds.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, File>,
}

/// One file of the tree.
#[derive(Debug)]
struct File {
    bytes: u64,
    /// Empty for files that are not UTF-8.
    text: String,
}

/// A place where a rule is broken: what is wrong, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    path: String,
    line: usize,
    message: String,
}

impl Violation {
    /// A violation at a line that counts from one; zero means the whole file.
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

impl Tree {
    /// Reads what git tracks or would track under `root`; ignored files are nobody's business.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let output = std::process::Command::new("git")
            // A checkout mounted into a container often belongs to another user.
            .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("could not start git, which lists the files to check; install git")?;
        if !output.status.success() {
            bail!("git could not list the files: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let mut tree = Self::default();
        for path in String::from_utf8_lossy(&output.stdout).split('\0').filter(|path| !path.is_empty()) {
            // A file deleted but not yet committed is still listed.
            if let Ok(bytes) = std::fs::read(root.join(path)) {
                tree.insert(path, bytes);
            }
        }
        Ok(tree)
    }

    fn insert(&mut self, path: &str, content: Vec<u8>) {
        let bytes = content.len() as u64;
        self.files.insert(path.to_owned(), File { bytes, text: String::from_utf8(content).unwrap_or_default() });
    }

    /// Paths and texts of the files whose name ends so.
    fn ending(&self, suffix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter(move |(path, _)| path.ends_with(suffix)).map(|(path, file)| (&**path, &*file.text))
    }

    /// The text of one file.
    fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| &*file.text)
    }

    /// Whether there is such a file, or a folder with files in it.
    fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&folder))
    }
}

/// What all rules find in the tree.
fn check(tree: &Tree) -> Vec<Violation> {
    RULES.iter().flat_map(|rule| rule(tree)).collect()
}

/// Prints what is untidy under `root`, and fails if anything is.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let violations = check(&tree);
    for violation in &violations {
        println!("{violation}");
    }
    if !violations.is_empty() {
        bail!("{} places are untidy; STYLE.md gives the reasons for the rules", violations.len());
    }
    println!("tidy: {} rules hold for {} files", RULES.len(), tree.files.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Tree {
        /// A tree made of these paths and texts.
        pub(super) fn of(files: &[(&str, &str)]) -> Self {
            let mut tree = Self::default();
            for (path, text) in files {
                tree.insert(path, text.as_bytes().to_vec());
            }
            tree
        }
    }

    /// Asserts that a rule finds exactly these `path:line` places.
    #[track_caller]
    pub(super) fn expect(rule: fn(&Tree) -> Vec<Violation>, files: &[(&str, &str)], places: &[&str]) {
        let found = rule(&Tree::of(files));
        let found_places: Vec<String> = found.iter().map(|v| format!("{}:{}", v.path, v.line)).collect();
        assert_eq!(found_places, places, "{found:#?}");
    }

    #[test]
    fn this_repository_is_tidy() {
        let tree = Tree::read(&crate::root()).unwrap();
        let violations: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "\n{}", violations.join("\n"));
    }
}
