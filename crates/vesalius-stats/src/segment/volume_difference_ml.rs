//! Volume difference: the prediction's milliliters less the truth's; an empty mask has 0 ml.

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "volume_difference_ml",
    definition: "volume of the prediction less volume of the truth in ml; above 0 where too much was found",
    others: "",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    better: Better::Zero,
    needs: Needs::Voxels,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    Ok((facts.overlap.pred as f64 - facts.overlap.truth as f64) * facts.voxel_ml()?)
}
