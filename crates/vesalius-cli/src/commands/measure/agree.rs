//! `vesalius measure agree --ratings TABLE`: how raters agree, and what an aid does for readers.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use vesalius::measure::agree::{Agreement, FileOptions, Kind, Options, measure_file};

use crate::commands::estimates;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Raters with each other, and reader studies with and without an aid
#[derive(Args)]
pub(crate) struct Agree {
    /// One row a case and a column a rater, or case, rater, value; a reader study has case, reader, arm, score, truth
    #[arg(long, value_name = "TABLE")]
    ratings: PathBuf,
    #[command(flatten)]
    meaning: Meaning,
    #[command(flatten)]
    method: Method,
}

/// What the table does not say of itself.
#[derive(Args)]
#[command(next_help_heading = "How to read the table")]
struct Meaning {
    /// What ratings are; words are nominal, numbers need to be told
    #[arg(long, value_name = "KIND")]
    kind: Option<Means>,
    /// All categories of the scale in their order [default: those that occur; of whole grades all between]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    categories: Option<Vec<String>>,
    /// The columns of the raters [default: all but that of the case]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    raters: Option<Vec<String>>,
    /// The column that names the case
    #[arg(long, value_name = "COLUMN")]
    case_column: Option<String>,
    /// The arm of a reader study that others are compared with [default: the first]
    #[arg(long, value_name = "ARM")]
    reference: Option<String>,
}

/// What ratings are.
#[derive(Clone, Copy, ValueEnum)]
enum Means {
    /// Categories without order
    Nominal,
    /// Grades
    Ordinal,
    /// Measurements whose differences count
    Interval,
    /// Measurements from 0 whose proportions count
    Ratio,
}

/// How agreement is measured.
#[derive(Args)]
#[command(next_help_heading = "How to measure")]
struct Method {
    /// Nominal coverage of intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    level: Option<f64>,
    /// Bootstrap replicates of reader studies [default: 2000]
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
}

impl Agree {
    /// Shows the scores, and writes them with their tables where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let default = Options::default();
        let options = Options {
            level: self.method.level.unwrap_or(default.level),
            replicates: self.method.replicates.unwrap_or(default.replicates),
            seed: session.seed.unwrap_or(default.seed),
        };
        let measured = measure_file(&self.ratings, &self.meaning.options(), &options)?;
        if let Some(out) = session.out() {
            measured.save(out)?;
        }
        Ok(Outcome { exit: Exit::Done, summary: summary(&measured), artifact: measured.to_json()? })
    }
}

impl Meaning {
    fn options(&self) -> FileOptions {
        FileOptions {
            kind: self.kind.map(|means| match means {
                Means::Nominal => Kind::Nominal,
                Means::Ordinal => Kind::Ordinal,
                Means::Interval => Kind::Interval,
                Means::Ratio => Kind::Ratio,
            }),
            categories: self.categories.clone(),
            raters: self.raters.clone(),
            case: self.case_column.clone(),
            reference: self.reference.clone(),
        }
    }
}

fn summary(measured: &Agreement) -> String {
    let mut text = format!("{} cases\n{}", measured.n_cases(), estimates::lines(measured.estimates()));
    for note in measured.notes() {
        writeln!(text, "note: {note}").expect("a string takes everything");
    }
    text
}
