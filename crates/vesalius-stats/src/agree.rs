//! How well raters agree with each other: the registry of metrics, and all at once; reader studies are in [`readers`].
//!
//! A metric is one file with its definition and one line of [`METRICS`]. What is measured follows from the kind of ratings.

mod bland_altman;
mod chance;
mod cohen;
mod fleiss_kappa;
mod gwet;
mod icc;
mod krippendorff_alpha;
mod observed_agreement;
mod options;
mod ratings;
pub mod readers;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::estimate::Estimate;

pub use bland_altman::DifferencePoint;
pub use options::Options;
pub use ratings::{Kind, Ratings};

/// The target of metrics of all raters together.
pub const ALL: &str = "all";
/// The target of means over pairs of raters.
pub const MEAN: &str = "mean of pairs";

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
    /// The kinds of ratings that have it.
    pub kinds: &'static [Kind],
    compute: fn(&Ratings, f64) -> Vec<Estimate>,
}

/// All metrics, in the order of their estimates.
pub const METRICS: &[Metric] = &[
    observed_agreement::METRIC,
    cohen::PLAIN,
    cohen::LINEAR,
    cohen::QUADRATIC,
    fleiss_kappa::METRIC,
    gwet::AC1,
    gwet::AC2,
    krippendorff_alpha::METRIC,
    icc::ICC_1_1,
    icc::ICC_2_1,
    icc::ICC_3_1,
    icc::ICC_1_K,
    icc::ICC_2_K,
    icc::ICC_3_K,
    bland_altman::BIAS,
    bland_altman::LOWER,
    bland_altman::UPPER,
];

/// What is no single number: name and definition.
pub const CURVES: &[(&str, &str)] = &[("bland_altman", bland_altman::DEFINITION)];

/// All that is measured of an agreement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgreeScores {
    /// Every metric that these ratings have, in the order of [`METRICS`].
    pub estimates: Vec<Estimate>,
    /// Mean and difference of each case and pair of raters; none for categories.
    pub bland_altman: Vec<DifferencePoint>,
}

/// Measures everything; the same bytes for any number of threads.
pub fn measure(ratings: &Ratings, options: &Options) -> Result<AgreeScores> {
    options.check()?;
    let fitting = METRICS.par_iter().filter(|metric| metric.kinds.contains(&ratings.kind()));
    let estimates: Vec<Vec<Estimate>> = fitting.map(|metric| (metric.compute)(ratings, options.level)).collect();
    Ok(AgreeScores {
        estimates: estimates.into_iter().flatten().collect(),
        bland_altman: bland_altman::points(ratings),
    })
}
