//! A curve over thresholds with its band, against lines that say what no model would do: ROC, precision-recall, decision.

use super::Size;
use super::axis::{Axis, Frame, Scale, UNIT_TICKS, round_ticks};
use super::svg::{Anchor, Svg, fitted};

/// More points than this add bytes and nothing visible.
const POINTS_MAX: usize = 200;

/// One threshold of the curve.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct PlanePoint {
    pub(in crate::report) x: f64,
    pub(in crate::report) y: f64,
    /// Lower and upper end of the band, where there is one.
    pub(in crate::report) band: Option<(f64, f64)>,
}

/// What one panel shows.
pub(in crate::report) struct PlanePanel<'a> {
    /// What kind of curve it is, for those who cannot see it.
    pub(in crate::report) kind: &'a str,
    pub(in crate::report) target: &'a str,
    pub(in crate::report) x_title: &'a str,
    pub(in crate::report) y_title: &'a str,
    /// Lowest and highest value of the vertical axis; the other one is from 0 to 1.
    pub(in crate::report) y_domain: (f64, f64),
    /// Thresholds from strict to lax, or the other way round.
    pub(in crate::report) points: &'a [PlanePoint],
    /// Dashed lines to compare with.
    pub(in crate::report) references: &'a [Vec<(f64, f64)>],
    /// Lines in a corner: the area with its interval.
    pub(in crate::report) notes: &'a [String],
    /// Whether that is the upper right corner and not the lower one.
    pub(in crate::report) notes_above: bool,
    /// The threshold in use.
    pub(in crate::report) marker: Option<(f64, f64)>,
}

/// Draws one panel.
pub(in crate::report) fn plane(panel: &PlanePanel<'_>, size: Size) -> Svg {
    let width = size.width_px();
    let (left, right, top) = (44.0, width - 8.0, 24.0);
    let bottom = top + (right - left);
    let title = format!("{} of {}", panel.kind, panel.target);
    let description = format!("{}. {} over {}.", panel.notes.join("; "), panel.y_title, panel.x_title);
    let mut svg = Svg::new(width, bottom + 38.0, &title, &description);
    svg.text("panel-title", (left, 14.0), Anchor::Start, &fitted(panel.target, right - left));
    let frame = Frame {
        x: Scale { domain: (0.0, 1.0), range: (left, right) },
        y: Scale { domain: panel.y_domain, range: (bottom, top) },
    };
    let (low, high) = panel.y_domain;
    let is_unit = low.abs() < f64::EPSILON && (high - 1.0).abs() < f64::EPSILON;
    let ticks = if is_unit { UNIT_TICKS.to_vec() } else { round_ticks(panel.y_domain, 5) };
    let x_axis = Axis { title: panel.x_title, ticks: UNIT_TICKS };
    frame.draw(&mut svg, &x_axis, &Axis { title: panel.y_title, ticks: &ticks });
    let within = |y: f64| y.clamp(low, high);
    for reference in panel.references {
        let visible: Vec<_> = reference.iter().filter(|(_, y)| (low..=high).contains(y)).collect();
        for pair in visible.windows(2) {
            svg.line("chance", frame.at(pair[0].0, pair[0].1), frame.at(pair[1].0, pair[1].1));
        }
    }
    let points = thinned(panel.points);
    let banded = points.iter().filter_map(|point| Some((point.x, point.band?)));
    let lows = banded.clone().map(|(x, (low, _))| frame.at(x, within(low)));
    let highs = banded.map(|(x, (_, high))| frame.at(x, within(high))).collect::<Vec<_>>();
    svg.polygon("band", &lows.chain(highs.into_iter().rev()).collect::<Vec<_>>());
    let curve: Vec<_> = points.iter().map(|point| frame.at(point.x, within(point.y))).collect();
    svg.polyline("series", &curve);
    if let Some((x, y)) = panel.marker {
        svg.circle("marker-open", frame.at(x, within(y)), 4.0);
    }
    for (idx, note) in panel.notes.iter().enumerate() {
        let below = (panel.notes.len() - 1 - idx) as f64;
        let y = if panel.notes_above { top + 14.0 + 14.0 * idx as f64 } else { bottom - 9.0 - 14.0 * below };
        svg.text("label", (right - 6.0, y), Anchor::End, note);
    }
    svg
}

/// At most [`POINTS_MAX`] points: the first of each step along the curve, and both ends.
///
/// Steps are of equal length |Δx| + |Δy|, measured along the curve itself.
fn thinned(points: &[PlanePoint]) -> Vec<PlanePoint> {
    let (Some(first), true) = (points.first(), points.len() > POINTS_MAX) else { return points.to_vec() };
    let length = |a: &PlanePoint, b: &PlanePoint| (a.x - b.x).abs() + (a.y - b.y).abs();
    let whole: f64 = points.windows(2).map(|pair| length(&pair[0], &pair[1])).sum();
    let step = whole / (POINTS_MAX - 2) as f64;
    let (mut kept, mut along, mut last, mut next) = (Vec::with_capacity(POINTS_MAX), 0.0, first, 0.0);
    for point in points {
        along += length(last, point);
        last = point;
        if along >= next {
            kept.push(*point);
            next = ((along / step).floor() + 1.0) * step;
        }
    }
    if kept.len() < POINTS_MAX {
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
            PlanePoint { x: x * x, y: x, band: None }
        };
        let points: Vec<_> = (0..=n).map(point).collect();
        let kept = thinned(&points);
        assert!(kept.len() > 150 && kept.len() <= POINTS_MAX, "{}", kept.len());
        let (first, last) = (kept[0], kept[kept.len() - 1]);
        assert!(first.y.abs() < 1e-12 && (last.y - 1.0).abs() < 1e-12);
        assert_eq!(thinned(&points[..7]).len(), 7);
    }
}
