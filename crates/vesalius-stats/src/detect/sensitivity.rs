//! Sensitivity of detection: the share of lesions found.
//!
//! **Definition.** Lesions found by a mark that scores at least the threshold, over all that count; without a threshold
//! every mark is called. **Interval.** Percentile bootstrap over cases, as lesions of one case are not independent.
//! **Range** 0 to 1. **No lesion:** undefined. **NaN** is refused before. **Cost** O(n log n).

use super::curve::Curves;
use super::options::Options;
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "sensitivity",
    definition: "share of lesions found by the marks that are called",
    range: (0.0, 1.0),
    others: "",
    compute: Compute::Curves(statistics),
};

fn statistics(_: &Options) -> Vec<Statistic> {
    vec![Statistic {
        name: METRIC.name.to_owned(),
        value: Box::new(value),
        share_of: ShareOf::Lesions,
        undefined: NO_LESION,
    }]
}

fn value(curves: &Curves) -> Option<f64> {
    let (point, curve) = curves.operating();
    curve.has_lesions().then(|| point.n_found / curve.n_lesions)
}
