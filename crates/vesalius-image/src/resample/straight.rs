//! Resampling between parallel grids: each axis for itself, slice by slice and row by row.

use rayon::prelude::*;

use super::axis::Axis;
use crate::samples::{Narrow, Sample, Wide};

/// Slices that a thread takes at least, so that buffers are made a few times and neighbors share what they read.
const SLICES_MIN: usize = 4;

/// Terms of a long sum that are taken side by side, which makes it vector code; the order is fixed.
const LANES: usize = 8;

/// Fills `new`, channel by channel, from `old`, which has `shape` `[channel, z, y, x]`.
///
/// `new` has as many slices, rows and voxels as `size` says, and holds the outside value to begin with where
/// anything is outside.
pub(super) fn resample<S, T>(old: &[S], shape: [usize; 4], axes: &[Axis<S::Wide>; 3], new: &mut [T], size: [usize; 3])
where
    S: Sample,
    T: Narrow<S::Wide>,
{
    let [along_z, along_y, along_x] = axes;
    let [n_z, n_y, n_x] = size;
    let columns = Columns::new(along_x);
    let n_used = along_y.used.len() * along_x.used.len();
    let buffers = || (vec![S::Wide::default(); n_used], vec![S::Wide::default(); along_x.used.len()]);
    let slices = new.par_chunks_exact_mut(n_y * n_x).with_min_len(SLICES_MIN).enumerate();
    slices.for_each_init(buffers, |(plane, line), (slice_idx, slice)| {
        let (channel, z) = (slice_idx / n_z, slice_idx % n_z);
        if along_z.inside.contains(&z) && n_used > 0 {
            let n_channel = shape[1] * shape[2] * shape[3];
            blend_slices(&old[channel * n_channel..][..n_channel], shape, axes, z, plane);
            for y in along_y.inside.clone() {
                let (start, weights) = along_y.taps(y);
                let n = line.len();
                combine(line, weights, |tap| &plane[(start + tap) * n..][..n]);
                columns.fill(line, &mut slice[y * n_x..][along_x.inside.clone()]);
            }
        }
    });
}

/// Old slices of one channel mixed for new slice `z`, as far as they are used.
fn blend_slices<S: Sample>(
    old: &[S],
    [_, _, n_y, n_x]: [usize; 4],
    [along_z, along_y, along_x]: &[Axis<S::Wide>; 3],
    z: usize,
    plane: &mut [S::Wide],
) {
    let (start, weights) = along_z.taps(z);
    let first = along_z.used.start + start;
    let rows = plane.chunks_exact_mut(along_x.used.len());
    for (row, y) in rows.zip(along_y.used.clone()) {
        combine(row, weights, |tap| &old[((first + tap) * n_y + y) * n_x..][along_x.used.clone()]);
    }
}

/// The weighted sum of rows; two of them in the form that leaves equal values as they are.
fn combine<'a, S: Sample>(out: &mut [S::Wide], weights: &[S::Wide], row: impl Fn(usize) -> &'a [S]) {
    match weights {
        [] => {}
        [_] => out.iter_mut().zip(row(0)).for_each(|(out, value)| *out = value.wide()),
        [_, part] => {
            for ((out, a), b) in out.iter_mut().zip(row(0)).zip(row(1)) {
                *out = mix(a.wide(), b.wide(), *part);
            }
        }
        [first, rest @ ..] => {
            out.iter_mut().zip(row(0)).for_each(|(out, value)| *out = value.wide() * *first);
            for (tap, weight) in rest.iter().enumerate() {
                out.iter_mut().zip(row(tap + 1)).for_each(|(out, value)| *out += value.wide() * *weight);
            }
        }
    }
}

#[inline]
pub(super) fn mix<W: Wide>(a: W, b: W, part: W) -> W {
    a + (b - a) * part
}

/// The last axis, along which voxels of a row are mixed among themselves.
enum Columns<'a, W> {
    /// At most two neighbors: their places, and the part of the second.
    Pairs(Vec<(u32, u32, W)>),
    Many(&'a Axis<W>),
}

impl<'a, W: Wide> Columns<'a, W> {
    fn new(axis: &'a Axis<W>) -> Self {
        if axis.n_taps_max() > 2 {
            return Self::Many(axis);
        }
        let pair = |idx: usize| match axis.taps(idx) {
            (start, [_, part]) => (start as u32, start as u32 + 1, *part),
            (start, _) => (start as u32, start as u32, W::default()),
        };
        Self::Pairs(axis.inside.clone().map(pair).collect())
    }

    fn fill<T: Narrow<W>>(&self, line: &[W], out: &mut [T]) {
        match self {
            Self::Pairs(pairs) => {
                for (out, (a, b, part)) in out.iter_mut().zip(pairs) {
                    *out = T::narrow(mix(line[*a as usize], line[*b as usize], *part));
                }
            }
            Self::Many(axis) => {
                for (out, idx) in out.iter_mut().zip(axis.inside.clone()) {
                    let (start, weights) = axis.taps(idx);
                    *out = T::narrow(dot(&line[start..start + weights.len()], weights));
                }
            }
        }
    }
}

fn dot<W: Wide>(a: &[W], b: &[W]) -> W {
    let mut lanes = [W::default(); LANES];
    let (a_groups, a_rest) = a.as_chunks::<LANES>();
    let (b_groups, b_rest) = b.as_chunks::<LANES>();
    for (x, y) in a_groups.iter().zip(b_groups) {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    for ((lane, x), y) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
        *lane += *x * *y;
    }
    lanes.into_iter().fold(W::default(), |sum, lane| sum + lane)
}
