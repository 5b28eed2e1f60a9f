//! The log-rank test: whether groups have their events at the same rate.
//!
//! **Definition.** Events of each group minus those expected if all had the same hazard, Σ d · rⱼ / r over the times of
//! events, with the hypergeometric covariance; the quadratic form of all groups but one is χ² with as many degrees of
//! freedom (Mantel 1966, Cancer Chemotherapy Reports 50:163; Peto and Peto 1972, doi:10.2307/2344317).
//! **Ties** are in the covariance. **Fewer than two groups, no event, a group that is never at risk with another when an
//! event comes:** an error that says so. **NaN** is refused before. **Cost** O(n log n + times · groups²).

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::cases::Cases;
use super::timeline::Timeline;
use crate::error::{Error, Result};

pub(super) const DEFINITION: &str = "log-rank test of equal hazards between groups";

/// A pivot below this share of the largest variance is rounding.
const PIVOT_MIN: f64 = 1e-12;

/// A log-rank test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogRank {
    /// The test statistic.
    pub chi_square: f64,
    /// Its degrees of freedom: groups minus one.
    pub degrees: usize,
    /// The probability of a greater statistic if all groups had the same hazard.
    pub p_value: f64,
    /// Events of each group.
    pub observed: Vec<usize>,
    /// Events of each group if all had the same hazard.
    pub expected: Vec<f64>,
}

/// Compares the groups, which are numbered from 0; predictions play no part.
pub fn log_rank(cases: &Cases, group: &[usize]) -> Result<LogRank> {
    let n_groups = group.iter().max().map_or(0, |last| last + 1);
    if group.len() != cases.n_cases() {
        let (n, expected) = (group.len(), cases.n_cases());
        return Err(Error::length(format!("there are groups of {n} cases; expected those of {expected}")));
    }
    let mut at_risk = vec![0_usize; n_groups.min(group.len() + 1)];
    let missing = "some number below the greatest has no case; number the groups from 0 without gaps";
    for &group in group {
        *at_risk.get_mut(group).ok_or_else(|| Error::value(missing))? += 1;
    }
    if n_groups < 2 || at_risk.contains(&0) {
        let message = if n_groups < 2 { "there are fewer than two groups to compare" } else { missing };
        return Err(Error::value(message));
    }
    let mut observed = vec![0; n_groups];
    let mut expected = vec![0.0; n_groups];
    let mut covariance = vec![vec![0.0; n_groups]; n_groups];
    let timeline = Timeline::new(cases.time(), cases.event());
    for (step, members) in timeline.steps.iter().zip(timeline.cases()) {
        let (r, d) = (f64::from(step.n_at_risk), f64::from(step.n_events));
        if d > 0.0 {
            let spread = if r > 1.0 { d * (r - d) / (r - 1.0) } else { 0.0 };
            for (a, &in_a) in at_risk.iter().enumerate() {
                let share = in_a as f64 / r;
                expected[a] += d * share;
                for (b, &in_b) in at_risk.iter().enumerate() {
                    let other = in_b as f64 / r;
                    covariance[a][b] += spread * share * (f64::from(a == b) - other);
                }
            }
        }
        for &case in members {
            let group = group[case as usize];
            observed[group] += usize::from(cases.event()[case as usize]);
            at_risk[group] -= 1;
        }
    }
    let difference: Vec<f64> = observed.iter().zip(&expected).map(|(o, e)| *o as f64 - e).collect();
    let degrees = n_groups - 1;
    let chi_square = quadratic_form(covariance, &difference[..degrees]).ok_or_else(|| {
        Error::value("there is no event, or one group is never at risk beside another when an event comes; no test")
    })?;
    Ok(LogRank { chi_square, degrees, p_value: p_value(chi_square, degrees), observed, expected })
}

fn p_value(chi_square: f64, degrees: usize) -> f64 {
    ChiSquared::new(degrees as f64).expect("two groups have at least one degree of freedom").sf(chi_square)
}

/// xᵀ V⁻¹ x by elimination in the leading block of a symmetric V; `None` where it is singular.
fn quadratic_form(mut matrix: Vec<Vec<f64>>, vector: &[f64]) -> Option<f64> {
    let n = vector.len();
    let largest = (0..n).map(|idx| matrix[idx][idx]).fold(0.0, f64::max);
    let mut rest = vector.to_vec();
    let mut sum = 0.0;
    for pivot in 0..n {
        let scale = matrix[pivot][pivot];
        if scale <= PIVOT_MIN * largest || scale <= 0.0 {
            return None;
        }
        sum += rest[pivot] * rest[pivot] / scale;
        for row in pivot + 1..n {
            let factor = matrix[row][pivot] / scale;
            rest[row] -= factor * rest[pivot];
            let above = matrix[pivot].clone();
            matrix[row].iter_mut().zip(above).skip(pivot + 1).for_each(|(own, above)| *own -= factor * above);
        }
    }
    Some(sum)
}
