//! An estimate and its interval on the unit scale, small enough for a table cell.

use super::axis::Scale;
use super::svg::Svg;

/// Draws the cell; `low` and `high` may be missing.
pub(in crate::report) fn interval(value: f64, low: Option<f64>, high: Option<f64>) -> Svg {
    let (width, middle) = (140.0, 8.0);
    let scale = Scale { domain: (0.0, 1.0), range: (4.0, width - 4.0) };
    let mut svg = Svg::new(width, 16.0, "Interval", &format!("{value:.3} on a scale from 0 to 1"));
    svg.line("grid", (scale.at(0.0), middle), (scale.at(1.0), middle));
    for tick in [0.0, 0.5, 1.0] {
        svg.line("axis", (scale.at(tick), middle - 3.0), (scale.at(tick), middle + 3.0));
    }
    if let (Some(low), Some(high)) = (low, high) {
        svg.line("interval", (scale.at(low.clamp(0.0, 1.0)), middle), (scale.at(high.clamp(0.0, 1.0)), middle));
    }
    svg.circle("marker", (scale.at(value.clamp(0.0, 1.0)), middle), 3.0);
    svg
}
