//! The caps on files and functions, with a ratchet: what is over a cap today may shrink, and never grow.

use std::collections::BTreeMap;

use super::source::{Source, is_test_path};
use super::{Tree, Violation};

/// The most lines of a file before its tests.
const FILE_LINES_MAX: usize = 800;
/// The most lines of a function.
const FUNCTION_LINES_MAX: usize = 70;
/// Where the present offenders stand with their lengths.
const RATCHET: &str = "xtask/tidy-ratchet.toml";

/// No file is longer than its cap, or than its entry in the ratchet.
pub(super) fn files(tree: &Tree) -> Vec<Violation> {
    let mut lengths = BTreeMap::new();
    for (path, text) in tree.ending(".rs").filter(|(path, _)| !is_test_path(path)) {
        let source = Source::parse(text);
        let n_lines = source.code.lines().count().min(source.tests_line() - 1);
        lengths.insert(path.to_owned(), (path, 0, n_lines));
    }
    compare(tree, "files", FILE_LINES_MAX, &lengths)
}

/// No function is longer than its cap, or than its entry in the ratchet.
pub(super) fn functions(tree: &Tree) -> Vec<Violation> {
    let mut lengths = BTreeMap::new();
    for (path, text) in tree.ending(".rs") {
        for function in Source::parse(text).functions() {
            let entry = lengths.entry(format!("{path}::{}", function.name)).or_insert((path, 0, 0));
            // Several functions of a file may share a name: the longest stands for all.
            if function.n_lines > entry.2 {
                *entry = (path, function.line, function.n_lines);
            }
        }
    }
    compare(tree, "functions", FUNCTION_LINES_MAX, &lengths)
}

/// Holds lengths, by the name that the ratchet uses, against cap and ratchet.
fn compare(tree: &Tree, section: &str, cap: usize, lengths: &BTreeMap<String, (&str, usize, usize)>) -> Vec<Violation> {
    let ratchet = match ratchet_section(tree, section) {
        Ok(ratchet) => ratchet,
        Err(why) => return vec![Violation::new(RATCHET, 0, why)],
    };
    let mut violations = Vec::new();
    for (name, &(path, line, n_lines)) in lengths {
        let allowed = ratchet.get(name).copied();
        if n_lines > allowed.unwrap_or(cap) {
            let most = allowed.unwrap_or(cap);
            violations.push(Violation::new(
                path,
                line,
                format!("{name} has {n_lines} lines, at most {most}; split it"),
            ));
        }
    }
    for (name, &allowed) in &ratchet {
        let n_lines = lengths.get(name).map_or(0, |&(.., n_lines)| n_lines);
        if n_lines <= cap {
            violations.push(Violation::new(RATCHET, 0, format!("{name} keeps the cap now; take out its entry")));
        } else if n_lines < allowed {
            violations.push(Violation::new(RATCHET, 0, format!("{name} has shrunk; lower its entry to {n_lines}")));
        }
    }
    violations
}

fn ratchet_section(tree: &Tree, section: &str) -> Result<BTreeMap<String, usize>, String> {
    let table: toml::Table = tree.text(RATCHET).unwrap_or_default().parse().map_err(|error| format!("{error}"))?;
    let Some(entries) = table.get(section).and_then(toml::Value::as_table) else { return Ok(BTreeMap::new()) };
    let number = |value: &toml::Value| value.as_integer().and_then(|number| usize::try_from(number).ok());
    entries
        .iter()
        .map(|(name, value)| Ok((name.clone(), number(value).ok_or(format!("{name} is not a number of lines"))?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::expect;
    use super::*;

    fn file(n_lines: usize) -> String {
        "a;\n".repeat(n_lines) + "#[cfg(test)]\nmod tests {}\n"
    }

    fn function(n_lines: usize) -> String {
        format!("fn f() {{\n{}}}\n", "a;\n".repeat(n_lines - 2))
    }

    #[test]
    fn long_files_are_found() {
        expect(files, &[("a.rs", &file(801)), ("b.rs", &file(800))], &["a.rs:0"]);
    }

    #[test]
    fn long_functions_are_found() {
        expect(functions, &[("a.rs", &function(71)), ("b.rs", &function(70))], &["a.rs:1"]);
    }

    #[test]
    fn the_ratchet_never_gives_way() {
        let ratchet = (RATCHET, "[functions]\n\"a.rs::f\" = 80\n");
        expect(functions, &[("a.rs", &function(80)), ratchet], &[]);
        expect(functions, &[("a.rs", &function(81)), ratchet], &["a.rs:1"]);
        expect(functions, &[("a.rs", &function(79)), ratchet], &["xtask/tidy-ratchet.toml:0"]);
        expect(functions, &[("a.rs", &function(70)), ratchet], &["xtask/tidy-ratchet.toml:0"]);
        expect(functions, &[ratchet], &["xtask/tidy-ratchet.toml:0"]);
    }

    #[test]
    fn a_broken_ratchet_is_no_ratchet() {
        expect(files, &[(RATCHET, "[files]\n\"a.rs\" = \"long\"\n")], &["xtask/tidy-ratchet.toml:0"]);
    }
}
