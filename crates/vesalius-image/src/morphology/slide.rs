//! Dilation by blocks: one axis at a time, whatever the radius at the same price.

use rayon::prelude::*;

/// All voxels that are within a radius of a mask voxel along each axis; everything is in axis order z, y, x.
pub(super) fn dilate(voxels: &[bool], [n_z, n_y, n_x]: [usize; 3], radius_voxels: [usize; 3]) -> Vec<bool> {
    let mut dilated = voxels.to_vec();
    for ([n, n_inner], radius) in [[n_x, 1], [n_y, n_x], [n_z, n_y * n_x]].into_iter().zip(radius_voxels.iter().rev()) {
        if n > 1 && *radius > 0 {
            dilated.par_chunks_mut(n * n_inner).for_each(|slab| along(slab, n_inner, (*radius).min(n)));
        }
    }
    dilated
}

/// One slab, in which neighbors along the axis are `n_inner` voxels apart.
fn along(slab: &mut [bool], n_inner: usize, radius: usize) {
    let before = slab.to_vec();
    let n = slab.len() / n_inner;
    // For each column how many more voxels a mask voxel that was passed still reaches, one way and then the other.
    for backward in [false, true] {
        let mut reach = vec![0_usize; n_inner];
        for step in 0..n {
            let idx = if backward { n - 1 - step } else { step };
            let rows = slab[idx * n_inner..][..n_inner].iter_mut().zip(&before[idx * n_inner..]);
            for ((voxel, was_inside), reach) in rows.zip(&mut reach) {
                *reach = if *was_inside { radius + 1 } else { *reach };
                *voxel |= *reach > 0;
                *reach = reach.saturating_sub(1);
            }
        }
    }
}
