//! Wilcoxon's signed-rank test: do paired differences lie about 0?
//!
//! **Definition.** V = sum of the ranks of the positive differences, all ranked by their size (Wilcoxon 1945,
//! doi:10.2307/3001968). Differences of 0 are dropped, as Wilcoxon did. **Exact** for up to [`N_EXACT_MAX`] differences
//! without zeros and ties: every choice of signs is as likely. Else normal with mean n (n + 1) / 4 and variance
//! n (n + 1)(2n + 1) / 24 − Σ (t³ − t) / 48 over ties of t, without continuity correction.
//! **No difference but 0, nothing:** undefined. **NaN** is an error. **Cost** O(n log n), exact O(n³) at most 50³.
//! SciPy's statistic is the smaller of V and n (n + 1) / 2 − V in the two-sided case; R corrects for continuity by default.

use super::ranks::midranks;
use super::{Alternative, Test, check_finite};
use crate::error::Result;
use crate::interval::normal_cdf;

pub(super) const DEFINITION: &str = "Wilcoxon's signed-rank test: whether paired differences lie about 0";

/// Up to so many differences the p value is exact.
const N_EXACT_MAX: usize = 50;

/// Tests paired differences, first minus second.
pub fn signed_rank(differences: &[f64], alternative: Alternative) -> Result<Test> {
    check_finite("difference", differences)?;
    let kept: Vec<f64> = differences.iter().copied().filter(|difference| difference.abs() > 0.0).collect();
    let n = kept.len();
    if n == 0 {
        return Ok(Test::undefined("signed_rank", 0, "Wilcoxon's V", "there is no difference other than 0"));
    }
    let (ranks, ties) = midranks(&kept.iter().map(|difference| difference.abs()).collect::<Vec<_>>());
    let statistic: f64 = ranks.iter().zip(&kept).filter(|(_, kept)| **kept > 0.0).map(|(rank, _)| rank).sum();
    let is_exact = n <= N_EXACT_MAX && n == differences.len() && ties < 0.5;
    let (at_least, at_most) = if is_exact { exact(n, statistic as usize) } else { normal(n, ties, statistic) };
    let method = if is_exact { "Wilcoxon's V, exact" } else { "Wilcoxon's V, normal with ties" };
    Ok(Test::found("signed_rank", (statistic, alternative.p(at_least, at_most)), n, method))
}

/// Probabilities of at least, and at most, this sum of ranks.
fn exact(n: usize, statistic: usize) -> (f64, f64) {
    let mut share = vec![0.0; n * (n + 1) / 2 + 1];
    share[0] = 1.0;
    for rank in 1..=n {
        for sum in (0..share.len()).rev() {
            let with = sum.checked_sub(rank).map_or(0.0, |without| share[without]);
            share[sum] = f64::midpoint(share[sum], with);
        }
    }
    (share[statistic..].iter().sum(), share[..=statistic].iter().sum())
}

fn normal(n: usize, ties: f64, statistic: f64) -> (f64, f64) {
    let n = n as f64;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    let z = (statistic - n * (n + 1.0) / 4.0) / variance.sqrt();
    (normal_cdf(-z), normal_cdf(z))
}
