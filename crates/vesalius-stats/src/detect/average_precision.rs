//! Average precision without interpolation.
//!
//! **Definition.** Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the distinct scores, from the highest: recall is of all lesions that count, found
//! or not, so that what is never found adds nothing (Buckley and Voorhees 2000, doi:10.1145/345508.345543; it is what
//! PI-CAI reports, Saha et al. 2024, doi:10.1016/S1470-2045(24)00220-1).
//! **Interval.** Percentile bootstrap over cases. **Range** 0 to 1; it depends on how many lesions there are.
//! **Ties** are one step. **No lesion:** undefined; no mark: 0. **NaN** is refused before.
//! **Cost** O(n log n), and O(n) for each replicate.

use super::curve::Curve;
use super::options::Options;
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "average_precision",
    definition: "sum over thresholds of precision times gain in recall, nothing interpolated",
    range: (0.0, 1.0),
    others: "tools for boxes interpolate: see average_precision_voc, average_precision_voc11 and average_precision_coco; \
             of the two values that picai_eval lists for its own test maps, 0.278 is this one, and 0.635 takes lesions that \
             are never found for found with a score of 0",
    compute: Compute::Curves(statistics),
};

fn statistics(_: &Options) -> Vec<Statistic> {
    vec![Statistic {
        name: METRIC.name.to_owned(),
        value: Box::new(|curves| value(&curves.all)),
        share_of: ShareOf::Lesions,
        undefined: NO_LESION,
    }]
}

fn value(curve: &Curve) -> Option<f64> {
    let step = |pair: &[super::curve::Point]| {
        let gain = pair[1].n_found - pair[0].n_found;
        pair[1].precision().map_or(0.0, |precision| gain * precision)
    };
    curve.has_lesions().then(|| curve.points.windows(2).map(step).sum::<f64>() / curve.n_lesions)
}
