//! How well times to an event are predicted, under censoring: the registry of metrics, and all at once.
//!
//! A metric is one file with its definition and one line of [`METRICS`]; a curve is one file and one line of [`CURVES`].
//! Everything here is O(n log n) in the number of cases. Time has the unit of the follow-up that is handed in.

mod brier;
mod calibration;
mod calibration_in_the_large;
mod calibration_slope;
mod cases;
mod harrell_c;
mod integrated_brier;
mod kaplan_meier;
mod log_rank;
mod mean_time_auc;
mod options;
mod order;
mod pairs;
mod study;
mod time_auc;
mod timeline;
mod uno_c;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::estimate::Estimate;
use study::Study;

pub use calibration::CalibrationGroup;
pub use cases::{Cases, Direction};
pub use harrell_c::harrell_c;
pub use kaplan_meier::{SurvivalPoint, kaplan_meier};
pub use log_rank::{LogRank, log_rank};
pub use options::Options;
pub use time_auc::AucPoint;

/// The target of metrics over the whole follow-up.
pub const ALL: &str = "all";

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in estimates.
    pub name: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// Where and why other tools differ; empty where they do not.
    pub others: &'static str,
    /// Least and greatest value.
    pub range: (f64, f64),
    compute: fn(&Study<'_>) -> Vec<Estimate>,
}

/// All metrics, in the order of their estimates.
pub const METRICS: &[Metric] = &[
    harrell_c::METRIC,
    uno_c::METRIC,
    time_auc::METRIC,
    mean_time_auc::METRIC,
    brier::METRIC,
    integrated_brier::METRIC,
    calibration_in_the_large::METRIC,
    calibration_slope::METRIC,
    kaplan_meier::METRIC,
];

/// What is no single number: name and definition.
pub const CURVES: &[(&str, &str)] = &[
    ("kaplan_meier", kaplan_meier::DEFINITION),
    ("time_auc", time_auc::DEFINITION),
    ("calibration", calibration::DEFINITION),
    ("log_rank", log_rank::DEFINITION),
];

/// All that is measured of survival.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SurviveScores {
    /// Every metric of every horizon, in the order of [`METRICS`].
    pub estimates: Vec<Estimate>,
    /// What was observed, whatever was predicted.
    pub kaplan_meier: Vec<SurvivalPoint>,
    /// The area over time.
    pub time_auc: Vec<AucPoint>,
    /// Observed against predicted, for each horizon at which survival is predicted.
    pub calibration: Vec<CalibrationGroup>,
}

/// Measures everything; the same bytes for any number of threads.
pub fn measure(cases: &Cases, options: &Options) -> Result<SurviveScores> {
    options.check()?;
    let study = Study::new(cases, options);
    let estimates: Vec<Vec<Estimate>> = METRICS.par_iter().map(|metric| (metric.compute)(&study)).collect();
    Ok(SurviveScores {
        estimates: estimates.into_iter().flatten().collect(),
        kaplan_meier: kaplan_meier::curve(&study.timeline, options.level),
        time_auc: time_auc::over_time(&study).points.clone(),
        calibration: calibration::curve(&study),
    })
}
