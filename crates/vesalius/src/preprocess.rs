//! What happens to an image before a network sees it; fitted on training cases, kept in the model, the same ever after.

mod distance;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_image::Volume;
use vesalius_image::resize::resize;

use crate::cohort::Images;
use crate::error::{Error, ErrorKind, Result};
use crate::split::TrainSet;

/// How sample values become what a network likes: numbers around zero of size one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, tag = "kind")]
pub enum Intensity {
    /// Mean and standard deviation of all samples of the training images.
    #[default]
    Standard,
    /// From this range to −1 … 1; `low = 0, high = 255` is what the MedMNIST baselines do.
    Scale {
        /// The value that becomes −1.
        low: f32,
        /// The value that becomes 1.
        high: f32,
    },
    /// Mean and standard deviation of each image by itself, for scanners without a common scale.
    PerImage,
}

/// How images are shown whose samples have two values: shapes, such as the mask of an organ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shapes {
    /// As any other image.
    #[default]
    AsIs,
    /// By the distance of every sample from the surface, in samples, before the size is changed: positive inside,
    /// negative outside, and no less than −4 there.
    /// The gray of a shape says nothing, while its thickness is what networks learn last and strides lose first.
    /// Whether the images are shapes is told by those of the training cases; others stay as they are.
    Distance,
}

/// What to do with images before a network sees them, as a recipe writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreprocessConfig {
    /// Size in samples, `[z, y, x]`, that images are brought to; left out, all images must have one size and keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 3]>,
    /// Channels: 1 makes gray of color by its luminance, 3 repeats a gray image; left out, as the images are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// How sample values are scaled.
    pub intensity: Intensity,
    /// How shapes are shown; default `as-is`.
    pub shapes: Shapes,
}

/// Preprocessing with every figure fixed, as a model keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// What comes out, `[channel, z, y, x]`.
    pub shape: [usize; 4],
    /// Taken off every sample.
    pub offset: f32,
    /// What every sample is divided by after that.
    pub scale: f32,
    /// Whether images of other sizes are brought to `shape`; otherwise they are refused.
    pub resize: bool,
    /// Whether images of one channel have it repeated to `shape`; otherwise they are refused.
    pub repeat: bool,
    /// Whether mean and deviation of each image take the place of `offset` and `scale`.
    pub per_image: bool,
    /// Where images are shapes and shown by distances from their surface: samples above this value are inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside_above: Option<f32>,
}

/// Least deviation that is divided by: a constant image stays constant.
const SCALE_MIN: f32 = 1e-6;

/// Weights of red, green and blue in luminance, ITU-R BT.601.
const LUMINANCE: [f32; 3] = [0.299, 0.587, 0.114];

