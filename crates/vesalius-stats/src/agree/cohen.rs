//! Cohen's κ of two raters, plain and weighted: agreement beyond what their own habits would give by chance.
//!
//! **Definition.** (pₒ − pₑ) / (1 − pₑ): pₒ the mean weight of the pairs of ratings, pₑ that of independent ratings with the
//! same margins (Cohen 1960, doi:10.1177/001316446002000104). Plain weights ask for the same category; linear and quadratic
//! ones are 1 − (d / (q − 1))ᵖ, d the distance by place among all q categories of the scale (Cohen 1968,
//! doi:10.1037/h0026256).
//! **Interval.** Normal, by the variance of Fleiss, Cohen and Everitt 1969 (doi:10.1037/h0028106); cut at 1; without variance
//! Wilson of pₒ. With more than two raters each pair has its own, and their mean (Light 1971, doi:10.1037/h0031643) one from
//! the same cases together.
//! **Range** −1 to 1, 0 is chance. **One category only, no case rated by both:** undefined. **Missing** ratings leave the case
//! out of the pair. **NaN** is refused before.

use super::chance::{Beyond, Share, Spread, dot, weights};
use super::ratings::{Kind, Ratings};
use super::{MEAN, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::influence::{plain, standard_error};

pub(super) const PLAIN: Metric = Metric {
    name: "cohen_kappa",
    definition: "agreement of two raters beyond chance, by their own margins",
    others: "",
    range: (-1.0, 1.0),
    kinds: &[Kind::Nominal, Kind::Ordinal],
    compute: |ratings, level| compute(ratings, level, PLAIN.name, 0),
};

pub(super) const LINEAR: Metric = Metric {
    name: "cohen_kappa_linear",
    definition: "agreement of two raters beyond chance, a near miss counted by its distance",
    others: "scikit-learn counts places among the categories that occur, so that an unused grade shortens distances",
    range: (-1.0, 1.0),
    kinds: &[Kind::Ordinal],
    compute: |ratings, level| compute(ratings, level, LINEAR.name, 1),
};

pub(super) const QUADRATIC: Metric = Metric {
    name: "cohen_kappa_quadratic",
    definition: "agreement of two raters beyond chance, a near miss counted by its squared distance",
    others: "scikit-learn counts places among the categories that occur, so that an unused grade shortens distances",
    range: (-1.0, 1.0),
    kinds: &[Kind::Ordinal],
    compute: |ratings, level| compute(ratings, level, QUADRATIC.name, 2),
};

const METHOD: &str = "normal, variance of Fleiss, Cohen and Everitt";

fn compute(ratings: &Ratings, level: f64, name: &str, power: i32) -> Vec<Estimate> {
    let weight = weights(ratings.n_categories(), power);
    let kappas: Vec<_> = ratings.pairs().map(|pair| (pair, kappa(ratings, pair, &weight))).collect();
    let named = |((a, b), kappa): &((usize, usize), Result<Beyond, String>)| {
        let outcome = match kappa {
            Ok(kappa) => kappa.outcome(Spread::Normal, METHOD, level),
            Err(why) => Outcome::undefined(ratings.both((*a, *b)).len(), METHOD, why.as_str()),
        };
        outcome.named(name, &format!("{} vs {}", ratings.raters()[*a], ratings.raters()[*b]), level)
    };
    let mut estimates: Vec<Estimate> = kappas.iter().map(named).collect();
    if kappas.len() > 1 {
        let kappas: Result<Vec<Beyond>, String> = kappas.into_iter().map(|(_, kappa)| kappa).collect();
        estimates.push(mean(ratings.n_cases(), kappas, level).named(name, MEAN, level));
    }
    estimates
}

fn kappa(ratings: &Ratings, pair: (usize, usize), weight: &[Vec<f64>]) -> Result<Beyond, String> {
    let both = ratings.both(pair);
    let share = 1.0 / both.len() as f64;
    let mut margins = (vec![0.0; weight.len()], vec![0.0; weight.len()]);
    for (_, a, b) in &both {
        margins.0[*a as usize] += share;
        margins.1[*b as usize] += share;
    }
    let by_first: Vec<f64> = weight.iter().map(|row| dot(row, &margins.1)).collect();
    let by_second: Vec<f64> = weight.iter().map(|row| dot(row, &margins.0)).collect();
    let of_pair = |a: f64, b: f64| weight[a as usize][b as usize];
    let mut observed = Share { value: 0.0, influence: vec![0.0; ratings.n_cases()] };
    observed.value = both.iter().map(|(_, a, b)| of_pair(*a, *b)).sum::<f64>() * share;
    let mut expected = Share { value: dot(&margins.0, &by_first), influence: vec![0.0; ratings.n_cases()] };
    for (case, a, b) in &both {
        observed.influence[*case] = (of_pair(*a, *b) - observed.value) * share;
        let moved = by_first[*a as usize] + by_second[*b as usize] - 2.0 * expected.value;
        expected.influence[*case] = moved * share;
    }
    Beyond::new(&observed, &expected, both.len()).map_err(|why| why.replace("has two ratings", "is rated by both"))
}

/// The mean over pairs of raters, with the covariance of judging the same cases.
fn mean(n_cases: usize, kappas: Result<Vec<Beyond>, String>, level: f64) -> Outcome {
    const METHOD: &str = "normal, infinitesimal jackknife of the pairs together";
    let kappas = match kappas {
        Ok(kappas) => kappas,
        Err(why) => return Outcome::undefined(n_cases, METHOD, format!("of a pair of raters, {why}")),
    };
    let share = 1.0 / kappas.len() as f64;
    let value = kappas.iter().map(|kappa| kappa.value).sum::<f64>() * share;
    let mut influence = vec![0.0; n_cases];
    for kappa in &kappas {
        influence.iter_mut().zip(&kappa.influence).for_each(|(sum, own)| *sum += share * own);
    }
    if let Some(error) = standard_error(&influence) {
        return Outcome::known(n_cases, METHOD, value, plain(value, error, level, (-1.0, 1.0)));
    }
    // All pairs are perfect; the one with fewest cases speaks for all: never too narrow.
    match kappas.iter().min_by_key(|kappa| kappa.n) {
        Some(least) => least.outcome(Spread::Normal, METHOD, level),
        None => Outcome::undefined(n_cases, METHOD, "there is no pair of raters"),
    }
}
