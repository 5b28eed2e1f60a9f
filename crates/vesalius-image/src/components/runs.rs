//! Runs: equal voxels side by side in a row, in the order of the volume.

use std::ops::Range;

use rayon::prelude::*;

use crate::mask::run_length;

/// Rows that are searched or painted at a time.
pub(super) const ROWS: usize = 64;

/// A run by the numbers of its first voxel and of the one behind its last.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// All runs that are not background.
pub(super) struct Runs {
    pub(super) list: Vec<Run>,
    /// The first run of each row, and behind the last row how many there are.
    first: Vec<u32>,
}

impl Runs {
    /// The runs of rows of `n_x` voxels, less than 2³² in all.
    pub(super) fn find<T: Copy + Default + PartialEq + Sync>(voxels: &[T], n_x: usize) -> Self {
        let parts: Vec<(Vec<Run>, Vec<u32>)> =
            voxels.par_chunks(n_x * ROWS).enumerate().map(|(part, rows)| part_of(rows, n_x, part)).collect();
        let mut runs = Self { list: Vec::new(), first: Vec::with_capacity(voxels.len() / n_x + 1) };
        runs.list.reserve_exact(parts.iter().map(|(list, _)| list.len()).sum());
        for (list, first) in parts {
            let n_before = runs.list.len() as u32;
            runs.first.extend(first.iter().map(|idx| idx + n_before));
            runs.list.extend(list);
        }
        runs.first.push(runs.list.len() as u32);
        runs
    }

    pub(super) fn n_rows(&self) -> usize {
        self.first.len() - 1
    }

    /// Which runs lie in these rows.
    pub(super) fn of_rows(&self, rows: Range<usize>) -> Range<usize> {
        self.first[rows.start] as usize..self.first[rows.end] as usize
    }
}

fn part_of<T: Copy + Default + PartialEq>(rows: &[T], n_x: usize, part: usize) -> (Vec<Run>, Vec<u32>) {
    let (mut list, mut first) = (Vec::new(), Vec::with_capacity(ROWS));
    for (row, voxels) in rows.chunks_exact(n_x).enumerate() {
        first.push(list.len() as u32);
        let offset = ((part * ROWS + row) * n_x) as u32;
        let mut start = 0;
        while let Some(value) = voxels.get(start) {
            let end = start + run_length(&voxels[start..], value);
            if *value != T::default() {
                list.push(Run { start: offset + start as u32, end: offset + end as u32 });
            }
            start = end;
        }
    }
    (list, first)
}
