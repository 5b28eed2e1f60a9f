//! Average precision as Pascal VOC took it until 2009: the mean of eleven precisions.
//!
//! **Definition.** The mean over r = 0, 0.1 … 1 of the greatest precision at a recall of r or more, 0 where there is none
//! (Everingham et al. 2010, doi:10.1007/s11263-009-0275-4). Recalls are compared as floating-point numbers, i times
//! 0.1, as the published code does: a recall of 3 in 10 stays below the fourth of them, which exceeds 0.3 by rounding.
//! **Interval.** Percentile bootstrap over cases. **Range** 0 to 1. **Ties** are one step. **No lesion:** undefined; no
//! mark: 0. **NaN** is refused before. **Cost** O(n log n), and O(n) for each replicate.

use super::curve::Curve;
use super::options::Options;
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "average_precision_voc11",
    definition: "mean of the greatest precisions at recalls of 0, 0.1 to 1 or more (VOC 2007)",
    range: (0.0, 1.0),
    others: "as for average_precision_voc",
    compute: Compute::Curves(statistics),
};

fn statistics(_: &Options) -> Vec<Statistic> {
    vec![Statistic {
        name: METRIC.name.to_owned(),
        value: Box::new(|curves| sampled(&curves.all, 10, 0.1)),
        share_of: ShareOf::Lesions,
        undefined: NO_LESION,
    }]
}

/// The mean of the interpolated precisions at recalls of 0, `step`, 2 `step` … `n_steps` times it.
pub(super) fn sampled(curve: &Curve, n_steps: u32, step: f64) -> Option<f64> {
    if !curve.has_lesions() {
        return None;
    }
    let envelope = curve.envelope();
    let at = |idx: u32| {
        // The last of them is 1, whatever rounding makes of the product.
        let least = if idx == n_steps { 1.0 } else { f64::from(idx) * step };
        // The first point is that where nothing is called: it has a recall of 0 and no precision of its own.
        let from = curve.points.partition_point(|point| point.n_found / curve.n_lesions < least);
        envelope.get(from).copied().unwrap_or(0.0)
    };
    Some((0..=n_steps).map(at).sum::<f64>() / f64::from(n_steps + 1))
}
