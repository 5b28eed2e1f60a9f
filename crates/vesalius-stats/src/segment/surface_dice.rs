//! Surface Dice at a tolerance: the share of both surfaces that is within it of the other (Nikolov et al. 2021,
//! doi:10.2196/26151).
//!
//! A distance equal to the tolerance is within it. 0 where only one mask has the region.

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "surface_dice",
    definition: "share of both surfaces, by area, that is within the tolerance of the other surface (Nikolov et al. 2021)",
    others: "tools that count boundary voxels instead of areas give obliquely cut surfaces less weight; MONAI does",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Surfaces,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    let tolerance_mm = facts.tolerance_mm.ok_or("no tolerance was given")?;
    if facts.overlap.truth == 0 || facts.overlap.pred == 0 {
        return Ok(0.0);
    }
    Ok(facts.surfaces()?.mean_of(|mm| f64::from(u8::from(mm <= tolerance_mm))))
}
