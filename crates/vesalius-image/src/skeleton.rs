//! Skeletons: masks thinned to curves one voxel wide that keep every component, hole and end.
//!
//! Voxels are taken away from the outside in, side by side in six directions and round after round, where that
//! changes no topology (Lee, Kashyap and Chu 1994, doi:10.1006/cgip.1994.1042). A voxel may go where its neighbors in
//! the mask stay in one piece through corners and its neighbors outside in one piece through faces (Bertrand and
//! Malandain 1994, doi:10.1016/0167-8655(94)90046-9), unless it is the end of a curve. Voxels of one direction are
//! asked again one after the other, in C order, so that two that may go each alone never go together.

use std::sync::LazyLock;

use crate::error::Result;
use crate::mask;

/// Voxels around a voxel, itself the fourteenth.
const AROUND: usize = 27;
const CENTER: usize = 13;

/// The skeleton of a mask in C order of `shape`, `[z, y, x]`; what lies beyond the edge of the grid is outside.
///
/// A 2-D image, which has one z, is thinned in its plane. An error where voxels do not fill their shape.
pub fn skeleton(voxels: &[bool], shape: [usize; 3]) -> Result<Vec<bool>> {
    mask::check(voxels.len(), shape)?;
    let mut grid = Grid::of(voxels, shape);
    let mut inside = grid.inside();
    loop {
        let n_before = inside.len();
        for side in grid.sides() {
            let border: Vec<usize> =
                inside.iter().copied().filter(|at| !grid.voxels[at.wrapping_add_signed(side)]).collect();
            let candidates: Vec<usize> = border.into_iter().filter(|at| grid.may_go(*at)).collect();
            for at in candidates {
                if grid.may_go(at) {
                    grid.voxels[at] = false;
                }
            }
            inside.retain(|at| grid.voxels[*at]);
        }
        if inside.len() == n_before {
            return Ok(grid.without_rim());
        }
    }
}

/// A mask with a rim of one voxel that is outside, so that every voxel has all its neighbors.
struct Grid {
    voxels: Vec<bool>,
    shape: [usize; 3],
    /// Steps to the 27 voxels around, in C order.
    steps: [isize; AROUND],
    is_flat: bool,
}

impl Grid {
    fn of(voxels: &[bool], shape: [usize; 3]) -> Self {
        let [n_z, n_y, n_x] = shape;
        let (row, slice) = (n_x + 2, (n_x + 2) * (n_y + 2));
        let mut rimmed = vec![false; (n_z + 2) * slice];
        for (idx, part) in voxels.chunks_exact(n_x).enumerate() {
            let start = (idx / n_y + 1) * slice + (idx % n_y + 1) * row + 1;
            rimmed[start..start + n_x].copy_from_slice(part);
        }
        let steps = std::array::from_fn(|at| {
            let [z, y, x] = [at / 9, at / 3 % 3, at % 3].map(|step| step as isize - 1);
            z * slice as isize + y * row as isize + x
        });
        Self { voxels: rimmed, shape, steps, is_flat: n_z == 1 }
    }

    fn inside(&self) -> Vec<usize> {
        (0..self.voxels.len()).filter(|at| self.voxels[*at]).collect()
    }

    /// Steps over faces, opposite ones one after the other; a plane has four.
    fn sides(&self) -> Vec<isize> {
        let [z, y, x] = [4, 10, 12].map(|at| self.steps[at]);
        if self.is_flat { vec![y, -y, x, -x] } else { vec![z, -z, y, -y, x, -x] }
    }

    /// Whether a voxel is neither an end of a curve nor needed to hold anything together.
    fn may_go(&self, at: usize) -> bool {
        let around: [bool; AROUND] = std::array::from_fn(|to| self.voxels[at.wrapping_add_signed(self.steps[to])]);
        let n_neighbors = around.iter().filter(|inside| **inside).count() - usize::from(around[CENTER]);
        n_neighbors > 1 && if self.is_flat { is_simple_in_plane(&around) } else { is_simple(&around) }
    }

    fn without_rim(&self) -> Vec<bool> {
        let [n_z, n_y, n_x] = self.shape;
        let (row, slice) = (n_x + 2, (n_x + 2) * (n_y + 2));
        let rows = (0..n_z * n_y).map(|idx| (idx / n_y + 1) * slice + (idx % n_y + 1) * row + 1);
        rows.flat_map(|start| self.voxels[start..start + n_x].iter().copied()).collect()
    }
}

/// Neighbors over faces, edges and corners, and over faces alone, of every place around; the center is none.
static NEIGHBORS: LazyLock<[[Vec<usize>; AROUND]; 2]> = LazyLock::new(|| {
    let place = |at: usize| [at / 9, at / 3 % 3, at % 3];
    let apart = |a: usize, b: usize| -> [usize; 2] {
        let steps: [usize; 3] = std::array::from_fn(|axis| place(a)[axis].abs_diff(place(b)[axis]));
        [steps.iter().copied().max().unwrap_or(0), steps.iter().sum()]
    };
    [0, 1].map(|by| {
        std::array::from_fn(|a| (0..AROUND).filter(|b| a != *b && *b != CENTER && apart(a, *b)[by] == 1).collect())
    })
});

/// Whether the center of 3 × 3 × 3 voxels may go without a change of topology.
fn is_simple(around: &[bool; AROUND]) -> bool {
    let inside: Vec<usize> = (0..AROUND).filter(|at| *at != CENTER && around[*at]).collect();
    // Of what is outside only neighbors over faces and edges count, and of those what a face leads to.
    let is_near = |at: usize| [at / 9, at / 3 % 3, at % 3].iter().filter(|step| **step == 1).count() >= 1;
    let outside: Vec<usize> = (0..AROUND).filter(|at| *at != CENTER && !around[*at] && is_near(*at)).collect();
    let faces = [4, 10, 12, 14, 16, 22];
    n_pieces(&inside, &NEIGHBORS[0], &inside) == 1 && n_pieces(&outside, &NEIGHBORS[1], &faces) == 1
}

/// The same in the middle slice alone.
fn is_simple_in_plane(around: &[bool; AROUND]) -> bool {
    let plane = 9..18;
    let inside: Vec<usize> = plane.clone().filter(|at| *at != CENTER && around[*at]).collect();
    let outside: Vec<usize> = plane.filter(|at| *at != CENTER && !around[*at]).collect();
    n_pieces(&inside, &NEIGHBORS[0], &inside) == 1 && n_pieces(&outside, &NEIGHBORS[1], &[10, 12, 14, 16]) == 1
}

/// Pieces of `places` that hold at least one of `wanted`.
fn n_pieces(places: &[usize], neighbors: &[Vec<usize>; AROUND], wanted: &[usize]) -> usize {
    let mut is_left = [false; AROUND];
    for at in places {
        is_left[*at] = true;
    }
    let mut n = 0;
    let mut open = Vec::with_capacity(AROUND);
    for start in wanted {
        if !std::mem::take(&mut is_left[*start]) {
            continue;
        }
        n += 1;
        open.push(*start);
        while let Some(at) = open.pop() {
            for to in &neighbors[at] {
                if std::mem::take(&mut is_left[*to]) {
                    open.push(*to);
                }
            }
        }
    }
    n
}
