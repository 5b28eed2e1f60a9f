//! Root mean square symmetric surface distance: large distances count more than in the mean (Heimann et al. 2009,
//! doi:10.1109/TMI.2009.2013851).

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "root_mean_square_surface_distance",
    definition: "square root of the mean squared distance in mm over both surfaces, by area (Heimann et al. 2009)",
    others: "",
    range: (0.0, f64::INFINITY),
    better: Better::Nearer,
    needs: Needs::Surfaces,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    Ok(facts.surfaces()?.mean_of(|mm| mm * mm).sqrt())
}
