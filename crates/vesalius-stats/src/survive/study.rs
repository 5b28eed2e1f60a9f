//! What every metric of survival is computed on: cases, options, the timeline and the horizons.

use std::sync::OnceLock;

use super::ALL;
use super::cases::Cases;
use super::options::Options;
use super::order::Order;
use super::time_auc::OverTime;
use super::timeline::Timeline;
use crate::estimate::{Estimate, Outcome};

/// Horizons that are chosen where none is given: these shares of the times of events.
const DEFAULT_SHARES: [f64; 3] = [0.25, 0.5, 0.75];

/// Cases with their timeline.
pub(crate) struct Study<'a> {
    pub(crate) cases: &'a Cases,
    pub(crate) options: &'a Options,
    pub(crate) timeline: Timeline,
    pub(crate) horizons: Vec<f64>,
    /// Cases in the order of one risk for all times, and how it came about.
    pub(crate) risk: Option<(Order, &'static str)>,
    /// The areas over time, as curve and mean both need them.
    pub(crate) over_time: OnceLock<OverTime>,
}

impl<'a> Study<'a> {
    pub(crate) fn new(cases: &'a Cases, options: &'a Options) -> Self {
        let (timeline, risk) = rayon::join(
            || Timeline::new(cases.time(), cases.event()),
            || cases.risk().map(|(risk, by)| (Order::new(&risk), by)),
        );
        let horizons = horizons(cases, options);
        Self { cases, options, timeline, horizons, risk, over_time: OnceLock::new() }
    }

    pub(crate) fn n(&self) -> usize {
        self.cases.n_cases()
    }

    pub(crate) fn n_events(&self) -> usize {
        self.timeline.steps.iter().map(|step| step.n_events as usize).sum()
    }

    /// How a horizon is called as a target.
    pub(crate) fn target(horizon: f64) -> String {
        format!("at {horizon}")
    }

    /// What is measured of the predicted survival at each horizon; said once where none is predicted at all.
    pub(crate) fn of_survival(
        &self,
        metric: &str,
        method: &str,
        outcome: impl Fn(f64) -> Result<Outcome, String>,
    ) -> Vec<Estimate> {
        let undefined = |why: String| Outcome::undefined(self.n(), method, why);
        if self.cases.survival().is_empty() {
            let why = "no survival probabilities are predicted".to_owned();
            return vec![undefined(why).named(metric, ALL, self.options.level)];
        }
        let named = |&horizon: &f64| {
            outcome(horizon).unwrap_or_else(undefined).named(metric, &Self::target(horizon), self.options.level)
        };
        self.horizons.iter().map(named).collect()
    }

    /// Why there is no predicted survival at a horizon.
    pub(crate) fn no_survival(&self, horizon: f64) -> String {
        let given: Vec<String> = self.cases.survival().iter().map(|given| given.horizon.to_string()).collect();
        format!("no survival is predicted at {horizon}; it is at {}", given.join(", "))
    }
}

/// The given ones, else those of predicted survival, else quantiles of the times of events.
fn horizons(cases: &Cases, options: &Options) -> Vec<f64> {
    if !options.horizons.is_empty() {
        return options.horizons.clone();
    }
    if !cases.survival().is_empty() {
        return cases.survival().iter().map(|predicted| predicted.horizon).collect();
    }
    let mut times: Vec<f64> =
        cases.time().iter().zip(cases.event()).filter(|(_, event)| **event).map(|(time, _)| *time).collect();
    times.sort_unstable_by(f64::total_cmp);
    let mut chosen: Vec<f64> = Vec::new();
    for share in DEFAULT_SHARES {
        let at = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        chosen.extend(times.get(at).filter(|time| **time > chosen.last().copied().unwrap_or(0.0)));
    }
    chosen
}
