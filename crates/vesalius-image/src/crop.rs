//! Smaller and larger fields of view: crop to a box or to a mask, pad; voxels keep their places in the world.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geometry::{Geometry, Grid};
use crate::limits::Limits;
use crate::resample::{check_axes, mirrored};
use crate::samples::{Sample, Value, for_samples, map_samples, zeros};
use crate::volume::Volume;

/// A box of voxels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The first voxel `[z, y, x]`.
    pub start: [usize; 3],
    /// How many voxels along `[z, y, x]`.
    pub size: [usize; 3],
}

/// How many voxels are put on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margins {
    /// Before the first voxel along `[z, y, x]`.
    pub before: [usize; 3],
    /// Behind the last voxel along `[z, y, x]`.
    pub after: [usize; 3],
}

/// What new voxels around an image hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Padding {
    /// This value, which the sample type must hold.
    Value(f64),
    /// The nearest voxel of the image.
    Edge,
    /// The image mirrored at the centers of its outermost voxels, which are not repeated; NumPy's `reflect`.
    Mirror,
}

/// The part of an image in a box; an error where the box is empty or reaches beyond the image.
pub fn crop(volume: &Volume, region: &Region) -> Result<Volume> {
    let [n_channels, size @ ..] = volume.shape();
    let fits = |axis: usize| {
        let end = region.start[axis].checked_add(region.size[axis]);
        region.size[axis] > 0 && end.is_some_and(|end| end <= size[axis])
    };
    if !(0..3).all(fits) {
        return Err(Error::parameter(format!(
            "a box of {:?} voxels from {:?} on (z, y, x) is not within the image of {size:?}; choose a smaller one",
            region.size, region.start
        )));
    }
    let tables = [0, 1, 2].map(|axis| (region.start[axis]..region.start[axis] + region.size[axis]).map(Some).collect());
    let samples =
        map_samples!(volume.samples(), values => picked(values, volume.shape(), &tables, Default::default())?);
    let [z, y, x] = region.size;
    Volume::new(samples, [n_channels, z, y, x], moved(volume, region.start.map(|n| n as f64))?)
}

/// The smallest box around all voxels of a mask that are not 0, with `margin_mm` on every side as far as there is image.
///
/// An error where the mask is empty, or where a margin is wanted and the mask does not say how large its voxels are.
pub fn mask_region(mask: &Volume, margin_mm: f64) -> Result<Region> {
    if !(margin_mm.is_finite() && margin_mm >= 0.0) {
        return Err(Error::parameter(format!("a margin of {margin_mm} mm is impossible; expected 0 or more")));
    }
    let [_, size @ ..] = mask.shape();
    let (low, high) = for_samples!(mask.samples(), values => bounds(values, size)).ok_or_else(|| {
        Error::parameter("the mask is empty, so there is nothing to crop to; expected a voxel that is not 0")
    })?;
    let mut margin = [0; 3];
    if margin_mm > 0.0 {
        let [x, y, z] = Grid::of(mask)?.geometry().spacing_mm();
        // A voxel is taken whole; what rounding adds to a whole number of voxels is no voxel.
        margin = [z, y, x].map(|spacing| (margin_mm / spacing - 1e-6).ceil().max(0.0) as usize);
    }
    let start: [usize; 3] = std::array::from_fn(|axis| low[axis].saturating_sub(margin[axis]));
    let last = |axis: usize| high[axis].saturating_add(margin[axis]).min(size[axis] - 1);
    Ok(Region { start, size: std::array::from_fn(|axis| last(axis) + 1 - start[axis]) })
}

/// The part of an image around a mask on the same grid, with `margin_mm` on every side; see [`mask_region`].
pub fn crop_to_mask(volume: &Volume, mask: &Volume, margin_mm: f64) -> Result<Volume> {
    check_same_grid(volume, mask)?;
    crop(volume, &mask_region(mask, margin_mm)?)
}

