//! Joining runs that touch: trees whose roots are the runs that come first.

use rayon::prelude::*;

use super::Connectivity;
use super::runs::{Run, Runs};

/// Slabs for each thread, so that none waits long for the last.
const SLABS_PER_THREAD: usize = 4;

/// Tells whether two runs have the same value.
pub(super) type SameValue<'a> = dyn Fn(Run, Run) -> bool + Sync + 'a;

/// For each run one that it is joined with and that does not come after it; the first of all points to itself.
pub(super) fn join_all(neighbors: &Neighbors) -> Vec<u32> {
    let Neighbors { runs, n_y, .. } = *neighbors;
    let n_rows = runs.n_rows();
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
            neighbors.join(row, |other| other >= start, &mut forest);
        }
    });
    let mut forest = Forest { parents: &mut parents, offset: 0 };
    for start in (0..n_rows).step_by(n_slab).skip(1) {
        for row in start..(start + n_reach).min(n_rows) {
            neighbors.join(row, |other| other < start, &mut forest);
        }
    }
    parents
}

/// Which rows before a row can touch it, and how.
pub(super) struct Neighbors<'a> {
    pub(super) runs: &'a Runs,
    /// Rows in a slice.
    pub(super) n_y: usize,
    /// Voxels in a row.
    pub(super) n_x: usize,
    pub(super) connectivity: Connectivity,
    /// `None` where all runs have the same value, so that there is a gap between two of a row.
    pub(super) same_value: Option<&'a SameValue<'a>>,
}

impl Neighbors<'_> {
    /// Joins the runs of a row with those that they touch in the rows before it that are wanted.
    fn join(&self, row: usize, is_wanted: impl Fn(usize) -> bool, forest: &mut Forest) {
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
                self.join_rows([row, row - n_back], reach, forest);
            }
        }
    }

    fn join_rows(&self, [row, other]: [usize; 2], reach: u32, forest: &mut Forest) {
        let (of_row, of_other) = (self.runs.of_rows(row..row + 1), self.runs.of_rows(other..other + 1));
        let (own, others) = (&self.runs.list[of_row.clone()], &self.runs.list[of_other.clone()]);
        // Between the numbers of the rows.
        let shift = ((row - other) * self.n_x) as u32;
        let (mut a, mut b) = (0, 0);
        while let (Some(run), Some(before)) = (own.get(a), others.get(b)) {
            let (idx, before_idx) = (of_row.start + a, of_other.start + b);
            let (start, end) = (before.start + shift, before.end + shift);
            // One question instead of three: each alone is a coin that is tossed, and seldom all of them hold.
            let asked = [run.start < end + reach, start < run.end + reach, forest.are_apart(idx, before_idx)];
            if asked == [true; 3] && self.have_same_value(*run, *before) {
                forest.join(idx, before_idx);
            }
            if run.end == end && self.same_value.is_some() && reach > 0 {
                self.join_across([idx, before_idx], [of_row.end, of_other.end], forest);
            }
            // Whichever ends first is done; no branch, since nobody can foretell which.
            a += usize::from(run.end <= end);
            b += usize::from(end <= run.end);
        }
    }

    /// Joins runs that follow two which end together, without a gap, with the other of the two.
    fn join_across(&self, [a, b]: [usize; 2], [a_end, b_end]: [usize; 2], forest: &mut Forest) {
        let list = &self.runs.list;
        if a + 1 < a_end && list[a + 1].start == list[a].end && self.have_same_value(list[a + 1], list[b]) {
            forest.join(a + 1, b);
        }
        if b + 1 < b_end && list[b + 1].start == list[b].end && self.have_same_value(list[a], list[b + 1]) {
            forest.join(a, b + 1);
        }
    }

    fn have_same_value(&self, a: Run, b: Run) -> bool {
        self.same_value.is_none_or(|same| same(a, b))
    }
}

/// Trees over some of the runs; numbers are those of all runs.
struct Forest<'a> {
    parents: &'a mut [u32],
    offset: usize,
}

impl Forest<'_> {
    /// Whether two runs have different parents, which they can have in one tree as well.
    fn are_apart(&self, a: usize, b: usize) -> bool {
        self.parents[a - self.offset] != self.parents[b - self.offset]
    }

    fn join(&mut self, a: usize, b: usize) {
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
