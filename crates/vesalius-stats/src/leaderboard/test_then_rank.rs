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

pub(super) const SCHEME: Scheme = Scheme {
    name: "test-then-rank",
    definition: "teams are ranked by how many others they beat in one-sided Wilcoxon tests with Holm's adjustment",
    source: "Wiesenfarth et al. 2021, doi:10.1038/s41598-021-82017-6",
    missing: Missing::Worst,
    others: "",
    points: |view| Ok(points(view)),
};

fn points(view: &View<'_>) -> Points {
    let columns = &view.board.columns;
    let mut values = vec![0.0; view.n_teams()];
    let mut parts = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let wins = wins(view, at);
        add(&mut values, &midranks(&wins, Better::Higher), columns.len());
        parts.push((column.called("wins in"), wins));
    }
    Points { values, better: Better::Lower, parts }
}

/// How many others each team beats in one column.
fn wins(view: &View<'_>, column: usize) -> Vec<f64> {
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
    let tested: Vec<(usize, f64)> = pairs.map(test).collect();
    let mut wins = vec![0.0; n];
    for ((winner, _), adjusted) in tested.iter().zip(holm(&tested.iter().map(|(_, p)| *p).collect::<Vec<_>>())) {
        wins[*winner] += if adjusted <= view.options.alpha { 1.0 } else { 0.0 };
    }
    wins
}

/// Adjusted p-values in the order of the given ones.
fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (n_before, at) in order.into_iter().enumerate() {
        largest = largest.max(p_values[at] * (p_values.len() - n_before) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    #[test]
    fn holm_steps_down() {
        let adjusted = super::holm(&[0.01, 0.04, 0.03, 0.5]);
        let expected = [0.04, 0.09, 0.09, 0.5];
        assert!(adjusted.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-15), "{adjusted:?}");
    }
}
