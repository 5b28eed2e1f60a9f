//! Calibration in the large at a horizon: the observed share of events minus the mean predicted one.
//!
//! **Definition.** The mean, by censoring weights, of having had the event until t, minus the mean of 1 − S, S the predicted
//! survival at t. The first is one minus the Kaplan–Meier estimate at t (Satten and Datta 2001,
//! doi:10.1198/000313001317098185). Above 0 the model promises too few events (Crowson and others 2016,
//! doi:10.1177/0962280213497434, on the choice between difference and ratio).
//! **Interval.** Infinitesimal jackknife over the cases that follows the weights as well, plain scale.
//! **Range** −1 to 1, 0 is right. **Undefined** as the Brier score. **NaN** is refused before. **Cost** O(n).

use super::Metric;
use super::brier::{METHOD, weighted_mean};
use super::study::Study;
use crate::estimate::{Estimate, Outcome};
use crate::interval::influence;

pub(super) const METRIC: Metric = Metric {
    name: "calibration_in_the_large",
    definition: "observed share of events until the horizon (Kaplan-Meier) minus the mean predicted one",
    others: "",
    range: (-1.0, 1.0),
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    study.of_survival(METRIC.name, METHOD, |horizon| outcome(study, horizon))
}

fn outcome(study: &Study<'_>, horizon: f64) -> Result<Outcome, String> {
    let survival = study.cases.survival_at(horizon).ok_or_else(|| study.no_survival(horizon))?;
    let observed = weighted_mean(study, horizon, |_, is_event| f64::from(is_event))?;
    let n = study.n() as f64;
    let expected = survival.iter().map(|survival| 1.0 - survival).sum::<f64>() / n;
    let of_case = |(own, survival): (&f64, &f64)| own - (1.0 - survival - expected) / n;
    let derivatives: Vec<f64> = observed.influence.iter().zip(survival).map(of_case).collect();
    let value = observed.value - expected;
    // Without spread every case is alike and each was predicted exactly; the widest claim is then the whole range.
    let ends = influence::standard_error(&derivatives)
        .map_or((-1.0, 1.0), |error| influence::plain(value, error, study.options.level, METRIC.range));
    Ok(Outcome::known(study.n(), METHOD, value, ends))
}
