//! Resampling in physical space: nearest, linear, cubic B-spline, onto any grid.
//!
//! A new voxel takes its value from the old image at its own place in the world. The image reaches half a voxel beyond
//! its outermost voxel centers, as in ITK: there linear interpolation repeats the outermost voxel, and the spline goes
//! on mirrored at the voxel center; farther out is [`Outside`].
//!
//! Between parallel grids the three axes are done one after the other, slice by slice, with all that happens along an
//! axis (smoothing, prefilter, interpolation) in one set of weights. Memory is input and output; turned grids need one
//! more copy of a channel for the spline and for smoothing.

mod axis;
mod fixed;
mod kernel;
mod map;
mod nearest;
mod oblique;
mod straight;

use crate::error::{Error, Result};
use crate::geometry::Grid;
use crate::limits::Limits;
use crate::samples::{Narrow, Sample, Samples, Wide, for_samples, map_samples, zeros};
use crate::volume::Volume;

pub(crate) use kernel::{cubic, mirrored};

use axis::Axis;
use kernel::{Basis, Kernel};
use map::{Line, VoxelMap};
use oblique::Field;

/// Voxels along an axis that positions in fixed point and tables of weights are made for; the largest slides have
/// a tenth of it.
const AXIS_MAX: usize = 1 << 20;

/// How values between voxels are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// The nearest voxel, of two equally near ones the later; for labels.
    Nearest,
    /// Linear along every axis.
    #[default]
    Linear,
    /// A cubic B-spline through all samples, mirrored at the outermost voxel centers (Unser 1999,
    /// doi:10.1109/79.799930); overshoots at edges.
    Cubic,
}

/// Whether the image is smoothed before it loses voxels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Antialias {
    /// Along every old axis along which one new voxel covers `f` > 1 old ones, by a Gaussian of
    /// √(f² − 1) / 2.355 voxels, which makes the old voxel's point spread as wide as the new one's (Cardoso et al.
    /// 2015, doi:10.1007/978-3-319-24571-3_81); never for [`Interpolation::Nearest`].
    #[default]
    WhenShrinking,
    /// What lies between the new voxels is passed over, as SimpleITK and SciPy do.
    Never,
}

/// What new voxels hold that lie beyond the old image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outside {
    /// This value, which the sample type must hold; 0 by default, and −1024 suits CT.
    Value(f64),
    /// The value at the nearest point of the old image.
    Edge,
}

impl Default for Outside {
    fn default() -> Self {
        Self::Value(0.0)
    }
}

/// The sample type of the new image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// That of the old; integers are rounded to the nearest (halves to even) and saturate.
    #[default]
    Same,
    /// `f32`.
    F32,
}

/// How to resample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResampleOptions {
    /// How values between voxels are found; default linear.
    pub interpolation: Interpolation,
    /// Whether the image is smoothed before it loses voxels; default where it does.
    pub antialias: Antialias,
    /// What new voxels hold that lie beyond the old image; default 0.
    pub outside: Outside,
    /// The sample type of the new image; default that of the old.
    pub output: Output,
    /// The most that the new image may take.
    pub limits: Limits,
}

/// The image on another grid, which may be turned, shifted, finer or coarser.
///
/// An error where the volume has no geometry, the new image passes the limits, or the sample type does not hold the
/// outside value. A sample that is not finite spoils the new voxels that it has a part in.
pub fn resample(volume: &Volume, grid: &Grid, options: &ResampleOptions) -> Result<Volume> {
    let map = VoxelMap::between(grid, &Grid::of(volume)?);
    let [n_channels, old_size @ ..] = volume.shape();
    check_axes(old_size)?;
    check_axes(grid.shape())?;
    let [z, y, x] = grid.shape();
    let shape = [n_channels, z, y, x];
    let sample_bytes = match options.output {
        Output::Same => volume.samples().dtype().stored_bytes(),
        Output::F32 => 4,
    };
    options.limits.n_samples(&shape.map(|n| n as u64), sample_bytes)?;
    let task = Task { shape: volume.shape(), size: grid.shape(), map, options };
    let samples = match options.output {
        Output::Same => map_samples!(volume.samples(), values => task.run(values)?),
        Output::F32 => Samples::F32(for_samples!(volume.samples(), values => task.run(values)?)),
    };
    Volume::new(samples, shape, Some(grid.geometry().clone()))
}

/// Refuses an image `[z, y, x]` with an axis for which tables would take more memory than the image.
pub(crate) fn check_axes(size: [usize; 3]) -> Result<()> {
    match size.iter().find(|n| **n > AXIS_MAX) {
        None => Ok(()),
        Some(n) => Err(Error::limit(format!(
            "an axis of {n} voxels is longer than any image; expected at most {AXIS_MAX}; check spacing and margins"
        ))),
    }
}

