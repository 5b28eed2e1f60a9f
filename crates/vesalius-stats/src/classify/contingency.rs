//! Truth against call as shares of a square table: what the coefficients of agreement are made of.

use super::{ALL, Metric, confusion};
use crate::estimate::{Estimate, Outcome};
use crate::interval::delta::{self, Scale};
use crate::interval::wilson::wilson;
use crate::target::{Counts, Study};

/// Shares of all cases by true class (rows) and called class (columns).
pub(super) struct Shares {
    pub(super) cell: Vec<Vec<f64>>,
    pub(super) of_truth: Vec<f64>,
    pub(super) of_call: Vec<f64>,
    /// The share called right.
    pub(super) right: f64,
    /// The share that would be right if calls had nothing to do with truth.
    pub(super) by_chance: f64,
    n: u64,
}

/// A coefficient, and its derivative by the share of each cell.
pub(super) type Coefficient = Result<(f64, Box<dyn Fn(usize, usize) -> f64>), String>;

impl Shares {
    fn of(counts: &[Vec<u64>]) -> Self {
        let n: u64 = counts.iter().flatten().sum();
        let share = |count: u64| count as f64 / n.max(1) as f64;
        let classes = 0..counts.len();
        let of_truth: Vec<f64> = counts.iter().map(|row| share(row.iter().sum())).collect();
        let of_call: Vec<f64> = classes.clone().map(|class| share(counts.iter().map(|row| row[class]).sum())).collect();
        Self {
            right: share(classes.map(|class| counts[class][class]).sum()),
            by_chance: of_truth.iter().zip(&of_call).map(|(truth, call)| truth * call).sum(),
            cell: counts.iter().map(|row| row.iter().map(|&count| share(count)).collect()).collect(),
            of_truth,
            of_call,
            n,
        }
    }

    fn outcome(&self, coefficient: Coefficient, level: f64, scale: Scale) -> Outcome {
        let n = self.n as usize;
        let (value, slope) = match coefficient {
            Ok(coefficient) => coefficient,
            Err(why) => return Outcome::undefined(n, format!("delta method, {}", scale.name()), why),
        };
        let cells = || {
            let row = |(truth, row): (usize, &Vec<f64>)| {
                row.iter().enumerate().map(|(call, share)| (*share, slope(truth, call))).collect::<Vec<_>>()
            };
            self.cell.iter().enumerate().flat_map(row)
        };
        let mean: f64 = cells().map(|(share, slope)| share * slope).sum();
        let variance: f64 = cells().map(|(share, slope)| share * (slope - mean).powi(2)).sum();
        let error = delta::error_of_variance(variance / self.n as f64);
        delta::outcome((value, error), n, (level, scale), || self.by_accuracy(value, level))
    }

    /// Where all cases of every class are called the same, the limits of the accuracy with the margins kept.
    fn by_accuracy(&self, value: f64, level: f64) -> (&'static str, (f64, f64)) {
        let n_right = (self.right * self.n as f64).round() as u64;
        let (low, high) = wilson(n_right, self.n, level).unwrap_or((0.0, 1.0));
        let beyond_chance = |right: f64| ((right - self.by_chance) / (1.0 - self.by_chance)).clamp(-1.0, 1.0);
        let ends = (beyond_chance(low).min(value), beyond_chance(high).max(value));
        ("Wilson limits of the accuracy, margins kept, as the delta method has no spread here", ends)
    }
}

/// A coefficient of the whole table where classes exclude each other, of each finding where they do not.
pub(super) fn compute(
    metric: &Metric,
    study: &Study<'_>,
    scale: Scale,
    coefficient: fn(&Shares) -> Coefficient,
) -> Vec<Estimate> {
    let (rule, level) = (study.rule(), study.options.level);
    let estimate = |counts: &[Vec<u64>], target: &str| {
        let shares = Shares::of(counts);
        let found = if shares.n == 0 { Err("there are no cases".to_owned()) } else { coefficient(&shares) };
        shares.outcome(found, level, scale).decided_by(&rule).named(metric.name, target, level)
    };
    match confusion::matrix(study) {
        Some(matrix) => vec![estimate(&matrix.counts, ALL)],
        None => study.targets.iter().map(|target| estimate(&square(target.counts), &target.name)).collect(),
    }
}

fn square(counts: Counts) -> [Vec<u64>; 2] {
    let Counts { true_positive, false_positive, false_negative, true_negative } = counts;
    [[true_negative, false_positive], [false_negative, true_positive]].map(|row| row.map(|n| n as u64).to_vec())
}
