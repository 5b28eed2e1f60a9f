//! Hausdorff distance: how far the farthest piece of either surface is from the other (Huttenlocher et al. 1993,
//! doi:10.1109/34.232073).

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "hausdorff",
    definition: "largest distance in mm from a piece of either surface to the other surface",
    others: "distances from all voxels of a mask, in place of its surface, give the same maximum and other percentiles",
    range: (0.0, f64::INFINITY),
    better: Better::Nearer,
    needs: Needs::Surfaces,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    let sides = facts.surfaces()?.both();
    Ok(sides.iter().flat_map(|side| &side.distance_mm).fold(0.0, |most, mm| f64::from(*mm).max(most)))
}
