//! The one-sided Wilcoxon signed-rank test of paired differences.
//!
//! **Definition.** W₊ is the sum of the ranks of |d| over positive d, zeros left out (Wilcoxon 1945,
//! doi:10.2307/3001968). Below 50 differences without zeros and ties p = P(W ≥ W₊) is exact, else normal with the
//! correction for ties and for continuity: the rule of R's `wilcox.test`, and so of challengeR.
//! **Nothing** but zeros: p = 1. **Cost** O(n log n); exact ones O(n³).

use statrs::distribution::{ContinuousCDF, Normal};

use crate::rank::{ascending, ties};

const EXACT_BELOW: usize = 50;

/// The p-value against differences that are greater than zero.
pub(super) fn signed_rank(differences: &[f64]) -> f64 {
    let nonzero: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    let n = nonzero.len();
    if n == 0 {
        return 1.0;
    }
    let sizes: Vec<f64> = nonzero.iter().map(|d| d.abs()).collect();
    let (mut positive, mut tied, mut n_before) = (0.0, 0.0, 0);
    for run in ties(&ascending(&sizes)) {
        let rank = n_before as f64 + f64::midpoint(run.len() as f64, 1.0);
        positive += rank * run.iter().filter(|ranked| nonzero[ranked.idx as usize] > 0.0).count() as f64;
        tied += (run.len() as f64).powi(3) - run.len() as f64;
        n_before += run.len();
    }
    if n < EXACT_BELOW && n == differences.len() && tied == 0.0 {
        return exact(n, positive as usize);
    }
    let n = n as f64;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - tied / 48.0;
    let z = (positive - n * (n + 1.0) / 4.0 - 0.5) / variance.sqrt();
    Normal::standard().sf(z)
}

/// The share of all 2ⁿ signs of ranks 1 to n whose positive ranks sum to at least this.
fn exact(n: usize, positive: usize) -> f64 {
    let mut counts = vec![0.0_f64; n * (n + 1) / 2 + 1];
    counts[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..counts.len()).rev() {
            counts[sum] += counts[sum - rank];
        }
    }
    counts[positive..].iter().sum::<f64>() / 2.0_f64.powi(n as i32)
}

#[cfg(test)]
mod tests {
    #[test]
    fn p_values_are_those_of_scipy() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/golden/leaderboard.json")).unwrap();
        for row in golden["tests"].as_array().unwrap() {
            let differences: Vec<f64> =
                row["differences"].as_array().unwrap().iter().map(|d| d.as_f64().unwrap()).collect();
            let (found, expected) = (super::signed_rank(&differences), row["p"].as_f64().unwrap());
            assert!((found - expected).abs() < 1e-10, "{found} is not {expected}");
        }
    }
}
