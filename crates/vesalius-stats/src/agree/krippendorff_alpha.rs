//! Krippendorff's α: how far raters are from disagreeing as strangers would, for any kind of ratings and missing ones.
//!
//! **Definition.** 1 − Dₒ / Dₑ. Dₒ: mean squared distance δ² of ratings of the same case, a case with m ratings counting m
//! times; Dₑ: that of all pairs of ratings of cases with two or more. δ² is, by kind, 0 or 1; the number of ratings between
//! two categories, half of their own included, squared; (a − b)²; ((a − b) / (a + b))² (Krippendorff 2011,
//! <https://repository.upenn.edu/handle/20.500.14332/2089>; Hayes and Krippendorff 2007, doi:10.1080/19312450709336664).
//! **Interval.** Infinitesimal jackknife over cases, Student's t, cut at 1; without variance that of the share of cases
//! without any difference, by Wilson.
//! **Range** −1 to 1, 0 is chance. **All ratings equal, no case with two ratings:** undefined. **NaN** is refused before.
//! **Cost** O(n log n); for ratios also the square of how many distinct values there are, up to [`VALUES_MAX`].

use std::collections::BTreeMap;

use super::ratings::{Kind, Ratings};
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::influence::standard_error;
use crate::interval::student::t_of;
use crate::interval::wilson::wilson;

pub(super) const METRIC: Metric = Metric {
    name: "krippendorff_alpha",
    definition: "one minus observed over expected disagreement, by the distance that fits the kind of ratings",
    others: "",
    range: (-1.0, 1.0),
    kinds: &[Kind::Nominal, Kind::Ordinal, Kind::Interval, Kind::Ratio],
    compute,
};

/// More distinct values than this are not compared each with each.
const VALUES_MAX: usize = 20_000;

const METHOD: &str = "Student's t over cases, infinitesimal jackknife";

fn compute(ratings: &Ratings, level: f64) -> Vec<Estimate> {
    let units = Units::of(ratings);
    let n = units.cases.len();
    let outcome = match units.distances(ratings.kind()) {
        Ok(distances) => outcome(&units, &distances, level),
        Err(why) => Outcome::undefined(n, METHOD, why),
    };
    vec![outcome.named(METRIC.name, ALL, level)]
}

/// Cases with two ratings or more, each rating as the place of its value among the distinct ones.
struct Units {
    values: Vec<f64>,
    /// How often each value was given.
    counts: Vec<f64>,
    cases: Vec<Vec<usize>>,
}

/// Sums of squared distances, and their derivatives by the number of ratings of each value.
struct Distances {
    /// Of each case: over its ordered pairs, divided by its ratings less one.
    within: Vec<f64>,
    within_gradient: Vec<f64>,
    /// Over ordered pairs of all ratings.
    overall: f64,
    overall_gradient: Vec<f64>,
}

impl Units {
    fn of(ratings: &Ratings) -> Self {
        let paired = || ratings.rows().filter(|row| row.iter().flatten().count() >= 2);
        let mut values: Vec<f64> = paired().flatten().flatten().map(|value| value + 0.0).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        let place = |value: &f64| values.partition_point(|other| other < value);
        let cases: Vec<Vec<usize>> = paired().map(|row| row.iter().flatten().map(place).collect()).collect();
        let mut counts = vec![0.0; values.len()];
        for &place in cases.iter().flatten() {
            counts[place] += 1.0;
        }
        Self { values, counts, cases }
    }

    fn distances(&self, kind: Kind) -> Result<Distances, String> {
        match self.values.len() {
            0 => Err("no case has two ratings".to_owned()),
            1 => Err("all ratings are equal, so that there is no disagreement to expect".to_owned()),
            n if kind == Kind::Ratio && n > VALUES_MAX => Err(format!(
                "there are {n} distinct ratings, whose proportions are all compared; expected at most {VALUES_MAX}; \
                 round them, or measure differences"
            )),
            _ => Ok(match kind {
                Kind::Nominal => self.nominal(),
                Kind::Ordinal => self.ordinal(),
                Kind::Interval => self.interval(),
                Kind::Ratio => self.by_pairs(|a, b| ((a - b) / (a + b)).powi(2)),
            }),
        }
    }

    fn nominal(&self) -> Distances {
        let n: f64 = self.counts.iter().sum();
        let within = |case: &Vec<usize>| {
            let m = case.len() as f64;
            (m * m - tally(case).values().map(|n| n * n).sum::<f64>()) / (m - 1.0)
        };
        Distances {
            within: self.cases.iter().map(within).collect(),
            within_gradient: vec![0.0; self.values.len()],
            overall: n * n - self.counts.iter().map(|n| n * n).sum::<f64>(),
            overall_gradient: self.counts.iter().map(|own| 2.0 * (n - own)).collect(),
        }
    }

    fn interval(&self) -> Distances {
        let n: f64 = self.counts.iter().sum();
        let mean = self.values.iter().zip(&self.counts).map(|(value, n)| value * n).sum::<f64>() / n;
        let from_mean: Vec<f64> = self.values.iter().map(|value| value - mean).collect();
        let squares: f64 = from_mean.iter().zip(&self.counts).map(|(value, n)| value * value * n).sum();
        let within = |case: &Vec<usize>| {
            let m = case.len() as f64;
            let center = case.iter().map(|&place| from_mean[place]).sum::<f64>() / m;
            2.0 * m * case.iter().map(|&place| (from_mean[place] - center).powi(2)).sum::<f64>() / (m - 1.0)
        };
        Distances {
            within: self.cases.iter().map(within).collect(),
            within_gradient: vec![0.0; self.values.len()],
            overall: 2.0 * n * squares,
            overall_gradient: from_mean.iter().map(|value| 2.0 * (squares + n * value * value)).collect(),
        }
    }

