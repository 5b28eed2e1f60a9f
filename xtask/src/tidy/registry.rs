//! What is added as a sibling file stands in its registry and in a test, so that nothing lies about unused or unproved.

use std::collections::BTreeSet;

use super::source::{Source, is_test_path};
use super::{Tree, Violation};

/// A folder whose files are each one check, metric, architecture or recipe.
struct Registry {
    folder: &'static str,
    ending: &'static str,
    /// The file in which every one of them is named.
    listed_in: &'static str,
    /// Stems of files in the folder that are none of them.
    apart: &'static [&'static str],
    /// A name that a test uses to walk the whole registry; without one every file is named in some test.
    walked_as: Option<&'static str>,
}

const REGISTRIES: &[Registry] = &[
    Registry {
        folder: "crates/vesalius/src/audit/",
        ending: ".rs",
        listed_in: "crates/vesalius/src/audit/registry.rs",
        apart: &["crossing", "finding", "registry", "verdict"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/agree/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/agree.rs",
        apart: &["chance", "options", "ratings", "readers"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/agree/readers/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/agree/readers.rs",
        apart: &["areas", "study"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/classify/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/classify.rs",
        apart: &["averages", "compare", "contingency", "groups", "operating", "resampled"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/hypothesis/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/hypothesis.rs",
        apart: &["ranks"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/segment/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/segment.rs",
        apart: &["facts", "summary"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/survive/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/survive.rs",
        apart: &["cases", "options", "order", "pairs", "study", "timeline"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/fuse/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/fuse.rs",
        apart: &["members", "ties", "votes"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/leaderboard/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/leaderboard.rs",
        apart: &["board", "order", "signed_rank", "stability"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/detect/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/detect.rs",
        apart: &["assignment", "curve", "findings", "matching", "options", "shape", "study"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-stats/src/localize/",
        ending: ".rs",
        listed_in: "crates/vesalius-stats/src/localize.rs",
        apart: &["places", "summary"],
        walked_as: None,
    },
    Registry {
        folder: "crates/vesalius-nn/src/arch/",
        ending: ".rs",
        listed_in: "crates/vesalius-nn/src/arch.rs",
        apart: &[],
        walked_as: Some("ARCHITECTURES"),
    },
    Registry {
        folder: "recipes/",
        ending: ".toml",
        listed_in: "crates/vesalius/src/recipe.rs",
        apart: &[],
        walked_as: Some("RECIPES"),
    },
];

/// Every file of a registry's folder is listed, and tested.
pub(super) fn bijection(tree: &Tree) -> Vec<Violation> {
    let tests = test_text(tree);
    REGISTRIES.iter().flat_map(|registry| registry.check(tree, &tests)).collect()
}

impl Registry {
    fn check(&self, tree: &Tree, tests: &str) -> Vec<Violation> {
        let list = without_modules(tree.text(self.listed_in).unwrap_or_default());
        let walked = self.walked_as.is_some_and(|name| tests.contains(&plain(name)));
        let mut violations = Vec::new();
        for (path, text) in tree.ending(self.ending) {
            let Some(stem) = path.strip_prefix(self.folder).and_then(|name| name.strip_suffix(self.ending)) else {
                continue;
            };
            if stem.contains('/') || self.apart.contains(&stem) {
                continue;
            }
            if !plain(&list).contains(&plain(stem)) {
                let message = format!("`{stem}` is not in its registry, {}; add a line there", self.listed_in);
                violations.push(Violation::new(path, 0, message));
            }
            let names = item_names(&list, text, stem);
            let unproved = names.iter().filter(|name| !walked && !tests.contains(&plain(name)));
            violations.extend(unproved.map(|name| Violation::new(path, 0, format!("no test names `{name}`; add one"))));
        }
        violations
    }
}

/// What the items of a file are called: in the registry, else in the file itself, else as the file.
fn item_names<'a>(list: &'a str, text: &'a str, stem: &'a str) -> BTreeSet<&'a str> {
    const NAME: &str = "name: \"";
    let name_at = |text: &'a str, at: usize| text[at + NAME.len()..].split('"').next();
    let call = format!("{stem}::");
    let registered = list.match_indices(&call).filter_map(|(at, _)| name_at(list, list[..at].rfind(NAME)?));
    let names: BTreeSet<&str> = registered.collect();
    if !names.is_empty() {
        return names;
    }
    let own: BTreeSet<&str> = text.match_indices(NAME).filter_map(|(at, _)| name_at(text, at)).collect();
    if own.is_empty() { BTreeSet::from([stem]) } else { own }
}

/// All tests with their goldens, literals too: a test may know a check by its name in an artefact.
fn test_text(tree: &Tree) -> String {
    let mut lines = Vec::new();
    let in_crates = |path: &str| path.starts_with("crates/");
    for (_, text) in tree.ending("").filter(|(path, _)| in_crates(path) && is_test_path(path)) {
        lines.extend(text.lines().map(plain));
    }
    for (_, text) in tree.ending(".rs").filter(|(path, _)| in_crates(path) && !is_test_path(path)) {
        lines.extend(text.lines().skip(Source::parse(text).tests_line() - 1).map(plain));
    }
    lines.join("\n")
}

/// `mod a;` declares a file but registers nothing.
fn without_modules(text: &str) -> String {
    let declares = |line: &str| line.trim_end().ends_with(';') && (line.starts_with("mod ") || line.contains(" mod "));
    text.lines().filter(|line| !declares(line)).collect::<Vec<_>>().join("\n")
}

/// One spelling for `exact_duplicates`, `exact-duplicates` and `ExactDuplicates`.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::expect;
    use super::*;

    const CHECK: (&str, &str) = ("crates/vesalius/src/audit/odd_sizes.rs", "//! Odd sizes.");
    const LIST: &str = "crates/vesalius/src/audit/registry.rs";
    const TEST: (&str, &str) = ("crates/vesalius/tests/it/audit.rs", "check(\"odd-sizes\");");
    const FOUND: &str = "crates/vesalius/src/audit/odd_sizes.rs:0";

    #[test]
    fn a_check_is_listed_and_tested() {
        let listed = (LIST, "mod odd_sizes;\nconst CHECKS: &[Check] = &[odd_sizes::CHECK];");
        expect(bijection, &[CHECK, listed, TEST], &[]);
        expect(bijection, &[CHECK, (LIST, "mod odd_sizes;\n"), TEST], &[FOUND]);
        expect(bijection, &[CHECK, listed], &[FOUND]);
        expect(bijection, &[CHECK], &[FOUND, FOUND]);
    }

    #[test]
    fn every_item_of_a_file_is_tested_by_its_name() {
        let list =
            (LIST, "[Check { name: \"wide\", run: odd_sizes::wide }, Check { name: \"tall\", run: odd_sizes::tall }]");
        expect(bijection, &[CHECK, list, (TEST.0, "check(\"wide\"); check(\"tall\");")], &[]);
        expect(bijection, &[CHECK, list, (TEST.0, "check(\"wide\"); odd_sizes")], &[FOUND]);
        let check = (CHECK.0, "const METRIC: Metric = Metric { name: \"oddness\" };");
        expect(bijection, &[check, (LIST, "odd_sizes::METRIC"), TEST], &[FOUND]);
        let golden = ("crates/vesalius/tests/golden/audit.json", "{\"oddness\": 1}");
        expect(bijection, &[check, (LIST, "odd_sizes::METRIC"), golden], &[]);
    }

    #[test]
    fn a_file_may_hold_its_own_test() {
        let check = (CHECK.0, "//! Odd sizes.\n#[cfg(test)]\nmod tests {\n    // odd_sizes\n}\n");
        expect(bijection, &[check, (LIST, "odd_sizes::CHECK")], &[]);
    }

    #[test]
    fn a_suite_may_walk_the_registry() {
        let arch = ("crates/vesalius-nn/src/arch/net.rs", "//! Net.");
        let list = ("crates/vesalius-nn/src/arch.rs", "name: \"net\"");
        let suite = ("crates/vesalius-nn/tests/it/conformance.rs", "for info in ARCHITECTURES {}");
        expect(bijection, &[arch, list, suite], &[]);
        expect(bijection, &[arch, list], &["crates/vesalius-nn/src/arch/net.rs:0"]);
    }

    #[test]
    fn recipes_are_listed() {
        let places = &["recipes/a.toml:0", "recipes/a.toml:0"];
        expect(bijection, &[("recipes/a.toml", "")], places);
    }
}
