//! The receiver operating characteristic of one target with its band.

use super::Size;
use super::axis::{Axis, Frame, Scale, UNIT_TICKS};
use super::svg::{Anchor, Svg, fitted};

/// More points than this add bytes and nothing visible.
const POINTS_MAX: usize = 200;

/// One threshold of the curve.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct RocPoint {
    pub(in crate::report) false_positive_rate: f64,
    pub(in crate::report) true_positive_rate: f64,
    /// Lower and upper end of the band, where there is one.
    pub(in crate::report) band: Option<(f64, f64)>,
}

/// What one panel shows.
pub(in crate::report) struct RocPanel<'a> {
    pub(in crate::report) target: &'a str,
    /// Thresholds from strict to lax.
    pub(in crate::report) points: &'a [RocPoint],
    /// Lines under the curve: the area with its interval.
    pub(in crate::report) notes: &'a [String],
    /// False and true positive rate at the threshold in use.
    pub(in crate::report) operating_point: Option<(f64, f64)>,
}

/// Draws one panel.
pub(in crate::report) fn roc(panel: &RocPanel<'_>, size: Size) -> Svg {
    let width = size.width_px();
    let (left, right, top) = (44.0, width - 8.0, 24.0);
    let bottom = top + (right - left);
    let description = format!(
        "{}. Curve from the lower left to the upper right corner; chance is the diagonal.",
        panel.notes.join("; ")
    );
    let title = format!("Receiver operating characteristic of {}", panel.target);
    let mut svg = Svg::new(width, bottom + 38.0, &title, &description);
    svg.text("panel-title", (left, 14.0), Anchor::Start, &fitted(panel.target, right - left));
    let frame = Frame { x: unit(left, right), y: unit(bottom, top) };
    let axis = |title| Axis { title, ticks: UNIT_TICKS };
    frame.draw(&mut svg, &axis("1 − specificity"), &axis("Sensitivity"));
    svg.line("chance", frame.at(0.0, 0.0), frame.at(1.0, 1.0));
    let points = thinned(panel.points);
    let banded = points.iter().filter_map(|point| Some((point.false_positive_rate, point.band?)));
    let lows = banded.clone().map(|(x, (low, _))| frame.at(x, low));
    let highs = banded.map(|(x, (_, high))| frame.at(x, high)).collect::<Vec<_>>();
    svg.polygon("band", &lows.chain(highs.into_iter().rev()).collect::<Vec<_>>());
    let curve: Vec<_> = points.iter().map(|p| frame.at(p.false_positive_rate, p.true_positive_rate)).collect();
    svg.polyline("series", &curve);
    if let Some((x, y)) = panel.operating_point {
        svg.circle("marker-open", frame.at(x, y), 4.0);
    }
    for (idx, note) in panel.notes.iter().rev().enumerate() {
        svg.text("label", (right - 6.0, bottom - 9.0 - 14.0 * idx as f64), Anchor::End, note);
    }
    svg
}

fn unit(low: f64, high: f64) -> Scale {
    Scale { domain: (0.0, 1.0), range: (low, high) }
}

/// At most [`POINTS_MAX`] points: the first of each step along the curve, and both ends.
///
/// Steps are of equal length |Δx| + |Δy|, which is monotone along the curve and 2 in all.
fn thinned(points: &[RocPoint]) -> Vec<RocPoint> {
    if points.len() <= POINTS_MAX {
        return points.to_vec();
    }
    let step = 2.0 / (POINTS_MAX - 2) as f64;
    let (mut kept, mut next) = (Vec::with_capacity(POINTS_MAX), 0.0);
    for point in points {
        let along = point.false_positive_rate + point.true_positive_rate;
        if along >= next {
            kept.push(*point);
            next = ((along / step).floor() + 1.0) * step;
        }
    }
    if let (Some(last), true) = (points.last(), kept.len() < POINTS_MAX) {
        kept.push(*last);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_ends_and_the_limit() {
        let n = 50_000;
        let point = |idx: usize| {
            let x = idx as f64 / n as f64;
            RocPoint { false_positive_rate: x * x, true_positive_rate: x, band: None }
        };
        let points: Vec<_> = (0..=n).map(point).collect();
        let kept = thinned(&points);
        assert!(kept.len() > 150 && kept.len() <= POINTS_MAX, "{}", kept.len());
        let (first, last) = (kept[0], kept[kept.len() - 1]);
        assert!(first.true_positive_rate.abs() < 1e-12 && (last.true_positive_rate - 1.0).abs() < 1e-12);
        assert_eq!(thinned(&points[..7]).len(), 7);
    }
}
