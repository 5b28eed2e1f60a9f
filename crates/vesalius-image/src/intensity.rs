//! Values on another scale: CT windows, z-score, percentile clipping, smallest to largest.
//!
//! Statistics are taken of each channel for itself, of finite samples only, in `f64` and in a fixed order.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::histogram::{Counted, Within, percentiles_of};
use crate::samples::{Narrow, Sample, Samples, Value, Wide, for_samples, map_samples, zeros};
use crate::volume::Volume;

/// Samples that one thread rescales at a time.
const PART: usize = 1 << 16;

/// Which values are shown, and how: everything below is black, everything above is white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The value in the middle, for CT in HU.
    pub level: f64,
    /// Distance between black and white, above 0.
    pub width: f64,
}

/// A window by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowPreset {
    /// Its name in options.
    pub name: &'static str,
    /// Level and width in HU.
    pub window: Window,
}

const fn preset(name: &'static str, level: f64, width: f64) -> WindowPreset {
    WindowPreset { name, window: Window { level, width } }
}

/// Windows for CT as they are in common use; departments differ by some tens of HU.
pub const WINDOWS: &[WindowPreset] = &[
    preset("lung", -600.0, 1500.0),
    preset("mediastinum", 50.0, 350.0),
    preset("soft-tissue", 50.0, 400.0),
    preset("abdomen", 50.0, 400.0),
    preset("liver", 30.0, 150.0),
    preset("bone", 400.0, 1800.0),
    preset("temporal-bone", 600.0, 2800.0),
    preset("spine", 50.0, 250.0),
    preset("brain", 40.0, 80.0),
    preset("stroke", 40.0, 40.0),
    preset("subdural", 75.0, 215.0),
    preset("angiography", 300.0, 600.0),
];

impl Window {
    /// The window of this name; an error that lists all names where there is none.
    pub fn named(name: &str) -> Result<Self> {
        WINDOWS.iter().find(|preset| preset.name == name).map(|preset| preset.window).ok_or_else(|| {
            let names: Vec<&str> = WINDOWS.iter().map(|preset| preset.name).collect();
            Error::parameter(format!("there is no window {name:?}; expected one of {}", names.join(", ")))
        })
    }

    /// 0 at the lower end and below, 1 at the upper end and above, linear between; NaN stays.
    ///
    /// This is DICOM's function `LINEAR_EXACT` (PS3.3, C.11.2.1.3.2).
    pub fn shade(&self, value: f64) -> f64 {
        ((value - self.level) / self.width + 0.5).clamp(0.0, 1.0)
    }

    fn check(&self) -> Result<()> {
        if self.level.is_finite() && self.width.is_finite() && self.width > 0.0 {
            return Ok(());
        }
        Err(Error::parameter(format!(
            "a window of level {} and width {} is impossible; expected numbers, and a width above 0",
            self.level, self.width
        )))
    }
}

/// The image through a window, as `f32` from 0 to 1.
pub fn window_unit(volume: &Volume, window: Window) -> Result<Volume> {
    window.check()?;
    rescaled(volume, |_, value| window.shade(value) as f32)
}

/// The image through a window, as bytes: 256 equal parts of it, black below, white above, NaN black.
pub fn window_u8(volume: &Volume, window: Window) -> Result<Volume> {
    window.check()?;
    let mut bytes: Vec<u8> = zeros(volume.samples().len())?;
    for_samples!(volume.samples(), values => {
        bytes.par_chunks_mut(PART).zip(values.par_chunks(PART)).for_each(|(bytes, values)| {
            for (byte, value) in bytes.iter_mut().zip(values) {
                *byte = (window.shade(value.as_f64()) * 256.0) as u8;
            }
        });
    });
    Volume::new(Samples::U8(bytes), volume.shape(), volume.geometry().cloned())
}

