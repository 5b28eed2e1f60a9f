//! Mean, then rank: teams are ranked by their mean in each metric, and by the mean of these ranks.
//!
//! **Definition.** For each metric and target the mean over cases, ranks of teams by it (equal means share the mean of
//! their ranks), and the mean of the ranks over metrics and targets: fewer is better. With one metric this is the order
//! of the means (aggregate-then-rank: Maier-Hein et al. 2018, doi:10.1038/s41467-018-07619-7).
//! **Missing cases** have the worst value of the metric. **Cost** O(teams × metrics × cases).

use super::order::midranks;
use super::{Better, Missing, Points, Scheme, View};

pub(super) const SCHEME: Scheme = Scheme {
    name: "mean-then-rank",
    definition: "teams are ranked by their mean over cases in each metric and target, and by the mean of these ranks",
    source: "Maier-Hein et al. 2018, doi:10.1038/s41467-018-07619-7",
    missing: Missing::Worst,
    others: "",
    points: |view| Ok(mean_of_ranks(view, &(0..view.board.columns.len()).collect::<Vec<_>>())),
};

/// The mean over these columns of ranks by the mean over cases.
pub(super) fn mean_of_ranks(view: &View<'_>, columns: &[usize]) -> Points {
    let mut values = vec![0.0; view.n_teams()];
    let mut parts = Vec::with_capacity(columns.len());
    for &at in columns {
        let column = &view.board.columns[at];
        let means = view.means(at);
        add(&mut values, &midranks(&means, column.better), columns.len());
        parts.push((column.called("mean"), means));
    }
    Points { values, better: Better::Lower, parts }
}

/// Adds the ranks of one of `n` columns to their mean.
pub(super) fn add(mean: &mut [f64], ranks: &[f64], n: usize) {
    mean.iter_mut().zip(ranks).for_each(|(mean, rank)| *mean += rank / n as f64);
}
