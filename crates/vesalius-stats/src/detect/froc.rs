//! FROC: sensitivity against false positives per case over all thresholds, with a pointwise band.
//!
//! **Definition.** For every distinct score, the share of lesions that marks of at least this score find, and their false
//! positives over the number of cases (Bunch et al. 1977, doi:10.1117/12.955926). It begins at (0, 0). Between two
//! thresholds it goes along the line or as a step, by option; after the last one it stays.
//! **Band.** Percentile bootstrap over cases of the sensitivity at each rate of false positives.
//! Of a curve with more than 200 corners (fewer where there are more than 40 classes) those are kept that lie a fixed
//! length apart along the curve, its rates on a logarithmic scale, as it is drawn.
//! **No lesion:** no curve. **Ties** are one step. **NaN** is refused before.

use serde::Serialize;

use super::curve::{Curve, Events};
use super::options::{Between, Options};
use super::study::Drawn;

pub(super) const DEFINITION: &str =
    "share of lesions found against false positives per case over all thresholds, with a pointwise band";

/// Where the logarithmic scale of rates begins.
const RATE_LEAST: f64 = 1.0 / 16.0;
const ROUNDING: f64 = 1e-12;

/// The free-response curve of a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrocCurve {
    /// The class.
    pub target: String,
    /// From the strictest threshold to the laxest.
    pub points: Vec<FrocPoint>,
}

/// One threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrocPoint {
    /// Marks that score at least this are called; infinite where none are.
    pub threshold: f64,
    /// False positives per case.
    pub false_positives_per_case: f64,
    /// The share of lesions found.
    pub sensitivity: f64,
    /// Lower end of the band of the sensitivity at this rate.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

/// A corner of the curve of all cases.
pub(super) struct Place {
    threshold: f64,
    n_false: f64,
    n_cases: f64,
}

impl Place {
    pub(super) fn value(&self, curve: &Curve, options: &Options) -> Option<f64> {
        sensitivity(curve, self.n_false, options.between)
    }
}

impl FrocCurve {
    /// `None` without lesions.
    pub(super) fn of(
        target: &str,
        places: &[Place],
        bands: &[Drawn],
        interval: impl Fn(&Drawn) -> Option<(f64, f64)>,
    ) -> Option<Self> {
        let point = |(place, drawn): (&Place, &Drawn)| {
            let (low, high) = interval(drawn)?;
            let rate = place.n_false / place.n_cases;
            let (threshold, sensitivity) = (place.threshold, drawn.value?);
            Some(FrocPoint { threshold, false_positives_per_case: rate, sensitivity, low, high })
        };
        let points: Vec<FrocPoint> = places.iter().zip(bands).filter_map(point).collect();
        (!points.is_empty()).then(|| Self { target: target.to_owned(), points })
    }
}

/// The share of lesions found with so many false positives; `None` without lesions.
pub(super) fn sensitivity(curve: &Curve, n_false: f64, between: Between) -> Option<f64> {
    if !curve.has_lesions() {
        return None;
    }
    // A rate times the number of cases may miss a whole number by rounding.
    let n_false = n_false * (1.0 + ROUNDING);
    let n_within = curve.points.partition_point(|point| point.n_false <= n_false);
    let (within, beyond) = (curve.points[n_within - 1], curve.points.get(n_within));
    let n_found = match (between, beyond) {
        (Between::Line, Some(beyond)) => {
            let share = (n_false - within.n_false) / (beyond.n_false - within.n_false);
            within.n_found + share * (beyond.n_found - within.n_found)
        }
        _ => within.n_found,
    };
    Some(n_found / curve.n_lesions)
}

/// The corners of the curve of all cases, the last at each rate, and no more than are drawn.
pub(super) fn places(events: &Events, n_cases: usize, n_max: usize) -> Vec<Place> {
    let curve = events.curve(&vec![1; n_cases]);
    if !curve.has_lesions() {
        return Vec::new();
    }
    let mut corners: Vec<(Place, f64)> = Vec::new();
    for (point, threshold) in curve.points.iter().zip(events.thresholds()) {
        if corners.last().is_some_and(|(last, _)| last.n_false >= point.n_false) {
            corners.pop();
        }
        let place = Place { threshold, n_false: point.n_false, n_cases: curve.n_cases };
        corners.push((place, point.n_found / curve.n_lesions));
    }
    thinned(corners, n_max)
}

/// The first corner after each piece of equal length, and both ends.
fn thinned(corners: Vec<(Place, f64)>, n_max: usize) -> Vec<Place> {
    let n_corners = corners.len();
    if n_corners <= n_max {
        return corners.into_iter().map(|(place, _)| place).collect();
    }
    let across = |place: &Place| (1.0 + place.n_false / (place.n_cases * RATE_LEAST)).ln();
    let whole = corners.last().map_or(1.0, |(place, _)| across(place)).max(f64::MIN_POSITIVE);
    let piece = 2.0 / (n_max - 2) as f64;
    let mut next = 0.0;
    let keeps = |(idx, (place, height)): (usize, (Place, f64))| {
        let at = across(&place) / whole + height;
        if at < next && idx < n_corners - 1 {
            return None;
        }
        next = ((at / piece).floor() + 1.0) * piece;
        Some(place)
    };
    corners.into_iter().enumerate().filter_map(keeps).collect()
}
