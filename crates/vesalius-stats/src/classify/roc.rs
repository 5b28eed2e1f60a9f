//! ROC: sensitivity against 1 − specificity over all thresholds, with a pointwise band.
//!
//! **Definition.** For every distinct score t, the shares of negative and of positive cases that score at least t; the
//! curve begins where nothing is called positive (an infinite threshold). **Ties** are one step, drawn as a slope.
//! **Band.** Wilson interval of the sensitivity at each threshold, the threshold taken as fixed: it holds for one point,
//! not for the whole curve at once, and disregards that the false positive rate is estimated too.
//! Points on a straight line between neighbors are dropped, which changes nothing; of a curve that still has more than
//! [`POINTS_MAX`], those are kept that lie a fixed length apart along the curve.
//! **One class, nothing:** no curve. **NaN** is refused before. **Cost** O(n log n).

use serde::Serialize;

use super::operating::{Point, points};
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::target::Target;

pub(super) const DEFINITION: &str = "sensitivity against 1 - specificity over all thresholds, with a pointwise band";

/// More points than this are not drawn, and only make files large.
pub(super) const POINTS_MAX: usize = 1000;

/// The receiver operating characteristic of one class against the rest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RocCurve {
    /// The class.
    pub target: String,
    /// From the strictest threshold to the laxest.
    pub points: Vec<RocPoint>,
}

/// One threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RocPoint {
    /// Cases that score at least this are called positive; infinite where none are.
    pub threshold: f64,
    /// 1 − specificity.
    pub false_positive_rate: f64,
    /// Sensitivity.
    pub true_positive_rate: f64,
    /// Lower end of the band of the sensitivity.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

/// The curve of a class; `None` without positive or negative cases.
pub(super) fn curve(target: &Target, options: &Options) -> Option<RocCurve> {
    if target.one_sided().is_some() {
        return None;
    }
    let (n_positive, n_negative) = (target.counts.n_positive(), target.counts.n_negative());
    let point = |step: Point| {
        let (low, high) = wilson(step.n_true as u64, n_positive as u64, options.level)?;
        Some(RocPoint {
            threshold: step.threshold,
            false_positive_rate: step.n_false as f64 / n_negative as f64,
            true_positive_rate: step.n_true as f64 / n_positive as f64,
            low,
            high,
        })
    };
    let along = |step: &Point| step.n_false as f64 / n_negative as f64 + step.n_true as f64 / n_positive as f64;
    let steps = thinned(corners(points(&target.ranking.runs)), POINTS_MAX, along);
    Some(RocCurve { target: target.name.clone(), points: steps.into_iter().filter_map(point).collect() })
}

/// The steps without those on a straight line between their neighbors.
fn corners(steps: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    for step in steps {
        if let [.., a, b] = corners[..] {
            let run = |from: Point, to: Point| ((to.n_false - from.n_false) as u128, (to.n_true - from.n_true) as u128);
            let (first, second) = (run(a, b), run(b, step));
            if first.0 * second.1 == first.1 * second.0 {
                corners.pop();
            }
        }
        corners.push(step);
    }
    corners
}

/// At most `n_max` points: the first after each piece of equal length, and both ends; `along` grows from 0 to 2.
pub(super) fn thinned(points: Vec<Point>, n_max: usize, along: impl Fn(&Point) -> f64) -> Vec<Point> {
    if points.len() <= n_max {
        return points;
    }
    let piece = 2.0 / (n_max - 2) as f64;
    let n_points = points.len();
    let mut next = 0.0;
    let keeps = |(idx, point): &(usize, Point)| {
        let at = along(point);
        let is_kept = at >= next || *idx == n_points - 1;
        if is_kept {
            next = ((at / piece).floor() + 1.0) * piece;
        }
        is_kept
    };
    points.into_iter().enumerate().filter(keeps).map(|(_, point)| point).collect()
}
