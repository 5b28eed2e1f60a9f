//! AMOS: the mean of ranks by mean Dice and mean surface Dice of every organ.
//!
//! **Definition.** For each organ the mean over cases of `dice` and of `surface_dice`, ranks of teams by each (equal
//! means share the mean of their ranks), and the mean of all ranks: fewer is better (Ji et al. 2022, arXiv:2206.08023,
//! and the evaluation page of the challenge; what the page says of the test phase is cut off after the ranks of both
//! metrics, so that their mean over organs is our reading of it).
//! **Missing cases** invalidate a submission: the team is not ranked.

use super::mean_then_rank::mean_of_ranks;
use super::{Missing, Points, Scheme, View};
use crate::error::Result;

pub(super) const SCHEME: Scheme = Scheme {
    name: "amos",
    definition: "the mean of ranks by the mean Dice and the mean surface Dice of every organ; a missing case disqualifies",
    source: "Ji et al. 2022, arXiv:2206.08023; amos22.grand-challenge.org/Evaluation",
    missing: Missing::Disqualify,
    others: "",
    points,
};

fn points(view: &View<'_>) -> Result<Points> {
    let mut columns = view.of_metric(SCHEME.name, "dice")?;
    columns.extend(view.of_metric(SCHEME.name, "surface_dice")?);
    Ok(mean_of_ranks(view, &columns))
}
