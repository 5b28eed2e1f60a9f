//! F1 of detection: the harmonic mean of its sensitivity and its precision.
//!
//! **Definition.** 2 TP / (TP + FP + n), with TP lesions found, FP false positives and n lesions that count (van
//! Rijsbergen 1979, ISBN 978-0-408-70929-3), of marks that score at least the threshold.
//! **Interval.** Percentile bootstrap over cases. **Range** 0 to 1. **No lesion:** undefined, as there is nothing to find.
//! **NaN** is refused before. **Cost** O(n log n).

use super::curve::Curves;
use super::options::Options;
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "f1",
    definition: "harmonic mean of sensitivity and precision of the marks that are called",
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
    curve.has_lesions().then(|| 2.0 * point.n_found / (point.n_found + point.n_false + curve.n_lesions))
}
