//! Percentile bootstrap: the statistic on cases drawn with replacement (Efron 1979, doi:10.1214/aos/1176344552).
//!
//! Every replicate has a random stream of its own, so that threads cannot change a byte. Replicates in which the
//! statistic is undefined are left out. Quantiles interpolate linearly between order statistics.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::options::Options;

/// The values of a statistic on all replicates, ascending.
pub(crate) struct Distribution {
    values: Vec<f64>,
}

impl Distribution {
    /// Evaluates `statistic` once for each replicate; it draws its cases from the generator.
    pub(crate) fn of(options: &Options, statistic: impl Fn(&mut ChaCha8Rng) -> Option<f64> + Sync) -> Self {
        let seeded = ChaCha8Rng::seed_from_u64(options.seed);
        let value = |replicate: u32| {
            let mut rng = seeded.clone();
            rng.set_stream(u64::from(replicate));
            statistic(&mut rng)
        };
        let mut values: Vec<f64> = (0..options.replicates).into_par_iter().filter_map(value).collect();
        values.sort_unstable_by(f64::total_cmp);
        Self { values }
    }

    /// Evaluates `n` statistics on the same draw of cases, once for each replicate; NaN is undefined.
    pub(crate) fn of_each(options: &Options, n: usize, each: impl Fn(&mut ChaCha8Rng) -> Vec<f64> + Sync) -> Vec<Self> {
        let seeded = ChaCha8Rng::seed_from_u64(options.seed);
        let values = |replicate: u32| {
            let mut rng = seeded.clone();
            rng.set_stream(u64::from(replicate));
            each(&mut rng)
        };
        let rows: Vec<Vec<f64>> = (0..options.replicates).into_par_iter().map(values).collect();
        let column = |at: usize| {
            let defined = rows.iter().filter_map(|row| row.get(at).copied()).filter(|value| !value.is_nan());
            let mut values: Vec<f64> = defined.collect();
            values.sort_unstable_by(f64::total_cmp);
            Self { values }
        };
        (0..n).into_par_iter().map(column).collect()
    }

    /// The central interval of this level; `None` without replicates.
    pub(crate) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let tail = (1.0 - level) / 2.0;
        Some((self.quantile(tail)?, self.quantile(1.0 - tail)?))
    }

    /// The same distribution moved so that its mean is `value`.
    pub(crate) fn centered_on(mut self, value: f64) -> Self {
        let mean = self.values.iter().sum::<f64>() / self.values.len().max(1) as f64;
        for replicate in &mut self.values {
            *replicate += value - mean;
        }
        self
    }

    /// Whether all replicates gave the same value, so that their spread says nothing.
    pub(crate) fn is_degenerate(&self) -> bool {
        match (self.values.first(), self.values.last()) {
            (Some(first), Some(last)) => last - first <= f64::EPSILON * last.abs(),
            _ => true,
        }
    }

    fn quantile(&self, share: f64) -> Option<f64> {
        let at = share * (self.values.len().checked_sub(1)? as f64);
        let (below, above) = (self.values[at.floor() as usize], self.values[at.ceil() as usize]);
        Some(below + (above - below) * at.fract())
    }
}

/// `percentile bootstrap, 2000 replicates`, and how cases were drawn.
pub(crate) fn method(options: &Options, drawn: &str) -> String {
    format!("percentile bootstrap, {} replicates, {drawn}", options.replicates)
}
