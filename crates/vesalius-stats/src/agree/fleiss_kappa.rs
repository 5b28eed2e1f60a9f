//! Fleiss' κ: agreement of many raters beyond what the common use of categories would give by chance.
//!
//! **Definition.** (pₒ − pₑ) / (1 − pₑ): pₒ the observed agreement, pₑ = Σ π², π the mean over cases of the share of each
//! category (Fleiss 1971, doi:10.1037/h0031619; with missing ratings as Gwet 2014, ISBN 978-0-9708062-8-4). Raters need not
//! be the same for each case.
//! **Interval.** Student's t over cases with the variance of Gwet 2021 (doi:10.1177/0013164420973080), which holds for any
//! κ, not only for 0 as Fleiss's own does; cut at 1; without variance Wilson of pₒ.
//! **Range** −1 to 1, 0 is chance. **One category only, no case with two ratings:** undefined.

use super::chance::{Beyond, Counts, Spread, weights};
use super::ratings::{Kind, Ratings};
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};

pub(super) const METRIC: Metric = Metric {
    name: "fleiss_kappa",
    definition: "agreement of many raters beyond chance, by the common use of categories",
    others: "",
    range: (-1.0, 1.0),
    kinds: &[Kind::Nominal, Kind::Ordinal],
    compute,
};

/// How intervals of coefficients of many raters come about.
pub(super) const METHOD: &str = "Student's t over cases, variance of Gwet";

fn compute(ratings: &Ratings, level: f64) -> Vec<Estimate> {
    let counts = Counts::of(ratings);
    let observed = counts.observed(&weights(ratings.n_categories(), 0));
    let expected = counts.mean.iter().map(|share| share * share).sum();
    let gradient: Vec<f64> = counts.mean.iter().map(|share| 2.0 * share).collect();
    let outcome = match Beyond::new(&observed, &counts.expected(expected, &gradient), counts.n_paired()) {
        Ok(beyond) => beyond.outcome(Spread::Student, METHOD, level),
        Err(why) => Outcome::undefined(counts.n_paired(), METHOD, why),
    };
    vec![outcome.named(METRIC.name, ALL, level)]
}
