//! Exact Euclidean distances, with anisotropic spacing.
//!
//! Distances are from voxel center to voxel center, in millimeters; what lies beyond the edge of the grid is not
//! known and is no goal. The transform is separable: distances along rows first, then along y and z the lower
//! envelope of one parabola for each voxel (Felzenszwalb and Huttenlocher 2012, doi:10.4086/toc.2012.v008a019).
//! Where distances are short, every voxel looks around instead, sixteen columns at a time.
//! Both sides of a mask are done at once where both are wanted: a run of voxels of one side ends at the other
//! side, so that nothing beyond its ends can be nearer.
//!
//! Squares are `f32` sums of at most three squares that were rounded from `f64`, and crossings of parabolas are
//! `f64`: distances differ from exact ones by less than one part in a million.

mod columns;
mod envelope;
mod rows;
mod window;

use rayon::prelude::*;

use crate::mask::Mask;
use columns::{Finish, along};
use rows::{Sides, along_x, nearest_along_x};

/// For every voxel the nearest voxel of a mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// Its number in C order of `[z, y, x]`; where several are equally near, the same one every time.
    pub voxels: Vec<u32>,
    /// Its distance in square millimeters.
    pub squared_mm2: Vec<f32>,
}

/// Millimeters from every voxel to the nearest voxel of the mask, 0 in the mask; `None` where the mask is empty.
pub fn to_mask(mask: &Mask) -> Option<Vec<f32>> {
    mask.voxels().contains(&true).then(|| transform(mask, Sides::Outside, Finish::Root))
}

/// Square millimeters from every voxel to the nearest voxel of the mask; `None` where the mask is empty.
pub fn squared_to_mask(mask: &Mask) -> Option<Vec<f32>> {
    mask.voxels().contains(&true).then(|| transform(mask, Sides::Outside, Finish::Square))
}

/// Millimeters from every voxel to the nearest voxel outside of the mask, 0 there; `None` where there is none.
///
/// This is what `scipy.ndimage.distance_transform_edt` and the `edt` package compute.
pub fn to_background(mask: &Mask) -> Option<Vec<f32>> {
    mask.voxels().contains(&false).then(|| transform(mask, Sides::Inside, Finish::Root))
}

/// Square millimeters from every voxel to the nearest voxel outside of the mask; `None` where there is none.
pub fn squared_to_background(mask: &Mask) -> Option<Vec<f32>> {
    mask.voxels().contains(&false).then(|| transform(mask, Sides::Inside, Finish::Square))
}

/// Millimeters from every voxel to the nearest voxel of the other side, negative in the mask.
///
/// `None` where all voxels are on one side. No voxel has distance 0: the step between the sides is from one
/// spacing below to one above. ITK's signed Maurer map measures to the outermost voxels of the mask instead, so
/// that these have distance 0 and all voxels inside are nearer.
pub fn signed(mask: &Mask) -> Option<Vec<f32>> {
    let has_both = mask.voxels().contains(&true) && mask.voxels().contains(&false);
    has_both.then(|| transform(mask, Sides::Both, Finish::Root))
}

/// The nearest voxel of the mask for every voxel, which is itself in the mask; `None` where the mask is empty.
pub fn nearest(mask: &Mask) -> Option<Nearest> {
    if !mask.voxels().contains(&true) {
        return None;
    }
    let [n_z, n_y, n_x] = mask.extent().shape();
    let [z_mm, y_mm, x_mm] = mask.extent().spacing_mm();
    let mut squares = along_x(mask.voxels(), n_x, x_mm, Sides::Outside);
    let mut voxels = nearest_along_x(mask.voxels(), n_x);
    columns::along_with_nearest(&mut squares, &mut voxels, [n_y, n_x], y_mm);
    columns::along_with_nearest(&mut squares, &mut voxels, [n_z, n_y * n_x], z_mm);
    Some(Nearest { voxels, squared_mm2: squares })
}

fn transform(mask: &Mask, sides: Sides, finish: Finish) -> Vec<f32> {
    let [n_z, n_y, n_x] = mask.extent().shape();
    let [z_mm, y_mm, x_mm] = mask.extent().spacing_mm();
    let mut values = along_x(mask.voxels(), n_x, x_mm, sides);
    let (finish_x, finish_y) = match (n_z, n_y) {
        (1, 1) => (finish, Finish::Square),
        (1, _) => (Finish::Square, finish),
        _ => (Finish::Square, Finish::Square),
    };
    if finish_x == Finish::Root {
        values.par_chunks_mut(1 << 14).for_each(|part| finish_x.apply(part));
    }
    along(&mut values, [n_y, n_x], y_mm, sides, finish_y);
    along(&mut values, [n_z, n_y * n_x], z_mm, sides, finish);
    values
}
