//! Intervals from the infinitesimal jackknife: how far the statistic moves when a case gets a little more weight.
//!
//! With d the derivative of a statistic by the weight of each case, at equal weights, Σ d² estimates its variance (Jaeckel
//! 1972, Bell Laboratories memorandum 72-1215-11; Efron 1982, doi:10.1137/1.9781611970319). One pass over the cases takes
//! the place of n refits.

use super::z_of;

/// A variance below this is rounding, not information.
const VARIANCE_MIN: f64 = 1e-20;

/// The standard error from the derivatives; `None` where they are all zero, as at a perfect value.
pub(crate) fn standard_error(influence: &[f64]) -> Option<f64> {
    let variance: f64 = influence.iter().map(|d| d * d).sum();
    (variance > VARIANCE_MIN && variance.is_finite()).then(|| variance.sqrt())
}

/// Symmetric on the logit scale, for a value strictly between 0 and 1; on its own scale at 0 and 1.
pub(crate) fn on_logit(value: f64, error: f64, level: f64) -> (f64, f64) {
    if value <= 0.0 || value >= 1.0 {
        return plain(value, error, level, (0.0, 1.0));
    }
    let (center, half) = ((value / (1.0 - value)).ln(), z_of(level) * error / (value * (1.0 - value)));
    let expit = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    (expit(center - half), expit(center + half))
}

/// Symmetric about the value, cut at the ends of its range.
pub(crate) fn plain(value: f64, error: f64, level: f64, range: (f64, f64)) -> (f64, f64) {
    let half = z_of(level) * error;
    ((value - half).max(range.0), (value + half).min(range.1))
}
