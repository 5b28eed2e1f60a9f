//! Connected components of masks and label maps.
//!
//! Voxels are taken as runs: equal voxels side by side in a row. Runs that touch are joined by union-find, in slabs
//! of rows at the same time and then across the slabs; the run that comes first in the volume stands for all, so
//! that components are numbered by their first voxels, whatever the slabs were (He, Chao and Suzuki 2008,
//! doi:10.1109/TIP.2008.917730, with the trees of Wu, Otoo and Suzuki 2009, doi:10.1007/s10044-008-0109-y).

mod forest;
mod runs;

use std::cmp::Reverse;

use rayon::prelude::*;

use crate::error::Result;
use crate::mask;
use crate::samples::Samples;
use forest::{Neighbors, SameValue, join_all};
use runs::{Run, Runs};

/// Which voxels touch; a 2-D image has 4 neighbors by [`Self::Faces`] and 8 by the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connectivity {
    /// 6: those that share a face.
    Faces,
    /// 18: those that share a face or an edge.
    Edges,
    /// 26: those that share a face, an edge or a corner.
    Corners,
}

/// One component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// How many voxels it has.
    pub n_voxels: u64,
    /// Number of its first voxel, in C order of `[z, y, x]`.
    pub first: usize,
    /// Its lowest z, y and x.
    pub low: [usize; 3],
    /// One more than its highest z, y and x.
    pub high: [usize; 3],
    /// The mean of its voxel positions z, y and x.
    pub centroid: [f64; 3],
}

/// The components of a mask or a label map, as runs of voxels.
pub struct Components {
    shape: [usize; 3],
    runs: Runs,
    /// For each run which component it belongs to.
    of_run: Vec<u32>,
    found: Vec<Component>,
}

impl Components {
    /// Finds them; `voxels` are in C order of `shape`, `[z, y, x]`, and what equals the default is background.
    ///
    /// Only equal voxels are connected, so that a label map has the components of each label. Numbers follow the
    /// first voxel of each component. An error where voxels do not fill their shape.
    pub fn find<T>(voxels: &[T], shape: [usize; 3], connectivity: Connectivity) -> Result<Self>
    where
        T: Copy + Default + PartialEq + Sync,
    {
        mask::check(voxels.len(), shape)?;
        let runs = Runs::find(voxels, shape[2]);
        let value = |run: Run| voxels[run.start as usize];
        let has_labels = runs.list.iter().any(|run| value(*run) != value(runs.list[0]));
        let same = |a: Run, b: Run| value(a) == value(b);
        let same_value: Option<&SameValue> = if has_labels { Some(&same) } else { None };
        let [_, n_y, n_x] = shape;
        let parents = join_all(&Neighbors { runs: &runs, n_y, n_x, connectivity, same_value });
        let (of_run, n_components) = number(parents);
        let found = describe(&runs, &of_run, n_components, shape);
        Ok(Self { shape, runs, of_run, found })
    }

    /// The components in the order of their numbers.
    pub fn components(&self) -> &[Component] {
        &self.found
    }

    /// For every voxel 0, or the number of its component from 1 on.
    pub fn labels(&self) -> Vec<u32> {
        self.paint(|component| component + 1)
    }

    /// The same in the smallest unsigned type that holds the numbers, which a file and the memory are glad of.
    pub fn label_samples(&self) -> Samples {
        match self.found.len() {
            0..=0xff => Samples::U8(self.paint(|component| component as u8 + 1)),
            0x100..=0xffff => Samples::U16(self.paint(|component| component as u16 + 1)),
            _ => Samples::U32(self.labels()),
        }
    }

    /// Voxels of the components that are wanted.
    pub fn keep(&self, wanted: impl Fn(&Component) -> bool) -> Vec<bool> {
        let is_wanted: Vec<bool> = self.found.iter().map(wanted).collect();
        self.paint(|component| is_wanted[component as usize])
    }

    /// Voxels of the `n` largest components; of equally large ones those that come first.
    pub fn largest(&self, n: usize) -> Vec<bool> {
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        order.sort_by_key(|idx| Reverse(self.found[*idx].n_voxels));
        let mut is_wanted = vec![false; order.len()];
        order.iter().take(n).for_each(|idx| is_wanted[*idx] = true);
        self.paint(|component| is_wanted[component as usize])
    }

    /// Voxels of the components that have at least so many.
    pub fn at_least(&self, n_voxels: u64) -> Vec<bool> {
        self.keep(|component| component.n_voxels >= n_voxels)
    }

    /// A volume in which every run has the value of its component.
    fn paint<T: Copy + Default + Send + Sync>(&self, value: impl Fn(u32) -> T + Sync) -> Vec<T> {
        let n_x = self.shape[2];
        let mut voxels = vec![T::default(); self.shape.iter().product()];
        voxels.par_chunks_mut(n_x * runs::ROWS).enumerate().for_each(|(part, voxels)| {
            let first = part * runs::ROWS;
            let of_rows = self.runs.of_rows(first..first + voxels.len() / n_x);
            for (run, component) in self.runs.list[of_rows.clone()].iter().zip(&self.of_run[of_rows]) {
                let (start, end) = (run.start as usize - first * n_x, run.end as usize - first * n_x);
                voxels[start..end].fill(value(*component));
            }
        });
        voxels
    }
}

/// Turns parents, which never come after their children, into numbers without gaps.
fn number(mut parents: Vec<u32>) -> (Vec<u32>, usize) {
    let mut n_components = 0;
    for run in 0..parents.len() {
        let parent = parents[run] as usize;
        parents[run] = if parent == run {
            n_components += 1;
            n_components - 1
        } else {
            parents[parent]
        };
    }
    (parents, n_components as usize)
}

/// Sizes, boxes and centers; sums are whole numbers, so that their order does not matter.
fn describe(runs: &Runs, of_run: &[u32], n_components: usize, shape: [usize; 3]) -> Vec<Component> {
    let [_, n_y, n_x] = shape;
    let mut found = vec![Sums::default(); n_components];
    for row in 0..runs.n_rows() {
        let of_row = runs.of_rows(row..row + 1);
        for (run, component) in runs.list[of_row.clone()].iter().zip(&of_run[of_row]) {
            let x = [run.start as usize - row * n_x, run.end as usize - row * n_x];
            found[*component as usize].add(run.start as usize, [row / n_y, row % n_y], x);
        }
    }
    found.into_iter().map(Sums::finish).collect()
}

#[derive(Clone, Default)]
struct Sums {
    n: u64,
    first: usize,
    low: [usize; 3],
    high: [usize; 3],
    positions: [u64; 3],
}

impl Sums {
    fn add(&mut self, voxel: usize, [z, y]: [usize; 2], [start, end]: [usize; 2]) {
        let (low, high) = ([z, y, start], [z + 1, y + 1, end]);
        if self.n == 0 {
            (self.first, self.low, self.high) = (voxel, low, high);
        }
        let n = (end - start) as u64;
        // Less than 2^32 voxels at positions below 2^32: no sum overflows.
        let positions = [z as u64 * n, y as u64 * n, (start + end - 1) as u64 * n / 2];
        self.n += n;
        for axis in 0..3 {
            self.low[axis] = self.low[axis].min(low[axis]);
            self.high[axis] = self.high[axis].max(high[axis]);
            self.positions[axis] += positions[axis];
        }
    }

    fn finish(self) -> Component {
        let Self { n, first, low, high, positions } = self;
        Component { n_voxels: n, first, low, high, centroid: positions.map(|sum| sum as f64 / n as f64) }
    }
}
