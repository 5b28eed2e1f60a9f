//! Two models on the same cases: the second file of predictions, and what becomes of both.

use std::collections::BTreeSet;
use std::path::Path;

use vesalius_stats::Estimate;
use vesalius_stats::classify::{Comparison, compare, measure};
use vesalius_stats::hypothesis::Pairs;

use super::{FileOptions, MeasureConfig, Measured};
use super::{align, check_labels, clustered, measure_aligned, read, unmeasurable};
use crate::error::Result;
use crate::measure::wording::n_of;
use crate::predictions::Predictions;

/// How the measured model stands against a second one.
#[derive(Clone, Debug, PartialEq)]
pub struct Against {
    /// Differences, first minus second, with their tests and tables.
    pub comparison: Comparison,
    /// The estimates of the second model on the same cases.
    pub estimates: Vec<Estimate>,
}

impl Against {
    /// Every difference beside the values that it is of.
    pub(super) fn rows(&self, first: &[Estimate]) -> Vec<Vec<String>> {
        let names = ["metric", "target", "first", "second", "difference", "low", "high", "level", "n", "method"];
        let text = |number: Option<f64>| number.map_or(String::new(), |number| number.to_string());
        let row = |found: &Estimate| {
            let metric = found.metric.trim_end_matches("_difference");
            let value = |estimates: &[Estimate]| {
                let is_same = |other: &&Estimate| other.metric == metric && other.target == found.target;
                text(estimates.iter().find(is_same).and_then(|other| other.value))
            };
            let mut row = vec![metric.to_owned(), found.target.clone(), value(first), value(&self.estimates)];
            row.extend([found.value, found.low, found.high, Some(found.level)].map(text));
            row.extend([found.n.to_string(), found.method.clone()]);
            row
        };
        let rows = self.comparison.estimates.iter().map(row);
        std::iter::once(names.map(str::to_owned).to_vec()).chain(rows).collect()
    }

    /// The tables of McNemar.
    pub(super) fn pair_rows(&self) -> Vec<Vec<String>> {
        let names = ["target", "both", "only_first", "only_second", "neither"];
        let row = |(target, pairs): &(String, Pairs)| {
            let counts = [pairs.both, pairs.only_first, pairs.only_second, pairs.neither];
            std::iter::once(target.clone()).chain(counts.iter().map(u64::to_string)).collect()
        };
        std::iter::once(names.map(str::to_owned).to_vec()).chain(self.comparison.pairs.iter().map(row)).collect()
    }
}

/// Measures the first of two files of predictions, and how it differs from the second on the cases that both scored.
pub fn compare_files(
    truth: &Path,
    [first, second]: [&Path; 2],
    options: &FileOptions,
    config: &MeasureConfig,
) -> Result<Measured> {
    let (truth, first) = read(truth, first, options, config)?;
    let second = Predictions::read(second, &options.predictions, Some(&truth.classes))?;
    check_labels(&truth, &first)?;
    check_labels(&truth, &second)?;
    let mut first = align::align(&truth, &first, config.missing)?;
    let mut second = align::align(&truth, &second, config.missing)?;
    let n_dropped = keep_common(&mut first, &mut second);
    first.notes.extend(second.notes.drain(..).map(|note| format!("of the second model: {note}")));
    if n_dropped > 0 {
        first.notes.push(format!("{} that only one of the models scored left out", n_of(n_dropped, "case")));
    }
    let mut measured = measure_aligned(&truth, &first, config)?;
    let options = config.options();
    let [first, second] = [clustered(&truth, &first.known(), config)?, clustered(&truth, &second.known(), config)?];
    let comparison = compare(&first, &second, &options).map_err(|error| unmeasurable(&error))?;
    measured.scores.estimates.extend(comparison.estimates.iter().cloned());
    let estimates = measure(&second, &options).map_err(|error| unmeasurable(&error))?.estimates;
    measured.against = Some(Against { comparison, estimates });
    Ok(measured)
}

/// Leaves the cases that both have, and says how many others there were.
fn keep_common(first: &mut align::Aligned<'_>, second: &mut align::Aligned<'_>) -> usize {
    let places = |aligned: &align::Aligned<'_>| aligned.pairs.iter().map(|pair| pair.idx).collect::<BTreeSet<_>>();
    let (of_first, of_second) = (places(first), places(second));
    first.pairs.retain(|pair| of_second.contains(&pair.idx));
    second.pairs.retain(|pair| of_first.contains(&pair.idx));
    of_first.symmetric_difference(&of_second).count()
}
