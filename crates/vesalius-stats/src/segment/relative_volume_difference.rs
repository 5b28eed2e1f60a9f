//! Relative volume difference: (|P| - |T|) / |T|; undefined where the truth has none.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "relative_volume_difference",
    definition: "(volume of the prediction - volume of the truth) / volume of the truth",
    others: "challenges print it in percent, and some without its sign",
    range: (-1.0, f64::INFINITY),
    better: Better::Zero,
    needs: Needs::Voxels,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    let ratio = share(facts.overlap.pred, facts.overlap.truth, "the truth does not have the region")?;
    Ok(ratio - 1.0)
}
