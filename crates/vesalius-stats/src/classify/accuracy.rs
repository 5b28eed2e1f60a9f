//! Accuracy: the share of cases whose class is called right.
//!
//! **Definition.** (number of cases whose called class is the true one) / n. Two classes that exclude each other are
//! decided by the threshold on the last one's score, more by the highest score (the first of equal ones).
//! For findings, one accuracy each, and `all` is their mean.
//! **Interval.** Wilson; of the mean over findings the percentile bootstrap over cases, as findings of a case go together.
//! **Range** 0 to 1. It depends on prevalence: read it beside `majority_accuracy`. **One class:** defined.
//! **Nothing:** undefined. **NaN** is refused before. **Cost** O(n).

use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::resample::GroupedValues;
use crate::interval::wilson::proportion;
use crate::options::Options;
use crate::target::{Study, Target, mean_share};

pub(super) const METRIC: Metric = Metric {
    name: "accuracy",
    definition: "share of cases whose class is called right",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (options, rule) = (study.options, study.rule());
    let named = |outcome: Outcome, target: &str| outcome.decided_by(&rule).named(METRIC.name, target, options.level);
    if study.exclusive().is_some() {
        return vec![named(exclusive(study, options.threshold), ALL)];
    }
    let mut estimates: Vec<Estimate> =
        study.targets.iter().map(|target| named(single(target, options), &target.name)).collect();
    let share =
        mean_share(study.cases.n_cases(), &study.targets, |target, idx| target.called[idx] == target.truth[idx]);
    estimates.push(named(mean(share, study.cases.n_cases(), options), ALL));
    estimates
}

/// The accuracy of classes that exclude each other.
pub(super) fn exclusive(study: &Study<'_>, threshold: f64) -> Outcome {
    let truth = study.exclusive().unwrap_or_default();
    let is_right = |(case, &class): (usize, &usize)| study.cases.called_class(case, threshold) == class;
    let n_right = truth.iter().enumerate().filter(|&case| is_right(case)).count();
    proportion(n_right, truth.len(), study.options, "there are no cases")
}

fn single(target: &Target, options: &Options) -> Outcome {
    let n_right = target.counts.true_positive + target.counts.true_negative;
    proportion(n_right, target.n(), options, &target.no_known_case())
}

/// The mean of one value a case, by bootstrap over cases.
pub(super) fn mean(values: Result<Vec<f64>, String>, n_cases: usize, options: &Options) -> Outcome {
    let method = bootstrap::method(options, "cases drawn without strata");
    let values = match values {
        Ok(values) => values,
        Err(why) => return Outcome::undefined(n_cases, method, why),
    };
    if n_cases == 0 {
        return Outcome::undefined(0, method, "there are no cases");
    }
    let n = n_cases as f64;
    let grouped = GroupedValues::ungrouped(values.into_iter());
    let value = grouped.sums()[0] / n;
    let distribution = Distribution::of(options, |rng| Some(grouped.resampled_sums(rng)[0] / n));
    let interval = match distribution.interval(options.level) {
        Some(interval) if !distribution.is_degenerate() => interval,
        // All cases alike leave nothing to draw; as many cases all right or all wrong do have an interval.
        _ => return proportion((value * n).round() as usize, n_cases, options, "there are no cases"),
    };
    // A case's weight exceeds 1 where labels are unknown, and a replicate's mean may then exceed it too.
    Outcome::known(n_cases, method, value, (interval.0.max(0.0), interval.1.min(1.0)))
}
