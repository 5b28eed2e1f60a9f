//! How survival is measured: level of intervals, horizons, truncation, groups.

use crate::error::{Error, Result};

/// More groups than this hold single cases.
const GROUPS_MAX: usize = 1000;

/// How survival is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Times at which predictions are judged, ascending, in the unit of follow-up. Default those at which survival is
    /// predicted, else the quartiles of the times of events.
    pub horizons: Vec<f64>,
    /// Uno's C counts events before this time only, as weights grow without bound towards the end of follow-up;
    /// default all events.
    pub tau: Option<f64>,
    /// Groups of equal size of the calibration curve; default 10.
    pub n_groups: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: 0.95, horizons: Vec::new(), tau: None, n_groups: 10 }
    }
}

impl Options {
    /// An error that names the option outside its range.
    pub fn check(&self) -> Result<()> {
        let refuse = |what: &str, value: String, expected: &str| {
            Err(Error::parameter(format!("{what} is {value}; expected {expected}")))
        };
        if !(self.level > 0.0 && self.level < 1.0) {
            return refuse("the level of intervals", self.level.to_string(), "a number between 0 and 1, such as 0.95");
        }
        let is_time = |time: f64| time.is_finite() && time > 0.0;
        let ascend = self.horizons.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascend || !self.horizons.iter().copied().all(is_time) {
            let given: Vec<String> = self.horizons.iter().map(f64::to_string).collect();
            return refuse("the list of horizons", given.join(", "), "ascending times above 0, such as 365, 730");
        }
        if let Some(tau) = self.tau.filter(|tau| !is_time(*tau)) {
            return refuse("the time up to which events count", tau.to_string(), "a finite time above 0");
        }
        if !(1..=GROUPS_MAX).contains(&self.n_groups) {
            let expected = format!("1 to {GROUPS_MAX}, such as 10");
            return refuse("the number of groups", self.n_groups.to_string(), &expected);
        }
        Ok(())
    }
}
