//! Rank, then mean: teams are ranked on each case, and by the mean of these ranks.
//!
//! **Definition.** For each metric and target and each case ranks of teams (equal values share the mean of their ranks),
//! their mean over cases, and the mean of these over metrics and targets: fewer is better (case-based ranking, as in
//! `BraTS`: Maier-Hein et al. 2018, doi:10.1038/s41467-018-07619-7).
//! **Missing cases** have the worst value and share the last ranks; left out, the others are ranked without the team.
//! **Cost** O(metrics × cases × teams log teams).

use super::mean_then_rank::add;
use super::order::midranks;
use super::{Better, Missing, Points, Scheme, View};

pub(super) const SCHEME: Scheme = Scheme {
    name: "rank-then-mean",
    definition: "teams are ranked on each case in each metric and target, and by the mean of these ranks",
    source: "Maier-Hein et al. 2018, doi:10.1038/s41467-018-07619-7",
    missing: Missing::Worst,
    others: "challengeR gives equal values on a case the smallest of their ranks, which favors teams that tie often",
    points: |view| Ok(points(view)),
};

fn points(view: &View<'_>) -> Points {
    let columns = &view.board.columns;
    let mut values = vec![0.0; view.n_teams()];
    let mut parts = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let (mut sums, mut n_cases) = (vec![0.0; view.n_teams()], vec![0_usize; view.n_teams()]);
        for &case in view.draw {
            let there: Vec<(usize, f64)> =
                (0..view.n_teams()).filter_map(|team| Some((team, view.value(at, team, case)?))).collect();
            let scores: Vec<f64> = there.iter().map(|(_, value)| *value).collect();
            for ((team, _), rank) in there.iter().zip(midranks(&scores, column.better)) {
                sums[*team] += rank;
                n_cases[*team] += 1;
            }
        }
        // Who has no case at all is last.
        let mean = |(sum, n): (&f64, &usize)| if *n == 0 { view.n_teams() as f64 } else { sum / *n as f64 };
        let means: Vec<f64> = sums.iter().zip(&n_cases).map(mean).collect();
        add(&mut values, &means, columns.len());
        parts.push((column.called("mean rank in"), means));
    }
    Points { values, better: Better::Lower, parts }
}
