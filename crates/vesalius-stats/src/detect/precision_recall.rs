//! Precision against recall over all thresholds, with a pointwise band.
//!
//! **Definition.** For every distinct score at which a lesion is found, the share of lesions that marks of at least this
//! score find, and the share of these marks that found one. Nothing is interpolated: the average precisions say how
//! they go between points. **Band.** Percentile bootstrap over cases of the precision at each threshold.
//! Of more than 200 points (fewer where there are more than 40 classes) those are kept that lie a fixed recall apart, and
//! both ends.
//! **No lesion:** no curve. **Ties** are one step. **NaN** is refused before.

use serde::Serialize;

use super::curve::{Curve, Events};
use super::study::Drawn;

pub(super) const DEFINITION: &str = "share of marks that find a lesion against share of lesions found";

/// The precision–recall curve of a class.
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
    /// Marks that score at least this are called.
    pub threshold: f64,
    /// The share of lesions found.
    pub recall: f64,
    /// The share of marks that found one.
    pub precision: f64,
    /// Lower end of the band of the precision at this threshold.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

/// A point of the curve of all cases, which has the same index for every draw.
pub(super) struct Place {
    idx: usize,
    threshold: f64,
    recall: f64,
    n_calls: usize,
}

impl Place {
    pub(super) fn value(&self, curve: &Curve) -> Option<f64> {
        curve.points[self.idx].precision()
    }
}

impl PrecisionRecallCurve {
    /// `None` where no lesion is found.
    pub(super) fn of(
        target: &str,
        places: &[Place],
        bands: &[Drawn],
        interval: impl Fn(&Drawn, usize) -> Option<(f64, f64)>,
    ) -> Option<Self> {
        let point = |(place, drawn): (&Place, &Drawn)| {
            let Place { threshold, recall, n_calls, .. } = *place;
            let (low, high) = interval(drawn, n_calls)?;
            Some(PrecisionRecallPoint { threshold, recall, precision: drawn.value?, low, high })
        };
        let points: Vec<PrecisionRecallPoint> = places.iter().zip(bands).filter_map(point).collect();
        (!points.is_empty()).then(|| Self { target: target.to_owned(), points })
    }
}

/// The points at which another lesion is found, no more than are drawn.
pub(super) fn places(events: &Events, n_cases: usize, n_max: usize) -> Vec<Place> {
    let curve = events.curve(&vec![1; n_cases]);
    let thresholds = events.thresholds();
    let finds = |idx: &usize| curve.points[*idx].n_found > curve.points[*idx - 1].n_found;
    let found: Vec<usize> = (1..curve.points.len()).filter(finds).collect();
    let piece = 1.0 / (n_max - 2) as f64;
    let mut next = 0.0;
    let keeps = |&idx: &usize| {
        let point = curve.points[idx];
        let recall = point.n_found / curve.n_lesions;
        if found.len() > n_max && recall < next && Some(&idx) != found.last() {
            return None;
        }
        next = ((recall / piece).floor() + 1.0) * piece;
        let n_calls = (point.n_found + point.n_false) as usize;
        Some(Place { idx, threshold: thresholds[idx], recall, n_calls })
    };
    found.iter().filter_map(keeps).collect()
}
