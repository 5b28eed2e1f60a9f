//! From the voxels of one grid to those of another.

use crate::geometry::Grid;

/// How far voxels may be off a straight line of voxels for two grids to count as parallel, in voxels.
const STRAIGHT_TOLERANCE: f64 = 1e-4;

/// Positions this near to a voxel are that voxel: what rounding leaves of a whole number.
const WHOLE_TOLERANCE: f64 = 1e-9;

/// New voxel positions to old ones: `old = matrix × new + offset`, axis order z, y, x.
#[derive(Clone, Debug)]
pub(super) struct VoxelMap {
    pub(super) matrix: [[f64; 3]; 3],
    pub(super) offset: [f64; 3],
}

/// Old positions of new voxels along one axis: `start + step × idx`, for `n` voxels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) start: f64,
    pub(super) step: f64,
    pub(super) n: usize,
}

impl VoxelMap {
    pub(super) fn between(new: &Grid, old: &Grid) -> Self {
        let affine = new.geometry().affine();
        let columns: [[f64; 3]; 3] =
            std::array::from_fn(|axis| old.geometry().voxel_step(std::array::from_fn(|row| affine[row][axis])));
        let offset = old.geometry().voxel(new.geometry().origin_mm());
        // From x, y, z to z, y, x.
        Self {
            matrix: std::array::from_fn(|row| std::array::from_fn(|column| columns[2 - column][2 - row])),
            offset: [offset[2], offset[1], offset[0]],
        }
    }

    /// The three axes for themselves, where each new axis runs along the old one of the same name.
    pub(super) fn straight(&self, size: [usize; 3]) -> Option<[Line; 3]> {
        let astray = |row: usize| -> f64 {
            let others = (0..3).filter(|column| *column != row);
            others.map(|column| self.matrix[row][column].abs() * (size[column] - 1) as f64).sum()
        };
        let is_straight = (0..3).all(|row| astray(row) < STRAIGHT_TOLERANCE);
        is_straight.then(|| {
            std::array::from_fn(|axis| Line { start: self.offset[axis], step: self.matrix[axis][axis], n: size[axis] })
        })
    }

    /// How many old voxels one new voxel covers along each old axis; above 1 where the map shrinks.
    pub(super) fn shrinkage(&self) -> [f64; 3] {
        self.matrix.map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt())
    }
}

impl Line {
    /// Every voxel where it is.
    pub(super) fn identity(n: usize) -> Self {
        Self { start: 0.0, step: 1.0, n }
    }

    pub(super) fn at(&self, idx: usize) -> f64 {
        let position = self.start + self.step * idx as f64;
        if (position - position.round()).abs() < WHOLE_TOLERANCE { position.round() } else { position }
    }
}
