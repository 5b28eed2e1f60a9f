//! How well scores tell classes apart, and how well they are calibrated: the registry of metrics, and all at once.
//!
//! A metric is one file with its definition and one line of [`METRICS`]; a curve is one file and one line of [`CURVES`].
//! Everything here is O(n log n) in the number of cases.

mod accuracy;
mod auroc;
mod balanced_accuracy;
mod brier;
mod confusion;
mod ece;
mod f1;
mod majority_accuracy;
mod medmnist_acc;
mod medmnist_auc;
mod npv;
mod ppv;
mod prevalence;
mod reliability;
mod roc;
mod sensitivity;
mod specificity;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::estimate::Estimate;
use crate::target::Study;

pub use crate::cases::Cases;
pub use crate::options::{AurocScale, Bins, Interval, Options};
pub use auroc::{auroc, auroc_estimate};
pub use confusion::Confusion;
pub use reliability::{Reliability, ReliabilityBin};
pub use roc::{RocCurve, RocPoint};

/// The target of means over classes.
pub const MACRO: &str = "macro";
/// The target of means over classes by their positive cases.
pub const WEIGHTED: &str = "weighted";
/// The target of all decisions about all classes, counted as one.
pub const MICRO: &str = "micro";
/// The target of metrics of all classes together.
pub const ALL: &str = "all";

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in estimates.
    pub name: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// Least and greatest value.
    pub range: (f64, f64),
    compute: fn(&Study<'_>) -> Vec<Estimate>,
}

/// All metrics, in the order of their estimates.
pub const METRICS: &[Metric] = &[
    auroc::METRIC,
    accuracy::METRIC,
    balanced_accuracy::METRIC,
    sensitivity::METRIC,
    specificity::METRIC,
    ppv::METRIC,
    npv::METRIC,
    f1::METRIC,
    brier::METRIC,
    ece::METRIC,
    prevalence::METRIC,
    majority_accuracy::METRIC,
    medmnist_auc::METRIC,
    medmnist_acc::METRIC,
];

/// What is no single number: name and definition.
pub const CURVES: &[(&str, &str)] =
    &[("roc", roc::DEFINITION), ("reliability", reliability::DEFINITION), ("confusion", confusion::DEFINITION)];

/// All that is measured of a classification.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassifyScores {
    /// Every metric of every target, in the order of [`METRICS`].
    pub estimates: Vec<Estimate>,
    /// A curve for each class that has positive and negative cases.
    pub roc: Vec<RocCurve>,
    /// A curve for each class whose scores are probabilities.
    pub reliability: Vec<Reliability>,
    /// Counts of truth and call; `None` for findings that may be present together.
    pub confusion: Option<Confusion>,
}

/// Measures everything; the same bytes for any number of threads.
pub fn measure(cases: &Cases, options: &Options) -> Result<ClassifyScores> {
    options.check()?;
    let study = Study::new(cases, options);
    let estimates: Vec<Vec<Estimate>> = METRICS.par_iter().map(|metric| (metric.compute)(&study)).collect();
    Ok(ClassifyScores {
        estimates: estimates.into_iter().flatten().collect(),
        roc: study.targets.par_iter().filter_map(|target| roc::curve(target, options)).collect(),
        reliability: study.targets.par_iter().filter_map(|target| reliability::curve(target, options)).collect(),
        confusion: confusion::matrix(&study),
    })
}
