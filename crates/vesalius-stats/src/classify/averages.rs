//! Averages over classes of a ratio of counts: unweighted, by positive cases, and of all decisions pooled.
//!
//! The variance is that of the delta method over cases, so that the decisions about one case vary together, and the
//! weights of the weighted mean with them. Where there is no spread (every class all right or all wrong) the ends are the
//! same average of the Wilson limits of the classes.

use super::{MACRO, MICRO, Metric, WEIGHTED};
use crate::estimate::{Estimate, Outcome};
use crate::interval::delta::{self, Scale};
use crate::target::{Counts, Study, Target};

const METHOD: &str = "delta method, logit scale";

/// What a case counts for above and below the fraction line.
pub(super) struct Ratio {
    pub(super) true_positive: (f64, f64),
    pub(super) false_positive: (f64, f64),
    pub(super) false_negative: (f64, f64),
    /// Limits of one class by Wilson.
    pub(super) limits: fn(Counts, f64) -> (f64, f64),
    /// Why a class of this name has nothing below the line.
    pub(super) undefined: fn(&str) -> String,
}

impl Ratio {
    fn of(&self, truth: bool, called: bool) -> (f64, f64) {
        match (truth, called) {
            (true, true) => self.true_positive,
            (false, true) => self.false_positive,
            (true, false) => self.false_negative,
            (false, false) => (0.0, 0.0),
        }
    }

    /// The sums above and below the line.
    fn sums(&self, counts: Counts) -> (f64, f64) {
        let parts = [
            (self.true_positive, counts.true_positive),
            (self.false_positive, counts.false_positive),
            (self.false_negative, counts.false_negative),
        ];
        parts.iter().fold((0.0, 0.0), |sums, (part, n)| (sums.0 + part.0 * *n as f64, sums.1 + part.1 * *n as f64))
    }
}

/// The ratio of one class by itself.
pub(super) fn single(target: &Target, ratio: &Ratio, level: f64) -> Outcome {
    let (n, counts) = (target.n(), target.counts);
    let (above, all_below) = ratio.sums(counts);
    if all_below <= 0.0 {
        return Outcome::undefined(n, METHOD, (ratio.undefined)(&target.name));
    }
    let value = above / all_below;
    let square =
        |(above, below): (f64, f64), count: usize| ((above - value * below) / all_below).powi(2) * count as f64;
    let variance = square(ratio.true_positive, counts.true_positive)
        + square(ratio.false_positive, counts.false_positive)
        + square(ratio.false_negative, counts.false_negative);
    let error = delta::error_of_variance(variance * n as f64 / (n as f64 - 1.0));
    delta::outcome((value, error), n, (level, Scale::Logit), || {
        let (low, high) = (ratio.limits)(counts, level);
        ("Wilson of TP / (TP + FP + FN), as the delta method has no spread here", (low.min(value), high.max(value)))
    })
}

/// All three averages; none for a single target.
pub(super) fn estimates(metric: &Metric, study: &Study<'_>, ratio: &Ratio) -> Vec<Estimate> {
    if study.targets.len() < 2 {
        return Vec::new();
    }
    let (rule, level) = (study.rule(), study.options.level);
    let named = |outcome: Outcome, target: &str| outcome.decided_by(&rule).named(metric.name, target, level);
    let n = study.targets.len() as f64;
    let n_positive: usize = study.targets.iter().map(|target| target.counts.n_positive()).sum();
    let by_positive = |target: &Target| target.counts.n_positive() as f64 / n_positive.max(1) as f64;
    vec![
        named(mean(study, ratio, |_| 1.0 / n, 0.0), MACRO),
        named(mean(study, ratio, by_positive, 1.0 / n_positive.max(1) as f64), WEIGHTED),
        named(pooled(study, ratio), MICRO),
    ]
}

/// `pull` is how much a positive case adds to the weight of its class.
fn mean(study: &Study<'_>, ratio: &Ratio, weight: impl Fn(&Target) -> f64, pull: f64) -> Outcome {
    let n_cases = study.cases.n_cases();
    let mut ratios = Vec::with_capacity(study.targets.len());
    for target in &study.targets {
        let (above, below) = ratio.sums(target.counts);
        if below <= 0.0 {
            return Outcome::undefined(n_cases, METHOD, (ratio.undefined)(&target.name));
        }
        ratios.push((above / below, below));
    }
    let value: f64 = study.targets.iter().zip(&ratios).map(|(target, (share, _))| weight(target) * share).sum();
    let mut deviations = vec![0.0; n_cases];
    for (target, &(share, all_below)) in study.targets.iter().zip(&ratios) {
        let weight = weight(target) / all_below;
        for ((&case, &truth), &called) in target.case.iter().zip(&target.truth).zip(&target.called) {
            let (above, below) = ratio.of(truth, called);
            let of_weight = if truth { pull * (share - value) } else { 0.0 };
            deviations[case as usize] += weight * (above - share * below) + of_weight;
        }
    }
    let level = study.options.level;
    let limits = |end: fn((f64, f64)) -> f64| -> f64 {
        study.targets.iter().map(|target| weight(target) * end((ratio.limits)(target.counts, level))).sum()
    };
    let ends = (limits(|ends| ends.0), limits(|ends| ends.1));
    outcome(value, &deviations, level, ends)
}

fn pooled(study: &Study<'_>, ratio: &Ratio) -> Outcome {
    let n_cases = study.cases.n_cases();
    let mut counts = Counts::default();
    for target in &study.targets {
        counts += target.counts;
    }
    let (above, all_below) = ratio.sums(counts);
    if all_below <= 0.0 {
        return Outcome::undefined(n_cases, METHOD, (ratio.undefined)("any class"));
    }
    let value = above / all_below;
    let mut deviations = vec![0.0; n_cases];
    for target in &study.targets {
        for ((&case, &truth), &called) in target.case.iter().zip(&target.truth).zip(&target.called) {
            let (above, below) = ratio.of(truth, called);
            deviations[case as usize] += (above - value * below) / all_below;
        }
    }
    let level = study.options.level;
    outcome(value, &deviations, level, (ratio.limits)(counts, level))
}

fn outcome(value: f64, deviations: &[f64], level: f64, ends: (f64, f64)) -> Outcome {
    delta::outcome((value, delta::error_of(deviations)), deviations.len(), (level, Scale::Logit), || {
        let ends = (ends.0.min(value), ends.1.max(value));
        ("average of Wilson limits, as the delta method has no spread here", ends)
    })
}
