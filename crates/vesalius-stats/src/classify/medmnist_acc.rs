//! ACC by the rules of the MedMNIST benchmark, for comparison with its published tables.
//!
//! **Definition.** Two classes: the share of cases where (last score > 0.5) is the truth, whatever the threshold of the
//! options. More classes (ordinal ones too): the share where the highest score is that of the true class, the first of equal
//! ones. Findings: the mean over them of the share where (score > 0.5) is the truth (Yang et al. 2023,
//! doi:10.1038/s41597-022-01721-8; evaluator of release 3.0.2).
//! **Interval.** Wilson; of the mean over findings the percentile bootstrap over cases. The benchmark itself has none.
//! **Range** 0 to 1. **Unknown labels:** undefined, as the benchmark has none. **Nothing:** undefined. **Cost** O(n log n).

use super::accuracy::{exclusive, mean};
use super::medmnist_auc::unknown_label;
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::target::{Study, mean_share};

pub(super) const METRIC: Metric = Metric {
    name: "medmnist_acc",
    definition: "accuracy by the rules of the MedMNIST benchmark",
    range: (0.0, 1.0),
    others: "",
    compute,
};

/// The benchmark's only threshold.
const THRESHOLD: f64 = 0.5;

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (options, n_cases) = (study.options, study.cases.n_cases());
    let outcome = if let Some(why) = unknown_label(study) {
        Outcome::undefined(n_cases, "percentile bootstrap", why)
    } else if study.exclusive().is_some() {
        exclusive(study, THRESHOLD)
    } else {
        let is_right =
            |target: &crate::target::Target, idx: usize| (target.score[idx] > THRESHOLD) == target.truth[idx];
        mean(mean_share(n_cases, &study.targets, is_right), n_cases, options)
    };
    vec![outcome.named(METRIC.name, ALL, options.level)]
}
