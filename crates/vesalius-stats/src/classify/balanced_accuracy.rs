//! Balanced accuracy: the mean of the sensitivities of all classes, which a majority class cannot inflate.
//!
//! **Definition.** (1 / K) Σ over classes of (cases of the class called so) / (cases of the class) (Brodersen et al. 2010,
//! doi:10.1109/ICPR.2010.764). For a finding: the mean of sensitivity and specificity.
//! **Interval.** Percentile bootstrap, stratified by true class: drawing cases of a class with replacement makes the
//! number called right binomial, so that a replicate costs one draw a class. Where no class is called partly right,
//! the mean of the Wilson limits.
//! **Range** 0 to 1, 1 / K is chance. **A class without cases, nothing:** undefined. **Cost** O(n).

use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::resample::binomial;
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "balanced_accuracy",
    definition: "mean over classes of the share of its cases that are called so",
    range: (0.0, 1.0),
    others: "scikit-learn leaves out classes without cases; here it is undefined",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (options, rule) = (study.options, study.rule());
    let named = |outcome: Outcome, target: &str| outcome.decided_by(&rule).named(METRIC.name, target, options.level);
    let two_sided = |target: &Target| {
        let counts = target.counts;
        let classes = [(counts.true_positive, counts.n_positive()), (counts.true_negative, counts.n_negative())];
        match target.one_sided() {
            Some(why) => Outcome::undefined(target.n(), name(options), why),
            None => mean(&classes, options),
        }
    };
    if study.exclusive().is_none() {
        return study.targets.iter().map(|target| named(two_sided(target), &target.name)).collect();
    }
    if study.cases.is_binary() {
        return study.targets.iter().map(|target| named(two_sided(target), ALL)).collect();
    }
    let n = study.cases.n_cases();
    let outcome = if let Some(empty) = study.targets.iter().find(|target| target.counts.n_positive() == 0) {
        Outcome::undefined(n, name(options), format!("there is no case of {}", empty.name))
    } else {
        let counts = study.targets.iter().map(|target| (target.counts.true_positive, target.counts.n_positive()));
        mean(&counts.collect::<Vec<_>>(), options)
    };
    vec![named(outcome, ALL)]
}

fn name(options: &Options) -> String {
    bootstrap::method(options, "stratified by true class")
}

/// The mean of the shares called right; all classes have cases.
fn mean(classes: &[(usize, usize)], options: &Options) -> Outcome {
    let n: usize = classes.iter().map(|&(_, n)| n).sum();
    let average = |shares: &mut dyn Iterator<Item = f64>| shares.sum::<f64>() / classes.len() as f64;
    let value = average(&mut classes.iter().map(|&(right, n)| right as f64 / n as f64));
    let distribution = Distribution::of(options, |rng| {
        let drawn = |&(right, n): &(usize, usize)| binomial(rng, n as u64, right as f64 / n as f64) as f64 / n as f64;
        Some(average(&mut classes.iter().map(drawn)))
    });
    match distribution.interval(options.level) {
        Some(interval) if !distribution.is_degenerate() => Outcome::known(n, name(options), value, interval),
        _ => {
            let limits: Vec<(f64, f64)> =
                classes.iter().filter_map(|&(right, n)| wilson(right as u64, n as u64, options.level)).collect();
            let (low, high) = (average(&mut limits.iter().map(|l| l.0)), average(&mut limits.iter().map(|l| l.1)));
            Outcome::known(n, "mean of Wilson limits, as the bootstrap has no spread here", value, (low, high))
        }
    }
}
