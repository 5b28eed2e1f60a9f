//! PPV, the positive predictive value: share of the cases called positive that are positive.
//!
//! **Definition.** TP / (TP + FP), also precision (Altman and Bland 1994, doi:10.1136/bmj.309.6947.102). Each class against
//! the rest; of several also their means, `macro` unweighted and `weighted` by positive cases, and `micro` of all decisions.
//! **Interval.** Wilson or, by option, Clopper-Pearson; of means the delta method over cases.
//! **Range** 0 to 1. It holds for the prevalence of these cases only.
//! **No case called positive:** undefined. **NaN** is refused before. **Cost** O(n).

use super::Metric;
use super::averages::{self, Ratio};
use crate::estimate::Estimate;
use crate::interval::wilson::{proportion, wilson};
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "ppv",
    definition: "share of the cases called positive that are positive",
    range: (0.0, 1.0),
    others: "scikit-learn counts 0 where no case is called positive; here it is undefined",
    compute,
};

const RATIO: Ratio = Ratio {
    true_positive: (1.0, 1.0),
    false_positive: (0.0, 1.0),
    false_negative: (0.0, 0.0),
    limits: |counts, level| {
        wilson(counts.true_positive as u64, counts.n_called_positive() as u64, level).unwrap_or((0.0, 1.0))
    },
    undefined: |name| format!("no case was called positive for {name}"),
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (rule, options) = (study.rule(), study.options);
    let estimate = |target: &Target| {
        let (hits, n) = (target.counts.true_positive, target.counts.n_called_positive());
        let none = format!("no case was called positive for {}", target.name);
        proportion(hits, n, options, &none).decided_by(&rule).named(METRIC.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).chain(averages::estimates(&METRIC, study, &RATIO)).collect()
}
