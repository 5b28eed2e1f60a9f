//! F1: the harmonic mean of sensitivity and positive predictive value.
//!
//! **Definition.** 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979, ISBN 978-0-408-70929-3; Dice 1945,
//! doi:10.2307/1932409). Each class against the rest; for classes that exclude each other also `macro`, the mean over classes.
//! **Interval.** Percentile bootstrap, stratified by true class. Drawing cases with replacement makes the calls within a
//! true class multinomial, so that a replicate costs a few draws instead of n. Where all replicates agree (no error, or no
//! hit), the Wilson interval of TP / (TP + FP + FN), of which F1 is a monotone function; for `macro` its mean over classes.
//! **Range** 0 to 1. It depends on prevalence and threshold, and takes no notice of true negatives.
//! **No positive case and none called positive:** undefined, and with it the mean. **Nothing:** undefined. **Cost** O(n).

use super::{MACRO, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::resample::{binomial, multinomial};
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::target::{Counts, Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "f1",
    definition: "harmonic mean of sensitivity and positive predictive value",
    range: (0.0, 1.0),
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (options, rule) = (study.options, study.rule());
    let named = |outcome: Outcome, target: &str| outcome.decided_by(&rule).named(METRIC.name, target, options.level);
    let mut estimates: Vec<Estimate> =
        study.targets.iter().map(|target| named(single(target, options), &target.name)).collect();
    if let (Some(matrix), true) = (super::confusion::matrix(study), study.targets.len() > 1) {
        estimates.push(named(mean(&matrix.counts, study, options), MACRO));
    }
    estimates
}

fn value(true_positive: u64, n_errors: u64) -> Option<f64> {
    let twice = 2 * true_positive;
    (twice + n_errors > 0).then(|| twice as f64 / (twice + n_errors) as f64)
}

fn undefined(n: usize, name: &str, options: &Options) -> Outcome {
    let why = format!("there is no positive case of {name}, and none was called so");
    Outcome::undefined(n, method(options), why)
}

fn method(options: &Options) -> String {
    bootstrap::method(options, "stratified by true class")
}

fn single(target: &Target, options: &Options) -> Outcome {
    let counts = target.counts;
    let n_errors = (counts.false_positive + counts.false_negative) as u64;
    let Some(estimate) = value(counts.true_positive as u64, n_errors) else {
        return undefined(target.n(), &target.name, options);
    };
    let (n_positive, n_negative) = (counts.n_positive() as u64, counts.n_negative() as u64);
    let sensitivity = counts.true_positive as f64 / n_positive.max(1) as f64;
    let false_alarm = counts.false_positive as f64 / n_negative.max(1) as f64;
    let distribution = Distribution::of(options, |rng| {
        let hits = binomial(rng, n_positive, sensitivity);
        let false_alarms = binomial(rng, n_negative, false_alarm);
        value(hits, false_alarms + n_positive - hits)
    });
    match distribution.interval(options.level) {
        Some(interval) if !distribution.is_degenerate() => {
            Outcome::known(target.n(), method(options), estimate, interval)
        }
        _ => Outcome::known(target.n(), WITHOUT_SPREAD, estimate, by_wilson(counts, options.level)),
    }
}

const WITHOUT_SPREAD: &str = "Wilson of TP / (TP + FP + FN), as the bootstrap has no spread here";

fn by_wilson(counts: Counts, level: f64) -> (f64, f64) {
    let n = counts.n_called_positive() + counts.false_negative;
    let of_share = |share: f64| 2.0 * share / (1.0 + share);
    let (low, high) = wilson(counts.true_positive as u64, n as u64, level).unwrap_or((0.0, 1.0));
    (of_share(low), of_share(high))
}

/// The mean over classes that exclude each other, from `counts[truth][called]`.
fn mean(counts: &[Vec<u64>], study: &Study<'_>, options: &Options) -> Outcome {
    let n = study.cases.n_cases();
    let empty = study.targets.iter().find(|target| target.counts.n_positive() + target.counts.n_called_positive() == 0);
    if let Some(empty) = empty {
        return undefined(n, &empty.name, options);
    }
    let Some(estimate) = mean_value(counts) else {
        return undefined(n, MACRO, options);
    };
    let distribution = Distribution::of(options, |rng| {
        let mut drawn = vec![vec![0; counts.len()]; counts.len()];
        for (row, drawn) in counts.iter().zip(&mut drawn) {
            multinomial(rng, row.iter().sum(), row.iter().copied(), |called, n| drawn[called] = n);
        }
        mean_value(&drawn)
    });
    match distribution.interval(options.level) {
        Some(interval) if !distribution.is_degenerate() => Outcome::known(n, method(options), estimate, interval),
        _ => {
            let limits: Vec<_> = study.targets.iter().map(|t| by_wilson(t.counts, options.level)).collect();
            let average = |end: fn(&(f64, f64)) -> f64| limits.iter().map(end).sum::<f64>() / limits.len() as f64;
            Outcome::known(n, WITHOUT_SPREAD, estimate, (average(|limit| limit.0), average(|limit| limit.1)))
        }
    }
}

fn mean_value(counts: &[Vec<u64>]) -> Option<f64> {
    let mut sum = 0.0;
    for class in 0..counts.len() {
        let n_called: u64 = counts.iter().map(|row| row[class]).sum();
        let n_true: u64 = counts[class].iter().sum();
        let hits = counts[class][class];
        sum += value(hits, n_called + n_true - 2 * hits)?;
    }
    Some(sum / counts.len() as f64)
}
