//! Specificity at a fixed sensitivity: an operating point that compares models where they find the same.
//!
//! **Definition.** The specificity at the highest threshold whose sensitivity is at least the fixed rate (an option, 0.95
//! unless told otherwise); a case is called positive when it scores at least the threshold, which the method names. The
//! curve is not interpolated: a point between two thresholds is one that no threshold has.
//! **Interval.** Percentile bootstrap over cases, the threshold chosen anew in every replicate, so that its uncertainty
//! counts; a Wilson interval would take it as known. Without spread (all or none spared) Wilson.
//! **Range** 0 to 1. **Ties** are called together, which may leave the sensitivity above the fixed one. **One class,
//! nothing:** undefined. **NaN** is refused before. **Cost** O(n log n).

use super::Metric;
use super::operating::{at_least, outcome, points, sides};
use crate::estimate::Estimate;
use crate::target::Study;

pub(super) const METRIC: Metric = Metric {
    name: "specificity_at_sensitivity",
    definition: "specificity at the highest threshold with at least a fixed sensitivity",
    range: (0.0, 1.0),
    others: "torchmetrics picks it likewise; R's pROC interpolates between thresholds",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let rate = options.fixed_rate;
    let estimate = |target: &crate::target::Target| {
        let chosen = |runs: &[_]| {
            let (n_positive, _) = sides(runs);
            let n_true_min = at_least(rate, n_positive);
            points(runs).find(|point| point.n_true >= n_true_min).expect("the last point calls everything")
        };
        outcome(target, options, chosen, |point, (_, n_negative)| (n_negative - point.n_false, n_negative))
            .decided_by(&format!("sensitivity at least {rate}"))
            .named(METRIC.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).collect()
}
