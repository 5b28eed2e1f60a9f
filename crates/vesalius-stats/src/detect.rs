//! How well marks find lesions: boxes, points and spheres in 2-D and 3-D, or regions whose overlaps are given.
//!
//! Marks are matched with lesions by a named rule, once; what follows from it is a curve of found lesions and false
//! positives over the score, from which every metric is computed. Intervals are those of one bootstrap over cases: what
//! a case has, lesions and marks, is drawn or left out together. O(n log n) in the marks, times the replicates O(n).

mod assignment;
mod average_precision;
mod average_precision_coco;
mod average_precision_coco_range;
mod average_precision_voc;
mod average_precision_voc11;
mod case_auroc;
mod cpm;
mod curve;
mod f1;
mod false_positives_per_case;
mod findings;
mod froc;
mod matching;
mod options;
mod precision;
mod precision_recall;
mod sensitivity;
mod sensitivity_at_rate;
mod shape;
mod study;

use serde::Serialize;

use crate::error::Result;
use crate::estimate::{Estimate, Outcome};

pub use findings::{Detections, Lesion, Mark, Overlap, Role};
pub use froc::{FrocCurve, FrocPoint};
pub use matching::{Finder, Matches, Verdict};
pub use options::{Between, CPM_RATES, Matching, Options, Repeats, Rule};
pub use precision_recall::{PrecisionRecallCurve, PrecisionRecallPoint};
pub use shape::{Shape, intersection_over_union};

use curve::Curves;
use study::Study;

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
    compute: Compute,
}

/// How a metric comes about.
#[derive(Clone, Copy, Debug)]
enum Compute {
    /// From curves, with intervals by the bootstrap over cases.
    Curves(fn(&Options) -> Vec<Statistic>),
    /// From the highest score of each case, for a class.
    Cases(fn(&Study<'_>, usize) -> Outcome),
}

type FromCurves = dyn Fn(&Curves) -> Option<f64> + Send + Sync;

/// A number that is computed from curves, of all cases and of every replicate.
struct Statistic {
    name: String,
    value: Box<FromCurves>,
    share_of: ShareOf,
    /// Said where there is no value.
    undefined: &'static str,
}

/// What a number is a share of: what it is over, and what there is to go by where the bootstrap has no spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShareOf {
    /// Lesions that count.
    Lesions,
    /// Lesions found and false positives, of the marks that are called.
    Calls,
    /// Not a share, but a count for each case.
    Cases,
}

/// All metrics, in the order of their estimates.
pub const METRICS: &[Metric] = &[
    cpm::METRIC,
    sensitivity_at_rate::METRIC,
    average_precision::METRIC,
    average_precision_voc::METRIC,
    average_precision_voc11::METRIC,
    average_precision_coco::METRIC,
    average_precision_coco_range::RANGE,
    average_precision_coco_range::AT_50,
    average_precision_coco_range::AT_75,
    sensitivity::METRIC,
    precision::METRIC,
    f1::METRIC,
    false_positives_per_case::METRIC,
    case_auroc::METRIC,
];

/// What is no single number: name and definition.
pub const CURVES: &[(&str, &str)] = &[("froc", froc::DEFINITION), ("precision_recall", precision_recall::DEFINITION)];

/// All that is measured of detections.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DetectScores {
    /// Every metric of every class and of their mean, in the order of [`METRICS`].
    pub estimates: Vec<Estimate>,
    /// A curve for each class that has lesions.
    pub froc: Vec<FrocCurve>,
    /// A curve for each class that has lesions.
    pub precision_recall: Vec<PrecisionRecallCurve>,
    /// Which mark found which lesion.
    pub matches: Matches,
}

/// Measures everything; the same bytes for any number of threads.
pub fn measure(detections: &Detections, options: &Options) -> Result<DetectScores> {
    options.check()?;
    detections.check(options.rule)?;
    let study = Study::new(detections, options)?;
    let (estimates, froc, precision_recall) = study.measure();
    Ok(DetectScores { estimates, froc, precision_recall, matches: study.matches })
}
