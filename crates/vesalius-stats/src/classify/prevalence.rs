//! Prevalence: the share of positive cases.
//!
//! **Definition.** Positive cases of a class / cases with a known label of it.
//! **Interval.** Wilson. It speaks of the population only if the cases are a random sample of it.
//! **Range** 0 to 1. **One class:** defined. **Nothing:** undefined. **Cost** O(n).

use super::Metric;
use crate::estimate::Estimate;
use crate::interval::wilson::proportion;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric =
    Metric { name: "prevalence", definition: "share of positive cases", range: (0.0, 1.0), others: "", compute };

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let estimate = |target: &Target| {
        let outcome = proportion(target.counts.n_positive(), target.n(), options, &target.no_known_case());
        outcome.named(METRIC.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).collect()
}
