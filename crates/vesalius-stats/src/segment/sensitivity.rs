//! Sensitivity: |T ∩ P| / |T| in voxels; undefined where the truth has none.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "sensitivity",
    definition: "|T ∩ P| / |T| in voxels: how much of the truth was found",
    others: "",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Voxels,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    share(facts.overlap.both, facts.overlap.truth, "the truth does not have the region")
}
