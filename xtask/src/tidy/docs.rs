//! What the documents say is there is there, and continuous integration runs what a newcomer is told to run.

use super::{Tree, Violation};

/// Every link to a file of the repository leads to one.
pub(super) fn links(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in tree.ending(".md") {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut fenced = false;
        for (at, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            if fenced {
                continue;
            }
            for target in targets(line) {
                let file = target.split('#').next().unwrap_or_default();
                let remote = file.is_empty() || file.contains("://") || file.starts_with("mailto:");
                if !remote && !resolve(folder, file).is_some_and(|file| tree.has(&file)) {
                    violations.push(Violation::new(path, at + 1, format!("the link to {target} leads nowhere")));
                }
            }
        }
    }
    violations
}

/// The first shell block of the README is what `.ci/run` calls.
pub(super) fn commands(tree: &Tree) -> Vec<Violation> {
    let (Some(readme), Some(script)) = (tree.text("README.md"), tree.text(".ci/run")) else {
        return vec![Violation::new("README.md", 0, "README.md and .ci/run are both needed")];
    };
    let cargo = |line: &&str| line.starts_with("cargo ");
    let told: Vec<&str> = readme
        .lines()
        .skip_while(|line| *line != "```sh")
        .skip(1)
        .take_while(|line| *line != "```")
        .filter(cargo)
        .collect();
    let called: Vec<&str> = script.lines().filter(cargo).collect();
    if told.is_empty() || told != called {
        let message = format!("the first shell block says {told:?}, .ci/run calls {called:?}; make them equal");
        return vec![Violation::new("README.md", 0, message)];
    }
    Vec::new()
}

/// The targets of the links and pictures of a line.
fn targets(line: &str) -> Vec<&str> {
    let after = line.match_indices("](").map(|(at, _)| &line[at + 2..]);
    after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.trim()).collect()
}

/// A relative path from a folder, with its `..` resolved; none where it leaves the repository.
fn resolve(folder: &str, file: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::expect;
    use super::*;

    #[test]
    fn links_lead_somewhere() {
        let there = ("docs/guide/a.md", "");
        expect(links, &[("README.md", "\nsee [a](docs/guide/b.md)"), there], &["README.md:2"]);
        expect(links, &[("README.md", "[a](docs/guide/a.md#part) [b](docs/guide/) [c](https://x.y)"), there], &[]);
        expect(links, &[("docs/x/b.md", "[a](../guide/a.md)"), there], &[]);
        expect(links, &[("docs/x/b.md", "![a](../../../a.png)"), there], &["docs/x/b.md:1"]);
        expect(links, &[("README.md", "```\n[a](b)\n```\n"), there], &[]);
    }

    #[test]
    fn readme_and_ci_agree() {
        let readme = ("README.md", "# A\n\n```sh\ncargo a\ncargo b\n```\n\n```sh\ncargo c\n```\n");
        expect(commands, &[readme, (".ci/run", "set -e\ncargo a\ncargo b\n")], &[]);
        expect(commands, &[readme, (".ci/run", "cargo a\n")], &["README.md:0"]);
        expect(commands, &[readme], &["README.md:0"]);
    }
}
