//! `cargo xtask ci`: everything that must pass, cheapest first, with the time that each step took.
//!
//! All steps that build use the release profile: one build of the tensor backend serves tests, demo and wheel.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{cargo, tidy};

/// One thing that must pass.
struct Step {
    name: &'static str,
    run: fn(&Path) -> Result<Outcome>,
}

/// How a step that did not fail ended.
enum Outcome {
    Passed,
    /// This machine lacks what the step needs.
    Skipped(&'static str),
}

const DENY_WARNINGS: &[&str] = &["--", "--deny", "warnings"];

/// All crates but the wheel, whose macros switch on features of `syn` that would have Burn compiled a second time.
pub(crate) const CRATES: [&str; 3] = ["--workspace", "--exclude", "vesalius-py"];

const STEPS: &[Step] = &[
    Step { name: "format", run: format },
    Step { name: "tidy", run: |root| tidy::run(root).map(|()| Outcome::Passed) },
    Step { name: "lint", run: lint },
    Step { name: "test", run: test },
    Step { name: "docs", run: docs },
    Step { name: "wheel", run: wheel },
    Step { name: "demo", run: demo },
];

/// Runs the named steps, or all of them, up to the first that fails.
pub(crate) fn run(root: &Path, names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step `{unknown}`; the steps are {}", known.join(", "));
    }
    let mut lines = Vec::new();
    let mut failure = None;
    for step in STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)) {
        println!("\n== {}", step.name);
        let start = Instant::now();
        let result = (step.run)(root);
        lines.push(Line { name: step.name, took: start.elapsed(), end: describe(&result) });
        if let Err(error) = result {
            failure = Some(error.context(format!("step `{}` failed", step.name)));
            break;
        }
    }
    println!();
    for line in &lines {
        println!("{line}");
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// A line of the table at the end.
struct Line {
    name: &'static str,
    took: Duration,
    end: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8}{:>9.1} s  {}", self.name, self.took.as_secs_f64(), self.end)
    }
}

fn describe(result: &Result<Outcome>) -> String {
    match result {
        Ok(Outcome::Passed) => "passed".into(),
        Ok(Outcome::Skipped(why)) => format!("skipped: {why}"),
        Err(_) => "failed".into(),
    }
}

fn format(root: &Path) -> Result<Outcome> {
    cargo_step(root, &["fmt", "--all", "--check"])
}

fn lint(root: &Path) -> Result<Outcome> {
    cargo_step(root, &[&["clippy", "--release", "--all-targets"], &CRATES[..], DENY_WARNINGS].concat())
}

fn test(root: &Path) -> Result<Outcome> {
    cargo_step(root, &[&["test", "--release"], &CRATES[..]].concat())
}

fn docs(root: &Path) -> Result<Outcome> {
    let mut command = cargo();
    // The program has the name of the library and no documentation of its own.
    command.args(["doc", "--release", "--no-deps", "--lib"]).args(CRATES).env("RUSTDOCFLAGS", "--deny warnings");
    succeed(command.current_dir(root))
}

/// Builds the Python module and uses it, as a user of the wheel would.
fn wheel(root: &Path) -> Result<Outcome> {
    cargo_step(root, &[&["clippy", "--release", "--package", "vesalius-py"], DENY_WARNINGS].concat())?;
    cargo_step(root, &["build", "--release", "--package", "vesalius-py"])?;
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Ok(Outcome::Skipped("built, but there is no python3 to import it"));
    }
    let release = target_folder(root)?.join("release");
    let folder = release.join("wheel-smoke");
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let (built, module) = (release.join(library_name("vesalius_py")), folder.join("vesalius.abi3.so"));
    std::fs::copy(&built, &module).with_context(|| format!("could not copy {}", built.display()))?;
    let script = root.join("crates/vesalius-py/tests/smoke.py");
    succeed(Command::new("python3").arg(script).env("PYTHONPATH", &folder).env("PYTHONDONTWRITEBYTECODE", "1"))
}

/// The main job, from nothing to a report.
fn demo(root: &Path) -> Result<Outcome> {
    let folder = target_folder(root)?.join("demo-smoke");
    if folder.exists() {
        // A finished run would not be done again.
        std::fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    let mut command = cargo();
    command.args(["run", "--release", "--quiet", "--", "demo", "--out"]).arg(&folder).current_dir(root);
    succeed(&mut command)?;
    let report = folder.join("report.html");
    let bytes = std::fs::metadata(&report).map_or(0, |metadata| metadata.len());
    ensure!(bytes > 0, "the demo ended without a report at {}", report.display());
    Ok(Outcome::Passed)
}

fn cargo_step(root: &Path, arguments: &[&str]) -> Result<Outcome> {
    succeed(cargo().args(arguments).current_dir(root))
}

fn succeed(command: &mut Command) -> Result<Outcome> {
    let status = command.status().with_context(|| format!("could not start {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(Outcome::Passed)
}

/// Where Cargo puts what it builds, which configuration and environment may both move.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf> {
    let output = cargo().args(["metadata", "--format-version", "1", "--no-deps"]).current_dir(root).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).context("cargo metadata gave no JSON")?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

fn library_name(crate_name: &str) -> String {
    format!("{}{crate_name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_step_is_named_with_the_known_ones() {
        let error = run(Path::new("."), &["tests".into()]).unwrap_err().to_string();
        assert!(error.contains("`tests`") && error.contains("format, tidy, lint, test"), "{error}");
    }

    /// The outside crates of a selection, each with the features that it switches on.
    fn packages(selection: &[&str]) -> Vec<String> {
        let mut command = cargo();
        command.args(["tree", "--prefix", "none", "--format", "{p} [{f}]"]).args(selection).current_dir(crate::root());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        // Crates of ours are followed by their folder.
        text.lines()
            .map(|line| line.trim_end_matches(" (*)"))
            .filter(|line| !line.contains("(/"))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn the_demo_and_the_checks_share_one_build() {
        let checks = packages(&CRATES);
        let demo = packages(&["--package", "vesalius-cli", "--edges", "normal,build"]);
        let apart: Vec<&String> = demo.iter().filter(|package| !checks.contains(package)).collect();
        assert!(apart.is_empty(), "compiled twice, with other features: {apart:#?}");
    }

    #[test]
    fn a_line_says_how_long_and_how_it_ended() {
        let line =
            Line { name: "wheel", took: Duration::from_millis(1260), end: describe(&Ok(Outcome::Skipped("why"))) };
        assert_eq!(line.to_string(), "wheel         1.3 s  skipped: why");
    }
}
