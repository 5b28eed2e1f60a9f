//! A number that depends on ranks alone, and how much each case moves it: value, standard error, and sums over classes.

use super::ranking::Ranking;
use crate::interval::delta;
use crate::target::Target;

/// A value with signed contributions of cases whose squares sum to its variance.
pub(crate) struct Moved {
    pub(crate) value: f64,
    /// For each run of equal scores the contribution of each of its negative and of each of its positive cases.
    pub(crate) by_run: Vec<[f64; 2]>,
}

impl Moved {
    /// The standard error; `None` where there is nothing to estimate it from.
    pub(crate) fn error(&self, ranking: &Ranking) -> Option<f64> {
        let squares = self.by_run.iter().zip(&ranking.runs).map(|(&[negative, positive], run)| {
            f64::from(run.n[0]) * negative * negative + f64::from(run.n[1]) * positive * positive
        });
        delta::error_of_variance(squares.sum())
    }

    /// Adds `weight` times the contribution of every case to its place in `deviations`.
    pub(crate) fn add_to(&self, deviations: &mut [f64], target: &Target, weight: f64) {
        for ((&case, &truth), &score) in target.case.iter().zip(&target.truth).zip(&target.score) {
            let run = self.by_run[target.ranking.run_of(score)];
            deviations[case as usize] += weight * run[usize::from(truth)];
        }
    }
}
