//! The result files of the MedMNIST benchmark, for every part of a set that predictions cover whole.

use vesalius_stats::classify::{ALL, Options, measure};

use super::align::Pair;
use super::{MeasureConfig, TruthTable, cases, unmeasurable};
use crate::cohort::{Part, medmnist};
use crate::error::Result;
use crate::predictions::medmnist_result::{ResultName, part_and_index};

/// One result file: its name, and index and scores of every case of the part.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchmarkResult {
    /// The standard name, which holds both metrics.
    pub file_name: String,
    /// AUC by the rules of the benchmark.
    pub auc: f64,
    /// Accuracy by its rules.
    pub acc: f64,
    /// Ascending by index.
    pub rows: Vec<(usize, Vec<f64>)>,
}

/// A result for each part that is covered whole, in the order of parts; none for sets that the benchmark does not have.
pub(super) fn results(truth: &TruthTable, pairs: &[Pair<'_>], config: &MeasureConfig) -> Result<Vec<BenchmarkResult>> {
    let Some((flag, size)) = flag_and_size(&truth.name) else { return Ok(Vec::new()) };
    let mut results = Vec::new();
    for part in Part::ALL {
        let mut of_part: Vec<(usize, &Pair<'_>)> = pairs
            .iter()
            .filter_map(|pair| part_and_index(&pair.case).filter(|(other, _)| *other == part).map(|(_, at)| (at, pair)))
            .collect();
        of_part.sort_by_key(|(at, _)| *at);
        // The benchmark counts on every index from 0; a subset has no result there.
        let is_whole = of_part.iter().enumerate().all(|(expected, (at, _))| expected == *at);
        let n =
            truth.cases.iter().filter(|(case, _)| part_and_index(case).is_some_and(|(other, _)| other == part)).count();
        if of_part.is_empty() || !is_whole || of_part.len() < n {
            continue;
        }
        let known: Vec<&Pair<'_>> =
            of_part.iter().map(|(_, pair)| *pair).filter(|pair| !pair.truth.is_unknown()).collect();
        if known.len() < of_part.len() {
            continue;
        }
        if let Some((auc, acc)) = values(truth, &known)? {
            let name = ResultName { flag: flag.to_owned(), size, part, run: config.run.clone() };
            let rows = of_part.into_iter().map(|(at, pair)| (at, pair.scores.clone())).collect();
            results.push(BenchmarkResult { file_name: name.file_name(auc, acc), auc, acc, rows });
        }
    }
    Ok(results)
}

/// Both metrics; `None` where the benchmark does not define them.
fn values(truth: &TruthTable, pairs: &[&Pair<'_>]) -> Result<Option<(f64, f64)>> {
    let options = Options { replicates: 1, ..Options::default() };
    let scores = measure(&cases(truth, pairs)?, &options).map_err(|error| unmeasurable(&error))?;
    let value = |metric: &str| {
        scores.estimates.iter().find(|estimate| estimate.metric == metric && estimate.target == ALL)?.value
    };
    Ok(value("medmnist_auc").zip(value("medmnist_acc")))
}

/// `adrenalmnist3d_64` is the flag `adrenalmnist3d` at size 64.
fn flag_and_size(name: &str) -> Option<(&str, u32)> {
    let (flag, size) =
        name.split_once('_').map_or(Some((name, 28)), |(flag, size)| Some((flag, size.parse().ok()?)))?;
    medmnist::set(flag).map(|_| (flag, size))
}
