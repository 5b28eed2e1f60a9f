//! Overlap of the box around a heat map with the box of what it shows.
//!
//! **Definition.** The mean over maps of the intersection over union of the box around the largest piece of the map that
//! reaches a level, a share of its greatest value, with that box of the same label for which it is greatest (Zhou et al.
//! 2016, doi:10.1109/CVPR.2016.319, with a level of 0.2). In estimates the level is part of the name: `box_iou_at_0.2`.
//! **Interval.** Percentile bootstrap over cases. **Range** 0 to 1. **A map that nowhere reaches the level:** 0. **No
//! map:** not measured; a label without one: undefined. **NaN** is refused before. **Cost** O(n) for each replicate.

use super::Metric;
use super::places::{Heat, Options, Places};
use super::summary::{By, Row, Summary};
use crate::detect::intersection_over_union;

pub(super) const METRIC: Metric = Metric {
    name: "box_iou",
    definition: "mean intersection over union of the box around a heat map at a level with the box of what it shows",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(places: &Places, options: &Options) -> Vec<Summary> {
    at_levels(places, options, METRIC.name, By::Mean, &|iou| iou)
}

/// A summary for each level of what becomes of the overlap of each map.
pub(super) fn at_levels(
    places: &Places,
    options: &Options,
    name: &str,
    by: By,
    value: &dyn Fn(f64) -> f64,
) -> Vec<Summary> {
    if places.heats.is_empty() {
        return Vec::new();
    }
    let of_level = |(idx, level): (usize, &f64)| Summary {
        name: format!("{name}_at_{level}"),
        by,
        rows: places
            .heats
            .iter()
            .map(|heat| Row { case: heat.case, label: heat.label, value: Some(value(best(heat, idx))) })
            .collect(),
        undefined: "box",
        rule: match by {
            By::Share => format!("hit by IoU >= {}", options.iou),
            By::Mean | By::Median => String::new(),
        },
    };
    options.levels.iter().enumerate().map(of_level).collect()
}

fn best(heat: &Heat, level: usize) -> f64 {
    let Some(found) = heat.found.get(level).copied().flatten() else { return 0.0 };
    heat.truth.iter().map(|truth| intersection_over_union(found, *truth)).fold(0.0, f64::max)
}
