//! Scales, round ticks, and the two axes around a plot.

use super::svg::{Anchor, Svg};

/// A linear map from values to pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) domain: (f64, f64),
    pub(super) range: (f64, f64),
}

impl Scale {
    /// The pixel of a value; a domain of one value lies in the middle.
    pub(super) fn at(&self, value: f64) -> f64 {
        let (low, high) = self.domain;
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        self.range.0 + share * (self.range.1 - self.range.0)
    }
}

/// The plot area: one scale each way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) x: Scale,
    pub(super) y: Scale,
}

/// What stands beside an axis.
pub(super) struct Axis<'a> {
    pub(super) title: &'a str,
    pub(super) ticks: &'a [f64],
}

impl Frame {
    /// The pixel of a point.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    /// Draws hairlines, tick labels and titles.
    pub(super) fn draw(&self, svg: &mut Svg, x: &Axis<'_>, y: &Axis<'_>) {
        let ((left, right), (bottom, top)) = (self.x.range, self.y.range);
        for (tick, text) in y.ticks.iter().zip(tick_labels(y.ticks)) {
            let level = self.y.at(*tick);
            svg.line("grid", (left, level), (right, level));
            svg.text("tick", (left - 5.0, level + 3.5), Anchor::End, &text);
        }
        for (tick, text) in x.ticks.iter().zip(tick_labels(x.ticks)) {
            let place = self.x.at(*tick);
            svg.line("axis", (place, bottom), (place, bottom + 4.0));
            svg.text("tick", (place, bottom + 15.0), Anchor::Middle, &text);
        }
        svg.line("axis", (left, bottom), (right, bottom));
        svg.line("axis", (left, bottom), (left, top));
        svg.text("axis-title", (f64::midpoint(left, right), bottom + 31.0), Anchor::Middle, x.title);
        svg.upward_text("axis-title", (11.0, f64::midpoint(bottom, top)), y.title);
    }
}

/// Fifths of the unit interval.
pub(super) const UNIT_TICKS: &[f64] = &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

/// About `n` round values (1, 2 or 5 times a power of ten apart) that lie within the domain.
pub(super) fn round_ticks((low, high): (f64, f64), n: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return vec![low];
    }
    let raw = span / n.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= raw * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    (0..=(last - first).max(0.0) as usize).map(|idx| (first + idx as f64) * step).collect()
}

/// Labels with as many decimals as the finest tick needs.
fn tick_labels(ticks: &[f64]) -> Vec<String> {
    let is_exact = |decimals: usize| {
        let scale = 10f64.powi(decimals as i32);
        ticks.iter().all(|tick| ((tick * scale).round() - tick * scale).abs() < 1e-6 * scale.max(1.0))
    };
    let decimals = (0..6).find(|decimals| is_exact(*decimals)).unwrap_or(6);
    ticks.iter().map(|tick| format!("{:.decimals$}", tick + 0.0).replace('-', "−")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let check = |domain, n, expected: &[&str]| assert_eq!(tick_labels(&round_ticks(domain, n)), expected);
        check((0.0, 1.0), 5, &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        check((0.0, 0.73), 4, &["0.0", "0.2", "0.4", "0.6"]);
        check((1.0, 16.0), 5, &["5", "10", "15"]);
        check((-1.5, 1.5), 3, &["−1", "0", "1"]);
        check((2.0, 2.0), 4, &["2"]);
    }

    #[test]
    fn a_domain_of_one_value_is_drawn_in_the_middle() {
        let scale = Scale { domain: (3.0, 3.0), range: (0.0, 10.0) };
        assert!((scale.at(3.0) - 5.0).abs() < 1e-12);
    }
}
