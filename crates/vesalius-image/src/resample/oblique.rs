//! Resampling between grids that are turned against each other: every new voxel for itself.

use std::ops::Range;

use rayon::prelude::*;

use super::fixed::{BITS, Row};
use super::kernel::{cubic, mirrored};
use super::map::VoxelMap;
use super::straight::mix;
use crate::samples::{Narrow, Sample, Wide};

/// One channel that is interpolated in, and what happens beyond it.
pub(super) struct Field<'a, S> {
    /// Samples, or coefficients of a cubic B-spline.
    pub(super) values: &'a [S],
    /// `[z, y, x]`.
    pub(super) size: [usize; 3],
    /// Whether positions beyond the rim are moved to it; otherwise `new` keeps what it holds there.
    pub(super) clamped: bool,
}

/// Fills one channel of `size` by linear interpolation.
pub(super) fn linear<S: Sample, T: Narrow<S::Wide>>(
    field: &Field<'_, S>,
    map: &VoxelMap,
    new: &mut [T],
    size: [usize; 3],
) {
    each_row(new, size, map, |row, out| {
        let n = out.len();
        let inside = if field.clamped { 0..n } else { row.inside(field.size, n) };
        let between = row.between(field.size, n);
        let start = between.start.clamp(inside.start, inside.end);
        let end = between.end.clamp(start, inside.end);
        let mut near = |range: Range<usize>| {
            for (out, idx) in out[range.clone()].iter_mut().zip(range) {
                *out = T::narrow(field.near(row.at(idx)));
            }
        };
        near(inside.start..start);
        near(end..inside.end);
        for (out, idx) in out[start..end].iter_mut().zip(start..end) {
            *out = T::narrow(field.between(row.at(idx)));
        }
    });
}

/// Fills one channel of `size` from the coefficients of a cubic B-spline.
pub(super) fn spline<W: Wide, T: Narrow<W>>(field: &Field<'_, W>, map: &VoxelMap, new: &mut [T], size: [usize; 3]) {
    each_row(new, size, map, |row, out| {
        let n = out.len();
        let inside = if field.clamped { 0..n } else { row.inside(field.size, n) };
        for (out, idx) in out[inside.clone()].iter_mut().zip(inside) {
            *out = T::narrow(field.spline(row.at(idx)));
        }
    });
}

/// Calls `fill` for every row of new voxels.
fn each_row<T: Send>(new: &mut [T], size: [usize; 3], map: &VoxelMap, fill: impl Fn(Row, &mut [T]) + Sync) {
    let [_, n_y, n_x] = size;
    new.par_chunks_exact_mut(n_x).enumerate().for_each(|(row_idx, out)| {
        fill(Row::new(map, row_idx / n_y, row_idx % n_y), out);
    });
}

impl<S: Sample> Field<'_, S> {
    /// Between eight neighbors, all of which are there.
    #[inline]
    fn between(&self, position: [i64; 3]) -> S::Wide {
        let [_, n_y, n_x] = self.size;
        let [z, y, x] = position.map(|p| (p >> BITS) as usize);
        let [part_z, part_y, part_x] = position.map(|p| S::Wide::fraction(p, BITS));
        let at = z.wrapping_mul(n_y).wrapping_add(y).wrapping_mul(n_x).wrapping_add(x);
        let plane = |at: usize| {
            let rows = &self.values[at..][..n_x.wrapping_add(2)];
            let lower = &rows[n_x..];
            let pair = |row: &[S]| mix(row[0].wide(), row[1].wide(), part_x);
            mix(pair(rows), pair(lower), part_y)
        };
        mix(plane(at), plane(at.wrapping_add(n_y.wrapping_mul(n_x))), part_z)
    }

    /// Between eight neighbors, where the nearest voxels stand for those beyond the edge.
    fn near(&self, position: [i64; 3]) -> S::Wide {
        let last = |axis: usize| (self.size[axis] as i64 - 1) << BITS;
        let position: [i64; 3] = std::array::from_fn(|axis| position[axis].clamp(0, last(axis)));
        let [z, y, x] = [0, 1, 2].map(|axis| {
            let first = (position[axis] >> BITS) as usize;
            [first, (first + 1).min(self.size[axis] - 1)]
        });
        let [part_z, part_y, part_x] = position.map(|p| S::Wide::fraction(p, BITS));
        let pair = |z: usize, y: usize| mix(self.value(z, y, x[0]), self.value(z, y, x[1]), part_x);
        let plane = |z: usize| mix(pair(z, y[0]), pair(z, y[1]), part_y);
        mix(plane(z[0]), plane(z[1]), part_z)
    }

    #[inline]
    fn value(&self, z: usize, y: usize, x: usize) -> S::Wide {
        self.values[(z * self.size[1] + y) * self.size[2] + x].wide()
    }

    /// The spline of which the values are coefficients, mirrored at the edges.
    fn spline(&self, position: [i64; 3]) -> S::Wide {
        let position: [i64; 3] = std::array::from_fn(|axis| {
            let half = 1 << (BITS - 1);
            position[axis].clamp(-half, ((self.size[axis] as i64 - 1) << BITS) + half)
        });
        let [z, y, x]: [[usize; 4]; 3] = std::array::from_fn(|axis| {
            let first = (position[axis] >> BITS) - 1;
            std::array::from_fn(|tap| mirrored(first + tap as i64, self.size[axis]))
        });
        let [by_z, by_y, by_x] = position.map(|p| cubic(f64::fraction(p, BITS)).map(<S::Wide as Wide>::from_f64));
        let mut sum = S::Wide::default();
        for (z, weight_z) in z.into_iter().zip(by_z) {
            let mut plane = S::Wide::default();
            for (y, weight_y) in y.into_iter().zip(by_y) {
                let row = &self.values[(z * self.size[1] + y) * self.size[2]..][..self.size[2]];
                let line = x.into_iter().zip(by_x).fold(S::Wide::default(), |sum, (x, w)| sum + row[x].wide() * w);
                plane += line * weight_y;
            }
            sum += plane * weight_z;
        }
        sum
    }
}
