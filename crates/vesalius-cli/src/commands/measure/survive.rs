//! `vesalius measure survive --truth T --pred P`: predicted risk, time or survival against follow-up.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use vesalius::measure::classify::Missing;
use vesalius::measure::survive::{Direction, FileOptions, Measured, Options, measure_files};

use crate::commands::estimates;
use crate::commands::source::by_name;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Times to an event, with censoring
#[derive(Args)]
pub(crate) struct Survive {
    /// What happened: a cohort or a table with case, time and event
    #[arg(long, value_name = "PATH")]
    truth: PathBuf,
    /// What was predicted: a table with case and risk, time, or survival.<horizon> such as survival.365
    #[arg(long, value_name = "PATH")]
    pred: PathBuf,
    #[command(flatten)]
    meaning: Meaning,
    #[command(flatten)]
    method: Method,
}

/// What the files do not say of themselves.
#[derive(Args)]
#[command(next_help_heading = "How to read the files")]
struct Meaning {
    /// What the prediction means, where its column does not say: more is sooner (risk), or later (time)
    #[arg(long, value_name = "WHAT")]
    direction: Option<Says>,
    /// The column of the predictions by which cases are ranked
    #[arg(long, value_name = "COLUMN")]
    score_column: Option<String>,
    /// The column of the predictions that names the case
    #[arg(long, value_name = "COLUMN")]
    case_column: Option<String>,
    /// The column of the truth that names the case
    #[arg(long, value_name = "COLUMN")]
    truth_case_column: Option<String>,
    /// The column of the truth with the time of the event or the end of follow-up
    #[arg(long, value_name = "COLUMN")]
    time_column: Option<String>,
    /// The column of the truth with 1 for an event and 0 for none
    #[arg(long, value_name = "COLUMN")]
    event_column: Option<String>,
    /// What becomes of cases without a prediction: error or leave-out [default: error]
    #[arg(long, value_name = "WHAT", value_parser = by_name::<Missing>)]
    missing: Option<Missing>,
}

/// What a prediction means.
#[derive(Clone, Copy, ValueEnum)]
enum Says {
    Risk,
    Time,
}

/// How survival is measured.
#[derive(Args)]
#[command(next_help_heading = "How to measure")]
struct Method {
    /// Times at which predictions are judged, in the unit of the files [default: those of the predicted survival, else
    /// quartiles of the events]
    #[arg(long, value_name = "T,…", value_delimiter = ',')]
    horizons: Option<Vec<f64>>,
    /// Uno's C counts events before this time only [default: all]
    #[arg(long, value_name = "T")]
    tau: Option<f64>,
    /// Nominal coverage of intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    level: Option<f64>,
}

impl Survive {
    /// Shows the scores, and writes them with their curves where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let measured = measure_files(&self.truth, &self.pred, &self.meaning.options(), &self.method.options())?;
        if let Some(out) = session.out() {
            measured.save(out)?;
        }
        Ok(Outcome { exit: Exit::Done, summary: summary(&measured), artifact: measured.to_json()? })
    }
}

impl Meaning {
    fn options(&self) -> FileOptions {
        FileOptions {
            truth_case: self.truth_case_column.clone(),
            time: self.time_column.clone(),
            event: self.event_column.clone(),
            case: self.case_column.clone(),
            prediction: self.score_column.clone(),
            direction: self.direction.map(|says| match says {
                Says::Risk => Direction::Risk,
                Says::Time => Direction::Time,
            }),
            missing: self.missing.unwrap_or_default(),
        }
    }
}

impl Method {
    fn options(&self) -> Options {
        let default = Options::default();
        Options {
            level: self.level.unwrap_or(default.level),
            horizons: self.horizons.clone().unwrap_or_default(),
            tau: self.tau,
            ..default
        }
    }
}

fn summary(measured: &Measured) -> String {
    let n_events = measured.cases.iter().filter(|case| case.event).count();
    let n_cases = measured.cases.len();
    let mut text = format!("{n_cases} cases, {n_events} events\n{}", estimates::lines(&measured.scores.estimates));
    for note in &measured.notes {
        writeln!(text, "note: {note}").expect("a string takes everything");
    }
    text
}
