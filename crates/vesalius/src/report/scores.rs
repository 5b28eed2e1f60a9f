//! Reads what `vesalius measure classify` left: estimates, curves, reliability and confusion.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::chart::{ConfusionCell, PlanePoint, ReliabilityBin};
use super::estimate::Estimate;
use super::run_folder::RunFolder;
use crate::error::{Error, ErrorKind, Result};

/// The artefacts of the stage; each may be empty.
#[derive(Default)]
pub(super) struct Scores {
    pub(super) estimates: Vec<Estimate>,
    /// Curves by target, in the order of the file.
    pub(super) roc: Vec<(String, Vec<PlanePoint>)>,
    /// Precision over recall, by steps.
    pub(super) precision_recall: Vec<(String, Vec<PlanePoint>)>,
    /// Net benefit over threshold probabilities, and that of acting on all cases.
    pub(super) decision: Vec<(String, Vec<(PlanePoint, f64)>)>,
    /// Bins with cases by target, in the order of the file.
    pub(super) reliability: Vec<(String, Vec<ReliabilityBin>)>,
    pub(super) confusion: Option<Confusion>,
}

/// Counts of truth and prediction.
pub(super) struct Confusion {
    pub(super) classes: Vec<String>,
    /// `cells[truth][predicted]`.
    pub(super) cells: Vec<Vec<ConfusionCell>>,
}

#[derive(Deserialize)]
struct ScoresFile {
    schema: u32,
    estimates: Vec<Estimate>,
}

#[derive(Deserialize)]
struct RocRow {
    target: String,
    false_positive_rate: Option<f64>,
    true_positive_rate: Option<f64>,
    #[serde(default)]
    low: Option<f64>,
    #[serde(default)]
    high: Option<f64>,
}

#[derive(Deserialize)]
struct PrecisionRecallRow {
    target: String,
    recall: Option<f64>,
    precision: Option<f64>,
    #[serde(default)]
    low: Option<f64>,
    #[serde(default)]
    high: Option<f64>,
}

#[derive(Deserialize)]
struct DecisionRow {
    target: String,
    threshold: Option<f64>,
    net_benefit: Option<f64>,
    #[serde(default)]
    low: Option<f64>,
    #[serde(default)]
    high: Option<f64>,
    all: Option<f64>,
}

#[derive(Deserialize)]
struct ReliabilityRow {
    target: String,
    mean_score: Option<f64>,
    observed: Option<f64>,
    #[serde(default)]
    low: Option<f64>,
    #[serde(default)]
    high: Option<f64>,
    n: u64,
}

#[derive(Deserialize)]
struct ConfusionRow {
    truth: String,
    predicted: String,
    n: u64,
}

impl Scores {
    /// Reads the folder `scores`; `classes` give the order of the confusion matrix.
    pub(super) fn read(run: &RunFolder<'_>, classes: &[String]) -> Result<Self> {
        let file: Option<ScoresFile> = run.json("scores/scores.json")?;
        if let Some(schema) = file.as_ref().map(|file| file.schema).filter(|schema| *schema != 1) {
            let message = format!(
                "scores/scores.json has schema {schema}; expected 1, which this version of `vesalius measure` writes"
            );
            return Err(Error::new(ErrorKind::Format, message));
        }
        let roc: Vec<RocRow> = run.table("scores/roc.csv")?.unwrap_or_default();
        let reliability: Vec<ReliabilityRow> = run.table("scores/reliability.csv")?.unwrap_or_default();
        let precision_recall: Vec<PrecisionRecallRow> = run.table("scores/precision_recall.csv")?.unwrap_or_default();
        let decision: Vec<DecisionRow> = run.table("scores/decision.csv")?.unwrap_or_default();
        let confusion: Option<Vec<ConfusionRow>> = run.table("scores/confusion.csv")?;
        Ok(Self {
            estimates: file.map(|file| file.estimates).unwrap_or_default(),
            roc: by_target(roc.into_iter().filter_map(roc_point)),
            precision_recall: by_target(precision_recall.into_iter().filter_map(precision_recall_point)),
            decision: by_target(decision.into_iter().filter_map(decision_point)),
            reliability: by_target(reliability.into_iter().filter_map(reliability_bin)),
            confusion: confusion.filter(|rows| !rows.is_empty()).map(|rows| matrix(&rows, classes)),
        })
    }

