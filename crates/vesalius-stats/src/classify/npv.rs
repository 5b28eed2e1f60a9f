//! NPV, the negative predictive value: share of the cases called negative that are negative.
//!
//! **Definition.** TN / (TN + FN) (Altman and Bland 1994, doi:10.1136/bmj.309.6947.102). Each class against the rest.
//! **Interval.** Wilson or, by option, Clopper-Pearson.
//! **Range** 0 to 1. It holds for the prevalence of these cases only.
//! **No case called negative:** undefined. **NaN** is refused before. **Cost** O(n).

use super::Metric;
use crate::estimate::Estimate;
use crate::interval::wilson::proportion;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "npv",
    definition: "share of the cases called negative that are negative",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (rule, options) = (study.rule(), study.options);
    let estimate = |target: &Target| {
        let (hits, n) = (target.counts.true_negative, target.counts.n_called_negative());
        let none = format!("no case was called negative for {}", target.name);
        proportion(hits, n, options, &none).decided_by(&rule).named(METRIC.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).collect()
}
