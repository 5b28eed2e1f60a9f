//! Sensitivity at a rate of false positives.
//!
//! **Definition.** The share of lesions that marks find at a threshold with so many false positives per case, over all
//! cases, with lesions or without (Bunch et al. 1977, doi:10.1117/12.955926). In estimates the rate is part of the name:
//! `sensitivity_at_0.125`. A rate that no threshold gives lies on the line between the next two (LUNA16) or takes the
//! stricter of them (PI-CAI), by option; beyond the last one the curve stays where it is.
//! **Interval.** Percentile bootstrap over cases. **Range** 0 to 1. **Ties** are one step. **No lesion:** undefined.
//! **NaN** is refused before. **Cost** O(n log n), and O(n) for each replicate.

use super::froc::sensitivity;
use super::options::Options;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "sensitivity_at_rate",
    definition: "share of lesions found at so many false positives per case",
    range: (0.0, 1.0),
    others: "PI-CAI's evaluation reads the curve as steps, LUNA16's along lines; the option `between` names which",
    compute: Compute::Curves(statistics),
};

pub(super) const NO_LESION: &str = "there is no lesion that counts";

fn statistics(options: &Options) -> Vec<Statistic> {
    let between = options.between;
    let of_rate = |&rate: &f64| Statistic {
        name: format!("sensitivity_at_{rate}"),
        value: Box::new(move |curves| sensitivity(&curves.all, rate * curves.all.n_cases, between)),
        share_of: ShareOf::Lesions,
        undefined: NO_LESION,
    };
    options.rates.iter().map(of_rate).collect()
}
