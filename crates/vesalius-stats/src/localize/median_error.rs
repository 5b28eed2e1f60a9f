//! Median Euclidean error of landmarks, in pixels, in millimeters and as a share of a length.
//!
//! **Definition.** The median of the errors whose mean is `mean_error`; of an even number the mean of the middle two.
//! **Interval.** Percentile bootstrap over cases. **Range** 0 and up. **Ties** do not matter. **No landmark, an unknown
//! spacing or length:** undefined. **NaN** is refused before. **Cost** O(n log n), and O(n) for each replicate.

use super::Metric;
use super::mean_error::errors;
use super::places::Unit;
use super::summary::By;

pub(super) const PX: Metric = Metric {
    name: "median_error_px",
    definition: "median distance of a landmark from where it is, in pixels",
    range: (0.0, f64::INFINITY),
    others: "",
    compute: |places, options| errors(PX.name, (Unit::Px, By::Median), places, options),
};

pub(super) const MM: Metric = Metric {
    name: "median_error_mm",
    definition: "median distance of a landmark from where it is, in millimeters",
    range: (0.0, f64::INFINITY),
    others: "",
    compute: |places, options| errors(MM.name, (Unit::Mm, By::Median), places, options),
};

pub(super) const NORMALIZED: Metric = Metric {
    name: "median_error_normalized",
    definition: "median distance of a landmark from where it is, as a share of a length of the case",
    range: (0.0, f64::INFINITY),
    others: "",
    compute: |places, options| errors(NORMALIZED.name, (Unit::Normalized, By::Median), places, options),
};
