//! F1: the harmonic mean of sensitivity and positive predictive value.
//!
//! **Definition.** 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979, ISBN 978-0-408-70929-3; Dice 1945,
//! doi:10.2307/1932409). Each class against the rest; of several also their means, `macro` unweighted and `weighted` by
//! positive cases, and `micro` of all decisions.
//! **Interval.** Delta method over cases, symmetric on the logit scale. Where there is no spread (no error, or no hit) the
//! Wilson interval of TP / (TP + FP + FN), of which F1 is a monotone function.
//! **Range** 0 to 1. It depends on prevalence and threshold, and takes no notice of true negatives.
//! **No positive case and none called positive:** undefined, and with it the mean. **Nothing:** undefined. **Cost** O(n).

use super::Metric;
use super::averages::{self, Ratio};
use crate::estimate::{Estimate, Outcome};
use crate::interval::wilson::wilson;
use crate::target::{Counts, Study};

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
    let (level, rule) = (study.options.level, study.rule());
    let named = |outcome: Outcome, target: &str| outcome.decided_by(&rule).named(METRIC.name, target, level);
    let mut estimates: Vec<Estimate> =
        study.targets.iter().map(|target| named(averages::single(target, &RATIO, level), &target.name)).collect();
    estimates.extend(averages::estimates(&METRIC, study, &RATIO));
    estimates
}

fn why_undefined(name: &str) -> String {
    format!("there is no positive case of {name}, and none was called so")
}

fn by_wilson(counts: Counts, level: f64) -> (f64, f64) {
    let n = counts.n_called_positive() + counts.false_negative;
    let of_share = |share: f64| 2.0 * share / (1.0 + share);
    let (low, high) = wilson(counts.true_positive as u64, n as u64, level).unwrap_or((0.0, 1.0));
    (of_share(low), of_share(high))
}
