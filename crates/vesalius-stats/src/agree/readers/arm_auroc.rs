//! The AUROC of each reader in each arm, and their mean with these very readers.
//!
//! **Definition.** As the AUROC of classification: the probability that a positive case scores higher than a negative one,
//! ties counted half. **Interval.** `DeLong`, for the mean with the covariance of readers of the same cases, symmetric on the
//! logit scale; without variance the score interval of Newcombe. It holds for these readers and other cases.
//! **Range** 0 to 1. **One class, nothing:** undefined. **NaN** is refused before. **Cost** O(n log n) for each reader and arm.

use super::areas::Areas;
use super::{MEAN, Metric, Options};
use crate::estimate::{Estimate, Outcome};
use crate::interval::influence::{on_logit, standard_error};
use crate::interval::newcombe;

pub(super) const METRIC: Metric = Metric {
    name: "reader_auroc",
    definition: "AUROC of a reader in an arm, or the mean over these readers",
    others: "",
    range: (0.0, 1.0),
    compute,
};

fn compute(areas: &Areas<'_>, options: &Options) -> Vec<Estimate> {
    let mut estimates = Vec::new();
    for (arm, group) in areas.study.arms().iter().enumerate() {
        let mut add = |outcome: Outcome, target: &str| {
            estimates.push(outcome.named(METRIC.name, target, options.level).in_group(group));
        };
        for (reader, name) in areas.study.readers().iter().enumerate() {
            add(outcome(areas, arm, &[reader], options.level), name);
        }
        if areas.study.readers().len() > 1 {
            let all: Vec<usize> = (0..areas.study.readers().len()).collect();
            add(outcome(areas, arm, &all, options.level), MEAN);
        }
    }
    estimates
}

fn outcome(areas: &Areas<'_>, arm: usize, readers: &[usize], level: f64) -> Outcome {
    const METHOD: &str = "DeLong, logit scale; these readers";
    let n = areas.study.n_cases();
    if let Some(why) = areas.one_sided() {
        return Outcome::undefined(n, METHOD, why);
    }
    let share = 1.0 / readers.len() as f64;
    let (mut value, mut deviation) = (0.0, vec![0.0; n]);
    for &reader in readers {
        let area = &areas.arm(arm)[reader];
        value += share * area.value;
        deviation.iter_mut().zip(&area.deviation).for_each(|(sum, own)| *sum += share * own);
    }
    if let Some(error) = standard_error(&deviation).filter(|_| areas.n_positive > 1 && areas.n_negative > 1) {
        return Outcome::known(n, METHOD, value, on_logit(value, error, level));
    }
    let ends = newcombe::interval(value, areas.n_positive, areas.n_negative, level);
    Outcome::known(n, "Newcombe score interval, as DeLong has no variance here", value, ends)
}
