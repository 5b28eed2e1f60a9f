//! Brier score at a horizon: the squared error of the predicted survival, by censoring weights.
//!
//! **Definition.** The mean over all cases of S² / G(T−) where the event came until t, (1 − S)² / G(t) where follow-up went
//! beyond t, and 0 where it ended before without event; S is the predicted survival at t and G the Kaplan–Meier estimate of
//! not being censored yet (Graf and others 1999, cited in `timeline.rs`).
//! **Interval.** Infinitesimal jackknife over the cases that follows the weights as well, plain scale; without variance
//! (every error the same) that of a share of as many events, by Wilson. Simulated coverage of 95 % intervals: 0.91 to 0.93
//! with 60 cases, 0.94 to 0.95 with 200.
//! **Range** 0, certain and right, upwards; predicting one half for all gives 0.25. **Ties** as of the timeline.
//! **No survival predicted at t, no event until t, nobody followed beyond t:** undefined. **NaN** is refused before.

use super::Metric;
use super::study::Study;
use crate::estimate::{Estimate, Outcome};
use crate::interval::influence;
use crate::interval::wilson::wilson;

pub(super) const METRIC: Metric = Metric {
    name: "brier",
    definition: "mean squared error of the survival predicted at the horizon, by censoring weights",
    others: "scikit-survival weighs by G(T) in place of G(T-), which differs where events and censorings share a time",
    range: (0.0, f64::INFINITY),
    compute,
};

pub(super) const METHOD: &str = "infinitesimal jackknife with censoring weights";

/// A mean over cases by censoring weights, and how much each case moves it.
pub(super) struct Weighted {
    pub(super) value: f64,
    pub(super) influence: Vec<f64>,
}

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    study.of_survival(METRIC.name, METHOD, |horizon| Ok(known(study, &score(study, horizon)?, METHOD)))
}

/// The interval of a Brier score.
pub(super) fn known(study: &Study<'_>, score: &Weighted, method: &str) -> Outcome {
    let level = study.options.level;
    if let Some(error) = influence::standard_error(&score.influence) {
        let ends = influence::plain(score.value, error, level, (0.0, f64::INFINITY));
        return Outcome::known(study.n(), method, score.value, ends);
    }
    let wide = wilson((score.value * study.n() as f64).round() as u64, study.n() as u64, level);
    let (low, high) = wide.unwrap_or((0.0, 1.0));
    let ends = (low.min(score.value), high.max(score.value));
    Outcome::known(study.n(), "Wilson of a share of this size, as the errors do not vary", score.value, ends)
}

/// The score at a horizon.
pub(super) fn score(study: &Study<'_>, horizon: f64) -> Result<Weighted, String> {
    let survival = study.cases.survival_at(horizon).ok_or_else(|| study.no_survival(horizon))?;
    weighted_mean(
        study,
        horizon,
        |case, is_event| {
            if is_event { survival[case].powi(2) } else { (1.0 - survival[case]).powi(2) }
        },
    )
}

/// The mean of a value of each case and its state at the horizon, by censoring weights.
pub(super) fn weighted_mean(
    study: &Study<'_>,
    horizon: f64,
    value: impl Fn(usize, bool) -> f64,
) -> Result<Weighted, String> {
    if let Some(why) = study.timeline.out_of_reach(horizon) {
        return Err(why);
    }
    let timeline = &study.timeline;
    let mut slope = vec![0.0; timeline.steps.len() + 1];
    let n = study.n() as f64;
    let mut terms = Vec::with_capacity(study.n());
    for case in 0..study.n() {
        let Some((is_event, n_steps)) = state(study, case, horizon) else {
            terms.push(0.0);
            continue;
        };
        let term = value(case, is_event) / timeline.uncensored(n_steps);
        slope[n_steps] -= term / n;
        terms.push(term);
    }
    let mean = terms.iter().sum::<f64>() / n;
    let through = timeline.through_censoring(study.cases.event(), &slope);
    let influence = terms.iter().zip(through).map(|(term, through)| (term - mean) / n + through).collect();
    Ok(Weighted { value: mean, influence })
}

/// Whether a case had its event until the horizon, and after how many steps G gives its weight; `None` where unknown.
pub(super) fn state(study: &Study<'_>, case: usize, horizon: f64) -> Option<(bool, usize)> {
    match (study.cases.time()[case] > horizon, study.cases.event()[case]) {
        (true, _) => Some((false, study.timeline.until(horizon))),
        (false, true) => Some((true, study.timeline.before(case))),
        (false, false) => None,
    }
}
