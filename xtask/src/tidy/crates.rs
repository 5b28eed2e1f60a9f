//! Which crate may depend on which, read from the manifests.

use super::{Tree, Violation};

/// What a crate of ours may depend on, among crates of ours. A crate that is absent may use all but the programs.
const ALLOWED: &[(&str, &[&str])] =
    &[("vesalius-image", &[]), ("vesalius-stats", &[]), ("vesalius-nn", &["vesalius-stats"])];

/// Programs and wheels, on which nothing depends.
const LEAVES: &[&str] = &["vesalius-cli", "vesalius-py", "xtask"];

/// Outside crates that one crate of ours alone may name, by the start of their name.
const RESERVED: &[(&str, &str)] = &[("burn", "vesalius-nn"), ("clap", "vesalius-cli"), ("pyo3", "vesalius-py")];

/// The crate graph is the design's.
pub(super) fn dependencies(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, name, manifest) in manifests(tree) {
        for dependency in dependency_names(&manifest) {
            if let Some(why) = refused(&name, &dependency) {
                violations.push(Violation::new(path, 0, format!("{name} depends on {dependency}; {why}")));
            }
        }
    }
    violations
}

/// Every crate takes the lints of the workspace, unless it is one of its own, as the fuzz targets are.
pub(super) fn lints(tree: &Tree) -> Vec<Violation> {
    let inherits = |manifest: &toml::Table| {
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        manifest.contains_key("workspace") || lints.and_then(toml::Value::as_bool) == Some(true)
    };
    let without = manifests(tree).into_iter().filter(|(_, _, manifest)| !inherits(manifest));
    without.map(|(path, ..)| Violation::new(path, 0, "no `[lints] workspace = true`")).collect()
}

fn refused(name: &str, dependency: &str) -> Option<String> {
    if LEAVES.contains(&dependency) {
        return Some("nothing depends on a program or a wheel".into());
    }
    let reserved = RESERVED.iter().find(|(prefix, owner)| dependency.starts_with(prefix) && name != *owner);
    if let Some((_, owner)) = reserved {
        return Some(format!("only {owner} may name it"));
    }
    let (_, allowed) = ALLOWED.iter().find(|(crate_name, _)| *crate_name == name)?;
    let ours = dependency.starts_with("vesalius");
    (ours && !allowed.contains(&dependency)).then(|| match allowed {
        [] => "it stands on no other crate of ours".into(),
        _ => format!("of our crates it may use {} alone", allowed.join(", ")),
    })
}

/// Path, package name and content of every crate's manifest.
fn manifests(tree: &Tree) -> Vec<(&str, String, toml::Table)> {
    let mut found = Vec::new();
    for (path, text) in tree.ending("/Cargo.toml") {
        let Ok(manifest) = text.parse::<toml::Table>() else { continue };
        let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        if let Some(name) = name.map(str::to_owned) {
            found.push((path, name, manifest));
        }
    }
    found
}

/// The packages in all tables of dependencies, those of single targets too.
fn dependency_names(manifest: &toml::Table) -> Vec<String> {
    let mut names = Vec::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else { continue };
        if key.ends_with("dependencies") {
            // A renamed dependency hides behind its `package` key.
            let package = |name: &String, value: &toml::Value| {
                value.get("package").and_then(toml::Value::as_str).map_or_else(|| name.clone(), str::to_owned)
            };
            names.extend(table.iter().map(|(name, value)| package(name, value)));
        } else if key == "target" {
            names.extend(table.values().filter_map(toml::Value::as_table).flat_map(dependency_names));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::tests::expect;
    use super::*;

    #[track_caller]
    fn check(name: &str, dependencies: &str, n_expected: usize) {
        let path = format!("crates/{name}/Cargo.toml");
        let text = format!("[package]\nname = \"{name}\"\n{dependencies}\n");
        let places = vec![format!("{path}:0"); n_expected];
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        super::super::tests::expect(super::dependencies, &[(&path, &text)], &places);
    }

    #[test]
    fn the_crate_graph_is_kept() {
        check("vesalius-image", "[dependencies]\nvesalius-stats.workspace = true", 1);
        check("vesalius-stats", "[dev-dependencies]\nvesalius-image.workspace = true", 1);
        check("vesalius-nn", "[dependencies]\nvesalius-stats.workspace = true\nvesalius-image.workspace = true", 1);
        check("vesalius", "[dependencies]\nvesalius-cli.workspace = true", 1);
        check("vesalius", "[dependencies]\nvesalius-nn.workspace = true\nvesalius-image.workspace = true", 0);
    }

    #[test]
    fn reserved_crates_stay_where_they_belong() {
        check("vesalius", "[dependencies]\nburn-flex = \"1\"", 1);
        check("vesalius", "[target.'cfg(unix)'.dependencies]\nclap = \"4\"", 1);
        check("vesalius", "[build-dependencies]\nx = { package = \"pyo3\", version = \"0.30\" }", 1);
        check("vesalius-nn", "[dependencies]\nburn = \"1\"", 0);
    }

    #[test]
    fn crates_inherit_the_lints() {
        let bare = "[package]\nname = \"a\"\n";
        let full = "[package]\nname = \"b\"\n[lints]\nworkspace = true\n";
        expect(lints, &[("crates/a/Cargo.toml", bare), ("crates/b/Cargo.toml", full)], &["crates/a/Cargo.toml:0"]);
    }
}