/// The image less its mean, over its standard deviation (of the samples, divisor n), as `f32`.
///
/// An error where no sample is counted, or all counted ones are equal.
pub fn z_score(volume: &Volume, within: Within<'_>) -> Result<Volume> {
    let scale = |samples: Counted<'_>| {
        let n = samples.count()? as f64;
        let mean = samples.sum(|value| value) / n;
        let deviation = (samples.sum(|value| (value - mean).powi(2)) / n).sqrt();
        if deviation > 0.0 { Ok((mean, deviation)) } else { Err(all_equal(mean)) }
    };
    let scales = Counted::channels(volume, within)?.into_iter().map(scale).collect::<Result<Vec<_>>>()?;
    rescaled(volume, |channel, value| ((value - scales[channel].0) / scales[channel].1) as f32)
}

/// The image with its smallest counted sample at 0 and its largest at 1, as `f32`; what is not counted may lie beyond.
pub fn min_max(volume: &Volume, within: Within<'_>) -> Result<Volume> {
    let scale = |samples: Counted<'_>| {
        samples.count()?;
        let (low, high) = samples.range();
        if low < high { Ok((low, high - low)) } else { Err(all_equal(low)) }
    };
    let scales = Counted::channels(volume, within)?.into_iter().map(scale).collect::<Result<Vec<_>>>()?;
    rescaled(volume, |channel, value| ((value - scales[channel].0) / scales[channel].1) as f32)
}

/// The image with what lies beyond two percentiles (0 to 100) moved to them; the sample type stays.
///
/// Percentiles are those of [`crate::histogram::percentiles`], rounded to the sample type.
pub fn clip_percentiles(volume: &Volume, percents: [f64; 2], within: Within<'_>) -> Result<Volume> {
    let [low, high] = percents;
    if low.is_nan() || high.is_nan() || low > high {
        return Err(Error::parameter(format!(
            "percentiles {low} and {high} are no range; expected the lower one first"
        )));
    }
    let ends = |samples: Counted<'_>| percentiles_of(&samples, &percents).map(|ends| (ends[0], ends[1]));
    let ends = Counted::channels(volume, within)?.into_iter().map(ends).collect::<Result<Vec<_>>>()?;
    let n_channel = volume.samples().len() / volume.shape()[0];
    let samples = map_samples!(volume.samples(), values => clipped(values, n_channel, &ends)?);
    Volume::new(samples, volume.shape(), volume.geometry().cloned())
}

fn clipped<S: Sample + Narrow<<S as Sample>::Wide>>(
    values: &[S],
    n_channel: usize,
    ends: &[(f64, f64)],
) -> Result<Vec<S>> {
    let mut clipped: Vec<S> = zeros(values.len())?;
    for ((out, values), (low, high)) in
        clipped.chunks_exact_mut(n_channel).zip(values.chunks_exact(n_channel)).zip(ends)
    {
        let [low, high] = [low, high].map(|end| S::narrow(S::Wide::from_f64(*end)));
        out.par_chunks_mut(PART).zip(values.par_chunks(PART)).for_each(|(out, values)| {
            for (out, value) in out.iter_mut().zip(values) {
                *out = match value.as_f64() {
                    v if v < low.as_f64() => low,
                    v if v > high.as_f64() => high,
                    _ => *value,
                };
            }
        });
    }
    Ok(clipped)
}

/// Every sample by its channel and its value.
fn rescaled(volume: &Volume, scale: impl Fn(usize, f64) -> f32 + Sync) -> Result<Volume> {
    let n_channel = volume.samples().len() / volume.shape()[0];
    let mut scaled: Vec<f32> = zeros(volume.samples().len())?;
    for_samples!(volume.samples(), values => {
        let channels = scaled.chunks_exact_mut(n_channel).zip(values.chunks_exact(n_channel));
        for (channel, (scaled, values)) in channels.enumerate() {
            scaled.par_chunks_mut(PART).zip(values.par_chunks(PART)).for_each(|(scaled, values)| {
                for (scaled, value) in scaled.iter_mut().zip(values) {
                    *scaled = scale(channel, value.as_f64());
                }
            });
        }
    });
    Volume::new(Samples::F32(scaled), volume.shape(), volume.geometry().cloned())
}

fn all_equal(value: f64) -> Error {
    Error::parameter(format!("all samples that count are {value}, so there is no scale; leave the image as it is"))
}
