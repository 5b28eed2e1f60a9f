//! The form in which every number leaves: value, interval, size and method, or the reason why there is none.

use serde::{Deserialize, Serialize};

/// The group of an estimate over all cases.
const ALL_CASES: &str = "all";

/// A number with its interval, its size and its method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Name of the metric, as in the registry that computed it.
    pub metric: String,
    /// What it is about: a class, `macro` for the mean over classes, `all` for the classes together.
    pub target: String,
    /// The cases it is over: `all`, or a named group of them.
    pub group: String,
    /// The value; `None` where it is undefined.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Nominal coverage of the interval, such as 0.95.
    pub level: f64,
    /// How the interval was made, and what decided between classes where something had to.
    pub method: String,
    /// Cases in the denominator.
    pub n: u64,
    /// Why there is no value.
    pub undefined: Option<String>,
}

impl Estimate {
    /// The same estimate, over this group of cases.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        group.clone_into(&mut self.group);
        self
    }
}

/// What a metric found, before it is named.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    n: usize,
    method: String,
    value: Result<(f64, Option<(f64, f64)>), String>,
}

impl Outcome {
    /// A value and its interval; rounding may not push an end of the interval past the value.
    pub(crate) fn known(n: usize, method: impl Into<String>, value: f64, interval: (f64, f64)) -> Self {
        Self { n, method: method.into(), value: Ok((value, Some(interval))) }
    }

    /// The value of one case, of which no interval can be told.
    pub(crate) fn single(how: impl Into<String>, value: f64) -> Self {
        let how = how.into();
        let method = if how.is_empty() { "one case".to_owned() } else { format!("one case; {how}") };
        Self { n: 1, method, value: Ok((value, None)) }
    }

    /// No value, and why.
    pub(crate) fn undefined(n: usize, method: impl Into<String>, why: impl Into<String>) -> Self {
        Self { n, method: method.into(), value: Err(why.into()) }
    }

    /// The same outcome with something said about how classes were decided.
    pub(crate) fn decided_by(mut self, rule: &str) -> Self {
        self.method = format!("{}; {rule}", self.method);
        self
    }

    /// The estimate of this metric and target.
    pub(crate) fn named(self, metric: &str, target: &str, level: f64) -> Estimate {
        let (value, undefined) = match self.value {
            Ok(value) => (Some(value), None),
            Err(why) => (None, Some(why)),
        };
        Estimate {
            metric: metric.to_owned(),
            target: target.to_owned(),
            group: ALL_CASES.to_owned(),
            value: value.map(|(value, _)| value),
            low: value.and_then(|(_, interval)| interval).map(|(low, _)| low),
            high: value.and_then(|(_, interval)| interval).map(|(_, high)| high),
            level,
            method: self.method,
            n: self.n as u64,
            undefined,
        }
    }
}
