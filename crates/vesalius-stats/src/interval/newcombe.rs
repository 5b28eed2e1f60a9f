//! The score interval of an AUROC, for where the data leave DeLong's variance nothing to estimate.
//!
//! Perfect separation, scores that are all equal, or a single case on one side give a variance of zero or none;
//! an interval \[1, 1\] would claim certainty. Instead the ends are the areas θ with |θ − θ̂| = z √V(θ), where
//! V(θ) = θ (1 − θ) / (m n) · {1 + (½(m + n) − 1) · ((1 − θ)/(2 − θ) + θ/(1 + θ))}, the variance of the exponential
//! model with both sample sizes pooled (method 5 of Newcombe 2006, doi:10.1002/sim.2324).

use super::z_of;

/// Halvings of the search: far below the resolution of a double.
const N_STEPS: usize = 200;

/// Interval of an area of `value` from `n_positive` and `n_negative` cases, both at least 1.
pub(crate) fn interval(value: f64, n_positive: usize, n_negative: usize, level: f64) -> (f64, f64) {
    let (m, n, z) = (n_positive as f64, n_negative as f64, z_of(level));
    let deviation = |theta: f64| {
        let shape = (1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta);
        z * (theta * (1.0 - theta) / (m * n) * (1.0 + (f64::midpoint(m, n) - 1.0) * shape)).sqrt()
    };
    let is_outside = |theta: f64| (theta - value).abs() > deviation(theta);
    (end(value, 0.0, is_outside), end(value, 1.0, is_outside))
}

/// The last area from `inside` towards `bound` that is not outside.
fn end(mut inside: f64, bound: f64, is_outside: impl Fn(f64) -> bool) -> f64 {
    let mut outside = bound;
    if (inside - outside).abs() < f64::EPSILON {
        return bound;
    }
    for _ in 0..N_STEPS {
        let middle = f64::midpoint(inside, outside);
        if is_outside(middle) {
            outside = middle;
        } else {
            inside = middle;
        }
    }
    inside
}
