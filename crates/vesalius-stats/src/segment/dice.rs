//! Dice: 2 |T ∩ P| / (|T| + |P|) in voxels (Dice 1945, doi:10.2307/1932409).
//!
//! 0 where only one mask has the region; where neither has, the rule for both empty decides.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "dice",
    definition: "2 |T ∩ P| / (|T| + |P|) in voxels: the share of both masks in which they agree (Dice 1945)",
    others: "tools that add a small number to both sides give 1 to two empty masks and a little more than 0 to one empty mask",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Voxels,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    let overlap = facts.overlap;
    share(2 * overlap.both, overlap.truth + overlap.pred, "neither mask has the region")
}
