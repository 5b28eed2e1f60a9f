//! Sensitivity at a fixed specificity: an operating point that compares models at the same price.
//!
//! **Definition.** The sensitivity at the lowest threshold whose specificity is at least the fixed rate (an option, 0.95
//! unless told otherwise); a case is called positive when it scores at least the threshold, which the method names. The
//! curve is not interpolated: a point between two thresholds is one that no threshold has.
//! **Interval.** Percentile bootstrap over cases, the threshold chosen anew in every replicate, so that its uncertainty
//! counts; a Wilson interval would take it as known. Without spread (all or none found) Wilson.
//! **Range** 0 to 1. **Ties** are called together, which may leave the specificity above the fixed one. **One class,
//! nothing:** undefined. **NaN** is refused before. **Cost** O(n log n).

use super::Metric;
use super::operating::{at_least, outcome, points, sides};
use crate::estimate::Estimate;
use crate::target::Study;

pub(super) const METRIC: Metric = Metric {
    name: "sensitivity_at_specificity",
    definition: "sensitivity at the lowest threshold with at least a fixed specificity",
    range: (0.0, 1.0),
    others: "torchmetrics picks it likewise; R's pROC interpolates between thresholds",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let rate = options.fixed_rate;
    let estimate = |target: &crate::target::Target| {
        let chosen = |runs: &[_]| {
            let (_, n_negative) = sides(runs);
            let n_false_max = n_negative - at_least(rate, n_negative);
            let allowed = points(runs).take_while(|point| point.n_false <= n_false_max);
            allowed.last().expect("the point that calls nothing has no false positive")
        };
        outcome(target, options, chosen, |point, (n_positive, _)| (point.n_true, n_positive))
            .decided_by(&format!("specificity at least {rate}"))
            .named(METRIC.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).collect()
}
