//! Intervals: the normal quantile, and a file for each kind.

pub(crate) mod bootstrap;
pub(crate) mod clopper_pearson;
pub(crate) mod delta;
pub(crate) mod influence;
pub(crate) mod mover;
pub(crate) mod newcombe;
pub(crate) mod resample;
pub(crate) mod student;
pub(crate) mod wilson;

use statrs::distribution::{ContinuousCDF, Normal};

/// The two-sided normal quantile: 1.96 for 0.95.
pub(crate) fn z_of(level: f64) -> f64 {
    Normal::standard().inverse_cdf(f64::midpoint(1.0, level))
}

/// The probability of a standard normal number below `z`.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}
