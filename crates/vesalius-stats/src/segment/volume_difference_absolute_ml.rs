//! Absolute volume difference in milliliters, so that too much in one case does not make up for too little in another.

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "volume_difference_absolute_ml",
    definition: "how far the volume of the prediction is from that of the truth in ml, whichever is larger",
    others: "",
    range: (0.0, f64::INFINITY),
    better: Better::Zero,
    needs: Needs::Voxels,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    Ok(facts.overlap.pred.abs_diff(facts.overlap.truth) as f64 * facts.voxel_ml()?)
}
