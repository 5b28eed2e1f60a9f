//! F1: the harmonic mean of sensitivity and positive predictive value.
//!
//! **Definition.** 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979, ISBN 978-0-408-70929-3; Dice 1945,
//! doi:10.2307/1932409). Each class against the rest; of several also their means, `macro` unweighted and `weighted` by
//! positive cases, and `micro` of all decisions.
//! **Interval.** Percentile bootstrap, stratified by true class. Drawing cases with replacement makes the calls within a
//! true class multinomial, so that a replicate costs a few draws instead of n. Where all replicates agree (no error, or no
//! hit), the Wilson interval of TP / (TP + FP + FN), of which F1 is a monotone function. Of means the delta method over cases.
//! **Range** 0 to 1. It depends on prevalence and threshold, and takes no notice of true negatives.
//! **No positive case and none called positive:** undefined, and with it the mean. **Nothing:** undefined. **Cost** O(n).

use super::Metric;
use super::averages::{self, Ratio};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::resample::binomial;
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::target::{Counts, Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "f1",
    definition: "harmonic mean of sensitivity and positive predictive value",
    range: (0.0, 1.0),
    others: "scikit-learn and torchmetrics count 0 where there is neither a positive case nor a call; here it is undefined",
    compute,
};

const RATIO: Ratio = Ratio {
    true_positive: (2.0, 2.0),
    false_positive: (0.0, 1.0),
    false_negative: (0.0, 1.0),
    limits: by_wilson,
    undefined: why_undefined,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (options, rule) = (study.options, study.rule());
    let named = |outcome: Outcome, target: &str| outcome.decided_by(&rule).named(METRIC.name, target, options.level);
    let mut estimates: Vec<Estimate> =
        study.targets.iter().map(|target| named(single(target, options), &target.name)).collect();
    estimates.extend(averages::estimates(&METRIC, study, &RATIO));
    estimates
}

fn value(true_positive: u64, n_errors: u64) -> Option<f64> {
    let twice = 2 * true_positive;
    (twice + n_errors > 0).then(|| twice as f64 / (twice + n_errors) as f64)
}

fn why_undefined(name: &str) -> String {
    format!("there is no positive case of {name}, and none was called so")
}

fn method(options: &Options) -> String {
    bootstrap::method(options, "stratified by true class")
}

fn single(target: &Target, options: &Options) -> Outcome {
    let counts = target.counts;
    let n_errors = (counts.false_positive + counts.false_negative) as u64;
    let Some(estimate) = value(counts.true_positive as u64, n_errors) else {
        return Outcome::undefined(target.n(), method(options), why_undefined(&target.name));
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
