//! Classes and findings: predictions against truth, of whatever origin, become estimates with intervals and curves.
//!
//! [`measure_classify`] compares plain tables; [`measure_cohort`], [`measure_files`] and [`compare_files`] bring cohorts and
//! files to it. What it leaves is `scores/`: `scores.json`, `cases.csv`, `roc.csv`, `precision_recall.csv`,
//! `reliability.csv`, `decision.csv`, `confusion.csv`, of two models `comparison.csv` and `mcnemar.csv`, and for whole parts
//! of MedMNIST sets the result file of that benchmark.

mod against;
mod align;
mod benchmark;
mod config;
mod curves;
mod grouping;
mod labels;
mod saved;
mod truth;

use std::path::Path;

use vesalius_stats::classify::{Cases, measure, measure_groups};

use crate::cohort::{Cohort, Part, Task, Truth};
use crate::error::{Error, ErrorKind, Result};
use crate::measure::wording::n_of;
use crate::predictions::{Columns, Predictions};

pub use against::{Against, compare_files};
pub use benchmark::BenchmarkResult;
pub use config::{Bins, Interval, MeasureConfig, Missing};
pub use saved::{Measured, MeasuredCase};
pub use truth::{TruthColumns, TruthTable};

/// What files do not say of themselves; everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// Columns of the predictions.
    pub predictions: Columns,
    /// Columns of the truth.
    pub truth: TruthColumns,
    /// Classes in the order of their numbers; of two, the last is the positive one.
    pub classes: Option<Vec<String>>,
    /// The part of the truth that predictions which count from 0 belong to.
    pub part: Option<Part>,
}

/// Measures the predictions of one file against the truth in another: a cohort, a MedMNIST file, or any table.
///
/// Both may be the same table.
pub fn measure_files(
    truth: &Path,
    predictions: &Path,
    options: &FileOptions,
    config: &MeasureConfig,
) -> Result<Measured> {
    let (truth, predictions) = read(truth, predictions, options, config)?;
    measure_classify(&truth, &predictions, config)
}

/// Truth and predictions in the same classes.
fn read(
    truth: &Path,
    predictions: &Path,
    options: &FileOptions,
    config: &MeasureConfig,
) -> Result<(TruthTable, Predictions)> {
    // The truth knows classes best; where it holds bare numbers, the names of score columns tell more.
    let hint = Predictions::read(predictions, &options.predictions, None).map(|found| found.labels).ok();
    let truth = TruthTable::read(truth, options, hint.as_deref(), &config.columns())?;
    let predictions = Predictions::read(predictions, &options.predictions, Some(&truth.classes))?;
    Ok((truth, predictions))
}

/// Measures the cases of a cohort that predictions name, and no others: on the road some cases are meant to have none.
pub fn measure_cohort(cohort: &Cohort, predictions: &Predictions, config: &MeasureConfig) -> Result<Measured> {
    let truth = TruthTable::of(cohort).with_columns(cohort, &config.columns())?;
    check_labels(&truth, predictions)?;
    let mut aligned = align::align(&truth, predictions, Missing::LeaveOut)?;
    aligned.notes.clear();
    measure_aligned(&truth, &aligned, config)
}

/// Measures predictions against truth; a case of the truth without prediction is what [`MeasureConfig::missing`] says.
///
/// Where the publisher put cases into parts, only the parts count of which there is any prediction.
pub fn measure_classify(truth: &TruthTable, predictions: &Predictions, config: &MeasureConfig) -> Result<Measured> {
    check_labels(truth, predictions)?;
    measure_aligned(truth, &align::align(truth, predictions, config.missing)?, config)
}

fn measure_aligned(truth: &TruthTable, aligned: &align::Aligned<'_>, config: &MeasureConfig) -> Result<Measured> {
    let known = aligned.known();
    let mut notes: Vec<String> = truth.notes.iter().chain(&aligned.notes).cloned().collect();
    let n_unknown = aligned.pairs.len() - known.len();
    if n_unknown > 0 {
        notes.push(format!("{} without a known label left out", n_of(n_unknown, "case")));
    }
    if known.is_empty() {
        let message =
            format!("no case of {} has both a known label and a score; check that labels are filled in", truth.name);
        return Err(Error::new(ErrorKind::Data, message));
    }
    let cases = clustered(truth, &known, config)?;
    let options = config.options();
    let mut scores = measure(&cases, &options).map_err(|error| unmeasurable(&error))?;
    if let Some(column) = &config.groups {
        let groups = grouping::groups(truth, column, config.reference.as_deref(), &known)?;
        let of_groups = measure_groups(&cases, &groups, &options).map_err(|error| unmeasurable(&error))?;
        scores.estimates.extend(of_groups);
        let n_outside = groups.of_case.iter().filter(|group| group.is_none()).count();
        if n_outside > 0 {
            notes.push(format!("{} without a value of {column:?} in no group", n_of(n_outside, "case")));
        }
    }
    let benchmark = benchmark::results(truth, &aligned.pairs, config)?;
    let called = cases.called(options.threshold);
    let cases = known.iter().zip(called).map(|(pair, called)| MeasuredCase {
        case: pair.case.clone(),
        truth: pair.truth.clone(),
        called,
        scores: pair.scores.clone(),
    });
    let (task, classes, cases) = (truth.task, truth.classes.clone(), cases.collect());
    Ok(Measured { task, classes, scores, cases, benchmark, against: None, notes })
}

fn check_labels(truth: &TruthTable, predictions: &Predictions) -> Result<()> {
    if truth.classes == predictions.labels {
        return Ok(());
    }
    let message = format!(
        "the truth {} has the classes [{}] and the predictions score [{}]; expected the same classes in the same order; \
         name the classes or the score columns by option",
        truth.name,
        truth.classes.join(", "),
        predictions.labels.join(", ")
    );
    Err(Error::new(ErrorKind::Data, message))
}

/// Plain arrays for the metrics, with the clusters that the configuration names.
fn clustered(truth: &TruthTable, pairs: &[&align::Pair<'_>], config: &MeasureConfig) -> Result<Cases> {
    let cases = cases(truth, pairs)?;
    let Some(column) = &config.cluster else { return Ok(cases) };
    cases.clustered(&grouping::clusters(truth, column, pairs)?).map_err(|error| unmeasurable(&error))
}

/// Plain arrays for the metrics.
fn cases(truth: &TruthTable, pairs: &[&align::Pair<'_>]) -> Result<Cases> {
    let scores: Vec<f64> = pairs.iter().flat_map(|pair| pair.scores.iter().copied()).collect();
    let cases = if truth.task == Task::MultiLabel {
        let labels = |pair: &&align::Pair<'_>| {
            (0..truth.classes.len()).map(|class| labels::known(pair.truth, class)).collect::<Vec<_>>()
        };
        let labels: Vec<Option<bool>> = pairs.iter().flat_map(labels).collect();
        Cases::findings(&truth.classes, &labels, &scores)
    } else {
        let class = |pair: &&align::Pair<'_>| match pair.truth {
            Truth::Class(class) => *class,
            Truth::Findings(_) => None,
        };
        let classes: Vec<usize> = pairs.iter().filter_map(class).collect();
        Cases::exclusive(&truth.classes, &classes, &scores)
    };
    cases.map_err(|error| unmeasurable(&error))
}

fn unmeasurable(error: &vesalius_stats::Error) -> Error {
    let kind = match error.kind() {
        vesalius_stats::ErrorKind::Parameter => ErrorKind::Configuration,
        _ => ErrorKind::Data,
    };
    Error::new(kind, format!("predictions cannot be measured: {error}"))
}
