//! Specificity: share of the negative cases that are called negative.
//!
//! **Definition.** TN / (TN + FP), also true negative rate (Altman and Bland 1994, doi:10.1136/bmj.308.6943.1552). Each class against the rest.
//! **Interval.** Wilson or, by option, Clopper-Pearson.
//! **Range** 0 to 1. It does not depend on prevalence, but on the threshold.
//! **No negative case:** undefined. **NaN** is refused before. **Cost** O(n).

use super::Metric;
use crate::estimate::Estimate;
use crate::interval::wilson::proportion;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "specificity",
    definition: "share of the negative cases that are called negative",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (rule, options) = (study.rule(), study.options);
    let estimate = |target: &Target| {
        let (hits, n) = (target.counts.true_negative, target.counts.n_negative());
        let none = format!("there is no negative case of {}", target.name);
        proportion(hits, n, options, &none).decided_by(&rule).named(METRIC.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).collect()
}
