//! How slices stand along their normal: in even steps, with gaps, unevenly, sheared.

use crate::error::Result;
use crate::geometry::Geometry;
use crate::reading::Problem;

use super::slice::{Plane, dot, minus, plus_scaled};

/// How far a slice may stand from its place in an even grid without a word, as a fraction of the step;
/// positions are rounded to a hundredth of a millimeter or finer.
const SILENT: f64 = 0.01;

/// How far it may stand from there and be taken, with a problem; also sideways, as a fraction of a pixel.
const TAKEN: f64 = 0.05;

/// What the places of the slices of a volume are like.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The grid on which the slices stand, or the even one from the first to the last where they do not.
    ///
    /// `None` where no straight grid can be had: sheared, of pixels of unknown size, or one slice of unknown depth.
    pub(crate) geometry: Option<Geometry>,
    /// Why the slices are no volume.
    pub(crate) obstacle: Option<Problem>,
    pub(crate) problems: Vec<Problem>,
}

/// Judges places that are sorted along the normal of their planes; there is at least one.
///
/// `depth_mm` is what a lone slice says of its extent across the plane.
pub(crate) fn judge(planes: &[&Plane], depth_mm: Option<f64>) -> Result<Places> {
    let first = planes[0];
    let normal = first.normal();
    let heights: Vec<f64> = planes.iter().map(|plane| dot(plane.position_mm, normal)).collect();
    let Some(spacing_mm) = first.spacing_mm else {
        return Ok(Places { geometry: None, obstacle: None, problems: vec![no_pixel_spacing()] });
    };
    let n_steps = (heights.len() - 1) as f64;
    if heights.len() == 1 {
        let depth_mm = depth_mm.filter(|depth| depth.is_finite() && *depth > 0.0);
        let geometry = depth_mm.map(|depth| grid(first, spacing_mm, depth)).transpose()?;
        let problems = if geometry.is_none() { vec![no_depth()] } else { Vec::new() };
        return Ok(Places { geometry, obstacle: None, problems });
    }
    let step = (heights[heights.len() - 1] - heights[0]) / n_steps;
    if let Some(obstacle) = sideways(planes, &heights, spacing_mm[0].min(spacing_mm[1])) {
        return Ok(Places { geometry: None, obstacle: Some(obstacle), problems: Vec::new() });
    }
    let off = (0..heights.len()).map(|k| (heights[k] - heights[0] - k as f64 * step).abs()).fold(0.0, f64::max);
    let (obstacle, problems) = match off / step {
        fraction if fraction <= SILENT => (None, Vec::new()),
        fraction if fraction <= TAKEN => (None, vec![rounded(off, step)]),
        _ => (Some(missing(&heights).unwrap_or_else(|| uneven(&heights))), Vec::new()),
    };
    Ok(Places { geometry: Some(grid(first, spacing_mm, step)?), obstacle, problems })
}

fn grid(first: &Plane, spacing_mm: [f64; 2], step_mm: f64) -> Result<Geometry> {
    let normal = first.normal();
    let direction = std::array::from_fn(|axis| [first.row[axis], first.column[axis], normal[axis]]);
    Geometry::new([spacing_mm[0], spacing_mm[1], step_mm], first.position_mm, direction)
}

