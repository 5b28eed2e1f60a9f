//! The pointing game: whether a heat map is hottest on what it is to show.
//!
//! **Definition.** The share of maps whose peak lies in a box of the same label, or no farther from one than the margin
//! (Zhang et al. 2018, doi:10.1007/s11263-017-1059-x, who took 15 pixels). The peak is the middle of the hottest pixel, the
//! first of equally hot ones. **Interval.** Wilson where every case has one map of the label, else percentile bootstrap
//! over cases. **Range** 0 to 1. **No map:** not measured; a label without one: undefined. **NaN** is refused before.
//! **Cost** O(n) for each replicate.

use super::Metric;
use super::places::{Heat, Options, Places};
use super::summary::{By, Row, Summary};
use crate::detect::Shape;

pub(super) const METRIC: Metric = Metric {
    name: "pointing_game",
    definition: "share of heat maps whose peak lies in a box of what they are to show",
    range: (0.0, 1.0),
    others: "the published game allows a margin of 15 pixels; the option `margin` names it, and is 0 unless given",
    compute,
};

fn compute(places: &Places, options: &Options) -> Vec<Summary> {
    if places.heats.is_empty() {
        return Vec::new();
    }
    let is_hit = |heat: &Heat| heat.truth.iter().any(|shape| distance_to(*shape, heat.peak) <= options.margin);
    let row = |heat: &Heat| Row { case: heat.case, label: heat.label, value: Some(f64::from(u8::from(is_hit(heat)))) };
    vec![Summary {
        name: METRIC.name.to_owned(),
        by: By::Share,
        rows: places.heats.iter().map(row).collect(),
        undefined: "peak",
        rule: format!("margin {}", options.margin),
    }]
}

/// How far a place is from a box; 0 within it.
fn distance_to(shape: Shape, place: [f64; 3]) -> f64 {
    let Shape::Box { low, high } = shape else { return f64::INFINITY };
    let beyond = |axis: usize| (low[axis] - place[axis]).max(place[axis] - high[axis]).max(0.0);
    (0..3).map(|axis| beyond(axis).powi(2)).sum::<f64>().sqrt()
}
