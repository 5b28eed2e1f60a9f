//! Kaplan–Meier: the observed probability of having no event until a time.
//!
//! **Definition.** S(t) = Π over the times of events until t of 1 − d / r, d events among r at risk (Kaplan and Meier 1958,
//! doi:10.1080/01621459.1958.10501452). A case censored at the time of an event is at risk of it.
//! **Interval.** Greenwood's variance on the log(−log) scale (Kalbfleisch and Prentice 2002, doi:10.1002/9781118032985),
//! pointwise. Where no event has come yet, or nobody is left, that scale has no variance: then the Wilson interval of
//! as many survivors, or as many dead, among those at risk.
//! **Range** 0 to 1. **Beyond the last follow-up** of a case without event, **nothing:** undefined. **NaN** is refused
//! before. **Cost** O(n log n).

use serde::Serialize;

use super::Metric;
use super::cases::Cases;
use super::study::Study;
use super::timeline::Timeline;
use crate::estimate::{Estimate, Outcome};
use crate::interval::wilson::wilson;
use crate::interval::z_of;

pub(super) const METRIC: Metric = Metric {
    name: "km_survival",
    definition: "observed probability of having no event until the horizon, by Kaplan-Meier",
    others: "R and lifelines draw a band of no width, or none, before the first event; here it has one",
    range: (0.0, 1.0),
    compute,
};

pub(super) const DEFINITION: &str = "Kaplan-Meier survival over time, with a pointwise band and the numbers at risk";

/// The curve after one distinct time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SurvivalPoint {
    /// The time of an event or a censoring.
    pub time: f64,
    /// Cases at risk just before.
    pub n_at_risk: u32,
    /// Events at this time.
    pub n_events: u32,
    /// Censorings at this time.
    pub n_censored: u32,
    /// Survival from this time on.
    pub survival: f64,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The curve of all cases, one point for each distinct time; none without cases.
pub fn kaplan_meier(cases: &Cases, level: f64) -> Vec<SurvivalPoint> {
    curve(&Timeline::new(cases.time(), cases.event()), level)
}

pub(super) fn curve(timeline: &Timeline, level: f64) -> Vec<SurvivalPoint> {
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut points = Vec::with_capacity(timeline.steps.len());
    for step in &timeline.steps {
        let (at_risk, events) = (f64::from(step.n_at_risk), f64::from(step.n_events));
        survival *= 1.0 - events / at_risk;
        greenwood += events / (at_risk * (at_risk - events));
        let (low, high) = band(survival, greenwood, step.n_at_risk, level);
        points.push(SurvivalPoint {
            time: step.time,
            n_at_risk: step.n_at_risk,
            n_events: step.n_events,
            n_censored: step.n_censored,
            survival,
            low,
            high,
        });
    }
    points
}

fn band(survival: f64, greenwood: f64, n_at_risk: u32, level: f64) -> (f64, f64) {
    let of_share = |n_hits: u32| wilson(u64::from(n_hits), u64::from(n_at_risk), level).unwrap_or((0.0, 1.0));
    if survival >= 1.0 {
        return (of_share(n_at_risk).0, 1.0);
    }
    if survival <= 0.0 {
        return (0.0, of_share(0).1);
    }
    let spread = z_of(level) * greenwood.sqrt() / survival.ln();
    (survival.powf((-spread).exp()), survival.powf(spread.exp()))
}

/// Survival after a time.
pub(super) fn survival_after(timeline: &Timeline, time: f64) -> f64 {
    let steps = &timeline.steps[..timeline.until(time)];
    steps.iter().map(|step| 1.0 - f64::from(step.n_events) / f64::from(step.n_at_risk)).product()
}

/// Survival at a time with its interval, or why there is none.
pub(super) fn at(timeline: &Timeline, time: f64, level: f64) -> Result<(f64, (f64, f64)), String> {
    let Some(last) = timeline.steps.last() else {
        return Err("there is no case".to_owned());
    };
    let points = curve(timeline, level);
    if time > last.time && last.n_censored > 0 {
        return Err(format!("no case is followed until {time}; the last follow-up ends at {}", last.time));
    }
    let n_steps = timeline.until(time);
    Ok(match points[..n_steps].last() {
        Some(point) => (point.survival, (point.low, point.high)),
        None => (1.0, band(1.0, 0.0, timeline.steps[0].n_at_risk, level)),
    })
}

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    const METHOD: &str = "Greenwood, log-log scale";
    let level = study.options.level;
    let named = |&horizon: &f64| {
        let outcome = match at(&study.timeline, horizon, level) {
            Ok((value, interval)) => Outcome::known(study.n(), METHOD, value, interval),
            Err(why) => Outcome::undefined(study.n(), METHOD, why),
        };
        outcome.named(METRIC.name, &Study::target(horizon), level)
    };
    study.horizons.iter().map(named).collect()
}
