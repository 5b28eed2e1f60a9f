//! Precision of detection: the share of calls that are right.
//!
//! **Definition.** Lesions found over lesions found and false positives, of marks that score at least the threshold. A
//! lesion counts once, whatever number of marks lie on it; marks that are ignored are in neither.
//! **Interval.** Percentile bootstrap over cases. **Range** 0 to 1. **Nothing called:** undefined. **NaN** is refused
//! before. **Cost** O(n log n).

use super::options::Options;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "precision",
    definition: "lesions found over lesions found and false positives, of the marks that are called",
    range: (0.0, 1.0),
    others: "",
    compute: Compute::Curves(statistics),
};

fn statistics(_: &Options) -> Vec<Statistic> {
    vec![Statistic {
        name: METRIC.name.to_owned(),
        value: Box::new(|curves| curves.operating().0.precision()),
        share_of: ShareOf::Calls,
        undefined: "no mark counts either way, right or wrong,",
    }]
}
