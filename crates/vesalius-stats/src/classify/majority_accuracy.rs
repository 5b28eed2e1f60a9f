//! Majority-class baseline: the accuracy of always answering the most frequent class.
//!
//! **Definition.** Cases of the most frequent class / n; for a finding, the larger of present and absent, and `all` is the
//! mean over findings. The class is the most frequent of these very cases, the best constant answer in hindsight, so that
//! the baseline is if anything too good.
//! **Interval.** Wilson; of the mean over findings the percentile bootstrap over cases.
//! **Range** 1 / K to 1. **Ties** do not matter. **One class:** 1. **Nothing:** undefined. **Cost** O(n).

use super::accuracy::mean;
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::wilson::proportion;
use crate::target::{Study, Target, mean_share};

pub(super) const METRIC: Metric = Metric {
    name: "majority_accuracy",
    definition: "accuracy of always answering the most frequent class",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let named = |outcome: Outcome, target: &str| outcome.named(METRIC.name, target, options.level);
    if let Some(truth) = study.exclusive() {
        let mut counts = vec![0; study.cases.classes().len()];
        for &class in truth {
            counts[class] += 1;
        }
        let n_most = counts.into_iter().max().unwrap_or(0);
        return vec![named(proportion(n_most, truth.len(), options, "there are no cases"), ALL)];
    }
    let single = |target: &Target| {
        let n_most = target.counts.n_positive().max(target.counts.n_negative());
        named(proportion(n_most, target.n(), options, &target.no_known_case()), &target.name)
    };
    let mut estimates: Vec<Estimate> = study.targets.iter().map(single).collect();
    let n_cases = study.cases.n_cases();
    let share = mean_share(n_cases, &study.targets, |target, idx| {
        target.truth[idx] == (target.counts.n_positive() > target.counts.n_negative())
    });
    estimates.push(named(mean(share, n_cases, options), ALL));
    estimates
}
