//! Box hit: the share of heat maps whose box overlaps enough with that of what they show.
//!
//! **Definition.** Maps whose `box_iou` at a level is at least a given one, 0.5 unless said otherwise, over all (Zhou et
//! al. 2016, doi:10.1109/CVPR.2016.319; by level as in Choe et al. 2020, doi:10.1109/CVPR42600.2020.00320). In estimates the
//! level is part of the name: `box_hit_at_0.2`. **Interval.** Wilson where every case has one map of the label, else
//! percentile bootstrap over cases. **Range** 0 to 1. **A map that nowhere reaches the level** misses. **No map:** not
//! measured; a label without one: undefined. **NaN** is refused before. **Cost** O(n) for each replicate.

use super::Metric;
use super::box_iou::at_levels;
use super::places::{Options, Places};
use super::summary::{By, Summary};

pub(super) const METRIC: Metric = Metric {
    name: "box_hit",
    definition: "share of heat maps whose box at a level overlaps enough with the box of what they show",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(places: &Places, options: &Options) -> Vec<Summary> {
    at_levels(places, options, METRIC.name, By::Share, &|iou| f64::from(u8::from(iou >= options.iou)))
}
