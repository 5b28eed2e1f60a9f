//! Quantiles of Student's t and of F, where a variance is itself estimated.

use statrs::distribution::{ContinuousCDF, FisherSnedecor, StudentsT};

use super::z_of;

/// Above so many degrees of freedom t is normal to more digits than are printed.
const DEGREES_MAX: f64 = 1e7;

/// The two-sided quantile of t: 2.26 for 0.95 and 9 degrees of freedom, which are above 0.
pub(crate) fn t_of(level: f64, degrees: f64) -> f64 {
    if degrees >= DEGREES_MAX {
        return z_of(level);
    }
    StudentsT::new(0.0, 1.0, degrees).map_or(f64::INFINITY, |t| t.inverse_cdf(f64::midpoint(1.0, level)))
}

/// The probability of a t at least so far from 0.
pub(crate) fn two_sided_p(t: f64, degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees.min(DEGREES_MAX)).map_or(1.0, |student| 2.0 * student.sf(t.abs()))
}

/// The quantile of F below which this share lies; degrees of freedom are above 0.
pub(crate) fn f_of(share: f64, degrees: (f64, f64)) -> f64 {
    FisherSnedecor::new(degrees.0, degrees.1).map_or(f64::INFINITY, |f| f.inverse_cdf(share))
}
