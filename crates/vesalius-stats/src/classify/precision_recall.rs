//! Precision-recall curve: positive predictive value against sensitivity over all thresholds, with a pointwise band.
//!
//! **Definition.** For every distinct score t that a positive case has, sensitivity (recall) and positive predictive value
//! (precision) of the cases that score at least t. The curve is made of steps: a precision holds from the recall before it
//! up to its own, as in the average precision, and no point (0, 1) is invented at its beginning.
//! **Band.** Wilson interval of the precision at each threshold, the threshold taken as fixed: for one point, not for the
//! whole curve. Of a curve of more than [`POINTS_MAX`] points those are kept that lie a fixed length of recall and of
//! called cases apart. **Ties** are one step. **No positive case, nothing:** no curve. **NaN** is refused before.
//! **Cost** O(n log n).

use serde::Serialize;

use super::operating::{Point, points};
use super::roc::{POINTS_MAX, thinned};
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::target::Target;

pub(super) const DEFINITION: &str = "positive predictive value against sensitivity over all thresholds, by steps";

/// The precision-recall curve of one class against the rest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrecisionRecallCurve {
    /// The class.
    pub target: String,
    /// From the strictest threshold to the laxest.
    pub points: Vec<PrecisionRecallPoint>,
}

/// One threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrecisionRecallPoint {
    /// Cases that score at least this are called positive.
    pub threshold: f64,
    /// Sensitivity.
    pub recall: f64,
    /// Positive predictive value.
    pub precision: f64,
    /// Lower end of the band of the precision.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

/// The curve of a class; `None` without positive cases.
pub(super) fn curve(target: &Target, options: &Options) -> Option<PrecisionRecallCurve> {
    let n_positive = target.counts.n_positive();
    if n_positive == 0 {
        return None;
    }
    let mut n_found = 0;
    let finds_more = |point: &Point| point.n_true > std::mem::replace(&mut n_found, point.n_true);
    let steps: Vec<Point> = points(&target.ranking.runs).filter(finds_more).collect();
    let n = target.n() as f64;
    let along = |step: &Point| {
        let n_called = step.n_true + step.n_false;
        step.n_true as f64 / n_positive as f64 + n_called as f64 / n
    };
    let point = |step: Point| {
        let n_called = step.n_true + step.n_false;
        let (low, high) = wilson(step.n_true as u64, n_called as u64, options.level)?;
        Some(PrecisionRecallPoint {
            threshold: step.threshold,
            recall: step.n_true as f64 / n_positive as f64,
            precision: step.n_true as f64 / n_called as f64,
            low,
            high,
        })
    };
    let steps = thinned(steps, POINTS_MAX, along);
    Some(PrecisionRecallCurve { target: target.name.clone(), points: steps.into_iter().filter_map(point).collect() })
}
