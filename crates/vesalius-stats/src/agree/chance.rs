//! Agreement beyond chance: (observed − expected) / (1 − expected), and how much each case moves it.
//!
//! The variance from these derivatives is that of the delta method: for Cohen's κ that of Fleiss, Cohen and Everitt, for
//! coefficients of many raters that of Gwet.

use super::ratings::Ratings;
use crate::estimate::Outcome;
use crate::interval::influence::standard_error;
use crate::interval::student::t_of;
use crate::interval::wilson::wilson;
use crate::interval::z_of;

/// Expected agreement nearer to 1 than this is rounding.
const ROOM_MIN: f64 = 1e-12;

/// An agreement beyond chance.
pub(super) struct Beyond {
    pub(super) value: f64,
    /// Derivatives by the weight of each case.
    pub(super) influence: Vec<f64>,
    observed: f64,
    expected: f64,
    pub(super) n: usize,
}

/// Shares over cases, and how much each case moves them.
pub(super) struct Share {
    pub(super) value: f64,
    pub(super) influence: Vec<f64>,
}

/// What decides the width of an interval.
#[derive(Clone, Copy)]
pub(super) enum Spread {
    /// The normal distribution, as the formula of Fleiss, Cohen and Everitt has it.
    Normal,
    /// Student's t with one degree of freedom less than cases, and their variance divided by as many.
    Student,
}

impl Beyond {
    /// From both shares over n cases; undefined where agreement by chance is certain.
    pub(super) fn new(observed: &Share, expected: &Share, n: usize) -> Result<Self, String> {
        if n == 0 {
            return Err("no case has two ratings".to_owned());
        }
        let room = 1.0 - expected.value;
        if room < ROOM_MIN {
            return Err("all ratings are of one category, so that agreement by chance is certain".to_owned());
        }
        let lacking = 1.0 - observed.value;
        let derivative = |(own, by_chance): (&f64, &f64)| (own * room - lacking * by_chance) / (room * room);
        Ok(Self {
            value: 1.0 - lacking / room,
            influence: observed.influence.iter().zip(&expected.influence).map(derivative).collect(),
            observed: observed.value,
            expected: expected.value,
            n,
        })
    }

    /// The interval; without variance that of the observed agreement by Wilson, the expected one taken as it is.
    pub(super) fn outcome(&self, spread: Spread, method: &str, level: f64) -> Outcome {
        let n = self.n as f64;
        let half = standard_error(&self.influence).and_then(|error| match spread {
            Spread::Normal => Some(z_of(level) * error),
            Spread::Student if self.n < 2 => None,
            Spread::Student => Some(t_of(level, n - 1.0) * error * (n / (n - 1.0)).sqrt()),
        });
        if let Some(half) = half {
            return Outcome::known(self.n, method, self.value, (self.value - half, (self.value + half).min(1.0)));
        }
        let method = "Wilson of the observed agreement, as the cases do not vary";
        let shares = wilson((self.observed * n).round() as u64, self.n as u64, level).unwrap_or((0.0, 1.0));
        let beyond = |share: f64| (share - self.expected) / (1.0 - self.expected);
        let (low, high) = (beyond(shares.0).min(self.value), beyond(shares.1).max(self.value));
        Outcome::known(self.n, method, self.value, (low, high.min(1.0)))
    }
}

/// Ratings of categories as counts.
pub(super) struct Counts {
    n_categories: usize,
    /// Row-major, `[case, category]`: the share of its ratings.
    shares: Vec<f64>,
    /// How many ratings each case has.
    n_ratings: Vec<usize>,
    /// The mean share of each category over cases that have a rating.
    pub(super) mean: Vec<f64>,
    n_rated: usize,
}

impl Counts {
    pub(super) fn of(ratings: &Ratings) -> Self {
        let n_categories = ratings.n_categories();
        let mut shares = vec![0.0; ratings.n_cases() * n_categories];
        let mut n_ratings = Vec::with_capacity(ratings.n_cases());
        let mut mean = vec![0.0; n_categories];
        for (row, shares) in ratings.rows().zip(shares.chunks_mut(n_categories)) {
            let n = row.iter().flatten().count();
            for place in row.iter().flatten() {
                shares[*place as usize] += 1.0 / n as f64;
            }
            mean.iter_mut().zip(&*shares).for_each(|(sum, share)| *sum += share);
            n_ratings.push(n);
        }
        let n_rated = n_ratings.iter().filter(|n| **n > 0).count();
        for sum in &mut mean {
            *sum /= n_rated.max(1) as f64;
        }
        Self { n_categories, shares, n_ratings, mean, n_rated }
    }

    /// Cases with two ratings or more.
    pub(super) fn n_paired(&self) -> usize {
        self.n_ratings.iter().filter(|n| **n >= 2).count()
    }

    /// The mean over cases of the agreement of two of its ratings.
    pub(super) fn observed(&self, weight: &[Vec<f64>]) -> Share {
        let of_case = |case: usize| {
            let n = self.n_ratings[case];
            (n >= 2).then(|| {
                let shares = self.shares(case);
                let agreement: f64 = (0..shares.len())
                    .filter(|place| shares[*place] > 0.0)
                    .map(|place| shares[place] * dot(&weight[place], shares))
                    .sum();
                (agreement * n as f64 - 1.0) / (n - 1) as f64
            })
        };
        let agreements: Vec<Option<f64>> = (0..self.n_ratings.len()).map(of_case).collect();
        let n = self.n_paired().max(1) as f64;
        let value = agreements.iter().flatten().sum::<f64>() / n;
        let influence = agreements.iter().map(|own| own.map_or(0.0, |own| (own - value) / n)).collect();
        Share { value, influence }
    }

    /// A function of the mean shares with this gradient.
    pub(super) fn expected(&self, value: f64, gradient: &[f64]) -> Share {
        let center = dot(gradient, &self.mean);
        let of_case = |case: usize| {
            if self.n_ratings[case] == 0 {
                0.0
            } else {
                (dot(gradient, self.shares(case)) - center) / self.n_rated as f64
            }
        };
        Share { value, influence: (0..self.n_ratings.len()).map(of_case).collect() }
    }

    fn shares(&self, case: usize) -> &[f64] {
        &self.shares[case * self.n_categories..(case + 1) * self.n_categories]
    }
}

/// Agreement of two categories: 1 − (their distance by place / the greatest)ᵖ; p = 0 asks for the same one.
pub(super) fn weights(n_categories: usize, power: i32) -> Vec<Vec<f64>> {
    let of_pair = |a: usize, b: usize| match (a == b, power) {
        (true, _) => 1.0,
        (false, 0) => 0.0,
        (false, _) => 1.0 - (a.abs_diff(b) as f64 / (n_categories - 1) as f64).powi(power),
    };
    (0..n_categories).map(|a| (0..n_categories).map(|b| of_pair(a, b)).collect()).collect()
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
