//! How well scores tell classes apart, and how well they are calibrated: the registry of metrics, and all at once.
//!
//! A metric is one file with its definition and one line of [`METRICS`]; a curve is one file and one line of [`CURVES`].
//! Everything here is O(n log n) in the number of cases.

mod accuracy;
mod auroc;
mod average_precision;
mod averages;
mod balanced_accuracy;
mod brier;
mod compare;
mod confusion;
mod contingency;
mod ece;
mod f1;
mod groups;
mod hamming_loss;
mod kappa;
mod majority_accuracy;
mod mcc;
mod medmnist_acc;
mod medmnist_auc;
mod net_benefit;
mod npv;
mod operating;
mod partial_auroc;
mod ppv;
mod precision_recall;
mod prevalence;
mod reliability;
mod resampled;
mod roc;
mod sensitivity;
mod sensitivity_at_specificity;
mod specificity;
mod specificity_at_sensitivity;
mod subset_accuracy;
mod top_k_accuracy;
mod youden;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::estimate::{Estimate, Outcome};
use crate::target::Study;

pub use crate::cases::Cases;
pub use crate::options::{AurocScale, Bins, Interval, Options};
pub use auroc::{auroc, auroc_estimate};
pub use compare::{Comparison, DIFFERENCES, compare};
pub use confusion::Confusion;
pub use groups::{Groups, measure_groups};
pub use net_benefit::{DecisionCurve, DecisionPoint};
pub use precision_recall::{PrecisionRecallCurve, PrecisionRecallPoint};
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
    /// Where and why other software gives another number; empty where it does not.
    pub others: &'static str,
    compute: fn(&Study<'_>) -> Vec<Estimate>,
}

/// All metrics, in the order of their estimates.
pub const METRICS: &[Metric] = &[
    auroc::METRIC,
    partial_auroc::PLAIN,
    partial_auroc::STANDARDIZED,
    average_precision::METRIC,
    accuracy::METRIC,
    balanced_accuracy::METRIC,
    top_k_accuracy::METRIC,
    subset_accuracy::METRIC,
    hamming_loss::METRIC,
    mcc::METRIC,
    kappa::METRIC,
    sensitivity::METRIC,
    specificity::METRIC,
    ppv::METRIC,
    npv::METRIC,
    f1::METRIC,
    youden::INDEX,
    youden::THRESHOLD,
    sensitivity_at_specificity::METRIC,
    specificity_at_sensitivity::METRIC,
    net_benefit::METRIC,
    brier::METRIC,
    ece::METRIC,
    prevalence::METRIC,
    majority_accuracy::METRIC,
    medmnist_auc::METRIC,
    medmnist_acc::METRIC,
];

/// What is no single number: name and definition.
pub const CURVES: &[(&str, &str)] = &[
    ("roc", roc::DEFINITION),
    ("precision_recall", precision_recall::DEFINITION),
    ("reliability", reliability::DEFINITION),
    ("decision", net_benefit::DEFINITION),
    ("confusion", confusion::DEFINITION),
];

/// All that is measured of a classification.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassifyScores {
    /// Every metric of every target, in the order of [`METRICS`].
    pub estimates: Vec<Estimate>,
    /// A curve for each class that has positive and negative cases.
    pub roc: Vec<RocCurve>,
    /// A curve for each class that has positive cases.
    pub precision_recall: Vec<PrecisionRecallCurve>,
    /// A curve for each class whose scores are probabilities.
    pub reliability: Vec<Reliability>,
    /// A curve for each class whose scores are probabilities.
    pub decision: Vec<DecisionCurve>,
    /// Counts of truth and call; `None` for findings that may be present together.
    pub confusion: Option<Confusion>,
}

/// Measures everything; the same bytes for any number of threads.
pub fn measure(cases: &Cases, options: &Options) -> Result<ClassifyScores> {
    options.check()?;
    let study = Study::new(cases, options);
    Ok(ClassifyScores {
        estimates: resampled::with_intervals(resampled::measured(&study), cases, options),
        roc: study.targets.par_iter().filter_map(|target| roc::curve(target, options)).collect(),
        precision_recall: study
            .targets
            .par_iter()
            .filter_map(|target| precision_recall::curve(target, options))
            .collect(),
        decision: study.targets.par_iter().filter_map(|target| net_benefit::curve(target, options)).collect(),
        reliability: study.targets.par_iter().filter_map(|target| reliability::curve(target, options)).collect(),
        confusion: confusion::matrix(&study),
    })
}

/// The AUROC of the first target with its interval, for tasks that have cases with and without something.
pub(crate) fn area_of(study: &Study<'_>) -> Outcome {
    auroc::single(&study.targets[0], study.options)
}
