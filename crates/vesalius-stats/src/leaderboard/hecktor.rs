//! HECKTOR 2021, segmentation: the mean of the rank by mean Dice and the rank by median HD95.
//!
//! **Definition.** Ranks by the mean of `dice` and by the median of `hausdorff95`, equal ones sharing the mean of their
//! ranks; the mean of both, fewer is better (Andrearczyk et al. 2022, doi:10.1007/978-3-030-98253-9_1; the evaluator
//! takes mean and median, that the final rank is the mean of both is from the challenge's description).
//! **Missing cases** have Dice 0 and an infinite distance, which a median bears.

use super::mean_then_rank::add;
use super::order::midranks;
use super::{Better, Missing, Points, Scheme, View, median};
use crate::error::Result;

pub(super) const SCHEME: Scheme = Scheme {
    name: "hecktor-2021",
    definition: "the mean of two ranks: by the mean Dice, and by the median Hausdorff distance of 95 %",
    source: "Andrearczyk et al. 2022, doi:10.1007/978-3-030-98253-9_1",
    missing: Missing::Worst,
    others: "",
    points,
};

fn points(view: &View<'_>) -> Result<Points> {
    let dice = view.column(SCHEME.name, "dice", None)?;
    let distance = view.column(SCHEME.name, "hausdorff95", None)?;
    let means = view.means(dice);
    let worst = view.board.columns[distance].worst;
    let middle = |team: usize| median(&mut view.values(distance, team).collect::<Vec<_>>()).unwrap_or(worst);
    let medians: Vec<f64> = (0..view.n_teams()).map(middle).collect();
    let mut values = vec![0.0; view.n_teams()];
    add(&mut values, &midranks(&means, Better::Higher), 2);
    add(&mut values, &midranks(&medians, Better::Lower), 2);
    let parts = vec![("mean dice".to_owned(), means), ("median hausdorff95".to_owned(), medians)];
    Ok(Points { values, better: Better::Lower, parts })
}
