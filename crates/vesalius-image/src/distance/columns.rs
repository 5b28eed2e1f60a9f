//! Passes along y and z: columns are brought together in tiles, done there, and brought back.

use rayon::prelude::*;

use super::envelope::{Axis, Envelope};
use super::rows::Sides;
use super::window::{LANES, Window};

/// Columns of a block, which one thread does at a time.
const BLOCK: usize = 64;

/// Columns of a tile.
const TILE: usize = LANES;

/// What becomes of squares in the last pass.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// They stay.
    Square,
    /// Their root is taken; the sign stays.
    Root,
}

impl Finish {
    pub(super) fn apply(self, values: &mut [f32]) {
        if self == Self::Root {
            for value in values {
                *value = value.abs().sqrt().copysign(*value);
            }
        }
    }
}

/// One pass along an axis of `n` voxels, of which neighbors are `n_inner` values apart.
///
/// Where no value is negative, short distances are found by looking around, which is quicker than the envelope.
pub(super) fn along(values: &mut [f32], [n, n_inner]: [usize; 2], spacing_mm: f64, sides: Sides, finish: Finish) {
    if n == 1 {
        return;
    }
    let axis = Axis::new(n, spacing_mm);
    values.par_chunks_mut(n * n_inner).for_each(|slab| {
        let room = || (Envelope::new(&axis), Tile::new(n), Window::new(n));
        blocks(slab, n_inner).into_par_iter().for_each_init(room, |(envelope, tile, window), mut rows| {
            let mut is_near = sides != Sides::Both;
            for first in (0..rows[0].len()).step_by(TILE) {
                if is_zero(&rows, first) {
                    continue;
                }
                // What was too far once is likely to be so next door.
                is_near = is_near && window.transform(&mut rows, first, &axis, finish);
                if is_near {
                    continue;
                }
                tile.gather(&rows, first);
                for column in tile.columns() {
                    envelope.transform(column, &axis);
                    finish.apply(column);
                }
                tile.scatter(&mut rows, first);
            }
        });
    });
}

/// The same for distances to a mask, and takes along which of its voxels is nearest.
pub(super) fn along_with_nearest(values: &mut [f32], nearest: &mut [u32], [n, n_inner]: [usize; 2], spacing_mm: f64) {
    if n == 1 {
        return;
    }
    let axis = Axis::new(n, spacing_mm);
    values.par_chunks_mut(n * n_inner).zip(nearest.par_chunks_mut(n * n_inner)).for_each(|(values, nearest)| {
        let pairs = blocks(values, n_inner).into_par_iter().zip(blocks(nearest, n_inner));
        let room = || (Envelope::new(&axis), Tile::new(n), Tile::new(n), Vec::new());
        pairs.for_each_init(room, |(envelope, tile, tile_nearest, before), (mut rows, mut rows_nearest)| {
            for first in (0..rows[0].len()).step_by(TILE) {
                tile.gather(&rows, first);
                tile_nearest.gather(&rows_nearest, first);
                for (column, nearest) in tile.columns().zip(tile_nearest.columns()) {
                    envelope.transform_with_nearest(column, nearest, before, &axis);
                }
                tile.scatter(&mut rows, first);
                tile_nearest.scatter(&mut rows_nearest, first);
            }
        });
    });
}

/// Divides a slab into blocks of columns; each has the part of every row that is its own.
fn blocks<T>(slab: &mut [T], n_inner: usize) -> Vec<Vec<&mut [T]>> {
    let n = slab.len() / n_inner;
    let mut blocks: Vec<Vec<&mut [T]>> = (0..n_inner.div_ceil(BLOCK)).map(|_| Vec::with_capacity(n)).collect();
    for row in slab.chunks_exact_mut(n_inner) {
        blocks.iter_mut().zip(row.chunks_mut(BLOCK)).for_each(|(block, part)| block.push(part));
    }
    blocks
}

/// Some columns, each in one piece.
struct Tile<T> {
    values: Vec<T>,
    n: usize,
    /// From one column to the next; not a power of two, since a cache keeps few lines at the same distance.
    stride: usize,
    n_columns: usize,
}

impl<T: Copy + Default> Tile<T> {
    fn new(n: usize) -> Self {
        let stride = n.next_multiple_of(2 * TILE) + TILE;
        Self { values: vec![T::default(); stride * TILE], n, stride, n_columns: 0 }
    }

    fn gather(&mut self, rows: &[&mut [T]], first: usize) {
        self.n_columns = TILE.min(rows[0].len() - first);
        for (idx, row) in rows.iter().enumerate() {
            let places = self.values[idx..].iter_mut().step_by(self.stride);
            places.zip(&row[first..first + self.n_columns]).for_each(|(place, value)| *place = *value);
        }
    }

    fn scatter(&self, rows: &mut [&mut [T]], first: usize) {
        for (idx, row) in rows.iter_mut().enumerate() {
            let values = self.values[idx..].iter().step_by(self.stride);
            row[first..first + self.n_columns].iter_mut().zip(values).for_each(|(place, value)| *place = *value);
        }
    }

    fn columns(&mut self) -> impl Iterator<Item = &mut [T]> {
        self.values.chunks_exact_mut(self.stride).take(self.n_columns).map(|column| &mut column[..self.n])
    }
}

/// Whether the columns of a tile have no voxel that wants a distance.
fn is_zero(rows: &[&mut [f32]], first: usize) -> bool {
    let bits = |row: &[f32]| row.iter().fold(0, |bits, value| bits | value.to_bits());
    rows.iter().all(|row| bits(&row[first..row.len().min(first + TILE)]) == 0)
}
