//! A value for each place, and what becomes of them: the mean, the median or the share of a label, with its interval.

use rand::RngExt;

use super::places::{Options, Places};
use crate::classify::MACRO;
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::wilson::{proportion, wilson};

/// How values of places become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Mean,
    Median,
    /// The mean of zeros and ones.
    Share,
}

/// What is known of one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) case: usize,
    pub(super) label: usize,
    /// `None` where it cannot be known, which leaves the whole label undefined.
    pub(super) value: Option<f64>,
}

/// A metric on its way to estimates.
pub(super) struct Summary {
    pub(super) name: String,
    pub(super) by: By,
    pub(super) rows: Vec<Row>,
    /// Said where a value is `None`.
    pub(super) undefined: &'static str,
    /// What decides, for methods; empty where nothing does.
    pub(super) rule: String,
}

/// The values of a label, ascending, with their cases.
struct Values(Vec<(f64, usize)>);

impl Summary {
    /// An estimate for each label, and of several the mean over labels.
    pub(super) fn estimates(&self, places: &Places, options: &Options) -> Vec<Estimate> {
        let labels: Vec<Result<Values, String>> =
            (0..places.labels.len()).map(|label| self.values(label, &places.labels[label])).collect();
        let named = |outcome: Outcome, target: &str| {
            let outcome = if self.rule.is_empty() { outcome } else { outcome.decided_by(&self.rule) };
            outcome.named(&self.name, target, options.level)
        };
        let mut estimates = Vec::new();
        for (label, name) in labels.iter().zip(&places.labels) {
            estimates.push(named(self.outcome(std::slice::from_ref(label), places.n_cases, options), name));
        }
        if labels.len() > 1 {
            estimates.push(named(self.outcome(&labels, places.n_cases, options), MACRO));
        }
        estimates
    }

    fn values(&self, label: usize, name: &str) -> Result<Values, String> {
        let rows = || self.rows.iter().filter(|row| row.label == label);
        if rows().next().is_none() {
            return Err(format!("there is no place of {name}"));
        }
        let n_unknown = rows().filter(|row| row.value.is_none()).count();
        if n_unknown > 0 {
            return Err(format!("{n_unknown} of {} places of {name} have no {}", rows().count(), self.undefined));
        }
        let mut values: Vec<(f64, usize)> = rows().filter_map(|row| Some((row.value?, row.case))).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(Values(values))
    }

    /// The mean over some labels, with the interval of the same draws of cases for all.
    fn outcome(&self, labels: &[Result<Values, String>], n_cases: usize, options: &Options) -> Outcome {
        let method = bootstrap::method(&options.sampling(), "over cases");
        let known: Result<Vec<&Values>, &String> = labels.iter().map(Result::as_ref).collect();
        let known = match known {
            Ok(known) => known,
            Err(why) => return Outcome::undefined(0, method, why),
        };
        let n = known.iter().map(|values| values.0.len()).sum();
        if let ([values], By::Share) = (&known[..], self.by)
            && values.is_one_a_case()
        {
            let n_hits = values.0.iter().filter(|(value, _)| *value > 0.5).count();
            return proportion(n_hits, n, &options.sampling(), "there is no place");
        }
        let mean = |weights: &[u32]| {
            let values = known.iter().map(|values| values.summary(self.by, weights));
            Some(values.sum::<Option<f64>>()? / known.len() as f64)
        };
        let Some(value) = mean(&vec![1; n_cases]) else {
            return Outcome::undefined(n, method, "there is no place");
        };
        let replicates = Distribution::of(&options.sampling(), |rng| {
            let mut weights = vec![0; n_cases];
            for _ in 0..n_cases {
                weights[rng.random_range(0..n_cases)] += 1;
            }
            mean(&weights)
        });
        match replicates.interval(options.level) {
            Some(interval) if !(replicates.is_degenerate() && self.by == By::Share) => {
                Outcome::known(n, method, value, interval)
            }
            _ => {
                let n_trials = n.min(n_cases) as u64;
                let n_hits = (value * n_trials as f64).round() as u64;
                let (low, high) = wilson(n_hits, n_trials, options.level).unwrap_or((0.0, 1.0));
                let method = "Wilson for the cases, as the bootstrap has no spread here";
                Outcome::known(n, method, value, (low.min(value), high.max(value)))
            }
        }
    }
}

impl Values {
    fn is_one_a_case(&self) -> bool {
        let mut cases: Vec<usize> = self.0.iter().map(|(_, case)| *case).collect();
        cases.sort_unstable();
        cases.windows(2).all(|pair| pair[0] < pair[1])
    }

    fn summary(&self, by: By, weights: &[u32]) -> Option<f64> {
        let total: u64 = self.0.iter().map(|(_, case)| u64::from(weights[*case])).sum();
        if total == 0 {
            return None;
        }
        if by == By::Median {
            return Some(f64::midpoint(self.ranked((total - 1) / 2, weights)?, self.ranked(total / 2, weights)?));
        }
        let sum: f64 = self.0.iter().map(|(value, case)| value * f64::from(weights[*case])).sum();
        Some(sum / total as f64)
    }

    /// The value of this rank, from 0, among values that are there as often as their cases.
    fn ranked(&self, rank: u64, weights: &[u32]) -> Option<f64> {
        let mut n_below = 0;
        let reaches = |(_, case): &&(f64, usize)| {
            n_below += u64::from(weights[*case]);
            n_below > rank
        };
        self.0.iter().find(reaches).map(|(value, _)| *value)
    }
}
