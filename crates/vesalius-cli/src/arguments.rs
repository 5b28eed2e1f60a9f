//! What can be typed: the options of every command, and the commands.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use vesalius::Device;

use crate::commands::source::by_name;
use crate::commands::{
    audit, cohort, convert, demo, ensemble, explain, fetch, inspect, measure, phantom, predict, rank, report, run,
    schema, split, train,
};

/// Turns medical images into evidence.
#[derive(Parser)]
#[command(name = "vesalius", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  an error
    2  done, with problems listed in problems.csv
    3  --fail-on was met
  130  stopped by Ctrl-C; the same command goes on from there";

/// The options of every command.
#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Options {
    /// The folder for what the command makes
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The seed of everything random, in place of the configured one
    #[arg(long, global = true, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many threads to use; all cores if not given
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Where networks run
    #[arg(long, global = true, value_name = "cpu|gpu", default_value = "cpu", value_parser = by_name::<Device>)]
    pub(crate) device: Device,
    /// Write the artefact to standard output as JSON, and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log more to standard error; twice for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// The commands, in the order of the road.
#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    Run(run::Run),
    Inspect(inspect::Inspect),
    // Its options are many, and a place of their own keeps the others small.
    Convert(Box<convert::Convert>),
    Cohort(cohort::Cohort),
    Audit(audit::Audit),
    Split(split::Split),
    Train(train::Train),
    Predict(predict::Predict),
    Explain(explain::Explain),
    Ensemble(ensemble::Ensemble),
    Measure(measure::Measure),
    Rank(rank::Rank),
    Report(report::Report),
    Phantom(phantom::Phantom),
    Fetch(fetch::Fetch),
    Schema(schema::Schema),
}
