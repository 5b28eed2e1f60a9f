//! How near a place is found to where it is: landmarks by distance, heat maps by their peak and by the box around them.
//!
//! Every metric is a value for each place, or for each map, and a mean, a median or a share of these. Intervals are by
//! bootstrap over cases, all places of a case drawn together; shares of one place a case have Wilson's.

mod box_hit;
mod box_iou;
mod mean_error;
mod median_error;
mod places;
mod pointing_game;
mod share_within;
mod summary;

use serde::Serialize;

use crate::error::Result;
use crate::estimate::Estimate;

pub use places::{Coordinates, Heat, Landmark, Options, Places, Tolerance, Unit};

use summary::Summary;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in estimates.
    pub name: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// Least and greatest value.
    pub range: (f64, f64),
    /// Where and why other tools differ; empty where they do not.
    pub others: &'static str,
    compute: fn(&Places, &Options) -> Vec<Summary>,
}

/// All metrics, in the order of their estimates; each is measured where there is what it needs.
pub const METRICS: &[Metric] = &[
    mean_error::PX,
    mean_error::MM,
    mean_error::NORMALIZED,
    median_error::PX,
    median_error::MM,
    median_error::NORMALIZED,
    share_within::METRIC,
    pointing_game::METRIC,
    box_iou::METRIC,
    box_hit::METRIC,
];

/// All that is measured of places.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LocalizeScores {
    /// Every metric of every label and of their mean, in the order of [`METRICS`].
    pub estimates: Vec<Estimate>,
}

/// Measures everything; the same bytes for any number of threads.
pub fn measure(places: &Places, options: &Options) -> Result<LocalizeScores> {
    options.check()?;
    let summaries = METRICS.iter().flat_map(|metric| (metric.compute)(places, options));
    Ok(LocalizeScores { estimates: summaries.flat_map(|summary| summary.estimates(places, options)).collect() })
}
