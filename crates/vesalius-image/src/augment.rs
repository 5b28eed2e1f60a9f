//! Random changes of training images, drawn from ranges and replayable.
//!
//! [`Augment`] says what may happen, [`AugmentParams`] what did happen to one image. All geometry together is one
//! resampling; flips, quarter turns and whole-voxel shifts only copy. Everything happens in voxels, so volumes with
//! unequal spacing should be resampled to an equal one before they are turned.

mod affine;
mod intensity;
mod lattice;
mod params;
mod range;

use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

pub use params::{AugmentParams, Erased};
pub use range::Range;

/// An axis of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// Through the slices; a 2-D image has one slice and does not change along it.
    Z,
    /// Down the rows.
    Y,
    /// Along a row.
    X,
}

impl Axis {
    /// Place in `[z, y, x]`.
    pub(crate) fn idx(self) -> usize {
        self as usize
    }
}

/// What lies outside of an image when something is moved in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Border {
    /// The outermost voxels are repeated.
    #[default]
    Edge,
    /// Zeros.
    Zero,
}

/// What may happen to a training image; the default is nothing.
///
/// A [`Range`] is a number (fixed) or a pair `[low, high]` (drawn uniformly for each image). Geometry is applied in
/// the order flip, quarter turn, shear, scale, rotation, shift, and intensity after it in the order of the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Augment {
    /// Axes along which the image is mirrored, each with probability one half: `"x"`, `"y"`, `"z"`.
    /// Default none: left and right matter in most of the body.
    pub flip: Vec<Axis>,
    /// Axes about which the image is turned by 0, 90, 180 or 270°, each as likely; where the two other axes differ
    /// in length only by 0 or 180°. A 2-D image turns about `"z"` only. Default none: patients are upright.
    pub rotate90: Vec<Axis>,
    /// Random crop: pad by this many voxels and cut out the old size at a random place, along y and x, and along z
    /// of a volume. Whole voxels, so nothing is blurred. Default 0; 2 to 4 suits images of 28 to 32 voxels.
    pub crop_padding_px: u32,
    /// Shift along each axis, as a fraction of its length. Default 0.
    pub shift: Range,
    /// Rotation in degrees: about the slice normal of a 2-D image, about each of z, y and x of a volume. Default 0.
    pub rotate_degrees: Range,
    /// Enlargement of what is seen, as a factor. Default 1.
    pub scale: Range,
    /// Shear: voxels of x for each voxel of y; in a volume also y for each z and z for each x. Default 0.
    pub shear: Range,
    /// What lies outside of the image. Default `"edge"`, which suits data of any offset.
    pub border: Border,
    /// Exponent on the values scaled to 0..1 between their smallest and largest. Default 1.
    pub gamma: Range,
    /// Factor on the distance of each value from the mean of the image. Default 1.
    pub contrast: Range,
    /// Added to every value, in units of the samples. Default 0.
    pub brightness: Range,
    /// Standard deviation of Gaussian noise added to each sample, in units of the samples. Default 0.
    pub noise_sd: Range,
    /// Fraction of the area or volume that one random cuboid, filled by the mean of each channel, covers. Default 0.
    pub erase: Range,
}

impl Default for Augment {
    fn default() -> Self {
        Self {
            flip: Vec::new(),
            rotate90: Vec::new(),
            crop_padding_px: 0,
            shift: Range::fixed(0.0),
            rotate_degrees: Range::fixed(0.0),
            scale: Range::fixed(1.0),
            shear: Range::fixed(0.0),
            border: Border::Edge,
            gamma: Range::fixed(1.0),
            contrast: Range::fixed(1.0),
            brightness: Range::fixed(0.0),
            noise_sd: Range::fixed(0.0),
            erase: Range::fixed(0.0),
        }
    }
}

impl Augment {
    /// Draws what happens to one image and does it; `shape` is `[channel, z, y, x]`.
    ///
    /// `out` is overwritten and takes the same shape; its memory is used again.
    /// The same image, configuration and state of `rng` give the same bytes.
    ///
    /// # Panics
    ///
    /// Where `image` does not fill `shape`.
    pub fn apply(&self, image: &[f32], shape: [usize; 4], rng: &mut ChaCha8Rng, out: &mut Vec<f32>) {
        self.sample(shape, rng).apply(image, shape, out);
    }

    /// Draws what happens to one image of this shape, `[channel, z, y, x]`.
    pub fn sample(&self, shape: [usize; 4], rng: &mut ChaCha8Rng) -> AugmentParams {
        AugmentParams::sample(self, shape, rng)
    }

    /// Refuses impossible ranges, naming the field, what it says and what it may say.
    pub fn check(&self) -> Result<()> {
        let positive = f64::MIN_POSITIVE;
        let fields = [
            ("shift", self.shift, -1.0, 1.0, "fractions from -1 to 1"),
            ("rotate_degrees", self.rotate_degrees, -360.0, 360.0, "degrees from -360 to 360"),
            ("scale", self.scale, 0.01, 100.0, "factors from 0.01 to 100"),
            ("shear", self.shear, -10.0, 10.0, "numbers from -10 to 10"),
            ("gamma", self.gamma, positive, 100.0, "exponents above 0, to 100"),
            ("contrast", self.contrast, 0.0, f64::MAX, "factors of 0 or more"),
            ("brightness", self.brightness, f64::MIN, f64::MAX, "finite numbers"),
            ("noise_sd", self.noise_sd, 0.0, f64::MAX, "standard deviations of 0 or more"),
            ("erase", self.erase, 0.0, 1.0, "fractions from 0 to 1"),
        ];
        for (name, range, low, high, expected) in fields {
            let (range_low, range_high) = (range.low(), range.high());
            if !(low <= range_low && range_low <= range_high && range_high <= high) {
                return Err(Error::parameter(format!(
                    "{name} is [{range_low}, {range_high}]; expected {expected}, the smaller one first"
                )));
            }
        }
        Ok(())
    }
}
