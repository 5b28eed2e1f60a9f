//! What did happen to one image: plain numbers that can be stored and replayed.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::affine::Affine;
use super::lattice::Lattice;
use super::{Augment, Axis, Border, Range, intensity};

/// How far the sides of an erased cuboid may be from a shape like the image's, as a logarithm; e^±0.5 is the range
/// 0.6 to 1.65 for each side.
const ERASED_ASPECT_LOG: f64 = 0.5;

/// One drawn change of an image; arrays are in axis order `[z, y, x]`. The default changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentParams {
    /// Whether each axis is mirrored.
    pub flip: [bool; 3],
    /// Turns by 90° about each axis, done in the order z, y, x.
    pub quarter_turns: [u8; 3],
    /// Shift in whole voxels, from a random crop.
    pub crop_shift_px: [i32; 3],
    /// Shift as a fraction of each axis.
    pub shift: [f64; 3],
    /// Rotation about each axis, done in the order z, y, x.
    pub rotate_degrees: [f64; 3],
    /// Enlargement.
    pub scale: f64,
    /// Shear of z by x, y by z, and x by y.
    pub shear: [f64; 3],
    /// What lies outside of the image.
    pub border: Border,
    /// Exponent on the values scaled to 0..1.
    pub gamma: f64,
    /// Factor about the mean.
    pub contrast: f64,
    /// Added to every value.
    pub brightness: f64,
    /// Standard deviation of the noise.
    pub noise_sd: f64,
    /// Seed of the noise.
    pub noise_seed: u64,
    /// What is filled by the mean.
    pub erased: Option<Erased>,
}

/// A cuboid of voxels, `[z, y, x]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// First voxel.
    pub start: [usize; 3],
    /// Number of voxels along each axis.
    pub size: [usize; 3],
}

impl Default for AugmentParams {
    fn default() -> Self {
        Self {
            flip: [false; 3],
            quarter_turns: [0; 3],
            crop_shift_px: [0; 3],
            shift: [0.0; 3],
            rotate_degrees: [0.0; 3],
            scale: 1.0,
            shear: [0.0; 3],
            border: Border::Edge,
            gamma: 1.0,
            contrast: 1.0,
            brightness: 0.0,
            noise_sd: 0.0,
            noise_seed: 0,
            erased: None,
        }
    }
}

impl AugmentParams {
    /// Draws in the order of the fields; what is not random draws nothing.
    pub(super) fn sample(augment: &Augment, shape: [usize; 4], rng: &mut ChaCha8Rng) -> Self {
        let size = [shape[1], shape[2], shape[3]];
        let is_volume = size[0] > 1;
        let mut params = Self { border: augment.border, ..Self::default() };
        for axis in &augment.flip {
            params.flip[axis.idx()] = rng.random();
        }
        for axis in augment.rotate90.iter().filter(|axis| is_volume || **axis == Axis::Z) {
            params.quarter_turns[axis.idx()] = quarter_turns(*axis, size, rng);
        }
        let padding = i32::try_from(augment.crop_padding_px).unwrap_or(i32::MAX);
        let axes_moved = if is_volume { 0..3 } else { 1..3 };
        if padding > 0 {
            axes_moved.clone().for_each(|axis| params.crop_shift_px[axis] = rng.random_range(-padding..=padding));
        }
        axes_moved.for_each(|axis| params.shift[axis] = augment.shift.sample(rng));
        // A 2-D image turns about z and is sheared in its plane only.
        let (axes_turned, axes_sheared) = if is_volume { (0..3, 0..3) } else { (0..1, 2..3) };
        axes_turned.for_each(|axis| params.rotate_degrees[axis] = augment.rotate_degrees.sample(rng));
        params.scale = augment.scale.sample(rng);
        axes_sheared.for_each(|axis| params.shear[axis] = augment.shear.sample(rng));
        params.gamma = augment.gamma.sample(rng);
        params.contrast = augment.contrast.sample(rng);
        params.brightness = augment.brightness.sample(rng);
        params.noise_sd = augment.noise_sd.sample(rng);
        if params.noise_sd > 0.0 {
            params.noise_seed = rng.next_u64();
        }
        params.erased = erased(augment.erase, size, rng);
        params
    }

    /// Does it; `out` is overwritten and takes the same shape `[channel, z, y, x]` as `image`.
    ///
    /// # Panics
    ///
    /// Where `image` does not fill `shape`.
    pub fn apply(&self, image: &[f32], shape: [usize; 4], out: &mut Vec<f32>) {
        assert_eq!(image.len(), shape.iter().product::<usize>(), "samples must fill their shape");
        out.clear();
        out.reserve(image.len());
        let size = [shape[1], shape[2], shape[3]];
        let affine = Affine::of(self, size);
        if affine.is_identity() {
            out.extend_from_slice(image);
        } else if let Some(lattice) = Lattice::of(&affine, size, self.border) {
            lattice.copy(image, out);
        } else {
            affine.resample(image, size, self.border, out);
        }
        intensity::apply(self, shape, out);
    }
}

/// 0 to 3 turns; where the plane is not square only 0 or 2, which keep its shape.
fn quarter_turns(axis: Axis, size: [usize; 3], rng: &mut ChaCha8Rng) -> u8 {
    let [a, b] = match axis {
        Axis::Z => [size[1], size[2]],
        Axis::Y => [size[0], size[2]],
        Axis::X => [size[0], size[1]],
    };
    if a == b { rng.random_range(0..4) } else { 2 * rng.random_range(0..2) }
}

/// A cuboid of a drawn part of the image, sides alike up to [`ERASED_ASPECT_LOG`], at a place where it is inside.
fn erased(fraction: Range, size: [usize; 3], rng: &mut ChaCha8Rng) -> Option<Erased> {
    let fraction = fraction.sample(rng);
    if fraction <= 0.0 {
        return None;
    }
    let long = size.map(|n| n > 1);
    let n_long = long.iter().filter(|is_long| **is_long).count().max(1) as f64;
    let aspect_log =
        long.map(|is_long| if is_long { ERASED_ASPECT_LOG * (2.0 * rng.random::<f64>() - 1.0) } else { 0.0 });
    let aspect_log_mean = aspect_log.iter().sum::<f64>() / n_long;
    let mut erased = Erased { start: [0; 3], size: [1; 3] };
    for axis in 0..3 {
        if long[axis] {
            let part = fraction.powf(1.0 / n_long) * (aspect_log[axis] - aspect_log_mean).exp();
            erased.size[axis] = ((size[axis] as f64 * part).round() as usize).clamp(1, size[axis]);
        }
        erased.start[axis] = rng.random_range(0..=size[axis] - erased.size[axis]);
    }
    Some(erased)
}
