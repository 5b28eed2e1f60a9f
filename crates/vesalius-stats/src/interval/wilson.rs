//! The Wilson score interval of a proportion.
//!
//! Ends are the roots p of (p̂ − p)² = z² p (1 − p) / n, which keeps coverage near 0 and 1 (Wilson 1927,
//! doi:10.1080/01621459.1927.10502953). Undefined for n = 0; 0 of n starts at exactly 0, n of n ends at exactly 1.

use super::clopper_pearson::clopper_pearson;
use super::z_of;
use crate::estimate::Outcome;
use crate::options::{Interval, Options};

/// Interval of `n_hits` of `n`, `None` where n is 0.
pub fn wilson(n_hits: u64, n: u64, level: f64) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let (n_float, z) = (n as f64, z_of(level));
    let share = n_hits as f64 / n_float;
    let z2 = z * z;
    let center = (share + z2 / (2.0 * n_float)) / (1.0 + z2 / n_float);
    let half = z / (1.0 + z2 / n_float) * (share * (1.0 - share) / n_float + z2 / (4.0 * n_float * n_float)).sqrt();
    let low = if n_hits == 0 { 0.0 } else { (center - half).max(0.0) };
    let high = if n_hits == n { 1.0 } else { (center + half).min(1.0) };
    Some((low, high))
}

/// The outcome of `n_hits` of `n`, by Wilson or, by option, exactly; `none` says what is missing where n is 0.
pub(crate) fn proportion(n_hits: usize, n: usize, options: &Options, none: &str) -> Outcome {
    let (hits, all) = (n_hits as u64, n as u64);
    let (method, interval) = match options.interval {
        Interval::Exact => ("Clopper-Pearson", clopper_pearson(hits, all, options.level)),
        _ => ("Wilson", wilson(hits, all, options.level)),
    };
    match interval {
        Some(interval) => Outcome::known(n, method, n_hits as f64 / n as f64, interval),
        None => Outcome::undefined(n, method, none),
    }
}
