//! Average symmetric surface distance: the mean distance over both surfaces together (Heimann et al. 2009,
//! doi:10.1109/TMI.2009.2013851).
//!
//! Every piece counts by its size, so that the larger surface counts more.

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "average_symmetric_surface_distance",
    definition: "mean distance in mm over the pieces of both surfaces, each to the other surface, by area (Heimann et al. 2009)",
    others: "MedPy and others take the mean of the two directed means, in which both surfaces count alike",
    range: (0.0, f64::INFINITY),
    better: Better::Nearer,
    needs: Needs::Surfaces,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    Ok(facts.surfaces()?.mean_of(|mm| mm))
}
