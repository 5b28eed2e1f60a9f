//! Mean time-dependent AUC: the area over time as one number.
//!
//! **Definition.** Σ AUC(t) (S(t′) − S(t)) / (1 − S(last t)), t′ the time before t and S the Kaplan–Meier estimate, over the
//! horizons at which survival is predicted, or else at most 50 times of events that are equally many events apart
//! (Lambert and Chevret 2016, doi:10.1177/0962280213515571). So a time counts as much as events happen by then.
//! **Interval.** Infinitesimal jackknife of the areas together, the shares of times taken as fixed, on the logit scale.
//! **Ties** as for the AUC at a horizon. **Range** 0 to 1. **No time with an area:** undefined, and why. **Cost** O(n log n).

use super::harrell_c::{NO_RANKING, interval};
use super::study::Study;
use super::time_auc::over_time;
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};

pub(super) const METRIC: Metric = Metric {
    name: "mean_time_auc",
    definition: "time-dependent AUC averaged over time by the share of events that each time adds",
    others: "scikit-survival averages over the times that it is given; the grid here is named",
    range: (0.0, 1.0),
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    vec![outcome(study).named(METRIC.name, ALL, study.options.level)]
}

fn outcome(study: &Study<'_>) -> Outcome {
    let n = study.n();
    if study.risk.is_none() {
        return Outcome::undefined(n, "infinitesimal jackknife, logit scale", NO_RANKING);
    }
    let over = over_time(study);
    let method = format!("over {} times", over.points.len());
    if over.points.is_empty() {
        let why = "there is no event with anybody followed beyond it";
        return Outcome::undefined(n, "infinitesimal jackknife, logit scale", why);
    }
    let n_events = study.n_events();
    interval(study, over.mean, &over.influence, (n_events, n - n_events)).decided_by(&method)
}
