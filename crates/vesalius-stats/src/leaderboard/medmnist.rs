//! `MedMNIST`: the mean of the rank by mean AUC and the rank by mean ACC over sets.
//!
//! **Definition.** The means over sets of `medmnist_auc` and of `medmnist_acc`, both by the benchmark's own evaluator
//! (Yang et al. 2023, doi:10.1038/s41597-022-01721-8, which reports both and combines neither); ranks by each, equal
//! ones sharing the mean of their ranks; the mean of both ranks, fewer is better. Sets are what the bootstrap draws.
//! **Missing sets** count with AUC and ACC 0.

use super::mean_then_rank::mean_of_ranks;
use super::{Missing, Points, Scheme, View};
use crate::error::Result;

pub(super) const SCHEME: Scheme = Scheme {
    name: "medmnist",
    definition: "the mean of two ranks: by the mean AUC over sets, and by the mean ACC over sets",
    source: "Yang et al. 2023, doi:10.1038/s41597-022-01721-8",
    missing: Missing::Worst,
    others: "",
    points,
};

fn points(view: &View<'_>) -> Result<Points> {
    let columns = [view.column(SCHEME.name, "medmnist_auc", None)?, view.column(SCHEME.name, "medmnist_acc", None)?];
    Ok(mean_of_ranks(view, &columns))
}
