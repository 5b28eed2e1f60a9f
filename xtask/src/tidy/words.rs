//! Words that may stand in the code of some crates only, or nowhere.

use super::source::{Source, has_word, is_test_path};
use super::{Tree, Violation};

/// Where code may print and end the process: for a person at a terminal.
const SPEAKERS: &[&str] = &["crates/vesalius-cli/", "xtask/"];

/// Libraries neither print nor exit; tests and examples may print.
pub(super) fn prints(tree: &Tree) -> Vec<Violation> {
    let words = ["print!", "println!", "eprint!", "eprintln!", "process::exit"];
    let silent = |path: &str| !starts_with_any(path, SPEAKERS) && !is_test_path(path) && !path.contains("/examples/");
    find(tree, &words, silent, Within::BeforeTests, |word| {
        format!("`{word}` in a library; return the value, or say it through `tracing`")
    })
}

/// The tensor backend is named in one crate, so that it can be replaced there; its types appear nowhere else.
pub(super) fn backend(tree: &Tree) -> Vec<Violation> {
    let words = ["burn", "burn_flex", "Tensor", "TensorData"];
    find(
        tree,
        &words,
        |path| !path.starts_with("crates/vesalius-nn/"),
        Within::All,
        |word| format!("`{word}` outside vesalius-nn; pass plain numbers between crates"),
    )
}

/// Arguments are parsed in one crate.
pub(super) fn arguments(tree: &Tree) -> Vec<Violation> {
    find(
        tree,
        &["clap"],
        |path| !path.starts_with("crates/vesalius-cli/"),
        Within::All,
        |word| format!("`{word}` outside vesalius-cli; take an options struct"),
    )
}

/// Python is known in one crate.
pub(super) fn python(tree: &Tree) -> Vec<Violation> {
    find(
        tree,
        &["pyo3"],
        |path| !path.starts_with("crates/vesalius-py/"),
        Within::All,
        |word| format!("`{word}` outside vesalius-py, which holds all conversions"),
    )
}

/// What is for the desk of its author, not for the repository.
pub(super) fn left_behind(tree: &Tree) -> Vec<Violation> {
    find(
        tree,
        &["dbg!", "todo!", "#[ignore"],
        |_| true,
        Within::All,
        |word| match word {
            "#[ignore" => {
                "an ignored test; put slow ones behind VESALIUS_SLOW=1, and assert today's result of wrong ones".into()
            }
            _ => format!("`{word}` left behind; take it out"),
        },
    )
}

/// A comment that promises work names the issue that holds the promise.
pub(super) fn open_ends(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in tree.ending(".rs") {
        for (at, line) in Source::parse(text).comments.lines().enumerate() {
            let promises = ["TODO", "FIXME", "XXX"].iter().any(|word| has_word(line, word));
            let numbered = line.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            if promises && !numbered {
                violations.push(Violation::new(path, at + 1, "a promise without an issue number; write TODO(#12)"));
            }
        }
    }
    violations
}

/// Which part of a file a rule is about.
#[derive(Clone, Copy)]
enum Within {
    All,
    BeforeTests,
}

fn find(
    tree: &Tree,
    words: &[&str],
    applies: impl Fn(&str) -> bool,
    within: Within,
    message: impl Fn(&str) -> String,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in tree.ending(".rs").filter(|(path, _)| applies(path)) {
        let source = Source::parse(text);
        let n_lines = match within {
            Within::All => usize::MAX,
            Within::BeforeTests => source.tests_line() - 1,
        };
        for (at, line) in source.code.lines().enumerate().take(n_lines) {
            for word in words.iter().filter(|word| has_word(line, word)) {
                violations.push(Violation::new(path, at + 1, message(word)));
            }
        }
    }
    violations
}

fn starts_with_any(path: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| path.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::super::tests::expect;
    use super::*;

    const LIB: &str = "crates/vesalius/src/a.rs";
    const CLI: &str = "crates/vesalius-cli/src/a.rs";

    #[test]
    fn only_the_command_line_prints() {
        expect(prints, &[(LIB, "//! A.\nfn a() {\n    println!();\n}")], &["crates/vesalius/src/a.rs:3"]);
        expect(prints, &[(LIB, "fn a() { std::process::exit(1) }")], &["crates/vesalius/src/a.rs:1"]);
        expect(prints, &[(CLI, "println!();"), ("xtask/src/a.rs", "eprint!();")], &[]);
        expect(prints, &[(LIB, "// println!()\n#[cfg(test)]\nmod tests { eprintln!(); }")], &[]);
        expect(prints, &[("crates/vesalius/tests/it/a.rs", "eprintln!();")], &[]);
    }

    #[test]
    fn only_the_network_crate_knows_tensors() {
        expect(backend, &[(LIB, "use burn::nn;")], &["crates/vesalius/src/a.rs:1"]);
        expect(backend, &[(LIB, "\npub fn a() -> Tensor<4> {}")], &["crates/vesalius/src/a.rs:2"]);
        expect(
            backend,
            &[(LIB, "use safetensors::tensor; // burn"), ("crates/vesalius-nn/src/a.rs", "use burn;")],
            &[],
        );
    }

    #[test]
    fn only_the_command_line_parses_arguments() {
        expect(arguments, &[(LIB, "use clap::Parser;"), (CLI, "use clap::Parser;")], &["crates/vesalius/src/a.rs:1"]);
    }

    #[test]
    fn only_the_wheel_knows_python() {
        expect(python, &[(LIB, "use pyo3::prelude;")], &["crates/vesalius/src/a.rs:1"]);
        expect(python, &[("crates/vesalius-py/src/lib.rs", "use pyo3::prelude;")], &[]);
    }

    #[test]
    fn nothing_is_left_behind() {
        expect(left_behind, &[(LIB, "dbg!(1);\nlet dbg = \"dbg!\";")], &["crates/vesalius/src/a.rs:1"]);
        expect(left_behind, &[(LIB, "#[test]\n#[ignore]\nfn a() {}")], &["crates/vesalius/src/a.rs:2"]);
    }

    #[test]
    fn open_ends_have_a_number() {
        expect(open_ends, &[(LIB, "// TODO: later")], &["crates/vesalius/src/a.rs:1"]);
        expect(open_ends, &[(LIB, "// TODO(#12): later\nlet a = \"TODO\";")], &[]);
    }
}
