//! Bland and Altman: the mean difference of two raters, and the limits between which most differences lie.
//!
//! **Definition.** Of the differences d, second rater minus first: bias = mean; limits = bias ± z · s, s their standard
//! deviation and z the normal quantile of the level, 1.96 for 0.95 (Bland and Altman 1986,
//! doi:10.1016/S0140-6736(86)90837-8; 1999, doi:10.1177/096228029900800204).
//! **Interval.** Student's t with n − 1 degrees of freedom: of the bias with s² / n, of a limit with s² (1 / n + z² / (2 (n − 1))).
//! **Range** unbounded. **Missing** ratings leave the case out of the pair. **Fewer than two cases, all differences equal:**
//! undefined. Holds where the spread does not grow with the size: look at the points. **NaN** is refused before.

use serde::Serialize;

use super::Metric;
use super::ratings::{Kind, Ratings};
use crate::estimate::{Estimate, Outcome};
use crate::interval::student::t_of;
use crate::interval::z_of;

pub(super) const BIAS: Metric = Metric {
    name: "bias",
    definition: "mean difference of two raters, second minus first",
    others: "",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    kinds: KINDS,
    compute: |ratings, level| compute(ratings, level, BIAS.name, 0.0),
};

pub(super) const LOWER: Metric = Metric {
    name: "lower_limit_of_agreement",
    definition: "bias minus 1.96 standard deviations of the differences (for level 0.95)",
    others: "some take 3 s^2 / n as the variance of a limit, which is its value for many cases rounded up",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    kinds: KINDS,
    compute: |ratings, level| compute(ratings, level, LOWER.name, -1.0),
};

pub(super) const UPPER: Metric = Metric {
    name: "upper_limit_of_agreement",
    definition: "bias plus 1.96 standard deviations of the differences (for level 0.95)",
    others: "some take 3 s^2 / n as the variance of a limit, which is its value for many cases rounded up",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    kinds: KINDS,
    compute: |ratings, level| compute(ratings, level, UPPER.name, 1.0),
};

const KINDS: &[Kind] = &[Kind::Interval, Kind::Ratio];

pub(super) const DEFINITION: &str = "difference of two raters over their mean, one point a case";

/// One case as two raters saw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DifferencePoint {
    /// The first rater.
    pub first: String,
    /// The second rater.
    pub second: String,
    /// The case, counted from 0.
    pub case: usize,
    /// The mean of both.
    pub mean: f64,
    /// The second minus the first.
    pub difference: f64,
}

/// The points of every pair of raters.
pub(super) fn points(ratings: &Ratings) -> Vec<DifferencePoint> {
    if !KINDS.contains(&ratings.kind()) {
        return Vec::new();
    }
    let of_pair = |pair: (usize, usize)| {
        let point = move |(case, a, b): (usize, f64, f64)| DifferencePoint {
            first: ratings.raters()[pair.0].clone(),
            second: ratings.raters()[pair.1].clone(),
            case,
            mean: f64::midpoint(a, b),
            difference: b - a,
        };
        ratings.both(pair).into_iter().map(point)
    };
    ratings.pairs().flat_map(of_pair).collect()
}

/// The bias moved by so many times z standard deviations.
fn compute(ratings: &Ratings, level: f64, name: &str, side: f64) -> Vec<Estimate> {
    let named = |pair: (usize, usize)| {
        let differences: Vec<f64> = ratings.both(pair).into_iter().map(|(_, a, b)| b - a).collect();
        let target = format!("{} - {}", ratings.raters()[pair.1], ratings.raters()[pair.0]);
        outcome(&differences, level, side).named(name, &target, level)
    };
    ratings.pairs().map(named).collect()
}

fn outcome(differences: &[f64], level: f64, side: f64) -> Outcome {
    const METHOD: &str = "Student's t, normal differences";
    let n = differences.len() as f64;
    if differences.len() < 2 {
        let why = format!("both rated {n} cases; expected at least 2");
        return Outcome::undefined(differences.len(), METHOD, why);
    }
    let bias = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|d| (d - bias).powi(2)).sum::<f64>() / (n - 1.0);
    if variance <= 0.0 {
        let why = format!("all differences are {bias}, so that their spread is not known");
        return Outcome::undefined(differences.len(), METHOD, why);
    }
    let z = side * z_of(level);
    let value = bias + z * variance.sqrt();
    let half = t_of(level, n - 1.0) * (variance * (1.0 / n + z * z / (2.0 * (n - 1.0)))).sqrt();
    Outcome::known(differences.len(), METHOD, value, (value - half, value + half))
}
