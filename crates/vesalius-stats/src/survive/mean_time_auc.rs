//! Mean time-dependent AUC: the area over time as one number.
//!
//! **Definition.** Σ AUC(t) (S(t′) − S(t)) / (1 − S(last t)), t′ the time before t and S the Kaplan–Meier estimate, over the
//! horizons at which survival is predicted, or else at most 50 times of events that are equally many events apart
//! (Lambert and Chevret 2016, doi:10.1177/0962280213515571). So a time counts as much as events happen by then.
//! **Interval.** Infinitesimal jackknife of the areas together, the shares of times taken as fixed, on the logit scale.
//! **Ties** as for the AUC at a horizon. **Range** 0 to 1. **No time with an area:** undefined, and why. **Cost** O(n log n).

use super::harrell_c::interval;
use super::kaplan_meier::survival_after;
use super::study::Study;
use super::time_auc::{Order, area, grid};
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
    let times: Vec<f64> = grid(study).into_iter().filter(|time| study.timeline.out_of_reach(*time).is_none()).collect();
    let method = format!("infinitesimal jackknife, logit scale, over {} times", times.len());
    let Some(&last) = times.last() else {
        return Outcome::undefined(n, method, "there is no event with anybody followed beyond it");
    };
    let ranked = study.risk.as_ref().map(|(risk, _)| Order::new(risk));
    let until = survival_after(&study.timeline, last);
    let (mut before, mut value, mut influence) = (1.0, 0.0, vec![0.0; n]);
    for time in times {
        let area = match area(study, time, ranked.as_ref()) {
            Ok((area, _)) => area,
            Err(why) => return Outcome::undefined(n, method, why),
        };
        let after = survival_after(&study.timeline, time);
        let share = (before - after) / (1.0 - until);
        value += share * area.value;
        influence.iter_mut().zip(&area.influence).for_each(|(sum, own)| *sum += share * own);
        before = after;
    }
    let n_events = study.n_events();
    interval(study, value, &influence, (n_events, n - n_events))
}
