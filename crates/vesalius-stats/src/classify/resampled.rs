//! Intervals of every metric by one bootstrap: whole clusters drawn with replacement, and everything measured anew.
//!
//! What cases of one patient have in common is drawn together with them (Field and Welsh 2007,
//! doi:10.1111/j.1467-9868.2007.00593.x). BCa takes its acceleration from leaving out up to [`N_GROUPS_MAX`] groups of
//! clusters, one after the other. A replicate costs as much as a measurement without intervals.

use rand::RngExt;
use rayon::prelude::*;

use super::METRICS;
use crate::cases::Cases;
use crate::estimate::Estimate;
use crate::interval::bootstrap::{Distribution, acceleration, stream};
use crate::options::{Interval, Options};
use crate::target::Study;

/// More would change the third digit of the acceleration, and that no end of an interval.
const N_GROUPS_MAX: usize = 200;
/// A score, of which steps leave BCa nothing to correct.
const OF_STEPS: &str = "youden_threshold";

/// Every metric with its own interval.
pub(super) fn measured(study: &Study<'_>) -> Vec<Estimate> {
    let estimates: Vec<Vec<Estimate>> = METRICS.par_iter().map(|metric| (metric.compute)(study)).collect();
    estimates.into_iter().flatten().collect()
}

/// The same estimates with the intervals that clusters, or the option, ask for.
pub(super) fn with_intervals(mut estimates: Vec<Estimate>, cases: &Cases, options: &Options) -> Vec<Estimate> {
    let is_asked = matches!(options.interval, Interval::Percentile | Interval::Bca);
    let clusters = cases.clusters();
    if cases.n_cases() == 0 || (clusters.is_none() && !is_asked) {
        return estimates;
    }
    let units = clusters.is_some();
    let population = Population::new(cases, clusters, options);
    let replicates: Vec<Vec<Option<f64>>> =
        (0..options.replicates).into_par_iter().map(|replicate| population.replicate(replicate)).collect();
    let left_out = if options.interval == Interval::Bca { population.left_out() } else { Vec::new() };
    let what = if units { format!("{} clusters", population.units.len()) } else { "cases".to_owned() };
    for (idx, estimate) in estimates.iter_mut().enumerate() {
        let of_estimate = |values: &[Vec<Option<f64>>]| values.iter().filter_map(|row| row[idx]).collect::<Vec<f64>>();
        let drawn = Distribution::from_values(of_estimate(&replicates));
        replace(estimate, drawn, &of_estimate(&left_out), (options, &what));
    }
    estimates
}

fn replace(estimate: &mut Estimate, drawn: Distribution, left_out: &[f64], (options, what): (&Options, &str)) {
    let Some(value) = estimate.value else { return };
    let mut kind = "percentile";
    let interval = if drawn.is_degenerate() {
        None
    } else if options.interval == Interval::Bca && estimate.metric != OF_STEPS {
        kind = "BCa";
        let mean = left_out.iter().sum::<f64>() / left_out.len().max(1) as f64;
        let deviations: Vec<f64> = left_out.iter().map(|value| mean - value).collect();
        drawn.accelerated_interval(options.level, value, acceleration(&deviations))
    } else if estimate.metric == "youden" {
        kind = "percentile, less bias,";
        drawn.interval_of_maximum(options.level, value).map(|(low, high)| (low.max(0.0), high.min(1.0)))
    } else if estimate.metric == "ece" {
        kind = "centered percentile";
        drawn.centered_on(value).interval(options.level).map(|(low, high)| (low.max(0.0), high.min(1.0)))
    } else {
        drawn.interval(options.level)
    };
    let Some((low, high)) = interval else {
        estimate.method = format!("{}; bootstrap of {what} has no spread here", estimate.method);
        return;
    };
    (estimate.low, estimate.high) = (Some(low), Some(high));
    let rule = estimate.method.split_once(';').map_or(String::new(), |(_, rule)| format!(";{rule}"));
    estimate.method = format!("{kind} bootstrap, {} replicates of {what}{rule}", options.replicates);
}

/// Cases, and the units in which they are drawn.
struct Population<'a> {
    cases: &'a Cases,
    units: Vec<Vec<u32>>,
    /// By the score of the last class, so that replicates come sorted and need little sorting.
    order: Vec<u32>,
    /// Values without intervals of their own.
    plain: Options,
    seed: u64,
}

impl<'a> Population<'a> {
    fn new(cases: &'a Cases, clusters: Option<Vec<Vec<u32>>>, options: &Options) -> Self {
        let all = 0..cases.n_cases() as u32;
        let units = clusters.unwrap_or_else(|| all.clone().map(|case| vec![case]).collect());
        let mut order: Vec<u32> = all.collect();
        let last = cases.classes().len() - 1;
        order.sort_by(|&a, &b| cases.row(b as usize)[last].total_cmp(&cases.row(a as usize)[last]));
        let plain = Options { replicates: 1, interval: Interval::Own, ..options.clone() };
        Self { cases, units, order, plain, seed: options.seed }
    }

    fn replicate(&self, replicate: u32) -> Vec<Option<f64>> {
        let mut rng = stream(self.seed, replicate);
        let mut times = vec![0_u32; self.cases.n_cases()];
        for _ in 0..self.units.len() {
            for &case in &self.units[rng.random_range(0..self.units.len())] {
                times[case as usize] += 1;
            }
        }
        self.values(&times)
    }

    /// The values without each group of units in turn.
    fn left_out(&self) -> Vec<Vec<Option<f64>>> {
        let n_groups = self.units.len().min(N_GROUPS_MAX);
        let without = |group: usize| {
            let mut times = vec![1; self.cases.n_cases()];
            for &case in self.units.iter().skip(group).step_by(n_groups).flatten() {
                times[case as usize] = 0;
            }
            self.values(&times)
        };
        (0..n_groups).into_par_iter().map(without).collect()
    }

    fn values(&self, times: &[u32]) -> Vec<Option<f64>> {
        let repeated = self.order.iter().flat_map(|&case| std::iter::repeat_n(case, times[case as usize] as usize));
        let drawn = self.cases.select(&repeated.collect::<Vec<u32>>());
        measured(&Study::new(&drawn, &self.plain)).into_iter().map(|estimate| estimate.value).collect()
    }
}
