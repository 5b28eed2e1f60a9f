//! The first pass: squared distances along rows of voxels, which are side by side in memory.

use rayon::prelude::*;

use crate::mask::run_length;

/// Rows that are done at a time; enough work for a thread to be worth asking.
const ROWS: usize = 64;

/// Which voxels want a distance; those of the other side are 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    /// Voxels of the mask, to the nearest outside.
    Inside,
    /// Voxels outside, to the nearest in the mask.
    Outside,
    /// All, to the nearest of the other side; negative in the mask.
    Both,
}

impl Sides {
    /// What a square is multiplied with on one side.
    fn sign(self, is_inside: bool) -> f32 {
        match (self, is_inside) {
            (Self::Inside, true) | (Self::Outside | Self::Both, false) => 1.0,
            (Self::Inside, false) | (Self::Outside, true) => 0.0,
            (Self::Both, true) => -1.0,
        }
    }
}

/// For every voxel the squared distance to the nearest of the other side in its row; infinite where there is none.
pub(super) fn along_x(voxels: &[bool], n_x: usize, x_mm: f64, sides: Sides) -> Vec<f32> {
    let squares: Vec<f32> = (0..=n_x).map(|n| (n as f64 * x_mm).powi(2) as f32).collect();
    let mut values = vec![0.0_f32; voxels.len()];
    let parts = values.par_chunks_mut(ROWS * n_x).zip(voxels.par_chunks(ROWS * n_x));
    parts.for_each(|(values, voxels)| {
        for (values, voxels) in values.chunks_exact_mut(n_x).zip(voxels.chunks_exact(n_x)) {
            for_runs(voxels, |start, end, is_inside| {
                let sign = sides.sign(is_inside);
                if sign != 0.0 {
                    fill(&mut values[start..end], [start > 0, end < n_x], &squares, sign);
                }
            });
        }
    });
    values
}

/// For every voxel the number of the nearest mask voxel in its row, the left one of two; 0 where there is none.
pub(super) fn nearest_along_x(voxels: &[bool], n_x: usize) -> Vec<u32> {
    let mut nearest = vec![0_u32; voxels.len()];
    let rows = nearest.par_chunks_mut(n_x).zip(voxels.par_chunks(n_x)).enumerate();
    rows.for_each(|(row, (nearest, voxels))| {
        // Numbers of voxels fit, by the check of the grid.
        let first = (row * n_x) as u32;
        for_runs(voxels, |start, end, is_inside| {
            let middle = match (start > 0, end < n_x) {
                _ if is_inside => {
                    (start..end).for_each(|x| nearest[x] = first + x as u32);
                    return;
                }
                (false, false) => return,
                (false, true) => start,
                (true, false) => end,
                (true, true) => start + (end - start).div_ceil(2),
            };
            nearest[start..middle].fill((first + start as u32).wrapping_sub(1));
            nearest[middle..end].fill(first + end as u32);
        });
    });
    nearest
}

/// Calls `each` with start, end and side of every run of equal voxels.
fn for_runs(voxels: &[bool], mut each: impl FnMut(usize, usize, bool)) {
    let mut start = 0;
    while let Some(is_inside) = voxels.get(start) {
        let end = start + run_length(&voxels[start..], is_inside);
        each(start, end, *is_inside);
        start = end;
    }
}

/// Distances within a run, of which `[left, right]` end at the other side.
fn fill(run: &mut [f32], [left, right]: [bool; 2], squares: &[f32], sign: f32) {
    let n = run.len();
    let n_left = match (left, right) {
        (false, false) => return run.fill(sign * f32::INFINITY),
        (true, false) => n,
        (false, true) => 0,
        (true, true) => n.div_ceil(2),
    };
    let (near_left, near_right) = run.split_at_mut(n_left);
    near_left.iter_mut().zip(&squares[1..]).for_each(|(value, square)| *value = sign * square);
    near_right.iter_mut().rev().zip(&squares[1..]).for_each(|(value, square)| *value = sign * square);
}
