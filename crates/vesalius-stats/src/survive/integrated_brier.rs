//! Integrated Brier score: the Brier score averaged over time.
//!
//! **Definition.** The integral of the Brier score over the horizons at which survival is predicted, by the trapezoid,
//! divided by the time between the first and the last of them (Graf and others 1999, cited in `timeline.rs`).
//! **Interval.** Infinitesimal jackknife of the scores together, plain scale. **Range** 0 upwards.
//! **Fewer than two horizons with a score:** undefined; horizons beyond follow-up are left out, and the method says which
//! were used. **NaN** is refused before. **Cost** O(n) for each horizon.

use super::brier::{METHOD, Weighted, known, score};
use super::study::Study;
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};

pub(super) const METRIC: Metric = Metric {
    name: "integrated_brier",
    definition: "Brier score averaged over the time between the first and the last horizon of predicted survival",
    others: "pec and others integrate from time 0; here and in scikit-survival the first horizon begins",
    range: (0.0, f64::INFINITY),
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    vec![outcome(study).named(METRIC.name, ALL, study.options.level)]
}

fn outcome(study: &Study<'_>) -> Outcome {
    let horizons = study.cases.survival().iter().map(|predicted| predicted.horizon);
    let horizons: Vec<f64> = horizons.filter(|horizon| study.timeline.out_of_reach(*horizon).is_none()).collect();
    if study.cases.survival().is_empty() {
        return Outcome::undefined(study.n(), METHOD, "no survival probabilities are predicted");
    }
    let [first, .., last] = horizons[..] else {
        let n = horizons.len();
        let why = format!("survival is predicted at {n} horizons within follow-up; expected at least 2");
        return Outcome::undefined(study.n(), METHOD, why);
    };
    let mut sum = Weighted { value: 0.0, influence: vec![0.0; study.n()] };
    for (idx, &horizon) in horizons.iter().enumerate() {
        let before = horizons[idx.saturating_sub(1)];
        let after = horizons[(idx + 1).min(horizons.len() - 1)];
        let share = 0.5 * (after - before) / (last - first);
        match score(study, horizon) {
            Ok(score) => {
                sum.value += share * score.value;
                sum.influence.iter_mut().zip(&score.influence).for_each(|(sum, own)| *sum += share * own);
            }
            Err(why) => return Outcome::undefined(study.n(), METHOD, why),
        }
    }
    known(study, &sum, METHOD).decided_by(&format!("{} horizons from {first} to {last}", horizons.len()))
}
