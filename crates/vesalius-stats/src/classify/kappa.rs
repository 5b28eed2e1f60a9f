//! Kappa: agreement of call and truth beyond what the margins alone would give.
//!
//! **Definition.** κ = (p₀ − pₑ) / (1 − pₑ), p₀ the share called right and pₑ = Σ rᵢ cᵢ the share right by chance, with the
//! shares of classes in truth and in calls (Cohen 1960, doi:10.1177/001316446002000104). Unweighted.
//! **Interval.** Variance of Fleiss, Cohen and Everitt 1969 (doi:10.1037/h0028106), which is the delta method over the
//! multinomial table, on the plain scale. Without spread (no case called wrong) from the Wilson limits of the accuracy.
//! **Range** −1 to 1, 0 is chance; it depends on prevalence. **One and the same class in truth and in calls, nothing:**
//! undefined. **Cost** O(n + K²).

use super::Metric;
use super::contingency::{self, Coefficient, Shares};
use crate::estimate::Estimate;
use crate::interval::delta::Scale;
use crate::target::Study;

pub(super) const METRIC: Metric = Metric {
    name: "kappa",
    definition: "agreement of called and true class beyond chance (Cohen, unweighted)",
    range: (-1.0, 1.0),
    others: "scikit-learn has no interval; statsmodels has this one, without the cut at -1 and 1",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    contingency::compute(&METRIC, study, Scale::Plain(-1, 1), beyond_chance)
}

fn beyond_chance(shares: &Shares) -> Coefficient {
    let rest = 1.0 - shares.by_chance;
    if rest <= f64::EPSILON {
        return Err("all cases are of one class and called so".to_owned());
    }
    let wrong = 1.0 - shares.right;
    let (of_truth, of_call) = (shares.of_truth.clone(), shares.of_call.clone());
    let slope = move |i: usize, j: usize| {
        f64::from(u8::from(i == j)) / rest - wrong * (of_call[i] + of_truth[j]) / (rest * rest)
    };
    Ok((1.0 - wrong / rest, Box::new(slope)))
}
