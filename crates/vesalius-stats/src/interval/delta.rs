//! Intervals from how much each case moves a value: the infinitesimal jackknife, or delta method.
//!
//! The variance of a value is the sum of squares of its derivatives by the weights of cases (Efron 1982,
//! doi:10.1137/1.9781611970319); DeLong's variance is of this kind. It is exact for means, and for the rest has an error
//! that falls as 1 / n, at the cost of one pass over the cases instead of two thousand.

use super::z_of;
use crate::estimate::Outcome;

/// A variance below this is rounding, not information.
const VARIANCE_MIN: f64 = 1e-20;

/// The scale on which an interval is symmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// As the value is, cut at these ends of its range.
    Plain(i8, i8),
    /// ln(x / (1 − x)), for values between 0 and 1.
    Logit,
    /// Fisher's ½ ln((1 + x) / (1 − x)), for values between −1 and 1.
    Fisher,
}

impl Scale {
    /// As it is named in methods.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain(..) => "plain scale",
            Self::Logit => "logit scale",
            Self::Fisher => "Fisher's scale",
        }
    }
}

/// The standard error of this variance; `None` where it is none.
pub(crate) fn error_of_variance(variance: f64) -> Option<f64> {
    (variance > VARIANCE_MIN && variance.is_finite()).then(|| variance.sqrt())
}

/// The standard error from what each case contributes, with the factor n / (n − 1) of a sample's variance.
pub(crate) fn error_of(deviations: &[f64]) -> Option<f64> {
    let n = deviations.len() as f64;
    error_of_variance(deviations.iter().map(|deviation| deviation * deviation).sum::<f64>() * n / (n - 1.0))
}

/// The interval of a value with this standard error; `None` at the ends of its range, where the scale has no point.
pub(crate) fn interval(value: f64, error: f64, level: f64, scale: Scale) -> Option<(f64, f64)> {
    let half = z_of(level) * error;
    match scale {
        Scale::Plain(low, high) => Some(((value - half).max(f64::from(low)), (value + half).min(f64::from(high)))),
        Scale::Logit => {
            let slope = value * (1.0 - value);
            let (center, half) = ((value / (1.0 - value)).ln(), half / slope);
            let back = |logit: f64| 1.0 / (1.0 + (-logit).exp());
            (slope > f64::EPSILON).then(|| (back(center - half), back(center + half)))
        }
        Scale::Fisher => {
            let slope = 1.0 - value * value;
            let (center, half) = (value.atanh(), half / slope);
            (slope > f64::EPSILON).then(|| ((center - half).tanh(), (center + half).tanh()))
        }
    }
}

/// The outcome of a value; `otherwise` is the method and interval for where there is no spread.
pub(crate) fn outcome(
    (value, error): (f64, Option<f64>),
    n: usize,
    (level, scale): (f64, Scale),
    otherwise: impl FnOnce() -> (&'static str, (f64, f64)),
) -> Outcome {
    if let Some(ends) = error.and_then(|error| interval(value, error, level, scale)) {
        return Outcome::known(n, format!("delta method, {}", scale.name()), value, ends);
    }
    let (method, ends) = otherwise();
    Outcome::known(n, method, value, ends)
}
