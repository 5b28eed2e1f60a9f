//! The reliability of scores: what was observed where the model said so much, above a histogram of the scores.

use super::Size;
use super::axis::{Axis, Frame, Scale, UNIT_TICKS};
use super::svg::{Anchor, Svg, fitted};

/// One bin that holds cases.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct ReliabilityBin {
    /// Mean score of the cases in the bin.
    pub(in crate::report) mean_score: f64,
    /// Share of the cases that are positive.
    pub(in crate::report) observed: f64,
    /// Interval of that share.
    pub(in crate::report) interval: Option<(f64, f64)>,
    /// Cases in the bin.
    pub(in crate::report) n: u64,
}

/// What one panel shows.
pub(in crate::report) struct ReliabilityPanel<'a> {
    pub(in crate::report) target: &'a str,
    pub(in crate::report) bins: &'a [ReliabilityBin],
    /// Lines under the diagonal: calibration error and Brier score.
    pub(in crate::report) notes: &'a [String],
}

/// Draws one panel.
pub(in crate::report) fn reliability(panel: &ReliabilityPanel<'_>, size: Size) -> Svg {
    let width = size.width_px();
    let (left, right, top, strip) = (44.0, width - 8.0, 24.0, 34.0);
    let bottom = top + (right - left) - strip;
    let title = format!("Reliability of the scores of {}", panel.target);
    let mut svg = Svg::new(width, bottom + strip + 38.0, &title, &description(panel));
    svg.text("panel-title", (left, 14.0), Anchor::Start, &fitted(panel.target, right - left));
    let x = Scale { domain: (0.0, 1.0), range: (left, right) };
    let plot = Frame { x, y: Scale { domain: (0.0, 1.0), range: (bottom - 8.0, top) } };
    draw_frame(&mut svg, &plot, bottom + strip);
    svg.line("chance", plot.at(0.0, 0.0), plot.at(1.0, 1.0));
    let points: Vec<_> = panel.bins.iter().map(|bin| plot.at(bin.mean_score, bin.observed)).collect();
    svg.polyline("series", &points);
    for bin in panel.bins {
        if let Some((low, high)) = bin.interval {
            svg.line("whisker", plot.at(bin.mean_score, low), plot.at(bin.mean_score, high));
        }
    }
    for point in points {
        svg.circle("marker", point, 3.0);
    }
    let n_max = panel.bins.iter().map(|bin| bin.n).max().unwrap_or(0).max(1);
    for bin in panel.bins {
        let (x, height) = (plot.x.at(bin.mean_score), (strip - 8.0) * bin.n as f64 / n_max as f64);
        svg.rectangle("stem", (x - 3.0, bottom + strip - height), (6.0, height));
    }
    draw_notes(&mut svg, &plot, panel);
    svg
}

/// Notes go to the corner off the diagonal that fewer marks reach.
fn draw_notes(svg: &mut Svg, plot: &Frame, panel: &ReliabilityPanel<'_>) {
    let reach = |bin: &ReliabilityBin| bin.interval.unwrap_or((bin.observed, bin.observed));
    let n_right = panel.bins.iter().filter(|bin| bin.mean_score > 0.55 && reach(bin).0 < 0.4).count();
    let n_left = panel.bins.iter().filter(|bin| bin.mean_score < 0.45 && reach(bin).1 > 0.65).count();
    let step = 14.0;
    for (idx, note) in panel.notes.iter().enumerate() {
        let (place, anchor) = if n_left < n_right {
            ((plot.x.range.0 + 8.0, plot.y.range.1 + 14.0 + step * idx as f64), Anchor::Start)
        } else {
            let below = (panel.notes.len() - 1 - idx) as f64;
            ((plot.x.range.1 - 6.0, plot.y.range.0 - 10.0 - step * below), Anchor::End)
        };
        svg.text("label", place, anchor, note);
    }
}

/// The axis of the scores stands under the histogram and serves both.
fn draw_frame(svg: &mut Svg, plot: &Frame, floor: f64) {
    let under = Frame { x: plot.x, y: Scale { domain: plot.y.domain, range: (floor, plot.y.range.1) } };
    under.draw(
        svg,
        &Axis { title: "Mean score of the bin", ticks: UNIT_TICKS },
        &Axis { title: "Observed share", ticks: &[] },
    );
    let (left, right) = plot.x.range;
    for tick in UNIT_TICKS {
        let level = plot.y.at(*tick);
        svg.line("grid", (left, level), (right, level));
        svg.text("tick", (left - 5.0, level + 3.5), Anchor::End, &format!("{tick:.1}"));
    }
}

fn description(panel: &ReliabilityPanel<'_>) -> String {
    let bins: Vec<String> = panel
        .bins
        .iter()
        .map(|bin| format!("mean score {:.2}, observed {:.2} in {} cases", bin.mean_score, bin.observed, bin.n))
        .collect();
    bins.join("; ")
}
