//! Bootstrap: the statistic on cases drawn with replacement (Efron 1979, doi:10.1214/aos/1176344552).
//!
//! The percentile interval takes quantiles of the replicates; BCa takes others, moved by the bias of the replicates and
//! by how the spread changes with the value (Efron 1987, doi:10.1080/01621459.1987.10478410). Every replicate has a
//! random stream of its own, so that threads cannot change a byte. Replicates in which the statistic is undefined are
//! left out. Quantiles interpolate linearly between order statistics.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::{normal_cdf, z_of};
use crate::options::{Interval, Options};

/// The random numbers of one replicate, whoever asks for them and when.
pub(crate) fn stream(seed: u64, replicate: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(replicate));
    rng
}

/// The acceleration of BCa: a sixth of the skewness of what each case, or each group of cases, contributes.
pub(crate) fn acceleration(deviations: &[f64]) -> f64 {
    let power = |exponent: i32| deviations.iter().map(|deviation| deviation.powi(exponent)).sum::<f64>();
    let squares = power(2);
    if squares > 0.0 { power(3) / (6.0 * squares.powf(1.5)) } else { 0.0 }
}

/// The values of a statistic on all replicates, ascending.
pub(crate) struct Distribution {
    values: Vec<f64>,
}

impl Distribution {
    /// Evaluates `statistic` once for each replicate; it draws its cases from the generator.
    pub(crate) fn of(options: &Options, statistic: impl Fn(&mut ChaCha8Rng) -> Option<f64> + Sync) -> Self {
        Self::with_scratch(options, || (), |(), rng| statistic(rng))
    }

    /// The same with room to work in that replicates use one after the other.
    pub(crate) fn with_scratch<S>(
        options: &Options,
        scratch: impl Fn() -> S + Sync + Send,
        statistic: impl Fn(&mut S, &mut ChaCha8Rng) -> Option<f64> + Sync,
    ) -> Self {
        let value = |scratch: &mut S, replicate: u32| statistic(scratch, &mut stream(options.seed, replicate));
        Self::from_values((0..options.replicates).into_par_iter().map_init(scratch, value).flatten().collect())
    }

    /// Replicates that were made elsewhere.
    pub(crate) fn from_values(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        Self { values }
    }

    /// Evaluates `n` statistics on the same draw of cases, once for each replicate; NaN is undefined.
    pub(crate) fn of_each(options: &Options, n: usize, each: impl Fn(&mut ChaCha8Rng) -> Vec<f64> + Sync) -> Vec<Self> {
        let values = |replicate: u32| each(&mut stream(options.seed, replicate));
        let rows: Vec<Vec<f64>> = (0..options.replicates).into_par_iter().map(values).collect();
        let column = |at: usize| {
            let defined = rows.iter().filter_map(|row| row.get(at).copied()).filter(|value| !value.is_nan());
            Self::from_values(defined.collect())
        };
        (0..n).into_par_iter().map(column).collect()
    }

    /// The central interval of this level; `None` without replicates.
    pub(crate) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let tail = (1.0 - level) / 2.0;
        Some((self.quantile(tail)?, self.quantile(1.0 - tail)?))
    }

    /// The BCa interval of this level, given the value on all cases and its acceleration; `None` where all replicates
    /// lie on one side of the value, which leaves its bias unknown.
    pub(crate) fn accelerated_interval(&self, level: f64, value: f64, acceleration: f64) -> Option<(f64, f64)> {
        let below = self.values.partition_point(|replicate| *replicate < value);
        let up_to = self.values.partition_point(|replicate| *replicate <= value);
        // Replicates equal to the value, of which steps make many, count half.
        let share = f64::midpoint(below as f64, up_to as f64) / self.values.len().max(1) as f64;
        if share <= 0.0 || share >= 1.0 {
            return None;
        }
        let bias = Normal::standard().inverse_cdf(share);
        let moved = |z: f64| normal_cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
        let z = z_of(level);
        Some((self.quantile(moved(-z))?, self.quantile(moved(z))?))
    }

    /// The same distribution moved so that its mean is `value`.
    pub(crate) fn centered_on(mut self, value: f64) -> Self {
        let mean = self.values.iter().sum::<f64>() / self.values.len().max(1) as f64;
        for replicate in &mut self.values {
            *replicate += value - mean;
        }
        self
    }

    /// The interval of a value that is too great by itself, as a maximum over few cases is; replicates are so once more.
    ///
    /// Their upper ends are moved by that bias, their lower ones by it and by that of the value itself.
    pub(crate) fn interval_of_maximum(&self, level: f64, value: f64) -> Option<(f64, f64)> {
        let bias = (self.values.iter().sum::<f64>() / self.values.len().max(1) as f64 - value).max(0.0);
        let (low, high) = self.interval(level)?;
        Some(((low - 2.0 * bias).min(value), (high - bias).max(value)))
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
    let kind = if options.interval == Interval::Bca { "BCa" } else { "percentile" };
    format!("{kind} bootstrap, {} replicates, {drawn}", options.replicates)
}
