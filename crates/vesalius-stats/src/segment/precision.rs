//! Precision: |T ∩ P| / |P| in voxels; undefined where the prediction has none.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "precision",
    definition: "|T ∩ P| / |P| in voxels: how much of what was found is true",
    others: "",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Voxels,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    share(facts.overlap.both, facts.overlap.pred, "the prediction does not have the region")
}
