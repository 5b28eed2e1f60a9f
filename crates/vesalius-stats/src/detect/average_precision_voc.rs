//! Average precision as Pascal VOC takes it since 2010: the area under the interpolated curve.
//!
//! **Definition.** Σ (Rᵢ − Rᵢ₋₁) max over j ≥ i of Pⱼ (Everingham et al. 2015, doi:10.1007/s11263-014-0733-5).
//! **Interval.** Percentile bootstrap over cases. **Range** 0 to 1, never below the value without interpolation.
//! **Ties** are one step. **No lesion:** undefined; no mark: 0. **NaN** is refused before.
//! **Cost** O(n log n), and O(n) for each replicate.

use super::curve::Curve;
use super::options::Options;
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "average_precision_voc",
    definition: "area under precision against recall, the precision the greatest at this recall or more (VOC 2010)",
    range: (0.0, 1.0),
    others: "VOC's code takes marks of one score in the order of the file, here they are one step; it counts edges \
             of boxes as whole pixels, which the option `edges` does; and it matches by the nearest lesion alone, \
             the matching `best`",
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
    let envelope = curve.envelope();
    let gains = curve.points.windows(2).zip(&envelope[1..]);
    let area = || gains.map(|(pair, precision)| (pair[1].n_found - pair[0].n_found) * precision).sum::<f64>();
    curve.has_lesions().then(|| area() / curve.n_lesions)
}
