//! Resampling by the nearest voxel, which is what labels need.

use rayon::prelude::*;

use super::axis::RIM;
use super::fixed::{BITS, Row, to_fixed};
use super::map::{Line, VoxelMap};
use crate::samples::{Narrow, Sample};

/// Positions this little below the middle of two voxels count as the middle, which goes to the later voxel.
///
/// Shrinking by two puts every new voxel there, and rounding must not make a comb of them.
const MIDDLE_TOLERANCE: f64 = 1e-6;

/// Fills `new` from `old` of `shape` `[channel, z, y, x]`; without an old voxel it keeps what it holds.
pub(super) fn resample<S: Sample, T: Narrow<S::Wide>>(
    old: &[S],
    shape: [usize; 4],
    (map, clamped): (&VoxelMap, bool),
    new: &mut [T],
    size: [usize; 3],
) {
    let [_, old_size @ ..] = shape;
    let n_channel: usize = old_size.iter().product();
    let [n_z, n_y, n_x] = size;
    let lines = map.straight(size);
    let tables = lines.map(|lines| [0, 1, 2].map(|axis| table(lines[axis], old_size[axis], clamped)));
    new.par_chunks_exact_mut(n_x).enumerate().for_each(|(row_idx, row)| {
        let (channel, z, y) = (row_idx / n_y / n_z, row_idx / n_y % n_z, row_idx % n_y);
        let old = &old[channel * n_channel..][..n_channel];
        match &tables {
            Some([by_z, by_y, by_x]) => {
                let (Some(z), Some(y)) = (by_z[z], by_y[y]) else { return };
                let line = &old[(z * old_size[1] + y) * old_size[2]..][..old_size[2]];
                for (new, x) in row.iter_mut().zip(by_x) {
                    if let Some(x) = x {
                        *new = T::narrow(line[*x].wide());
                    }
                }
            }
            None => turned(old, old_size, (Row::new(map, z, y), clamped), row),
        }
    });
}

/// The old voxel of every new one along an axis.
fn table(line: Line, n_old: usize, clamped: bool) -> Vec<Option<usize>> {
    let last = n_old as f64 - 1.0;
    let nearest = |idx: usize| {
        let position = line.at(idx);
        let is_inside = clamped || (-RIM..=last + RIM).contains(&position);
        is_inside.then(|| (position + 0.5 + MIDDLE_TOLERANCE).floor().clamp(0.0, last) as usize)
    };
    (0..line.n).map(nearest).collect()
}

fn turned<S: Sample, T: Narrow<S::Wide>>(old: &[S], size: [usize; 3], (row, clamped): (Row, bool), new: &mut [T]) {
    let inside = if clamped { 0..new.len() } else { row.inside(size, new.len()) };
    let half = to_fixed(0.5 + MIDDLE_TOLERANCE);
    for (new, idx) in new[inside.clone()].iter_mut().zip(inside) {
        let position = row.at(idx);
        let [z, y, x]: [usize; 3] = std::array::from_fn(|axis| {
            ((position[axis].wrapping_add(half)) >> BITS).clamp(0, size[axis] as i64 - 1) as usize
        });
        *new = T::narrow(old[(z * size[1] + y) * size[2] + x].wide());
    }
}
