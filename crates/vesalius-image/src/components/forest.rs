//! Joining runs that touch: trees whose roots are the runs that come first.

use rayon::prelude::*;

use super::Connectivity;
use super::runs::{Run, Runs};

/// Slabs for each thread, so that none waits long for the last.
const SLABS_PER_THREAD: usize = 4;

/// For each run one that it is joined with and that does not come after it; the first of all points to itself.
///
/// There are `n_y` rows of `n_x` voxels in a slice.
pub(super) fn join_all(
    runs: &Runs,
    [n_y, n_x]: [usize; 2],
    connectivity: Connectivity,
    equal: &(impl Fn(Run, Run) -> bool + Sync),
) -> Vec<u32> {
    let n_rows = runs.n_rows();
    let neighbors = Neighbors { runs, n_y, n_x, connectivity };
    // A row touches none that is further before it.
    let n_reach = if n_rows == n_y { 1 } else { n_y + 1 };
    let n_slab = n_rows.div_ceil(SLABS_PER_THREAD * rayon::current_num_threads()).max(n_reach);
    let mut parents: Vec<u32> = (0..runs.list.len() as u32).collect();
    let mut slabs = Vec::new();
    let mut rest = &mut parents[..];
    for start in (0..n_rows).step_by(n_slab) {
        let of_slab = runs.of_rows(start..(start + n_slab).min(n_rows));
        let (own, others) = rest.split_at_mut(of_slab.len());
        slabs.push((start, Forest { parents: own, offset: of_slab.start }));
        rest = others;
    }
    slabs.into_par_iter().for_each(|(start, mut forest)| {
        for row in start..(start + n_slab).min(n_rows) {
            neighbors.join(row, |other| other >= start, &mut forest, equal);
        }
    });
    let mut forest = Forest { parents: &mut parents, offset: 0 };
    for start in (0..n_rows).step_by(n_slab).skip(1) {
        for row in start..(start + n_reach).min(n_rows) {
            neighbors.join(row, |other| other < start, &mut forest, equal);
        }
    }
    parents
}

/// Which rows before a row can touch it, and how.
struct Neighbors<'a> {
    runs: &'a Runs,
    n_y: usize,
    n_x: usize,
    connectivity: Connectivity,
}

impl Neighbors<'_> {
    /// Joins the runs of a row with those that they touch in the rows before it that are wanted.
    fn join(
        &self,
        row: usize,
        is_wanted: impl Fn(usize) -> bool,
        forest: &mut Forest,
        equal: &impl Fn(Run, Run) -> bool,
    ) {
        let (z, y) = (row / self.n_y, row % self.n_y);
        // How far apart in x runs may begin and end to touch: in rows that share a face, and in those that share
        // an edge.
        let (reach, reach_diagonal) = match self.connectivity {
            Connectivity::Faces => (0, None),
            Connectivity::Edges => (1, Some(0)),
            Connectivity::Corners => (1, Some(1)),
        };
        let others = [
            (y > 0, 1, Some(reach)),
            (z > 0 && y > 0, self.n_y + 1, reach_diagonal),
            (z > 0, self.n_y, Some(reach)),
            (z > 0 && y + 1 < self.n_y, self.n_y.saturating_sub(1), reach_diagonal),
        ];
        for (is_there, n_back, reach) in others {
            if let (true, Some(reach)) = (is_there, reach)
                && is_wanted(row - n_back)
            {
                self.join_rows([row, row - n_back], reach, forest, equal);
            }
        }
    }

    fn join_rows(&self, [row, other]: [usize; 2], reach: u32, forest: &mut Forest, equal: &impl Fn(Run, Run) -> bool) {
        let shift = ((row - other) * self.n_x) as u32;
        let of_other = self.runs.of_rows(other..other + 1);
        let mut first = of_other.start;
        for idx in self.runs.of_rows(row..row + 1) {
            let run = self.runs.list[idx];
            // In the numbers of the other row; a run starts at or after the shift.
            let (start, end) = (run.start - shift, run.end - shift);
            while first < of_other.end && self.runs.list[first].end + reach <= start {
                first += 1;
            }
            let touching = self.runs.list[first..of_other.end].iter().take_while(|before| before.start < end + reach);
            for (before_idx, before) in (first..).zip(touching) {
                if equal(run, *before) {
                    forest.join(idx, before_idx);
                }
            }
        }
    }
}

/// Trees over some of the runs; numbers are those of all runs.
struct Forest<'a> {
    parents: &'a mut [u32],
    offset: usize,
}

impl Forest<'_> {
    fn join(&mut self, a: usize, b: usize) {
        if self.parents[a - self.offset] == self.parents[b - self.offset] {
            return;
        }
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parents[high - self.offset] = low as u32;
    }

    /// The root of a tree; every second run on the way comes to point past its parent.
    fn root(&mut self, mut run: usize) -> usize {
        loop {
            let parent = self.parents[run - self.offset] as usize;
            if parent == run {
                return run;
            }
            let above = self.parents[parent - self.offset];
            self.parents[run - self.offset] = above;
            run = above as usize;
        }
    }
}
