//! `cargo xtask bench`: speed and memory of the workloads, beside the peers on the same machine where they are installed.
//!
//! Both sides are programs with one contract: `--only NAME --json` prints one object
//! `{"software": "name and version", NAME: {METRIC: number, …}}`. Ours is the example `bench` of the crate
//! `vesalius`, the peers' are the scripts in `benches/`, run by the Python of `VESALIUS_PYTHON` (default `python3`).
//! A script that runs several peers prints an object in place of a number: `{"name and version": number, …}`.
//! Runs take turns, so that a machine that slows down slows both; the median is reported with the spread.
//! `VESALIUS_BENCH_INPUTS` names the folder in which our side leaves the files that both are to read.

mod figures;
mod machine;
mod table;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::cargo;
use crate::ci::{CRATES, target_folder};
use figures::{Figures, Side};

/// A workload: its name, and the script that does the same with the peers.
#[derive(Debug)]
struct Workload {
    name: &'static str,
    script: Script,
}

/// A script in `benches/`, and the modules without which it measures nothing.
#[derive(Clone, Copy, Debug)]
struct Script {
    path: &'static str,
    imports: &'static str,
}

const PYTORCH: Script = Script { path: "benches/pytorch.py", imports: "torch, torchvision" };
/// Its peers are many, and it says itself which of them are missing.
const VOLUMES: Script = Script { path: "benches/volumes.py", imports: "numpy" };

const MEASURE: Script = Script { path: "benches/measure.py", imports: "numpy" };

/// The workloads, in the order of the table.
const WORKLOADS: &[Workload] = &[
    Workload { name: "resnet18-2d", script: PYTORCH },
    Workload { name: "resnet18-3d", script: PYTORCH },
    Workload { name: "loading", script: PYTORCH },
    Workload { name: "startup", script: PYTORCH },
    Workload { name: "volumes", script: VOLUMES },
    Workload { name: "measure", script: MEASURE },
];

/// What to measure, and where to put it.
#[derive(Debug)]
pub(crate) struct Options {
    workloads: Vec<&'static Workload>,
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
            options.workloads = WORKLOADS.iter().collect();
        }
        Ok(options)
    }
}

fn workload(name: Option<&String>) -> Result<&'static Workload> {
    let name = name.context("--only takes the name of a workload")?;
    WORKLOADS.iter().find(|workload| workload.name == name).with_context(|| {
        let known: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
        format!("there is no workload `{name}`; the workloads are {}", known.join(", "))
    })
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
    let folder = target_folder(root)?;
    let inputs = folder.join("bench-inputs");
    let mut figures = Figures::default();
    for Workload { name, script } in &options.workloads {
        let python = python_for(*script, root);
        for repeat in 1..=options.n_repeats {
            eprintln!("{name}: run {repeat} of {}", options.n_repeats);
            let mut ours = Command::new(folder.join("release/examples/bench"));
            figures.add(Side::Ours, name, &one_run(ours.env("VESALIUS_BENCH_INPUTS", &inputs), root, name)?)?;
            if let Some(python) = &python {
                let mut theirs = Command::new(python);
                theirs.arg(script.path).env("VESALIUS_BENCH_INPUTS", &inputs);
                figures.add(Side::Peer, name, &one_run(&mut theirs, root, name)?)?;
            }
        }
    }
    Ok(figures)
}

/// The Python that can run a script, if there is one.
fn python_for(script: Script, root: &Path) -> Option<String> {
    let python = std::env::var("VESALIUS_PYTHON").unwrap_or_else(|_| "python3".into());
    let import = format!("import {}", script.imports);
    let probe = Command::new(&python).args(["-c", &import]).current_dir(root).output();
    let found = probe.is_ok_and(|output| output.status.success());
    if !found {
        let Script { path, imports } = script;
        eprintln!("{path} is not run: no Python with {imports}; name one by VESALIUS_PYTHON");
    }
    found.then_some(python)
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
        let names = |options: &Options| options.workloads.iter().map(|workload| workload.name).collect::<Vec<_>>();
        let options = parse("--only loading --only volumes --repeats 5 --json").unwrap();
        assert_eq!((options.n_repeats, options.output), (5, Output::Json));
        assert_eq!(names(&options), ["loading", "volumes"]);
        assert_eq!(
            names(&parse("").unwrap()),
            ["resnet18-2d", "resnet18-3d", "loading", "startup", "volumes", "measure"]
        );
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
