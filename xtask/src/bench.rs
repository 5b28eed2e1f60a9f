//! `cargo xtask bench`: speed and memory of the workloads, beside PyTorch on the same machine where it is installed.
//!
//! Both sides are programs with one contract: `--only NAME --json` prints one object
//! `{"software": "name and version", NAME: {METRIC: number, …}}`. Ours is the example `bench` of the crate
//! `vesalius`, PyTorch's is `benches/pytorch.py`, run by the Python of `VESALIUS_PYTHON` (default `python3`).
//! Runs take turns, so that a machine that slows down slows both; the median is reported with the spread.

mod figures;
mod machine;
mod table;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::cargo;
use crate::ci::{CRATES, target_folder};
use figures::{Figures, Side};

/// The workloads, in the order of the table.
const WORKLOADS: &[&str] = &["resnet18-2d", "resnet18-3d", "loading", "startup"];

/// What to measure, and where to put it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    workloads: Vec<String>,
    n_repeats: usize,
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    Table,
    Json,
    Document,
}

impl Options {
    /// Understands what was typed behind `bench`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self { workloads: Vec::new(), n_repeats: 3, output: Output::Table };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--json" => options.output = Output::Json,
                "--write" => options.output = Output::Document,
                "--only" => options.workloads.push(workload(rest.next())?),
                "--repeats" => {
                    let number = rest.next().and_then(|number| number.parse().ok()).filter(|&number| number > 0);
                    options.n_repeats = number.context("--repeats takes a number of runs, at least 1")?;
                }
                other => bail!("bench has no option `{other}`; `cargo xtask help` lists them"),
            }
        }
        if options.workloads.is_empty() {
            options.workloads = WORKLOADS.iter().map(|&name| name.to_owned()).collect();
        }
        Ok(options)
    }
}

fn workload(name: Option<&String>) -> Result<String> {
    let name = name.context("--only takes the name of a workload")?;
    ensure!(
        WORKLOADS.contains(&name.as_str()),
        "there is no workload `{name}`; the workloads are {}",
        WORKLOADS.join(", ")
    );
    Ok(name.clone())
}

/// Measures and shows what the options ask for.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let figures = measure(root, options)?;
    let machine = machine::describe();
    match options.output {
        Output::Json => println!("{:#}", figures.to_json(&machine)),
        Output::Table => println!("{}", table::render(&figures, &machine)),
        Output::Document => {
            let path = root.join("docs/benchmarks.md");
            std::fs::write(&path, table::document(&figures, &machine))
                .with_context(|| format!("could not write {}", path.display()))?;
            eprintln!("wrote {}", path.display());
        }
    }
    Ok(())
}

fn measure(root: &Path, options: &Options) -> Result<Figures> {
    let mut build = cargo();
    // The packages that `ci` builds, since another selection would have the tensor backend built with other features.
    build.args(["build", "--release", "--quiet"]).args(CRATES).args(["--example", "bench"]);
    ensure!(build.current_dir(root).status()?.success(), "the example `bench` does not build");
    let peer = peer(root);
    if peer.is_none() {
        eprintln!("PyTorch is not measured: no Python with torch and torchvision; name one by VESALIUS_PYTHON");
    }
    let mut figures = Figures::default();
    for name in &options.workloads {
        for repeat in 1..=options.n_repeats {
            eprintln!("{name}: run {repeat} of {}", options.n_repeats);
            let mut ours = Command::new(target_folder(root)?.join("release/examples/bench"));
            figures.add(Side::Ours, name, &one_run(&mut ours, root, name)?)?;
            if let Some(python) = &peer {
                let mut theirs = Command::new(python);
                theirs.arg("benches/pytorch.py");
                figures.add(Side::Peer, name, &one_run(&mut theirs, root, name)?)?;
            }
        }
    }
    Ok(figures)
}

/// The Python that can import PyTorch, if there is one.
fn peer(root: &Path) -> Option<String> {
    let python = std::env::var("VESALIUS_PYTHON").unwrap_or_else(|_| "python3".into());
    let probe = Command::new(&python).args(["-c", "import torch, torchvision"]).current_dir(root).output();
    probe.is_ok_and(|output| output.status.success()).then_some(python)
}

fn one_run(command: &mut Command, root: &Path, name: &str) -> Result<serde_json::Value> {
    command.args(["--only", name, "--json"]).current_dir(root).stderr(std::process::Stdio::inherit());
    let output = command.output().with_context(|| format!("could not start {command:?}"))?;
    ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    serde_json::from_slice(&output.stdout).with_context(|| format!("{command:?} printed something else than JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options> {
        Options::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_understood() {
        let options = parse("--only loading --repeats 5 --json").unwrap();
        let expected = Options { workloads: vec!["loading".into()], n_repeats: 5, output: Output::Json };
        assert_eq!(options, expected);
        assert_eq!(parse("").unwrap().workloads, WORKLOADS);
    }

    #[test]
    fn wrong_options_are_refused() {
        for (text, part) in [
            ("--only training", "resnet18-2d"),
            ("--only", "name of a workload"),
            ("--repeats 0", "at least 1"),
            ("--fast", "`--fast`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
