//! A lattice of voxels in the world: a geometry with a size.

use super::Geometry;
use crate::error::{Error, Result};
use crate::volume::Volume;

/// Where the voxels of an image are and how many there are; what an image is resampled onto.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    shape: [usize; 3],
    geometry: Geometry,
}

impl Grid {
    /// A grid of `shape` `[z, y, x]`; an error where an axis is empty or the number of voxels overflows.
    pub fn new(shape: [usize; 3], geometry: Geometry) -> Result<Self> {
        match shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n)) {
            None | Some(0) => Err(Error::parameter(format!(
                "a grid of {shape:?} voxels (z, y, x) is impossible; expected at least one along every axis, \
                 and no more than memory can hold"
            ))),
            Some(_) => Ok(Self { shape, geometry }),
        }
    }

    /// The grid of a volume; an error where the volume does not say where its voxels are.
    pub fn of(volume: &Volume) -> Result<Self> {
        let [_, shape @ ..] = volume.shape();
        let geometry = volume.geometry().ok_or_else(|| {
            Error::parameter(
                "the image does not say where its voxels are; expected spacing, origin and direction; \
                 read it from a file that has them, or state them",
            )
        })?;
        Self::new(shape, geometry.clone())
    }

    /// Voxels along `[z, y, x]`.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Where the voxels are.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The grid of this spacing (x, y, z) over the same field of view, about the same center.
    ///
    /// An axis gets as many voxels as fit best, `round(n × old spacing / new spacing)` and at least one, so the field
    /// of view keeps its length within half a new voxel, and what is too much or missing is so on both sides alike.
    pub fn with_spacing(&self, spacing_mm: [f64; 3]) -> Result<Self> {
        let old = &self.geometry;
        let at_origin = Geometry::new(spacing_mm, old.origin_mm(), old.direction())?;
        let size: [f64; 3] = std::array::from_fn(|axis| {
            let extent_mm = self.size_xyz()[axis] as f64 * old.spacing_mm()[axis];
            (extent_mm / spacing_mm[axis]).round().max(1.0)
        });
        let center = old.world_mm(self.size_xyz().map(|n| (n as f64 - 1.0) / 2.0));
        let reached = at_origin.world_mm(size.map(|n| (n - 1.0) / 2.0));
        let origin_mm = std::array::from_fn(|row| old.origin_mm()[row] + center[row] - reached[row]);
        let [x, y, z] = size.map(|n| n as usize);
        Self::new([z, y, x], Geometry::new(spacing_mm, origin_mm, old.direction())?)
    }

    /// Voxels along `[x, y, z]`, the axis order of [`Geometry`].
    pub(crate) fn size_xyz(&self) -> [usize; 3] {
        let [z, y, x] = self.shape;
        [x, y, z]
    }
}
