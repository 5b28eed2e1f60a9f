//! False positives per case.
//!
//! **Definition.** Marks that hit nothing, and repeats where these count as such, over all cases, with marks or without.
//! **Interval.** Percentile bootstrap over cases; where every draw agrees, Garwood's of a Poisson count (1936,
//! doi:10.1093/biomet/28.3-4.437). **Range** 0 and up. **No case:** undefined. **NaN** is refused before.
//! **Cost** O(n log n).

use super::curve::Curves;
use super::options::Options;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "false_positives_per_case",
    definition: "marks that are called and wrong, over all cases",
    range: (0.0, f64::INFINITY),
    others: "",
    compute: Compute::Curves(statistics),
};

fn statistics(_: &Options) -> Vec<Statistic> {
    let value = |curves: &Curves| {
        let (point, curve) = curves.operating();
        (curve.n_cases > 0.0).then(|| point.n_false / curve.n_cases)
    };
    vec![Statistic {
        name: METRIC.name.to_owned(),
        value: Box::new(value),
        share_of: ShareOf::Cases,
        undefined: "there is no case",
    }]
}
