//! `cargo xtask`: the only automation of this repository, with nothing to install.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program speaks to its user")]

mod bench;
mod ci;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
usage: cargo xtask COMMAND

  ci [STEP…]   everything that must pass, cheapest first; or only the named steps
  tidy         the rules of STYLE.md that a program can check
  bench        speed and memory, beside PyTorch where it is installed
               --only NAME     one workload
               --repeats N     runs of each side, taken in turn (default 3)
               --json          the figures on standard output, nothing else there
               --write         renew docs/benchmarks.md";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        println!("{HELP}");
        return Ok(());
    };
    match command.as_str() {
        "ci" => ci::run(&root(), rest),
        "tidy" => tidy::run(&root()),
        "bench" => bench::run(&root(), &bench::Options::parse(rest)?),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}

/// The folder of the workspace, which is the parent of this crate.
///
/// Asked of the Cargo that runs us: what the compiler knew may be another checkout with the same target folder.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).parent().expect("xtask lies in the workspace").to_path_buf()
}

/// The Cargo that started us, so that a toolchain chosen on the command line holds for every step.
fn cargo() -> std::process::Command {
    std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
