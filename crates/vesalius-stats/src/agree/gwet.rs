//! Gwet's AC1 and AC2: agreement beyond chance that stays sensible where one category is rare.
//!
//! **Definition.** (pₒ − pₑ) / (1 − pₑ): pₑ = T / (q (q − 1)) · Σ π (1 − π), π the mean share of each of the q categories of the
//! scale, T the sum of all weights (Gwet 2008, doi:10.1348/000711006X126600). AC1 asks for the same category; AC2 has
//! quadratic weights 1 − (d / (q − 1))², d the distance by place, here and in pₒ.
//! **Interval.** Student's t over cases with Gwet's variance, cut at 1; without variance Wilson of pₒ.
//! **Range** −1 to 1. **A scale of one category, no case with two ratings:** undefined. All ratings in one of several
//! categories give 1. **Missing** ratings count for nothing.

use super::chance::{Beyond, Counts, Spread, weights};
use super::fleiss_kappa::METHOD;
use super::ratings::{Kind, Ratings};
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};

pub(super) const AC1: Metric = Metric {
    name: "gwet_ac1",
    definition: "agreement of many raters beyond chance, where chance is guessing on cases that are hard to rate",
    others: "depends on how many categories the scale has; tools that count only those that occur differ",
    range: (-1.0, 1.0),
    kinds: &[Kind::Nominal, Kind::Ordinal],
    compute: |ratings, level| compute(ratings, level, AC1.name, 0),
};

pub(super) const AC2: Metric = Metric {
    name: "gwet_ac2",
    definition: "Gwet's AC1 with a near miss counted by its squared distance",
    others: "depends on how many categories the scale has; tools that count only those that occur differ",
    range: (-1.0, 1.0),
    kinds: &[Kind::Ordinal],
    compute: |ratings, level| compute(ratings, level, AC2.name, 2),
};

fn compute(ratings: &Ratings, level: f64, name: &str, power: i32) -> Vec<Estimate> {
    let counts = Counts::of(ratings);
    let outcome = match beyond(&counts, power) {
        Ok(beyond) => beyond.outcome(Spread::Student, METHOD, level),
        Err(why) => Outcome::undefined(counts.n_paired(), METHOD, why),
    };
    vec![outcome.named(name, ALL, level)]
}

fn beyond(counts: &Counts, power: i32) -> Result<Beyond, String> {
    let n_categories = counts.mean.len();
    if n_categories < 2 {
        return Err("the scale has one category only".to_owned());
    }
    let weight = weights(n_categories, power);
    let total: f64 = weight.iter().flatten().sum();
    let scale = total / (n_categories * (n_categories - 1)) as f64;
    let expected = scale * counts.mean.iter().map(|share| share * (1.0 - share)).sum::<f64>();
    let gradient: Vec<f64> = counts.mean.iter().map(|share| scale * (1.0 - 2.0 * share)).collect();
    Beyond::new(&counts.observed(&weight), &counts.expected(expected, &gradient), counts.n_paired())
}
