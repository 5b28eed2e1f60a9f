//! Histograms, percentiles, Otsu's threshold, and matching one image to another.

mod counted;
mod matching;

use crate::error::{Error, Result};
use crate::volume::Volume;

pub(crate) use counted::Counted;
pub use counted::Within;
pub use matching::{MatchOptions, MatchThreshold, match_histogram};

/// Bins that a histogram may have: as many as there are 16-bit samples, and a few megabytes.
const BINS_MAX: usize = 1 << 16;

/// Bins by which a sample of a certain rank is looked for: few enough to count in the cache.
const RANKING_BINS: usize = 1 << 12;

/// How many samples lie in each of several equal parts of their range.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Lower end of the first bin: the smallest sample.
    pub low: f64,
    /// Upper end of the last bin, which it includes: the largest sample.
    pub high: f64,
    /// Samples in each bin.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// Upper end of a bin.
    pub fn upper_end(&self, bin: usize) -> f64 {
        self.low + (self.high - self.low) * (bin + 1) as f64 / self.counts.len() as f64
    }

    /// Counts samples from `low` to `high`, both included; others are left out.
    fn between(samples: &Counted<'_>, (low, high): (f64, f64), n_bins: usize) -> Self {
        let bin_of = bin_of((low, high), n_bins);
        let parts = samples.parts(|kept| {
            let mut counts = vec![0_u32; n_bins];
            for value in kept.iter().filter(|value| (low..=high).contains(value)) {
                counts[bin_of(*value)] += 1;
            }
            counts
        });
        let mut counts = vec![0; n_bins];
        for part in parts {
            counts.iter_mut().zip(part).for_each(|(sum, count)| *sum += u64::from(count));
        }
        Self { low, high, counts }
    }
}

/// The bin of a value between two ends; where these are equal or too far apart for a number, the first.
fn bin_of((low, high): (f64, f64), n_bins: usize) -> impl Fn(f64) -> usize {
    let scale = if high > low { n_bins as f64 / (high - low) } else { 0.0 };
    move |value| (((value - low) * scale) as usize).min(n_bins - 1)
}

/// The histogram of all channels together over the range of the samples that count.
///
/// An error where none counts, or `n_bins` is not 1 to 65,536.
pub fn histogram(volume: &Volume, n_bins: usize, within: Within<'_>) -> Result<Histogram> {
    check_bins(n_bins)?;
    let samples = Counted::all(volume, within)?;
    samples.count()?;
    Ok(Histogram::between(&samples, samples.range(), n_bins))
}

/// Percentiles (0 to 100) of the samples of all channels that count.
///
/// Definition 7 of Hyndman and Fan 1996 (doi:10.1080/00031305.1996.10473566), the default of NumPy: linear between the
/// samples of rank below and above `percent / 100 × (n − 1)`.
pub fn percentiles(volume: &Volume, percents: &[f64], within: Within<'_>) -> Result<Vec<f64>> {
    percentiles_of(&Counted::all(volume, within)?, percents)
}

pub(crate) fn percentiles_of(samples: &Counted<'_>, percents: &[f64]) -> Result<Vec<f64>> {
    let n = samples.count()?;
    let histogram = Histogram::between(samples, samples.range(), RANKING_BINS);
    let of = |percent: &f64| {
        if !(0.0..=100.0).contains(percent) {
            return Err(Error::parameter(format!("a percentile of {percent} is impossible; expected 0 to 100")));
        }
        let rank = percent / 100.0 * (n - 1) as f64;
        let (below, part) = (ranked(samples, &histogram, rank as usize), rank.fract());
        let above = if part > 0.0 { ranked(samples, &histogram, rank as usize + 1) } else { below };
        Ok(below + (above - below) * part)
    };
    percents.iter().map(of).collect()
}

/// The sample of this rank, 0 for the smallest; only those of its bin are put in order.
fn ranked(samples: &Counted<'_>, histogram: &Histogram, rank: usize) -> f64 {
    let (mut bin, mut n_below) = (0, 0);
    while bin + 1 < histogram.counts.len() && n_below + histogram.counts[bin] <= rank as u64 {
        n_below += histogram.counts[bin];
        bin += 1;
    }
    let bin_of = bin_of((histogram.low, histogram.high), histogram.counts.len());
    let alike = |kept: &[f64]| kept.iter().copied().filter(|value| bin_of(*value) == bin).collect::<Vec<_>>();
    let mut values = samples.parts(alike).concat();
    *values.select_nth_unstable_by(rank - n_below as usize, f64::total_cmp).1
}

/// The value that divides the samples that count into two classes with the largest variance between them (Otsu 1979,
/// doi:10.1109/TSMC.1979.4310076).
///
/// It is the upper end of the last of `n_bins` bins of the lower class; samples above it are the upper class. Where
/// every sample is equal, it is that value.
pub fn otsu_threshold(volume: &Volume, n_bins: usize, within: Within<'_>) -> Result<f64> {
    let histogram = histogram(volume, n_bins, within)?;
    let total: u64 = histogram.counts.iter().sum();
    // Bins are as good a unit as any: the best division does not depend on scale and shift.
    let weighted = || histogram.counts.iter().enumerate().map(|(bin, count)| bin as f64 * *count as f64);
    let mean = weighted().sum::<f64>() / total as f64;
    let (mut n_below, mut sum_below) = (0_u64, 0.0);
    let (mut best, mut best_variance) = (n_bins - 1, 0.0);
    for ((bin, count), sum) in histogram.counts.iter().enumerate().zip(weighted()) {
        n_below += count;
        sum_below += sum;
        let n_above = total - n_below;
        if n_below == 0 || n_above == 0 {
            continue;
        }
        let (below, part) = (sum_below / n_below as f64, n_below as f64 / total as f64);
        let variance = part / (1.0 - part) * (mean - below).powi(2);
        if variance > best_variance {
            (best, best_variance) = (bin, variance);
        }
    }
    Ok(histogram.upper_end(best))
}

fn check_bins(n_bins: usize) -> Result<()> {
    if (1..=BINS_MAX).contains(&n_bins) {
        return Ok(());
    }
    Err(Error::parameter(format!("{n_bins} bins are impossible; expected 1 to {BINS_MAX}")))
}
