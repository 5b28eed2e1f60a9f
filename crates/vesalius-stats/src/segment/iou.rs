//! Intersection over union: |T ∩ P| / |T ∪ P| in voxels (Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x).
//!
//! It is Dice / (2 - Dice), so that it orders single cases as Dice does, and means over cases otherwise.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "iou",
    definition: "|T ∩ P| / |T ∪ P| in voxels (Jaccard 1912)",
    others: "",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Voxels,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    share(facts.overlap.both, facts.overlap.either(), "neither mask has the region")
}
