//! Observed agreement: how often two ratings of a case are the same.
//!
//! **Definition.** The mean over cases with two ratings or more of the share of its pairs of ratings that are equal
//! (Fleiss 1971, doi:10.1037/h0031619, P̄). For two raters it is the share of cases on which they agree.
//! **Interval.** Two raters: Wilson. More: Student's t of the cases' shares; without variance Wilson of their mean.
//! **Range** 0 to 1. **No case with two ratings:** undefined. **Missing** ratings count for nothing. Says nothing of chance.

use super::chance::{Counts, weights};
use super::ratings::{Kind, Ratings};
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::influence::standard_error;
use crate::interval::student::t_of;
use crate::interval::wilson::wilson;

pub(super) const METRIC: Metric = Metric {
    name: "observed_agreement",
    definition: "mean over cases of the share of pairs of ratings that are the same",
    others: "",
    range: (0.0, 1.0),
    kinds: &[Kind::Nominal, Kind::Ordinal],
    compute,
};

fn compute(ratings: &Ratings, level: f64) -> Vec<Estimate> {
    vec![outcome(ratings, level).named(METRIC.name, ALL, level)]
}

fn outcome(ratings: &Ratings, level: f64) -> Outcome {
    let counts = Counts::of(ratings);
    let n = counts.n_paired();
    let observed = counts.observed(&weights(ratings.n_categories(), 0));
    let Some(by_wilson) = wilson((observed.value * n as f64).round() as u64, n as u64, level) else {
        return Outcome::undefined(0, "Wilson", "no case has two ratings");
    };
    match standard_error(&observed.influence) {
        Some(error) if ratings.raters().len() > 2 && n > 1 => {
            let half = t_of(level, n as f64 - 1.0) * error * (n as f64 / (n as f64 - 1.0)).sqrt();
            let ends = ((observed.value - half).max(0.0), (observed.value + half).min(1.0));
            Outcome::known(n, "Student's t over cases", observed.value, ends)
        }
        _ => {
            let ends = (by_wilson.0.min(observed.value), by_wilson.1.max(observed.value));
            Outcome::known(n, "Wilson", observed.value, ends)
        }
    }
}
