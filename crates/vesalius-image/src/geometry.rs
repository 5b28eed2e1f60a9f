//! Where voxels are: spacing, origin and direction, checked once.

mod difference;
mod grid;

use crate::error::{Error, Result};

pub use difference::{Aspect, Difference};
pub use grid::Grid;

/// How far direction columns may be from unit length and right angles; `f32` headers round to about 1e-7,
/// and some writers round to four digits.
const ORTHONORMAL_TOLERANCE: f64 = 1e-3;

/// Where the voxels of a volume are, in LPS world coordinates (x to the left, y to the back, z to the head).
///
/// All arrays are in axis order `[x, y, z]`, the reverse of the sample order `[z, y, x]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry {
    spacing_mm: [f64; 3],
    origin_mm: [f64; 3],
    direction: [[f64; 3]; 3],
}

impl Geometry {
    /// A checked geometry.
    ///
    /// `spacing_mm` is the distance of voxel centers along image x, y and z, above 0.
    /// `origin_mm` is the center of voxel (0, 0, 0).
    /// `direction[row][column]`: column j is the unit vector along image axis j; left-handed images are taken.
    pub fn new(spacing_mm: [f64; 3], origin_mm: [f64; 3], direction: [[f64; 3]; 3]) -> Result<Self> {
        if !spacing_mm.iter().all(|s| s.is_finite() && *s > 0.0) {
            return Err(Error::parameter(format!(
                "spacing {spacing_mm:?} mm (x, y, z) is impossible; expected finite numbers above 0"
            )));
        }
        if !origin_mm.iter().chain(direction.iter().flatten()).all(|v| v.is_finite()) {
            return Err(Error::parameter(format!(
                "origin {origin_mm:?} mm and direction {direction:?} must be finite numbers"
            )));
        }
        for a in 0..3 {
            for b in a..3 {
                let dot: f64 = direction.iter().map(|row| row[a] * row[b]).sum();
                let expected = if a == b { 1.0 } else { 0.0 };
                if (dot - expected).abs() > ORTHONORMAL_TOLERANCE {
                    return Err(Error::parameter(format!(
                        "direction {direction:?} has columns that are not unit vectors at right angles; \
                         a sheared grid must be resampled to a straight one first"
                    )));
                }
            }
        }
        Ok(Self { spacing_mm, origin_mm, direction })
    }

    /// Distance of voxel centers along image x, y and z in millimeters.
    pub fn spacing_mm(&self) -> [f64; 3] {
        self.spacing_mm
    }

    /// World position of the center of voxel (0, 0, 0) in millimeters, LPS.
    pub fn origin_mm(&self) -> [f64; 3] {
        self.origin_mm
    }

    /// `[row][column]`: column j is the unit vector along image axis j (x, y, z), LPS.
    pub fn direction(&self) -> [[f64; 3]; 3] {
        self.direction
    }

    /// World position in millimeters, LPS, of a voxel position `[x, y, z]`, which need not be whole.
    pub fn world_mm(&self, voxel_xyz: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|row| {
            let moved = |axis: usize| self.direction[row][axis] * self.spacing_mm[axis] * voxel_xyz[axis];
            self.origin_mm[row] + moved(0) + moved(1) + moved(2)
        })
    }

    /// Voxel `[x, y, z]` to world: three rows of three columns and the origin, in millimeters, LPS.
    pub fn affine(&self) -> [[f64; 4]; 3] {
        std::array::from_fn(|row| {
            let column = |axis: usize| self.direction[row][axis] * self.spacing_mm[axis];
            [column(0), column(1), column(2), self.origin_mm[row]]
        })
    }

    /// The geometry of a voxel-to-world matrix, in millimeters, LPS; an error where its columns are zero or sheared.
    pub fn from_affine(affine: &[[f64; 4]; 3]) -> Result<Self> {
        let lengths: [f64; 3] =
            std::array::from_fn(|axis| affine.iter().map(|row| row[axis].powi(2)).sum::<f64>().sqrt());
        let direction = std::array::from_fn(|row| std::array::from_fn(|axis| affine[row][axis] / lengths[axis]));
        Self::new(lengths, affine.map(|row| row[3]), direction)
    }

    /// The voxel position `[x, y, z]` of a world position in millimeters, LPS; the reverse of [`Self::world_mm`].
    ///
    /// By the true inverse of [`Self::affine`]: a direction that is a rotation only to four digits loses nothing.
    pub fn voxel(&self, world_mm: [f64; 3]) -> [f64; 3] {
        self.voxel_step(std::array::from_fn(|row| world_mm[row] - self.origin_mm[row]))
    }

    /// A way through the world in millimeters, LPS, in voxels `[x, y, z]`.
    pub(crate) fn voxel_step(&self, way_mm: [f64; 3]) -> [f64; 3] {
        let inverse = self.inverse_direction();
        std::array::from_fn(|axis| {
            let along: f64 = (0..3).map(|row| inverse[axis][row] * way_mm[row]).sum();
            along / self.spacing_mm[axis]
        })
    }

    /// By cofactors; columns that are orthonormal within the tolerance have a determinant near 1 or -1.
    fn inverse_direction(&self) -> [[f64; 3]; 3] {
        let m = &self.direction;
        let cofactor = |row: usize, column: usize| {
            let [(r1, r2), (c1, c2)] = [row, column].map(|i| ((i + 1) % 3, (i + 2) % 3));
            m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
        };
        let determinant: f64 = (0..3).map(|column| m[0][column] * cofactor(0, column)).sum();
        std::array::from_fn(|row| std::array::from_fn(|column| cofactor(column, row) / determinant))
    }
}
