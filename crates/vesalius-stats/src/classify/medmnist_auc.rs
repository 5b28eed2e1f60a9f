//! AUC by the rules of the MedMNIST benchmark, for comparison with its published tables.
//!
//! **Definition.** Two classes: the AUROC of the last score. More classes (ordinal ones too): the mean of the one-vs-rest
//! AUROCs. Findings: the mean of their AUROCs (Yang et al. 2023, doi:10.1038/s41597-022-01721-8; evaluator of release 3.0.2).
//! **Interval.** As of `auroc`: DeLong, with the covariance of classes for means. The benchmark itself has none.
//! **Range** 0 to 1. **Ties** count half. **A class without positive or negative cases:** undefined, as there.
//! **Unknown labels:** undefined, as the benchmark has none. **Nothing:** undefined. **Cost** O(n log n) for each class.

use super::auroc::{mean, single};
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "medmnist_auc",
    definition: "AUC by the rules of the MedMNIST benchmark",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (options, n_cases) = (study.options, study.cases.n_cases());
    let outcome = match (unknown_label(study), &study.targets[..]) {
        (Some(why), _) => Outcome::undefined(n_cases, "DeLong", why),
        (None, [target]) => single(target, options),
        (None, targets) => mean(n_cases, targets, options),
    };
    vec![outcome.named(METRIC.name, ALL, options.level)]
}

/// Why the benchmark cannot speak of these cases; `None` where it can.
pub(super) fn unknown_label(study: &Study<'_>) -> Option<String> {
    let partly_known = |target: &&Target| target.n() < study.cases.n_cases();
    let target = study.targets.iter().find(partly_known)?;
    let n_unknown = study.cases.n_cases() - target.n();
    Some(format!("{n_unknown} labels of {} are unknown, which the benchmark does not provide for", target.name))
}