impl Preprocess {
    /// Fixes what the configuration leaves open by the training images, and by no others.
    pub fn fit(config: &PreprocessConfig, train: &TrainSet<'_>, images: &Images) -> Result<Self> {
        let first = *train.indices().first().ok_or_else(|| {
            Error::new(ErrorKind::Data, "preprocessing cannot be fitted without a training case; check the split")
        })?;
        let [c, z, y, x] = images.load(train.cohort(), first)?.shape();
        let [z, y, x] = config.size.unwrap_or([z, y, x]);
        let channels = config.channels.unwrap_or(c);
        if [channels, z, y, x].contains(&0) {
            let message = "preprocess.size and preprocess.channels must be at least 1";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let (resize, repeat) = (config.size.is_some(), config.channels.is_some());
        let shape = [channels, z, y, x];
        let inside_above = match config.shapes {
            Shapes::AsIs => None,
            Shapes::Distance => between_two_values(train, images)?,
        };
        let (offset, scale, per_image) = (0.0, 1.0, false);
        let mut fitted = Self { shape, offset, scale, resize, repeat, per_image, inside_above };
        match config.intensity {
            Intensity::PerImage => fitted.per_image = true,
            Intensity::Scale { low, high } if high > low => {
                (fitted.offset, fitted.scale) = (f32::midpoint(low, high), (high - low) / 2.0);
            }
            Intensity::Scale { low, high } => {
                let message = format!("preprocess.intensity goes from {low} to {high}; expected low below high");
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            Intensity::Standard => fitted.standardize(train, images)?,
        }
        Ok(fitted)
    }

    /// Mean and deviation over all samples of the training images, summed in 64 bits and in the order of cases.
    fn standardize(&mut self, train: &TrainSet<'_>, images: &Images) -> Result<()> {
        let (mut n, mut sum, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
        let mut image = vec![0.0; self.size()];
        for &case in train.indices() {
            self.apply_to(&images.load(train.cohort(), case)?, &train.cohort().cases[case].case, &mut image)?;
            n += image.len() as f64;
            sum += image.iter().map(|&v| f64::from(v)).sum::<f64>();
            squares += image.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>();
        }
        let mean = sum / n;
        self.offset = mean as f32;
        self.scale = ((squares / n - mean * mean).max(0.0).sqrt() as f32).max(SCALE_MIN);
        Ok(())
    }

    /// Samples of one image.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Writes the image of a case, as a network is to see it, into `out`, `[channel, z, y, x]`.
    pub fn apply_to(&self, volume: &Volume, case: &str, out: &mut [f32]) -> Result<()> {
        let [channels, z, y, x] = self.shape;
        let mut shape = volume.shape();
        let mut samples = volume.to_f32();
        if shape[0] != channels {
            let allowed = self.repeat || shape[0] == 3;
            let changed = if allowed { rechannel(&samples, shape[0], channels) } else { None };
            samples = changed.ok_or_else(|| {
                let message = format!(
                    "case {case} has {} channels; expected {channels}; set preprocess.channels, or leave the case out",
                    shape[0]
                );
                Error::new(ErrorKind::Data, message)
            })?;
            shape[0] = channels;
        }
        if let Some(level) = self.inside_above {
            samples = distance::signed(&samples, shape, level)?;
        }
        if shape[1..] != [z, y, x] {
            if !self.resize || (z == 1 && shape[1] > 1) {
                let message = format!(
                    "case {case} has the size {:?} along z, y, x; expected {:?}; set preprocess.size to bring all images \
                     to one size, or leave the case out",
                    &shape[1..],
                    [z, y, x]
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
            samples = resize(&samples, shape, [z, y, x]);
        }
        let (offset, scale) = if self.per_image { moments(&samples) } else { (self.offset, self.scale) };
        for (out, sample) in out.iter_mut().zip(&samples) {
            *out = (sample - offset) / scale;
        }
        Ok(())
    }
}

/// The middle of the two values that all samples of the training images have; `None` where they have one or more.
fn between_two_values(train: &TrainSet<'_>, images: &Images) -> Result<Option<f32>> {
    let mut values: Vec<f32> = Vec::new();
    for &case in train.indices() {
        for sample in images.load(train.cohort(), case)?.to_f32() {
            // Values are told apart by their bits: they were read, not computed.
            if !values.iter().any(|value| value.to_bits() == sample.to_bits()) {
                values.push(sample);
            }
            if values.len() > 2 {
                return Ok(None);
            }
        }
    }
    Ok(<[f32; 2]>::try_from(values).ok().map(|[one, other]| f32::midpoint(one, other)))
}

/// Gray of color, or a gray channel repeated; any other change would be a guess.
fn rechannel(samples: &[f32], from: usize, to: usize) -> Option<Vec<f32>> {
    match (from, to) {
        (1, _) => Some(samples.repeat(to)),
        (3, 1) => {
            let plane = samples.len() / 3;
            let gray = |at: usize| (0..3).map(|channel| LUMINANCE[channel] * samples[channel * plane + at]).sum();
            Some((0..plane).map(gray).collect())
        }
        _ => None,
    }
}

/// Mean and standard deviation of one image.
fn moments(samples: &[f32]) -> (f32, f32) {
    let n = samples.len().max(1) as f64;
    let mean = samples.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let variance = samples.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n;
    (mean as f32, (variance.sqrt() as f32).max(SCALE_MIN))
}