    fn by_pairs(&self, distance: impl Fn(f64, f64) -> f64) -> Distances {
        let between = |a: usize, b: usize| if a == b { 0.0 } else { distance(self.values[a], self.values[b]) };
        let to_all = |a: usize| (0..self.values.len()).map(|b| self.counts[b] * between(a, b)).sum::<f64>();
        let to_all: Vec<f64> = (0..self.values.len()).map(to_all).collect();
        let within = |case: &Vec<usize>| {
            let pairs = case.iter().flat_map(|&a| case.iter().map(move |&b| (a, b)));
            pairs.map(|(a, b)| between(a, b)).sum::<f64>() / (case.len() - 1) as f64
        };
        Distances {
            within: self.cases.iter().map(within).collect(),
            within_gradient: vec![0.0; self.values.len()],
            overall: to_all.iter().zip(&self.counts).map(|(to_all, n)| to_all * n).sum(),
            overall_gradient: to_all.iter().map(|to_all| 2.0 * to_all).collect(),
        }
    }

    /// Distances depend on how often categories are used, which adds to both gradients.
    fn ordinal(&self) -> Distances {
        let mut before = 0.0;
        let mut middle = Vec::with_capacity(self.counts.len());
        for n in &self.counts {
            middle.push(before + 0.5 * n);
            before += n;
        }
        let steps = |a: usize, b: usize| (middle[b] - middle[a]).abs();
        let mut distances = Self { values: middle.clone(), counts: self.counts.clone(), cases: self.cases.clone() }
            .by_pairs(|a, b| (a - b).powi(2));
        let mut coincidences = vec![vec![0.0; self.counts.len()]; self.counts.len()];
        for case in &self.cases {
            let counts = tally(case);
            for (a, n_a) in &counts {
                for (b, n_b) in counts.range(a + 1..) {
                    coincidences[*a][*b] += n_a * n_b / (case.len() - 1) as f64;
                }
            }
        }
        let by_distance = |of_pair: &dyn Fn(usize, usize) -> f64| self.by_distance(|a, b| of_pair(a, b) * steps(a, b));
        distances.within_gradient = by_distance(&|a, b| coincidences[a][b]);
        let through_distance = by_distance(&|a, b| self.counts[a] * self.counts[b]);
        distances.overall_gradient.iter_mut().zip(through_distance).for_each(|(own, more)| *own += more);
        distances
    }

    /// The derivatives by the counts of Σ over ordered pairs of w · steps², given w · steps; steps count half of both ends.
    fn by_distance(&self, weighted_steps: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let mut change = vec![0.0; self.counts.len() + 1];
        let mut own = vec![0.0; self.counts.len()];
        for a in 0..self.counts.len() {
            for b in a + 1..self.counts.len() {
                // Two orders, times two from the square.
                let slope = 4.0 * weighted_steps(a, b);
                own[a] += 0.5 * slope;
                own[b] += 0.5 * slope;
                change[a + 1] += slope;
                change[b] -= slope;
            }
        }
        let mut between = 0.0;
        let mut add = |(own, change): (f64, &f64)| {
            between += change;
            own + between
        };
        own.into_iter().zip(&change).map(&mut add).collect()
    }
}

fn tally(case: &[usize]) -> BTreeMap<usize, f64> {
    let mut counts = BTreeMap::new();
    for &place in case {
        *counts.entry(place).or_insert(0.0) += 1.0;
    }
    counts
}

fn outcome(units: &Units, distances: &Distances, level: f64) -> Outcome {
    let n = units.cases.len();
    let n_ratings: f64 = units.counts.iter().sum();
    let within: f64 = distances.within.iter().sum();
    let ratio = within / distances.overall;
    let value = 1.0 - (n_ratings - 1.0) * ratio;
    let of_case = |(case, own): (&Vec<usize>, &f64)| {
        let moved = |gradient: &[f64]| case.iter().map(|&place| gradient[place]).sum::<f64>();
        let within_moved = own + moved(&distances.within_gradient);
        let ratio_moved = (within_moved - ratio * moved(&distances.overall_gradient)) / distances.overall;
        -(case.len() as f64 * ratio + (n_ratings - 1.0) * ratio_moved)
    };
    let influence: Vec<f64> = units.cases.iter().zip(&distances.within).map(of_case).collect();
    match standard_error(&influence) {
        Some(error) if n > 1 => {
            let half = t_of(level, n as f64 - 1.0) * error * (n as f64 / (n as f64 - 1.0)).sqrt();
            Outcome::known(n, METHOD, value, (value - half, (value + half).min(1.0)))
        }
        _ => {
            let alike = units.cases.iter().filter(|case| case.iter().all(|place| *place == case[0])).count();
            let (low, high) = wilson(alike as u64, n as u64, level).unwrap_or((0.0, 1.0));
            let method = "Wilson of the cases without a difference, as the cases do not vary";
            Outcome::known(n, method, value, (low.min(value), high.max(value)))
        }
    }
}
