//! Test, then rank: teams are ranked by how many others they beat significantly.
//!
//! **Definition.** For each metric and target and each ordered pair of teams the one-sided paired Wilcoxon signed-rank
//! test over the cases that both have, p-values adjusted by Holm over all ordered pairs (Holm 1979,
//! doi:10.2307/4615733); the number of others with p ≤ α is a team's wins. Ranks by wins (equal ones share the mean of
//! their ranks), their mean over metrics and targets: fewer is better (significance ranking: Wiesenfarth et al. 2021,
//! doi:10.1038/s41598-021-82017-6).
//! **Missing cases** have the worst value of the metric. **Cost** O(teams² × metrics × cases log cases).

use super::mean_then_rank::add;
use super::order::midranks;
use super::signed_rank::signed_rank;
use super::{Better, Missing, Points, Scheme, View};
use crate::error::Result;
use crate::hypothesis::holm;

pub(super) const SCHEME: Scheme = Scheme {
    name: "test-then-rank",
    definition: "teams are ranked by how many others they beat in one-sided Wilcoxon tests with Holm's adjustment",
    source: "Wiesenfarth et al. 2021, doi:10.1038/s41598-021-82017-6",
    missing: Missing::Worst,
    others: "",
    points,
};

fn points(view: &View<'_>) -> Result<Points> {
    let columns = &view.board.columns;
    let mut values = vec![0.0; view.n_teams()];
    let mut parts = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let wins = wins(view, at)?;
        add(&mut values, &midranks(&wins, Better::Higher), columns.len());
        parts.push((column.called("wins in"), wins));
    }
    Ok(Points { values, better: Better::Lower, parts })
}

/// How many others each team beats in one column.
fn wins(view: &View<'_>, column: usize) -> Result<Vec<f64>> {
    let n = view.n_teams();
    let sign = if view.board.columns[column].better == Better::Higher { 1.0 } else { -1.0 };
    let pairs = (0..n).flat_map(|a| (0..n).filter(move |&b| b != a).map(move |b| (a, b)));
    let test = |(a, b): (usize, usize)| {
        let both = |&case: &usize| Some((view.value(column, a, case)?, view.value(column, b, case)?));
        // Two missing cases are equally bad, though the difference of two infinities is none.
        let difference = |(a, b): (f64, f64)| if a.total_cmp(&b).is_eq() { 0.0 } else { sign * (a - b) };
        let differences: Vec<f64> = view.draw.iter().filter_map(both).map(difference).collect();
        (a, signed_rank(&differences))
    };
    let (winners, p): (Vec<usize>, Vec<f64>) = pairs.map(test).unzip();
    let mut wins = vec![0.0; n];
    for (winner, adjusted) in winners.into_iter().zip(holm(&p)?) {
        wins[winner] += if adjusted <= view.options.alpha { 1.0 } else { 0.0 };
    }
    Ok(wins)
}

#[cfg(test)]
mod tests {
    #[test]
    fn holm_steps_down() {
        let adjusted = super::holm(&[0.01, 0.04, 0.03, 0.5]).unwrap();
        let expected = [0.04, 0.09, 0.09, 0.5];
        assert!(adjusted.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-15), "{adjusted:?}");
    }
}
