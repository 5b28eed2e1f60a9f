//! Lines over epochs, one panel for one quantity of one model, with the epoch that was kept.

use super::Size;
use super::axis::{Axis, Frame, Scale, round_ticks};
use super::svg::{Anchor, Svg, fitted};

/// How a line is told from another without color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum LineStyle {
    Solid,
    Dashed,
}

/// One line; a point that is not finite leaves a gap.
pub(in crate::report) struct Line {
    pub(in crate::report) name: &'static str,
    pub(in crate::report) style: LineStyle,
    pub(in crate::report) points: Vec<(f64, f64)>,
}

/// What one panel shows.
pub(in crate::report) struct Curves<'a> {
    pub(in crate::report) title: &'a str,
    pub(in crate::report) quantity: &'a str,
    pub(in crate::report) lines: &'a [Line],
    /// Lowest and highest value of the vertical axis, the same for all models.
    pub(in crate::report) domain: (f64, f64),
    pub(in crate::report) kept_epoch: Option<u64>,
}

/// Draws one panel.
pub(in crate::report) fn curves(panel: &Curves<'_>, size: Size) -> Svg {
    let width = size.width_px();
    let (left, top) = (46.0, if size == Size::Tiny { 24.0 } else { 36.0 });
    let right = if size == Size::Tiny { width - 6.0 } else { width - 62.0 };
    let bottom = if size == Size::Tiny { 112.0 } else { 176.0 };
    let title = format!("{} over epochs, {}", panel.quantity, panel.title);
    let mut svg = Svg::new(width, bottom + 38.0, &title, &description(panel));
    svg.text("panel-title", (left, 14.0), Anchor::Start, &fitted(panel.title, right - left));
    let frame = Frame {
        x: Scale { domain: epochs(panel.lines), range: (left, right) },
        y: Scale { domain: panel.domain, range: (bottom, top) },
    };
    let n_ticks = if size == Size::Tiny { 3 } else { 5 };
    let (x_ticks, y_ticks) = (epoch_ticks(frame.x.domain, n_ticks), round_ticks(panel.domain, n_ticks));
    frame.draw(&mut svg, &Axis { title: "Epoch", ticks: &x_ticks }, &Axis { title: panel.quantity, ticks: &y_ticks });
    if let Some(epoch) = panel.kept_epoch {
        draw_kept(&mut svg, &frame, panel, (epoch, size));
    }
    for line in panel.lines {
        let class = if line.style == LineStyle::Solid { "series" } else { "series-dashed" };
        for run in line.points.split(|(_, y)| !y.is_finite()) {
            let pixels: Vec<_> = run.iter().map(|&(x, y)| frame.at(x, y)).collect();
            svg.polyline(class, &pixels);
            if let [only] = pixels[..] {
                svg.circle("marker-small", only, 1.8);
            }
        }
    }
    if size != Size::Tiny {
        draw_names(&mut svg, &frame, panel.lines);
    }
    svg
}

fn draw_kept(svg: &mut Svg, frame: &Frame, panel: &Curves<'_>, (epoch, size): (u64, Size)) {
    let x = frame.x.at(epoch as f64);
    svg.line("kept", (x, frame.y.range.0), (x, frame.y.range.1));
    if size != Size::Tiny {
        svg.text("tick", (x, frame.y.range.1 - 3.0), Anchor::Middle, &format!("kept: {epoch}"));
    }
    let at_epoch =
        |line: &Line| line.points.iter().copied().find(|(x, y)| (x - epoch as f64).abs() < 0.5 && y.is_finite());
    let solid = panel.lines.iter().filter(|line| line.style == LineStyle::Solid);
    for (x, y) in solid.filter_map(at_epoch) {
        svg.circle("marker", frame.at(x, y), 3.5);
    }
}

/// Names at the right ends, pushed apart where lines end together.
fn draw_names(svg: &mut Svg, frame: &Frame, lines: &[Line]) {
    const APART_PX: f64 = 13.0;
    let last = |line: &Line| line.points.iter().rev().find(|(_, y)| y.is_finite()).copied();
    let mut ends: Vec<(f64, &str)> =
        lines.iter().filter_map(|line| Some((frame.y.at(last(line)?.1) + 3.5, line.name))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = f64::NEG_INFINITY;
    for (y, name) in ends {
        let y = y.max(free);
        svg.text("label", (frame.x.range.1 + 5.0, y), Anchor::Start, name);
        free = y + APART_PX;
    }
}

fn epochs(lines: &[Line]) -> (f64, f64) {
    let all = lines.iter().flat_map(|line| &line.points).map(|(x, _)| *x);
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// Whole epochs only, and the first of them.
fn epoch_ticks(domain: (f64, f64), n: usize) -> Vec<f64> {
    let mut ticks: Vec<f64> = round_ticks(domain, n).into_iter().filter(|tick| tick.fract().abs() < 1e-9).collect();
    if ticks.is_empty() || ticks.first().is_some_and(|first| first - domain.0 > 0.12 * (domain.1 - domain.0)) {
        ticks.insert(0, domain.0);
    }
    ticks
}

fn description(panel: &Curves<'_>) -> String {
    let line = |line: &Line| {
        let finite: Vec<f64> = line.points.iter().map(|(_, y)| *y).filter(|y| y.is_finite()).collect();
        match (finite.first(), finite.last()) {
            (Some(first), Some(last)) => format!("{} from {first:.3} to {last:.3}", line.name),
            _ => format!("{}: no values", line.name),
        }
    };
    let lines: Vec<String> = panel.lines.iter().map(line).collect();
    let kept = panel.kept_epoch.map_or(String::new(), |epoch| format!("; epoch {epoch} was kept"));
    format!("{}{kept}", lines.join("; "))
}