/// The image with voxels of another size (x, y, z) over the same field of view; see [`Grid::with_spacing`].
pub fn resample_to_spacing(volume: &Volume, spacing_mm: [f64; 3], options: &ResampleOptions) -> Result<Volume> {
    resample(volume, &Grid::of(volume)?.with_spacing(spacing_mm)?, options)
}

/// One image to be resampled, before its sample type is known.
struct Task<'a> {
    /// `[channel, z, y, x]` of the old image.
    shape: [usize; 4],
    /// `[z, y, x]` of the new image.
    size: [usize; 3],
    map: VoxelMap,
    options: &'a ResampleOptions,
}

impl Task<'_> {
    fn run<S: Sample, T: Narrow<S::Wide>>(&self, old: &[S]) -> Result<Vec<T>> {
        let mut new = self.empty::<T>()?;
        let basis = match self.options.interpolation {
            Interpolation::Nearest => {
                nearest::resample(old, self.shape, (&self.map, self.is_clamped()), &mut new, self.size);
                return Ok(new);
            }
            Interpolation::Linear => Basis::Linear,
            Interpolation::Cubic => Basis::Cubic,
        };
        match self.map.straight(self.size) {
            Some(lines) => {
                let axes = self.axes(lines, |sigma| Kernel::interpolating(basis, sigma, S::Wide::PRECISION));
                straight::resample(old, self.shape, &axes, &mut new, self.size);
            }
            None => self.turned(old, basis, &mut new)?,
        }
        Ok(new)
    }

    fn turned<S: Sample, T: Narrow<S::Wide>>(&self, old: &[S], basis: Basis, new: &mut [T]) -> Result<()> {
        let [_, size @ ..] = self.shape;
        let n_old = size.iter().product();
        let n_new: usize = self.size.iter().product();
        let clamped = self.is_clamped();
        let is_prepared = basis == Basis::Cubic || self.sigmas().iter().any(|sigma| *sigma > 0.0);
        let axes = self.axes(size.map(Line::identity), |sigma| Kernel::preparing(basis, sigma, S::Wide::PRECISION));
        let mut prepared: Vec<S::Wide> = zeros(if is_prepared { n_old } else { 0 })?;
        for (old, new) in old.chunks_exact(n_old).zip(new.chunks_exact_mut(n_new)) {
            if !is_prepared {
                oblique::linear(&Field { values: old, size, clamped }, &self.map, new, self.size);
                continue;
            }
            straight::resample(old, [1, size[0], size[1], size[2]], &axes, &mut prepared, size);
            let field = Field { values: &prepared[..], size, clamped };
            match basis {
                Basis::Cubic => oblique::spline(&field, &self.map, new, self.size),
                Basis::Linear | Basis::Whole => oblique::linear(&field, &self.map, new, self.size),
            }
        }
        Ok(())
    }

    fn axes<W: Wide>(&self, lines: [Line; 3], kernel: impl Fn(f64) -> Kernel) -> [Axis<W>; 3] {
        let sigmas = self.sigmas();
        [0, 1, 2].map(|axis| Axis::new(lines[axis], self.shape[1 + axis], &kernel(sigmas[axis]), self.is_clamped()))
    }

    /// Standard deviations of the smoothing along the old axes, in old voxels.
    fn sigmas(&self) -> [f64; 3] {
        // A Gaussian is √(8 ln 2) standard deviations wide at half its height.
        let width = (8.0 * 2.0_f64.ln()).sqrt();
        match self.options.antialias {
            Antialias::Never => [0.0; 3],
            Antialias::WhenShrinking => {
                let factors = self.map.shrinkage();
                std::array::from_fn(|axis| {
                    let sigma = (factors[axis].powi(2) - 1.0).max(0.0).sqrt() / width;
                    // Beyond this the whole axis has one mean, to the last digit.
                    sigma.min(4.0 * self.shape[1 + axis] as f64)
                })
            }
        }
    }

    fn is_clamped(&self) -> bool {
        self.options.outside == Outside::Edge
    }

    /// The new image, with the outside value everywhere.
    fn empty<T: Sample>(&self) -> Result<Vec<T>> {
        let mut new = zeros(self.shape[0] * self.size.iter().product::<usize>())?;
        if let Outside::Value(value) = self.options.outside {
            let outside = T::exactly(value)?;
            if outside != T::default() {
                new.fill(outside);
            }
        }
        Ok(new)
    }
}