/// The image with voxels put on around it; an error where it passes the limits.
pub fn pad(volume: &Volume, margins: &Margins, padding: Padding, limits: &Limits) -> Result<Volume> {
    let [n_channels, size @ ..] = volume.shape();
    let too_large = || Error::limit(format!("margins {margins:?} are larger than any memory; choose smaller ones"));
    let mut tables: [Vec<Option<usize>>; 3] = Default::default();
    let mut shape = [n_channels as u64; 4];
    for axis in 0..3 {
        let n = size[axis].checked_add(margins.before[axis]).and_then(|n| n.checked_add(margins.after[axis]));
        shape[1 + axis] = n.ok_or_else(too_large)? as u64;
    }
    limits.n_samples(&shape, volume.samples().dtype().stored_bytes())?;
    check_axes([shape[1], shape[2], shape[3]].map(|n| n as usize))?;
    for axis in 0..3 {
        let before = margins.before[axis] as i64;
        let old = |new: i64| match padding {
            Padding::Value(_) => usize::try_from(new - before).ok().filter(|at| *at < size[axis]),
            Padding::Edge => Some((new - before).clamp(0, size[axis] as i64 - 1) as usize),
            Padding::Mirror => Some(mirrored(new - before, size[axis])),
        };
        tables[axis] = (0..shape[1 + axis] as i64).map(old).collect();
    }
    let around = if let Padding::Value(value) = padding { value } else { 0.0 };
    let samples = map_samples!(volume.samples(), values => {
        picked(values, volume.shape(), &tables, Sample::exactly(around)?)?
    });
    let origin = margins.before.map(|n| -(n as f64));
    Volume::new(samples, shape.map(|n| n as usize), moved(volume, origin)?)
}

/// An error where a mask has several channels or is not on the grid of the image; it says what differs.
pub(crate) fn check_mask(volume: &Volume, mask: &Volume) -> Result<()> {
    if mask.shape()[0] != 1 {
        return Err(Error::parameter(format!(
            "the mask has {} channels; expected one for all channels of the image",
            mask.shape()[0]
        )));
    }
    check_same_grid(volume, mask)
}

/// An error that says what differs where an image and a mask are not on the same grid.
fn check_same_grid(volume: &Volume, mask: &Volume) -> Result<()> {
    let [_, size @ ..] = volume.shape();
    let [_, mask_size @ ..] = mask.shape();
    let problem = match (volume.geometry(), mask.geometry()) {
        (Some(_), Some(_)) => {
            let difference = Grid::of(volume)?.difference(&Grid::of(mask)?);
            if difference.is_same() { None } else { Some(difference.to_string()) }
        }
        (None, None) if size == mask_size => None,
        (None, None) => Some(format!("size {size:?} and {mask_size:?} voxels (z, y, x)")),
        _ => Some("only one of them says where its voxels are".to_owned()),
    };
    match problem {
        None => Ok(()),
        Some(problem) => Err(Error::parameter(format!(
            "image and mask are not on the same grid: {problem}; resample the mask like the image first"
        ))),
    }
}

/// The geometry with its first voxel at `[z, y, x]`.
fn moved(volume: &Volume, [z, y, x]: [f64; 3]) -> Result<Option<Geometry>> {
    let moved = |old: &Geometry| Geometry::new(old.spacing_mm(), old.world_mm([x, y, z]), old.direction());
    volume.geometry().map(moved).transpose()
}

/// New samples by the old voxel of every new one along each axis; `around` where there is none.
fn picked<T: Copy + Default + Send + Sync>(
    old: &[T],
    [n_channels, old_z, old_y, old_x]: [usize; 4],
    [by_z, by_y, by_x]: &[Vec<Option<usize>>; 3],
    around: T,
) -> Result<Vec<T>> {
    let (n_z, n_y, n_x) = (by_z.len(), by_y.len(), by_x.len());
    let mut new: Vec<T> = zeros(n_channels * n_z * n_y * n_x)?;
    new.par_chunks_exact_mut(n_x).enumerate().for_each(|(row_idx, row)| {
        let (channel, z, y) = (row_idx / n_y / n_z, by_z[row_idx / n_y % n_z], by_y[row_idx % n_y]);
        let (Some(z), Some(y)) = (z, y) else { return row.fill(around) };
        let line = &old[((channel * old_z + z) * old_y + y) * old_x..][..old_x];
        for (new, x) in row.iter_mut().zip(by_x) {
            *new = x.map_or(around, |x| line[x]);
        }
    });
    Ok(new)
}

/// First and last voxel `[z, y, x]` that is neither 0 nor NaN.
fn bounds<T: Value>(values: &[T], [n_z, n_y, n_x]: [usize; 3]) -> Option<([usize; 3], [usize; 3])> {
    let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
    let mut is_empty = true;
    for (row_idx, row) in values.chunks_exact(n_x).enumerate() {
        let is_set = |value: &T| value.as_f64().abs() > 0.0;
        let (Some(first), Some(last)) = (row.iter().position(is_set), row.iter().rposition(is_set)) else { continue };
        let (z, y) = (row_idx / n_y % n_z, row_idx % n_y);
        low = [low[0].min(z), low[1].min(y), low[2].min(first)];
        high = [high[0].max(z), high[1].max(y), high[2].max(last)];
        is_empty = false;
    }
    (!is_empty).then_some((low, high))
}
