//! The grid on which masks are wanted: how many voxels there are, and where.

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::volume::Volume;

/// How far voxels of two grids may lie from each other to be the same, in voxels.
const SAME_VOXEL: f64 = 0.05;

/// How far directions and, as a fraction, spacings of two grids may differ.
const SAME_DIRECTION: f64 = 1e-3;

/// A grid of voxels.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Where the voxels are.
    pub geometry: Geometry,
    /// How many there are along x, y and z.
    pub size: [usize; 3],
}

impl Grid {
    /// The grid of a volume; an error where it has no geometry.
    pub fn of(volume: &Volume) -> Result<Self> {
        let geometry = volume.geometry().cloned().ok_or_else(|| {
            Error::parameter("the volume does not say where its voxels are, so nothing can be put on its grid")
        })?;
        let [_, nz, ny, nx] = volume.shape();
        Ok(Self { geometry, size: [nx, ny, nz] })
    }

    /// Where the first voxel of another grid of the same directions and spacing lies in this one, in whole voxels.
    ///
    /// An error that says what differs where the voxels of both do not lie on each other.
    pub(crate) fn offset_of(&self, other: &Geometry) -> Result<[i64; 3]> {
        let (ours, theirs) = (&self.geometry, other);
        let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance;
        let directions = ours.direction().into_iter().flatten().zip(theirs.direction().into_iter().flatten());
        if !directions.clone().all(|(a, b)| near(a, b, SAME_DIRECTION)) {
            return Err(differs("directions", &ours.direction(), &theirs.direction()));
        }
        let spacings = ours.spacing_mm().into_iter().zip(theirs.spacing_mm());
        if !spacings.clone().all(|(a, b)| near(a, b, SAME_DIRECTION * a)) {
            return Err(differs("spacings in mm", &ours.spacing_mm(), &theirs.spacing_mm()));
        }
        let first = ours.voxel(theirs.origin_mm());
        if !first.iter().all(|v| near(*v, v.round(), SAME_VOXEL) && v.abs() < 1e9) {
            return Err(Error::unsupported(format!(
                "the first voxel of the mask lies at voxel ({:.3}, {:.3}, {:.3}) of the grid; expected whole numbers; \
                 resample the mask to the grid",
                first[0], first[1], first[2]
            )));
        }
        Ok(first.map(|v| v.round() as i64))
    }
}

fn differs(what: &str, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug) -> Error {
    Error::unsupported(format!(
        "grid and mask have different {what}: {ours:?} and {theirs:?}; read the mask on its own grid and resample it"
    ))
}
