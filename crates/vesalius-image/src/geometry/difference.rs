//! Whether two grids are the same, and if not, what differs and by how much.

use std::fmt;

use super::{Geometry, Grid};

/// What two grids may differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// Number of voxels along an axis.
    Size,
    /// Distance of voxel centers along an axis.
    Spacing,
    /// World position of the first voxel.
    Origin,
    /// Where an axis points.
    Direction,
}

/// How one grid differs from another; numbers are given below the tolerance too.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Voxels along `[x, y, z]` of the one and of the other.
    pub size: [[usize; 3]; 2],
    /// Spacing of the other less that of the one along `[x, y, z]`, in millimeters.
    pub spacing_mm: [f64; 3],
    /// First voxel of the other less that of the one, in millimeters, LPS.
    pub origin_mm: [f64; 3],
    /// Angle between the axes x, y and z of the one and the other, 0 to 180 degrees.
    pub direction_degrees: [f64; 3],
    /// The largest distance between voxels of the same position in both, in millimeters: at some corner.
    pub largest_mm: f64,
    /// What differs by more than the tolerance, in the order of the fields.
    pub aspects: Vec<Aspect>,
}

impl Difference {
    /// How far a voxel may be moved, in voxels (of the smallest spacing), for two grids to count as the same: 0.05.
    ///
    /// Headers that round directions to four digits move the far corner of a CT by half of that; no interpolation
    /// and no contour drawn by hand shows it. A comparison digit by digit, as ITK does at 1e-6, refuses such pairs.
    pub const TOLERANCE_VOXELS: f64 = 0.05;

    /// Whether both are the same grid within the tolerance.
    pub fn is_same(&self) -> bool {
        self.aspects.is_empty()
    }
}

impl fmt::Display for Difference {
    /// What differs, as a lower-case fragment such as `origin by 2.000 mm; direction of y by 12.000 degrees`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, aspect) in self.aspects.iter().enumerate() {
            f.write_str(if idx > 0 { "; " } else { "" })?;
            match aspect {
                Aspect::Size => {
                    let [one, other] = self.size.map(|[x, y, z]| format!("{x} x {y} x {z}"));
                    write!(f, "size {one} and {other} voxels (x, y, z)")?;
                }
                Aspect::Spacing => {
                    let (axis, most) = largest(self.spacing_mm);
                    write!(f, "spacing along {axis} by {} mm", rounded(most))?;
                }
                Aspect::Origin => write!(f, "origin by {} mm", rounded(length(self.origin_mm)))?,
                Aspect::Direction => {
                    let (axis, most) = largest(self.direction_degrees);
                    write!(f, "direction of {axis} by {} degrees", rounded(most))?;
                }
            }
        }
        if self.is_same() { f.write_str("no difference") } else { Ok(()) }
    }
}

impl Grid {
    /// How `other` differs from this grid.
    ///
    /// Spacing, origin and direction differ where the difference alone moves some voxel of the larger of both grids
    /// by more than [`Difference::TOLERANCE_VOXELS`] of the smallest spacing; sizes must be equal.
    pub fn difference(&self, other: &Self) -> Difference {
        let (a, b) = (self.geometry(), other.geometry());
        let size = [self.size_xyz(), other.size_xyz()];
        let steps: [f64; 3] = std::array::from_fn(|axis| size[0][axis].max(size[1][axis]) as f64 - 1.0);
        let smallest = a.spacing_mm().into_iter().chain(b.spacing_mm()).fold(f64::INFINITY, f64::min);
        let tolerance_mm = Difference::TOLERANCE_VOXELS * smallest;

        let spacing_mm: [f64; 3] = std::array::from_fn(|axis| b.spacing_mm()[axis] - a.spacing_mm()[axis]);
        let origin_mm: [f64; 3] = std::array::from_fn(|row| b.origin_mm()[row] - a.origin_mm()[row]);
        let moved = |axis: usize| length(column_difference(a, b, axis)) * steps[axis] * a.spacing_mm()[axis];
        let stretched = |axis: usize| spacing_mm[axis].abs() * steps[axis];
        // The axis of a single slice moves nothing, but a slice that is turned is not the same slice.
        let turned = |axis: usize| if steps[axis] > 0.0 { moved(axis) } else { length(column_difference(a, b, axis)) };
        let thickened = |axis: usize| if steps[axis] > 0.0 { stretched(axis) } else { spacing_mm[axis].abs() };

        let mut aspects = Vec::new();
        if size[0] != size[1] {
            aspects.push(Aspect::Size);
        }
        if (0..3).any(|axis| thickened(axis) > tolerance_mm) {
            aspects.push(Aspect::Spacing);
        }
        if length(origin_mm) > tolerance_mm {
            aspects.push(Aspect::Origin);
        }
        if (0..3).any(|axis| turned(axis) > tolerance_mm) {
            aspects.push(Aspect::Direction);
        }
        let direction_degrees = std::array::from_fn(|axis| angle_degrees(a, b, axis));
        Difference { size, spacing_mm, origin_mm, direction_degrees, largest_mm: largest_mm(a, b, steps), aspects }
    }
}

/// A map that is affine moves a corner most.
fn largest_mm(a: &Geometry, b: &Geometry, steps: [f64; 3]) -> f64 {
    let corners = (0..8).map(|corner| std::array::from_fn(|axis| steps[axis] * f64::from((corner >> axis) & 1)));
    corners.fold(0.0, |most: f64, corner: [f64; 3]| {
        let (here, there) = (a.world_mm(corner), b.world_mm(corner));
        most.max(length(std::array::from_fn(|row| there[row] - here[row])))
    })
}

fn column_difference(a: &Geometry, b: &Geometry, axis: usize) -> [f64; 3] {
    std::array::from_fn(|row| b.direction()[row][axis] - a.direction()[row][axis])
}

/// By the chord, which keeps the digits of small angles that the cosine loses.
fn angle_degrees(a: &Geometry, b: &Geometry, axis: usize) -> f64 {
    let sum: [f64; 3] = std::array::from_fn(|row| b.direction()[row][axis] + a.direction()[row][axis]);
    (2.0 * length(column_difference(a, b, axis)).atan2(length(sum))).to_degrees()
}

fn length(vector: [f64; 3]) -> f64 {
    vector.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// The axis with the largest magnitude, and that magnitude.
fn largest(values: [f64; 3]) -> (char, f64) {
    let axis = (0..3).fold(0, |best, axis| if values[axis].abs() > values[best].abs() { axis } else { best });
    (['x', 'y', 'z'][axis], values[axis].abs())
}

/// Three digits behind the point, and a power of ten where they would all be 0.
fn rounded(value: f64) -> String {
    if value < 0.0005 { format!("{value:.1e}") } else { format!("{value:.3}") }
}
