//! Binary masks: which voxels of a grid belong to something, and how far apart the voxels are.
//!
//! Everything that measures or changes masks works on plain slices in C order of `[z, y, x]`. What needs
//! millimeters takes a [`Mask`], which proves that slice and [`Extent`] fit; the rest takes slice and shape.

use std::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::samples::{Samples, Value, for_samples};
use crate::volume::Volume;

/// Spacing in millimeters for which squared distances keep their digits in `f32`, whatever the shape.
const SPACING_MM: RangeInclusive<f64> = 1e-9..=1e6;

/// The number of voxels along z, y and x, and their spacing; a 2-D image has one z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    shape: [usize; 3],
    spacing_mm: [f64; 3],
}

impl Extent {
    /// A checked extent; both arrays are in axis order `[z, y, x]`, unlike those of [`crate::Geometry`].
    ///
    /// An error where an axis is empty, where there are 2³² - 1 voxels or more (their numbers are 32 bits wide), or
    /// where a spacing is not between 10⁻⁹ and 10⁶ mm.
    pub fn new(shape: [usize; 3], spacing_mm: [f64; 3]) -> Result<Self> {
        count(shape)?;
        if !spacing_mm.iter().all(|s| SPACING_MM.contains(s)) {
            return Err(Error::parameter(format!(
                "spacing {spacing_mm:?} mm (z, y, x) is impossible; expected numbers from {:e} to {:e}",
                SPACING_MM.start(),
                SPACING_MM.end()
            )));
        }
        Ok(Self { shape, spacing_mm })
    }

    /// The extent of a volume; an error where its geometry is not known, since millimeters are never invented.
    pub fn of(volume: &Volume) -> Result<Self> {
        let geometry = volume.geometry().ok_or_else(|| {
            Error::parameter("the volume does not say how far apart its voxels are; give it a geometry first")
        })?;
        let [_, n_z, n_y, n_x] = volume.shape();
        let [x_mm, y_mm, z_mm] = geometry.spacing_mm();
        Self::new([n_z, n_y, n_x], [z_mm, y_mm, x_mm])
    }

    /// `[z, y, x]`.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Distance of voxel centers along z, y and x in millimeters.
    pub fn spacing_mm(&self) -> [f64; 3] {
        self.spacing_mm
    }

    /// How many voxels there are.
    pub fn n_voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// The volume of one voxel in milliliters.
    pub fn voxel_ml(&self) -> f64 {
        self.spacing_mm.iter().product::<f64>() / 1000.0
    }
}

/// A binary mask on a grid that it fills.
#[derive(Clone, Copy, Debug)]
pub struct Mask<'a> {
    voxels: &'a [bool],
    extent: Extent,
}

impl<'a> Mask<'a> {
    /// Voxels in C order of the grid's shape; an error where they do not fill it.
    pub fn new(voxels: &'a [bool], extent: Extent) -> Result<Self> {
        check(voxels.len(), extent.shape)?;
        Ok(Self { voxels, extent })
    }

    /// Which voxels belong to the mask, in C order of `[z, y, x]`.
    pub fn voxels(&self) -> &'a [bool] {
        self.voxels
    }

    /// Shape and spacing.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// How many voxels belong to the mask.
    pub fn n_inside(&self) -> usize {
        self.voxels.iter().filter(|inside| **inside).count()
    }

    /// The volume of the mask in milliliters: its voxels, each counted whole.
    pub fn ml(&self) -> f64 {
        self.n_inside() as f64 * self.extent.voxel_ml()
    }
}

/// Which voxels of a volume of one channel are not 0; NaN counts as 0.
pub fn foreground(volume: &Volume) -> Result<Vec<bool>> {
    select(volume, |value| value != 0.0 && !value.is_nan())
}

/// Which voxels of a label map of one channel have this label.
pub fn of_label(volume: &Volume, label: f64) -> Result<Vec<bool>> {
    // The same number, not a near one: labels are names. Adding 0 makes one zero of two.
    select(volume, |value| (value + 0.0).total_cmp(&(label + 0.0)).is_eq())
}

/// A mask as a volume of 0 and 1, in the place of the volume that it was made from.
pub fn to_volume(voxels: &[bool], like: &Volume) -> Result<Volume> {
    let [_, n_z, n_y, n_x] = like.shape();
    let samples = voxels.iter().map(|inside| u8::from(*inside)).collect();
    Volume::new(Samples::U8(samples), [1, n_z, n_y, n_x], like.geometry().cloned())
}

fn select(volume: &Volume, belongs: impl Fn(f64) -> bool) -> Result<Vec<bool>> {
    let n_channels = volume.shape()[0];
    if n_channels != 1 {
        return Err(Error::parameter(format!("the volume has {n_channels} channels; expected 1, pick one for a mask")));
    }
    Ok(for_samples!(volume.samples(), values => values.iter().map(|value| belongs(value.as_f64())).collect()))
}

/// An error where `n` values do not fill a shape `[z, y, x]`, or where the shape is empty or too large.
pub(crate) fn check(n: usize, shape: [usize; 3]) -> Result<()> {
    let n_expected = count(shape)?;
    if n != n_expected {
        return Err(Error::parameter(format!(
            "{n} voxels do not fill shape {shape:?} (z, y, x); expected {n_expected}"
        )));
    }
    Ok(())
}

fn count(shape: [usize; 3]) -> Result<usize> {
    match shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n)) {
        Some(0) => Err(Error::parameter(format!("shape {shape:?} (z, y, x) has an empty axis; expected 1 or more"))),
        // One less than fits, so that the number behind a voxel that is behind the last fits as well.
        Some(n) if n < u32::MAX as usize => Ok(n),
        _ => Err(Error::limit(format!(
            "shape {shape:?} (z, y, x) has 2^32 - 1 voxels or more; crop the mask to what it holds"
        ))),
    }
}

/// How many voxels from the first on have this value.
pub(crate) fn run_length<T: PartialEq>(voxels: &[T], value: &T) -> usize {
    /// Voxels that are compared at once, without asking after each whether to stop.
    const CHUNK: usize = 16;
    let differs = |part: &[T]| part.iter().position(|other| other != value);
    let (head, rest) = voxels.split_at(voxels.len().min(CHUNK / 2));
    if let Some(length) = differs(head) {
        return length;
    }
    let (chunks, _) = rest.as_chunks::<CHUNK>();
    let is_equal = |chunk: &&[T; CHUNK]| chunk.iter().filter(|other| *other == value).count() == CHUNK;
    let n_equal = head.len() + chunks.iter().take_while(is_equal).count() * CHUNK;
    differs(&voxels[n_equal..]).map_or(voxels.len(), |length| n_equal + length)
}
