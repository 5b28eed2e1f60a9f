//! Follow-up and predictions of the same cases, checked once: times are times, and a prediction says its direction.

use crate::error::{Error, Result};

/// What a predicted number means; nothing here ever guesses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The greater, the sooner the event: a hazard, a risk, a linear predictor.
    Risk,
    /// The greater, the later the event: a predicted time.
    Time,
}

/// Follow-up of cases, and what was predicted of them.
#[derive(Clone, Debug)]
pub struct Cases {
    time: Vec<f64>,
    event: Vec<bool>,
    /// Greater is sooner.
    risk: Option<Vec<f64>>,
    survival: Vec<Predicted>,
}

/// The predicted probability of having no event until a horizon.
#[derive(Clone, Debug)]
pub(crate) struct Predicted {
    pub(crate) horizon: f64,
    pub(crate) survival: Vec<f64>,
}

impl Cases {
    /// Time to the event, or to the end of follow-up without it, of each case.
    pub fn new(time: &[f64], event: &[bool]) -> Result<Self> {
        if time.len() != event.len() || u32::try_from(time.len()).is_err() {
            return Err(Error::length(format!(
                "there are {} times and {} events; expected as many of both, fewer than {}",
                time.len(),
                event.len(),
                u32::MAX
            )));
        }
        if let Some(case) = time.iter().position(|time| !(time.is_finite() && *time >= 0.0)) {
            return Err(Error::value(format!(
                "the time of case {case} (counted from 0) is {}; expected a finite time of at least 0; \
                 leave the case out, or correct its follow-up",
                time[case]
            )));
        }
        Ok(Self { time: time.to_vec(), event: event.to_vec(), risk: None, survival: Vec::new() })
    }

    /// Adds one number a case by which cases are ranked, and what it means.
    pub fn with_ranking(mut self, direction: Direction, values: &[f64]) -> Result<Self> {
        self.check_length(values.len(), "predictions")?;
        if let Some(case) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::value(format!(
                "the prediction of case {case} (counted from 0) is {}; expected a finite number; \
                 leave the case out, or find out why its model failed",
                values[case]
            )));
        }
        self.risk = Some(match direction {
            Direction::Risk => values.to_vec(),
            Direction::Time => values.iter().map(|time| -time).collect(),
        });
        Ok(self)
    }

    /// Adds the predicted probability of being free of the event at a horizon.
    pub fn with_survival(mut self, horizon: f64, survival: &[f64]) -> Result<Self> {
        self.check_length(survival.len(), "survival probabilities")?;
        if !(horizon.is_finite() && horizon > 0.0) {
            return Err(Error::value(format!("the horizon is {horizon}; expected a finite time above 0")));
        }
        if let Some(case) = survival.iter().position(|survival| !(0.0..=1.0).contains(survival)) {
            return Err(Error::value(format!(
                "the survival of case {case} (counted from 0) at {horizon} is {}; expected a probability from 0 to 1",
                survival[case]
            )));
        }
        let at = self.survival.partition_point(|other| other.horizon < horizon);
        if self.survival.get(at).is_some_and(|other| other.horizon <= horizon) {
            return Err(Error::value(format!("survival at {horizon} is given twice; expected each horizon once")));
        }
        self.survival.insert(at, Predicted { horizon, survival: survival.to_vec() });
        Ok(self)
    }

    /// How many cases there are.
    pub fn n_cases(&self) -> usize {
        self.time.len()
    }

    pub(crate) fn time(&self) -> &[f64] {
        &self.time
    }

    pub(crate) fn event(&self) -> &[bool] {
        &self.event
    }

    /// The predicted survival at every horizon that has one, ascending.
    pub(crate) fn survival(&self) -> &[Predicted] {
        &self.survival
    }

    /// The predicted survival at this horizon.
    pub(crate) fn survival_at(&self, horizon: f64) -> Option<&[f64]> {
        let at = self.survival.partition_point(|other| other.horizon < horizon);
        self.survival.get(at).filter(|other| other.horizon <= horizon).map(|other| other.survival.as_slice())
    }

    /// One number a case that is greater the sooner the event is predicted, and how it came about.
    ///
    /// Without a ranking it is the predicted mean time lost up to the last horizon, by the trapezoid through S(0) = 1.
    pub(crate) fn risk(&self) -> Option<(Vec<f64>, &'static str)> {
        if let Some(risk) = &self.risk {
            return Some((risk.clone(), "by the prediction"));
        }
        if self.survival.is_empty() {
            return None;
        }
        let lost = |case: usize| {
            let (mut lost, mut from, mut before) = (0.0, 0.0, 0.0);
            for predicted in &self.survival {
                let event = 1.0 - predicted.survival[case];
                lost += (predicted.horizon - from) * f64::midpoint(before, event);
                (from, before) = (predicted.horizon, event);
            }
            lost
        };
        Some(((0..self.n_cases()).map(lost).collect(), "by the predicted mean time lost"))
    }

    fn check_length(&self, n: usize, what: &str) -> Result<()> {
        if n == self.n_cases() {
            return Ok(());
        }
        Err(Error::length(format!("there are {n} {what} for {} cases; expected one for each", self.n_cases())))
    }
}