    /// The first estimate of one of these metrics, for this target.
    pub(super) fn find(&self, metric: &str, target: &str) -> Option<&Estimate> {
        let group = self.main_group();
        self.estimates.iter().find(|e| e.is(metric) && e.target == target && e.group == group)
    }

    /// The group that stands for all cases: the first of the file.
    pub(super) fn main_group(&self) -> &str {
        self.estimates.first().map_or("", |estimate| estimate.group.as_str())
    }
}

fn roc_point(row: RocRow) -> Option<(String, PlanePoint)> {
    let (x, y) = (share(row.false_positive_rate)?, share(row.true_positive_rate)?);
    Some((row.target, PlanePoint { x, y, band: share(row.low).zip(share(row.high)) }))
}

fn precision_recall_point(row: PrecisionRecallRow) -> Option<(String, PlanePoint)> {
    let (x, y) = (share(row.recall)?, share(row.precision)?);
    Some((row.target, PlanePoint { x, y, band: share(row.low).zip(share(row.high)) }))
}

fn decision_point(row: DecisionRow) -> Option<(String, (PlanePoint, f64))> {
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    let (x, y) = (share(row.threshold)?, finite(row.net_benefit)?);
    let band = finite(row.low).zip(finite(row.high));
    Some((row.target, (PlanePoint { x, y, band }, finite(row.all)?)))
}

fn reliability_bin(row: ReliabilityRow) -> Option<(String, ReliabilityBin)> {
    let (mean_score, observed) = (share(row.mean_score)?, share(row.observed)?);
    let interval = share(row.low).zip(share(row.high));
    (row.n > 0).then_some((row.target, ReliabilityBin { mean_score, observed, interval, n: row.n }))
}

/// What is drawn on the unit scale must lie on it.
fn share(value: Option<f64>) -> Option<f64> {
    value.filter(|value| (0.0..=1.0).contains(value))
}

fn by_target<T>(rows: impl Iterator<Item = (String, T)>) -> Vec<(String, Vec<T>)> {
    let mut targets: Vec<(String, Vec<T>)> = Vec::new();
    let mut idx_of: BTreeMap<String, usize> = BTreeMap::new();
    for (target, row) in rows {
        let idx = *idx_of.entry(target.clone()).or_insert_with(|| {
            targets.push((target, Vec::new()));
            targets.len() - 1
        });
        targets[idx].1.push(row);
    }
    targets
}

fn matrix(rows: &[ConfusionRow], classes: &[String]) -> Confusion {
    let mut names: Vec<String> = classes.to_vec();
    let mut idx_of: BTreeMap<String, usize> =
        names.iter().cloned().enumerate().map(|(idx, name)| (name, idx)).collect();
    for name in rows.iter().flat_map(|row| [&row.truth, &row.predicted]) {
        if !idx_of.contains_key(name) {
            idx_of.insert(name.clone(), names.len());
            names.push(name.clone());
        }
    }
    let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for row in rows {
        let count = counts.entry((idx_of[&row.truth], idx_of[&row.predicted])).or_default();
        *count = count.saturating_add(row.n);
    }
    let line = |truth: usize| {
        let count = |predicted: usize| counts.get(&(truth, predicted)).copied().unwrap_or(0);
        let total = (0..names.len()).map(count).fold(0, u64::saturating_add);
        let cell = |n: u64| ConfusionCell { n, share: (total > 0).then(|| n as f64 / total as f64) };
        (0..names.len()).map(|predicted| cell(count(predicted))).collect()
    };
    let cells = if names.len() <= super::performance::CONFUSION_CLASSES_MAX {
        (0..names.len()).map(line).collect()
    } else {
        Vec::new()
    };
    Confusion { classes: names, cells }
}
