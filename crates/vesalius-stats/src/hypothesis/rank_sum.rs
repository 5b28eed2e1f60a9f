//! The rank-sum test of Wilcoxon, Mann and Whitney: is one sample greater than the other?
//!
//! **Definition.** U = number of pairs in which the first sample's value is greater, ties counted half (Mann and Whitney
//! 1947, doi:10.1214/aoms/1177730491). **Exact** without ties where neither sample has more than [`N_EXACT_MAX`] values:
//! every order is as likely. Else normal with mean m n / 2 and variance m n / 12 · (m + n + 1 − Σ (t³ − t) / ((m + n)(m + n − 1)))
//! over ties of t, corrected for continuity by ½.
//! **An empty sample, all values equal:** undefined. **NaN** is an error. **Cost** O(n log n), exact O(m² n²) at most 50⁴.
//! SciPy is exact by default only where one sample has at most 8 values.

use super::ranks::midranks;
use super::{Alternative, Test, check_finite};
use crate::error::Result;
use crate::interval::normal_cdf;

pub(super) const DEFINITION: &str = "rank-sum test of Wilcoxon, Mann and Whitney: whether one sample is greater";

/// Up to so many values on either side the p value is exact.
const N_EXACT_MAX: usize = 50;

/// Tests two independent samples.
pub fn rank_sum(first: &[f64], second: &[f64], alternative: Alternative) -> Result<Test> {
    check_finite("value of the first sample", first)?;
    check_finite("value of the second sample", second)?;
    let (m, n) = (first.len(), second.len());
    let (ranks, ties) = midranks(&[first, second].concat());
    let is_exact = m.max(n) <= N_EXACT_MAX && ties < 0.5;
    let method = if is_exact { "Mann and Whitney's U, exact" } else { "Mann and Whitney's U, normal with ties" };
    let all = (m + n) as f64;
    let why = if m == 0 || n == 0 {
        Some("one of the samples is empty")
    } else {
        (ties >= all * all * all - all && m + n > 1).then_some("all values are equal")
    };
    if let Some(why) = why {
        return Ok(Test::undefined("rank_sum", m + n, method, why));
    }
    let statistic = ranks[..m].iter().sum::<f64>() - (m * (m + 1)) as f64 / 2.0;
    let (at_least, at_most) = if is_exact { exact(m, n, statistic as usize) } else { normal(m, n, ties, statistic) };
    Ok(Test::found("rank_sum", (statistic, alternative.p(at_least, at_most)), m + n, method))
}

/// Probabilities of at least, and at most, this U.
fn exact(m: usize, n: usize, statistic: usize) -> (f64, f64) {
    // The greatest of all values belongs to the first sample with probability i / (i + j), and then beats all j others.
    let mut row: Vec<Vec<f64>> = (0..=m).map(|_| vec![1.0]).collect();
    for j in 1..=n {
        for i in 0..=m {
            let share = i as f64 / (i + j) as f64;
            let mut next: Vec<f64> = vec![0.0; i * j + 1];
            for (u, value) in row[i].iter().enumerate() {
                next[u] += (1.0 - share) * value;
            }
            if i > 0 {
                for (u, value) in row[i - 1].iter().enumerate() {
                    next[u + j] += share * value;
                }
            }
            row[i] = next;
        }
    }
    (row[m][statistic..].iter().sum(), row[m][..=statistic].iter().sum())
}

fn normal(m: usize, n: usize, ties: f64, statistic: f64) -> (f64, f64) {
    let (m, n) = (m as f64, n as f64);
    let all = m + n;
    let error = (m * n / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)))).sqrt();
    let above = statistic - m * n / 2.0;
    (normal_cdf((0.5 - above) / error), normal_cdf((above + 0.5) / error))
}
