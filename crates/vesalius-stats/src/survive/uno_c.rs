//! Uno's C: Harrell's C as it would be without censoring.
//!
//! **Definition.** Pairs as of Harrell, each weighted by 1 / G(T−)² of its sooner event T, where G is the Kaplan–Meier
//! estimate of not being censored yet; only events before τ count (Uno and others 2011, doi:10.1002/sim.4154). G comes
//! from the same cases and must not depend on what predicts.
//! **Interval.** Infinitesimal jackknife over the cases that follows the weights as well, symmetric on the logit scale;
//! without variance as for Harrell's C.
//! **Ties.** Equal risks count half. An event at the time of a censoring comes first, so that its weight is 1 / G(T−).
//! **Range** 0 to 1, 0.5 is chance. **No event before τ, no comparable pair:** undefined. **NaN** is refused before.
//! **Cost** O(n log n).

use super::harrell_c::{NO_RANKING, interval, no_pair};
use super::pairs::Pairs;
use super::study::Study;
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};

pub(super) const METRIC: Metric = Metric {
    name: "uno_c",
    definition: "share of comparable pairs in the right order, weighted by the inverse probability of not being censored",
    others: "scikit-survival weighs by G(T) in place of G(T-), which differs where events and censorings share a time, \
             and fails where G(T) is zero",
    range: (0.0, 1.0),
    compute,
};

const METHOD: &str = "infinitesimal jackknife with censoring weights, logit scale";

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let until = match study.options.tau {
        Some(tau) => format!("events before {tau}"),
        None => "all events".to_owned(),
    };
    vec![outcome(study).decided_by(&until).named(METRIC.name, ALL, study.options.level)]
}

fn outcome(study: &Study<'_>) -> Outcome {
    let n = study.n();
    let Some((order, by)) = &study.risk else {
        return Outcome::undefined(n, METHOD, NO_RANKING);
    };
    let (time, event, timeline) = (study.cases.time(), study.cases.event(), &study.timeline);
    let tau = study.options.tau.unwrap_or(f64::INFINITY);
    let weight = |case: usize| {
        if event[case] && time[case] < tau { timeline.uncensored(timeline.before(case)).powi(-2) } else { 0.0 }
    };
    let weights: Vec<f64> = (0..n).map(weight).collect();
    let pairs = Pairs::new(timeline, event, order, weights.clone());
    let (concordant, comparable) = pairs.sums();
    if comparable <= 0.0 {
        return Outcome::undefined(n, METHOD, no_pair(study));
    }
    let value = concordant / comparable;
    let mut slope = vec![0.0; timeline.steps.len() + 1];
    for (case, weight) in weights.iter().enumerate() {
        let surplus = pairs.concordant_first[case] - value * pairs.comparable_first[case];
        slope[timeline.before(case)] -= 2.0 * weight * surplus / comparable;
    }
    let through_weights = timeline.through_censoring(event, &slope);
    let direct = pairs.influence(value, comparable);
    let derivatives: Vec<f64> = direct.iter().zip(through_weights).map(|(direct, through)| direct + through).collect();
    interval(study, value, &derivatives, pairs.n_sides()).decided_by(by)
}