/// Whether slices leave the line along the normal through the first, in a straight line (a tilt) or not.
fn sideways(planes: &[&Plane], heights: &[f64], pixel_mm: f64) -> Option<Problem> {
    let normal = planes[0].normal();
    let shift = |k: usize| {
        let moved = minus(planes[k].position_mm, planes[0].position_mm);
        plus_scaled(moved, normal, heights[0] - heights[k])
    };
    let length = |v: [f64; 3]| dot(v, v).sqrt();
    let last = heights.len() - 1;
    let farthest = (0..=last).map(|k| length(shift(k))).fold(0.0, f64::max);
    if farthest <= TAKEN * pixel_mm {
        return None;
    }
    let slope = shift(last).map(|v| v / (heights[last] - heights[0]));
    let off_line =
        (0..=last).map(|k| length(plus_scaled(shift(k), slope, heights[0] - heights[k]))).fold(0.0, f64::max);
    if off_line > TAKEN * pixel_mm {
        return Some(Problem::new(
            "crooked-slices",
            format!(
                "the slices are shifted against each other within their plane, by up to {farthest:.3} mm and not in a \
                 straight line, so they are on no grid"
            ),
            "select the slices of one acquisition, or have the scanner reformat them",
        ));
    }
    Some(Problem::new(
        "gantry-tilt",
        format!(
            "the slices are sheared: the line through them is tilted by {:.2} degrees against their normal \
             (a gantry tilt), which shifts the last by {farthest:.3} mm",
            length(slope).atan().to_degrees()
        ),
        "reformat the series to a straight grid on the scanner or a workstation and read the result",
    ))
}

/// Places that stand on an even grid of which some are empty.
fn missing(heights: &[f64]) -> Option<Problem> {
    let steps: Vec<f64> = heights.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = steps.clone();
    sorted.sort_by(f64::total_cmp);
    // The lower median: one gap among few steps must not become the step.
    let step = sorted[(sorted.len() - 1) / 2];
    let n_steps = |k: usize| (steps[k] / step).round();
    if !(0..steps.len()).all(|k| n_steps(k) >= 1.0 && (steps[k] / step - n_steps(k)).abs() <= TAKEN) {
        return None;
    }
    let n_missing: f64 = (0..steps.len()).map(|k| n_steps(k) - 1.0).sum();
    let gaps: Vec<usize> = (0..steps.len()).filter(|k| n_steps(*k) > 1.0).collect();
    let listed: Vec<String> = gaps
        .iter()
        .take(3)
        .map(|k| format!("{:.3} and {:.3} mm ({} missing)", heights[*k], heights[k + 1], n_steps(*k) - 1.0))
        .collect();
    let more = if gaps.len() > listed.len() { ", …" } else { "" };
    let slices = if n_missing > 1.0 { "slices are" } else { "slice is" };
    Some(Problem::new(
        "missing-slices",
        format!(
            "{n_missing} {slices} missing: the step is {step:.3} mm, with gaps between {}{more} along the normal",
            listed.join(", ")
        ),
        "fetch the missing files again",
    ))
}

fn uneven(heights: &[f64]) -> Problem {
    let step = |k: usize| heights[k + 1] - heights[k];
    let order = |a: &usize, b: &usize| step(*a).total_cmp(&step(*b));
    let smallest = (0..heights.len() - 1).min_by(order).unwrap_or_default();
    let largest = (0..heights.len() - 1).max_by(order).unwrap_or_default();
    Problem::new(
        "uneven-slices",
        format!(
            "the slices are not in even steps: {:.3} mm from {:.3} to {:.3} mm along the normal, but {:.3} mm from \
             {:.3} to {:.3} mm",
            step(smallest),
            heights[smallest],
            heights[smallest + 1],
            step(largest),
            heights[largest],
            heights[largest + 1]
        ),
        "fetch the series again, or select the slices of one acquisition",
    )
}

fn rounded(off_mm: f64, step_mm: f64) -> Problem {
    Problem::new(
        "rounded-positions",
        format!("slices stand up to {off_mm:.4} mm off an even grid of steps of {step_mm:.4} mm"),
        "none is needed where a twentieth of a step does not matter",
    )
}

fn no_pixel_spacing() -> Problem {
    Problem::new(
        "no-pixel-spacing",
        "the slices have positions, but their pixels have no size (0028,0030)",
        "do not measure lengths, or read the series from where it still has its pixel spacing",
    )
}

fn no_depth() -> Problem {
    Problem::new(
        "no-slice-depth",
        "a slice stands alone and says neither its thickness (0018,0050) nor a spacing (0018,0088)",
        "use it as a picture, or read the series that it belongs to",
    )
}
