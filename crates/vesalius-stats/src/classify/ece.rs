//! ECE: the expected calibration error, the mean distance between score and observed share.
//!
//! **Definition.** Σ over bins (`n_b / n`) · |observed share − mean score| (Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602).
//! One class against the rest: the bins are of its score. For three or more classes that exclude each other also `all`:
//! the bins are of the highest score, the share is that of right calls (Guo et al. 2017, arXiv:1706.04599).
//! Bins are of equal width or equal mass, by option, named in the method.
//! **Interval.** Percentile bootstrap over cases with the bins kept. Resampling adds once more the noise that makes an ECE
//! too large, and its replicates all tend to lie above the value; so they are moved by their own bias, to center on it.
//! The value itself is not corrected: with few cases it is too large even for perfect calibration.
//! **Range** 0 (calibrated) to 1. **Ties** share a bin. **Scores outside 0 to 1, nothing:** undefined. **One class:** defined.
//! **NaN** is refused before. **Cost** O(n log n).

use super::reliability::bin_edges;
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::resample::GroupedValues;
use crate::options::Options;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "ece",
    definition: "mean distance between score and observed share over bins of the score",
    range: (0.0, 1.0),
    others: "bins, their number and the edge that belongs to them differ between tools; the method names ours",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let named = |outcome: Outcome, target: &str| outcome.named(METRIC.name, target, options.level);
    let single = |target: &Target| {
        let why = target.not_probabilities().or_else(|| (target.n() == 0).then(|| target.no_known_case()));
        named(error(&target.score, &target.truth, why, options), &target.name)
    };
    let mut estimates: Vec<Estimate> = study.targets.iter().map(single).collect();
    if let (Some(truth), true) = (study.exclusive(), study.targets.len() > 1) {
        let called: Vec<usize> =
            (0..truth.len()).map(|case| study.cases.called_class(case, options.threshold)).collect();
        let highest: Vec<f64> = called.iter().enumerate().map(|(case, &class)| study.cases.row(case)[class]).collect();
        let is_right: Vec<bool> = called.iter().zip(truth).map(|(called, truth)| called == truth).collect();
        let why = study.targets.iter().find_map(Target::not_probabilities);
        let why = why.or_else(|| truth.is_empty().then(|| "there are no cases".to_owned()));
        estimates.push(named(error(&highest, &is_right, why, options), ALL));
    }
    estimates
}

fn error(score: &[f64], truth: &[bool], why: Option<String>, options: &Options) -> Outcome {
    let n = score.len();
    let bins = options.bins;
    let method = format!("{}, centered; {}", bootstrap::method(options, "cases drawn without strata"), bins.name());
    if let Some(why) = why {
        return Outcome::undefined(n, method, why);
    }
    let edges = bin_edges(score, bins);
    let residual = |(&score, &truth): (&f64, &bool)| (edges.bin(score), f64::from(u8::from(truth)) - score);
    let grouped = GroupedValues::new(score.iter().zip(truth).map(residual).collect(), edges.n_bins());
    let distance = |sums: Vec<f64>| sums.iter().map(|sum| sum.abs()).sum::<f64>() / n as f64;
    let value = distance(grouped.sums());
    let distribution = Distribution::of(options, |rng| Some(distance(grouped.resampled_sums(rng))));
    if distribution.is_degenerate() {
        let reach = 3.0 / n as f64;
        let method = format!("rule of three, as the bootstrap has no spread here; {}", bins.name());
        return Outcome::known(n, method, value, ((value - reach).max(0.0), (value + reach).min(1.0)));
    }
    let (low, high) = distribution.centered_on(value).interval(options.level).unwrap_or((value, value));
    Outcome::known(n, method, value, (low.max(0.0), high.min(1.0)))
}
