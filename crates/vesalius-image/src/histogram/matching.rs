//! An image on the scale of another: quantiles of both are laid over each other.

use rayon::prelude::*;

use super::{Counted, Histogram, Within, check_bins};
use crate::error::{Error, Result};
use crate::samples::{Narrow, Sample, Wide, map_samples, zeros};
use crate::volume::Volume;

/// Samples that one thread maps at a time.
const PART: usize = 1 << 16;

/// From which value on samples belong to the object and not to the background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchThreshold {
    /// From the mean of all samples on, which leaves out most air.
    #[default]
    Mean,
    /// All samples.
    Smallest,
}

/// How one image is matched to another; defaults are those of SimpleITK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchOptions {
    /// Bins of the histograms; default 256.
    pub n_levels: usize,
    /// Quantiles between the ends that are laid over each other; default 1, the median.
    pub n_match_points: usize,
    /// From which value on samples are matched; default their mean.
    pub threshold: MatchThreshold,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self { n_levels: 256, n_match_points: 1, threshold: MatchThreshold::Mean }
    }
}

/// The image on the scale of `reference` (Nyúl et al. 2000, doi:10.1109/42.836373, as ITK does it).
///
/// Quantiles of the samples from the threshold on go to those of the reference, values between them linearly, and
/// values below the threshold to what lies between the smallest sample and the threshold of the reference. All
/// channels together; the sample type stays, and integers are rounded to the nearest.
pub fn match_histogram(volume: &Volume, reference: &Volume, options: &MatchOptions) -> Result<Volume> {
    check_bins(options.n_levels)?;
    if !(1..=options.n_levels).contains(&options.n_match_points) {
        return Err(Error::parameter(format!(
            "{} match points are impossible; expected 1 to the number of levels, {}",
            options.n_match_points, options.n_levels
        )));
    }
    let map = Landmarks::between(&scale(volume, options)?, &scale(reference, options)?);
    let samples = map_samples!(volume.samples(), values => map.apply(values)?);
    Volume::new(samples, volume.shape(), volume.geometry().cloned())
}

/// Smallest sample, threshold, quantiles, largest sample.
fn scale(volume: &Volume, options: &MatchOptions) -> Result<Vec<f64>> {
    let samples = Counted::all(volume, Within::All)?;
    let n = samples.count()?;
    let (low, high) = samples.range();
    let threshold = match options.threshold {
        MatchThreshold::Mean => (samples.sum(|value| value) / n as f64).clamp(low, high),
        MatchThreshold::Smallest => low,
    };
    let histogram = Histogram::between(&samples, (threshold, high), options.n_levels);
    let n_parts = options.n_match_points + 1;
    let quantiles = (1..n_parts).map(|point| quantile(&histogram, point as f64 / n_parts as f64));
    Ok([low, threshold].into_iter().chain(quantiles).chain([high]).collect())
}

/// The value below which a part of all samples lies, if those of a bin are spread evenly over it.
fn quantile(histogram: &Histogram, part: f64) -> f64 {
    let total: u64 = histogram.counts.iter().sum();
    let wanted = part * total as f64;
    let width = (histogram.high - histogram.low) / histogram.counts.len() as f64;
    let mut n_below = 0.0;
    for (bin, count) in histogram.counts.iter().enumerate() {
        let count = *count as f64;
        if count > 0.0 && n_below + count >= wanted {
            return histogram.low + width * (bin as f64 + (wanted - n_below) / count);
        }
        n_below += count;
    }
    histogram.high
}

/// A map that is linear between pairs of values.
struct Landmarks {
    from: Vec<f64>,
    to: Vec<f64>,
    /// From each landmark to the next; 0 where both are one.
    slopes: Vec<f64>,
}

impl Landmarks {
    fn between(from: &[f64], to: &[f64]) -> Self {
        let slope = |(from, to): (&[f64], &[f64])| match from[1] - from[0] {
            width if width > 0.0 => (to[1] - to[0]) / width,
            _ => 0.0,
        };
        let slopes = from.windows(2).zip(to.windows(2)).map(slope).collect();
        Self { from: from.to_vec(), to: to.to_vec(), slopes }
    }

    fn at(&self, value: f64) -> f64 {
        let last = self.slopes.len() - 1;
        // The first landmark of the interval in which the value lies.
        let interval = self.from[1..=last].iter().take_while(|landmark| value >= **landmark).count();
        self.to[interval] + (value - self.from[interval]) * self.slopes[interval]
    }

    fn apply<S: Sample + Narrow<<S as Sample>::Wide>>(&self, values: &[S]) -> Result<Vec<S>> {
        let mut mapped: Vec<S> = zeros(values.len())?;
        mapped.par_chunks_mut(PART).zip(values.par_chunks(PART)).for_each(|(mapped, values)| {
            for (mapped, value) in mapped.iter_mut().zip(values) {
                let value = value.as_f64();
                let new = if value.is_finite() { self.at(value) } else { value };
                *mapped = S::narrow(S::Wide::from_f64(new));
            }
        });
        Ok(mapped)
    }
}
