//! How far two grids whose voxels lie on each other are shifted.

use crate::error::{Error, Result};
use crate::geometry::Geometry;

/// How far voxels of two grids may lie from each other to be the same, in voxels.
const SAME_VOXEL: f64 = 0.05;

/// How far directions and, as a fraction, spacings of two grids may differ.
const SAME_DIRECTION: f64 = 1e-3;

/// Where the first voxel of `theirs`, of the same directions and spacing, lies in `ours`, in whole voxels.
///
/// An error that says what differs where the voxels of both do not lie on each other.
pub(super) fn offset(ours: &Geometry, theirs: &Geometry) -> Result<[i64; 3]> {
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

fn differs(what: &str, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug) -> Error {
    Error::unsupported(format!(
        "grid and mask have different {what}: {ours:?} and {theirs:?}; read the mask on its own grid and resample it"
    ))
}
