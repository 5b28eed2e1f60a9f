//! CPM: the competition performance metric.
//!
//! **Definition.** The mean of the sensitivities at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives per case (Niemeijer et
//! al. 2011, doi:10.1109/TMI.2010.2072789; Setio et al. 2017, doi:10.1016/j.media.2017.06.015), whatever rates are asked
//! for beside. **Interval.** Percentile bootstrap over cases. **Range** 0 to 1. **Ties** are one step.
//! **No lesion:** undefined. **NaN** is refused before. **Cost** O(n log n), and O(n) for each replicate.

use super::froc::sensitivity;
use super::options::{CPM_RATES, Options};
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "cpm",
    definition: "mean sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives per case",
    range: (0.0, 1.0),
    others: "",
    compute: Compute::Curves(statistics),
};

fn statistics(options: &Options) -> Vec<Statistic> {
    let between = options.between;
    let name = METRIC.name.to_owned();
    let value = move |curves: &super::Curves| {
        let at = |rate: f64| sensitivity(&curves.all, rate * curves.all.n_cases, between);
        let sum: f64 = CPM_RATES.into_iter().map(at).sum::<Option<f64>>()?;
        Some(sum / CPM_RATES.len() as f64)
    };
    vec![Statistic { name, value: Box::new(value), share_of: ShareOf::Lesions, undefined: NO_LESION }]
}
