//! `vesalius measure classify --truth T --pred P`: scores of predictions, whoever's software made them.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::cohort::Part;
use vesalius::measure::classify::{
    FileOptions, Interval, MeasureConfig, Measured, Missing, TruthColumns, compare_files, measure_files,
};
use vesalius::predictions::Columns;

use crate::commands::estimates;
use crate::commands::source::by_name;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Classes that exclude each other, or findings that do not
#[derive(Args)]
pub(crate) struct Classify {
    /// What is true: a cohort, a MedMNIST file, or a table
    #[arg(long, value_name = "PATH")]
    truth: PathBuf,
    /// What was predicted: predictions.csv, a MedMNIST result file, or a table of scores
    #[arg(long, value_name = "PATH")]
    pred: PathBuf,
    /// A second file of predictions on the same cases, to which the first is compared
    #[arg(long, value_name = "PATH")]
    compare: Option<PathBuf>,
    #[command(flatten)]
    meaning: Meaning,
    #[command(flatten)]
    method: Method,
}

/// What the files do not say of themselves.
#[derive(Args)]
#[command(next_help_heading = "How to read the files")]
struct Meaning {
    /// The classes in the order of their numbers; of two, the last is the positive one
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    classes: Option<Vec<String>>,
    /// The part that predictions which count from 0 belong to: train, val or test
    #[arg(long, value_name = "PART", value_parser = by_name::<Part>)]
    part: Option<Part>,
    /// The column of the predictions that names the case
    #[arg(long, value_name = "COLUMN")]
    case_column: Option<String>,
    /// The columns of scores in the order of the classes, or that of the positive class alone
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    score_columns: Option<Vec<String>>,
    /// The column of the truth that names the case
    #[arg(long, value_name = "COLUMN")]
    truth_case_column: Option<String>,
    /// The columns of the truth: one with the class, or one for each finding
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    label_columns: Option<Vec<String>>,
}

/// How scores are measured; defaults are those of recipes.
#[derive(Args)]
#[command(next_help_heading = "How to measure")]
struct Method {
    /// Nominal coverage of intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    level: Option<f64>,
    /// Bootstrap replicates [default: 2000]
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
    /// The score above which a case is called positive [default: 0.5]
    #[arg(long, value_name = "SCORE")]
    threshold: Option<f64>,
    /// A column of the truth whose groups are measured by themselves and compared, such as site
    #[arg(long, value_name = "COLUMN")]
    groups: Option<String>,
    /// The group that the others are compared with [default: all others together]
    #[arg(long, value_name = "GROUP", requires = "groups")]
    reference: Option<String>,
    /// A column of the truth whose cases belong together, such as subject: whole clusters are drawn
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    /// How intervals are made: own (each metric's), exact (proportions), percentile or bca [default: own]
    #[arg(long, value_name = "KIND", value_parser = by_name::<Interval>)]
    interval: Option<Interval>,
    /// The false positive rate up to which the partial AUROC counts [default: 0.1]
    #[arg(long, value_name = "RATE")]
    fpr_max: Option<f64>,
    /// The specificity at which sensitivity is read off, and the other way round [default: 0.95]
    #[arg(long, value_name = "RATE")]
    at: Option<f64>,
    /// How many classes of highest score count in the top-k accuracy [default: 2]
    #[arg(long, value_name = "K")]
    top_k: Option<usize>,
    /// What becomes of cases without a prediction: error, worst or leave-out [default: error]
    #[arg(long, value_name = "WHAT", value_parser = by_name::<Missing>)]
    missing: Option<Missing>,
}

impl Classify {
    /// Shows the scores, and writes them with their curves where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let config = self.method.config(session.seed);
        let options = self.meaning.options();
        let measured = match &self.compare {
            Some(second) => compare_files(&self.truth, [&self.pred, second], &options, &config)?,
            None => measure_files(&self.truth, &self.pred, &options, &config)?,
        };
        if let Some(out) = session.out() {
            measured.save(out)?;
        }
        Ok(Outcome { exit: Exit::Done, summary: summary(&measured), artifact: measured.to_json()? })
    }
}

impl Meaning {
    fn options(&self) -> FileOptions {
        FileOptions {
            predictions: Columns { case: self.case_column.clone(), scores: self.score_columns.clone() },
            truth: TruthColumns { case: self.truth_case_column.clone(), labels: self.label_columns.clone() },
            classes: self.classes.clone(),
            part: self.part,
        }
    }
}

impl Method {
    fn config(&self, seed: Option<u64>) -> MeasureConfig {
        let default = MeasureConfig::default();
        MeasureConfig {
            level: self.level.unwrap_or(default.level),
            replicates: self.replicates.unwrap_or(default.replicates),
            threshold: self.threshold.unwrap_or(default.threshold),
            missing: self.missing.unwrap_or(default.missing),
            groups: self.groups.clone(),
            reference: self.reference.clone(),
            cluster: self.cluster.clone(),
            interval: self.interval.unwrap_or(default.interval),
            false_positive_rate_max: self.fpr_max.unwrap_or(default.false_positive_rate_max),
            fixed_rate: self.at.unwrap_or(default.fixed_rate),
            top_k: self.top_k.unwrap_or(default.top_k),
            seed: seed.unwrap_or(default.seed),
            ..default
        }
    }
}

fn summary(measured: &Measured) -> String {
    let mut text = format!("{} cases\n{}", measured.cases.len(), estimates::lines(&measured.scores.estimates));
    text += &estimates::tests(measured.tests());
    for result in &measured.benchmark {
        writeln!(text, "benchmark result: {}", result.file_name).expect("a string takes everything");
    }
    for note in &measured.notes {
        writeln!(text, "note: {note}").expect("a string takes everything");
    }
    text
}
