//! Reader studies: do readers do better with an aid than without, and would other readers on other cases?
//!
//! Every reader scores every case in every arm. Of each arm but the first its differences from the first are measured:
//! for each reader and their mean with these very readers, and by Obuchowski and Rockette for readers and cases at large.

mod areas;
mod arm_auroc;
mod auroc_difference;
mod obuchowski_rockette;
mod study;

use rayon::prelude::*;
use serde::Serialize;

use self::areas::Areas;
use super::Options;
use crate::error::Result;
use crate::estimate::Estimate;

pub use obuchowski_rockette::ObuchowskiRockette;
pub use study::ReaderStudy;

/// The target of the mean over readers.
pub const MEAN: &str = "mean of readers";

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
    compute: fn(&Areas<'_>, &Options) -> Vec<Estimate>,
}

/// All metrics, in the order of their estimates.
pub const METRICS: &[Metric] =
    &[arm_auroc::METRIC, auroc_difference::METRIC, obuchowski_rockette::AUROC, obuchowski_rockette::DIFFERENCE];

/// All that is measured of a reader study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReaderScores {
    /// Every metric, in the order of [`METRICS`]; the group is the arm, or one arm minus the first.
    pub estimates: Vec<Estimate>,
    /// The analysis of variance behind each arm's difference from the first.
    pub obuchowski_rockette: Vec<ObuchowskiRockette>,
}

/// Measures everything; the same bytes for any number of threads.
pub fn measure(study: &ReaderStudy, options: &Options) -> Result<ReaderScores> {
    options.check()?;
    let areas = Areas::of(study);
    let estimates: Vec<Vec<Estimate>> = METRICS.par_iter().map(|metric| (metric.compute)(&areas, options)).collect();
    Ok(ReaderScores {
        estimates: estimates.into_iter().flatten().collect(),
        obuchowski_rockette: obuchowski_rockette::tables(&areas),
    })
}
