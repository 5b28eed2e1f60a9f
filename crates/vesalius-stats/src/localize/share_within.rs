//! The share of landmarks that are found within a tolerance.
//!
//! **Definition.** Landmarks whose error is at most the tolerance, over all; also called success detection rate or
//! percentage of correct keypoints (Wang et al. 2016, doi:10.1016/j.media.2016.02.004). In estimates tolerance and unit
//! are part of the name: `share_within_2_mm`. **Interval.** Wilson where every case has one landmark of the label, else
//! percentile bootstrap over cases. **Range** 0 to 1. **Ties:** an error equal to the tolerance is within it. **No
//! landmark, an unknown spacing or length:** undefined. **NaN** is refused before. **Cost** O(n) for each replicate.

use super::Metric;
use super::mean_error::needed;
use super::places::{Landmark, Options, Places, Tolerance};
use super::summary::{By, Row, Summary};

pub(super) const METRIC: Metric = Metric {
    name: "share_within",
    definition: "share of landmarks whose error is at most a tolerance",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(places: &Places, options: &Options) -> Vec<Summary> {
    if places.landmarks.is_empty() {
        return Vec::new();
    }
    let of_tolerance = |tolerance: &Tolerance| {
        let is_within = |place: &Landmark| {
            let error = place.error(tolerance.unit, options.coordinates)?;
            Some(f64::from(u8::from(error <= tolerance.value)))
        };
        let row = |place: &Landmark| Row { case: place.case, label: place.label, value: is_within(place) };
        Summary {
            name: format!("share_within_{}_{}", tolerance.value, tolerance.unit.name()),
            by: By::Share,
            rows: places.landmarks.iter().map(row).collect(),
            undefined: needed(tolerance.unit, options.coordinates),
            rule: String::new(),
        }
    };
    options.tolerances.iter().map(of_tolerance).collect()
}
