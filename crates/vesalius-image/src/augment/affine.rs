//! All geometry of one image as a single affine map, and its one linear resampling.

use std::ops::Range;

use super::{AugmentParams, Border};

/// How far an entry may be from a whole number to count as one; what is left moves no voxel of a 4,096-voxel axis
/// by more than a hundredth.
const WHOLE_TOLERANCE: f64 = 1e-6;

/// Three rows of three columns, axis order z, y, x.
type Matrix = [[f64; 3]; 3];

const IDENTITY: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// From new voxel positions to old ones: `old = matrix × new + offset`, axis order z, y, x.
#[derive(Clone, Debug)]
pub(super) struct Affine {
    matrix: Matrix,
    offset: [f64; 3],
}

impl Affine {
    /// Composes flip, quarter turns, shear, scale, rotation and shift about the center of the image.
    pub(super) fn of(params: &AugmentParams, size: [usize; 3]) -> Self {
        let mut forward = IDENTITY;
        for (axis, row) in forward.iter_mut().enumerate() {
            row[axis] = if params.flip[axis] { -1.0 } else { 1.0 };
        }
        for axis in 0..3 {
            for _ in 0..params.quarter_turns[axis] % 4 {
                forward = product(&rotation(axis, 0.0, 1.0), &forward);
            }
        }
        let is_zero = |values: &[f64]| values.iter().all(|v| v.abs() < f64::MIN_POSITIVE);
        if !is_zero(&params.shear) {
            let [z_by_x, y_by_z, x_by_y] = params.shear;
            forward = product(&[[1.0, 0.0, z_by_x], [y_by_z, 1.0, 0.0], [0.0, x_by_y, 1.0]], &forward);
        }
        forward = forward.map(|row| row.map(|v| v * params.scale));
        for axis in 0..3 {
            if !is_zero(&params.rotate_degrees[axis..=axis]) {
                let angle = params.rotate_degrees[axis].to_radians();
                forward = product(&rotation(axis, angle.cos(), angle.sin()), &forward);
            }
        }
        let center = size.map(|n| (n as f64 - 1.0) / 2.0);
        // A map that cannot be inverted shows nothing; `Augment::check` keeps such out.
        let matrix = inverse(&forward).unwrap_or(IDENTITY);
        let mut offset = center;
        // A single slice cannot leave its plane.
        let first_moved = usize::from(size[0] == 1);
        for old in 0..3 {
            for new in first_moved..3 {
                let shift = params.shift[new] * size[new] as f64 + f64::from(params.crop_shift_px[new]);
                offset[old] -= matrix[old][new] * (center[new] + shift);
            }
        }
        Self { matrix, offset }
    }

    /// Whether every voxel stays where it is.
    pub(super) fn is_identity(&self) -> bool {
        self.whole().is_some_and(|(matrix, offset)| matrix == [[1, 0, 0], [0, 1, 0], [0, 0, 1]] && offset == [0; 3])
    }

    /// Matrix and offset in whole numbers, where voxels fall on voxels.
    pub(super) fn whole(&self) -> Option<([[i64; 3]; 3], [i64; 3])> {
        let is_whole = |v: &f64| (v - v.round()).abs() < WHOLE_TOLERANCE && v.abs() < 1e9;
        let all_whole = self.matrix.iter().flatten().chain(&self.offset).all(is_whole);
        let matrix = self.matrix.map(|row| row.map(|v| v.round() as i64));
        let column = |axis: usize| matrix.map(|row| row[axis]);
        let is_lattice =
            |line: [i64; 3]| line.iter().filter(|n| **n != 0).count() == 1 && line.iter().any(|n| n.abs() == 1);
        let signed_permutation = (0..3).all(|axis| is_lattice(matrix[axis]) && is_lattice(column(axis)));
        (all_whole && signed_permutation).then(|| (matrix, self.offset.map(|v| v.round() as i64)))
    }

    /// Appends the resampled image, channel by channel.
    pub(super) fn resample(&self, image: &[f32], size: [usize; 3], border: Border, out: &mut Vec<f32>) {
        let [n_z, n_y, n_x] = size;
        let column = |axis: usize| self.matrix.map(|row| row[axis]);
        let [along_z, along_y, along_x] = [column(0), column(1), column(2)];
        let step = along_x.map(|v| to_fixed(v).clamp(-STEP_MAX, STEP_MAX));
        for channel in image.chunks_exact(n_z * n_y * n_x) {
            let grid = Grid { channel, size, border };
            for z in 0..n_z {
                for y in 0..n_y {
                    let start = std::array::from_fn(|old| {
                        let position = self.offset[old] + along_z[old] * z as f64 + along_y[old] * y as f64;
                        to_fixed(position).clamp(-START_MAX, START_MAX)
                    });
                    grid.row(&Line { start, step }, out);
                }
            }
        }
    }
}

/// Bits behind the point of a position in fixed point; steps rounded to them gather less than 1e-6 voxels of error
/// along 4,096 voxels, and adding whole numbers is exact and fast.
const FRACTION_BITS: u32 = 32;

/// Steps and starts are kept below these, so that no sum along an axis of a million voxels overflows.
const STEP_MAX: i64 = 1 << 40;
const START_MAX: i64 = 1 << 60;

fn to_fixed(position: f64) -> i64 {
    (position * f64::from(FRACTION_BITS).exp2()).round() as i64
}

/// The voxel at or below a position, and how far the position is from it, 0 to 1.
#[inline]
fn split(position: i64) -> (i64, f32) {
    // As many digits as `f32` holds, so that the cast is exact.
    let digits = (position >> (FRACTION_BITS - f32::MANTISSA_DIGITS)) & ((1 << f32::MANTISSA_DIGITS) - 1);
    (position >> FRACTION_BITS, digits as i32 as f32 * (1.0 / (1 << f32::MANTISSA_DIGITS) as f32))
}

/// Old positions of one new row, in fixed point, axis order z, y, x.
struct Line {
    start: [i64; 3],
    step: [i64; 3],
}

impl Line {
    #[inline]
    fn at(&self, axis: usize, idx: usize) -> i64 {
        self.start[axis].wrapping_add(self.step[axis].wrapping_mul(idx as i64))
    }

    /// New positions, of `n`, whose old ones have a neighbor on both sides along an axis of `n_old` voxels.
    fn inside(&self, axis: usize, n_old: usize, n: usize) -> Range<usize> {
        let (start, step, last) = (self.start[axis], self.step[axis], (n_old as i64 - 1) << FRACTION_BITS);
        let limit = |idx: i64| idx.clamp(0, n as i64) as usize;
        match step {
            0 if (0..last).contains(&start) => 0..n,
            0 => 0..0,
            1.. => limit(-start.div_euclid(step))..limit(-(start - last).div_euclid(step)),
            _ => limit((start - last).div_euclid(-step) + 1)..limit(start.div_euclid(-step) + 1),
        }
    }
}

/// One channel of an image, for interpolation.
struct Grid<'a> {
    channel: &'a [f32],
    size: [usize; 3],
    border: Border,
}

impl Grid<'_> {
    /// Appends one new row: checked voxels at its ends, and between them those whose neighbors are all inside.
    fn row(&self, line: &Line, out: &mut Vec<f32>) {
        let [n_z, n_y, n_x] = self.size;
        let is_plane = n_z == 1;
        let ranges = [(0, n_z), (1, n_y), (2, n_x)].map(|(axis, n_old)| line.inside(axis, n_old, n_x));
        let used = if is_plane { &ranges[1..] } else { &ranges[..] };
        let start = used.iter().map(|range| range.start).max().unwrap_or(0);
        let end = used.iter().map(|range| range.end).min().unwrap_or(0).max(start);
        out.extend((0..start).map(|idx| self.checked(line, idx)));
        if is_plane {
            out.extend((start..end).map(|idx| self.inside_2d(line, idx)));
        } else {
            out.extend((start..end).map(|idx| self.inside_3d(line, idx)));
        }
        out.extend((end..n_x).map(|idx| self.checked(line, idx)));
    }

    #[inline]
    fn inside_2d(&self, line: &Line, idx: usize) -> f32 {
        let n_x = self.size[2];
        let [(y, part_y), (x, part_x)] = [split(line.at(1, idx)), split(line.at(2, idx))];
        self.plane((y as usize).wrapping_mul(n_x).wrapping_add(x as usize), part_y, part_x)
    }

    #[inline]
    fn inside_3d(&self, line: &Line, idx: usize) -> f32 {
        let [_, n_y, n_x] = self.size;
        let [(z, part_z), (y, part_y), (x, part_x)] =
            [split(line.at(0, idx)), split(line.at(1, idx)), split(line.at(2, idx))];
        let row = (z as usize).wrapping_mul(n_y).wrapping_add(y as usize);
        let at = row.wrapping_mul(n_x).wrapping_add(x as usize);
        let [here, next] = [at, at.wrapping_add(n_y.wrapping_mul(n_x))].map(|at| self.plane(at, part_y, part_x));
        mix(here, next, part_z)
    }

    /// Between four neighbors in a slice, the first of which is at `at`.
    #[inline]
    fn plane(&self, at: usize, part_y: f32, part_x: f32) -> f32 {
        let rows = &self.channel[at..][..self.size[2].wrapping_add(2)];
        let lower = &rows[self.size[2]..];
        mix(mix(rows[0], rows[1], part_x), mix(lower[0], lower[1], part_x), part_y)
    }

    /// Between eight neighbors, any of which may be outside.
    fn checked(&self, line: &Line, idx: usize) -> f32 {
        let [(z, part_z), (y, part_y), (x, part_x)] = [0, 1, 2].map(|axis| split(line.at(axis, idx)));
        let pair = |z, y| mix(self.at([z, y, x]), self.at([z, y, x + 1]), part_x);
        let slice = |z| mix(pair(z, y), pair(z, y + 1), part_y);
        if self.size[0] == 1 { slice(0) } else { mix(slice(z), slice(z + 1), part_z) }
    }

    /// One voxel, or what lies outside.
    fn at(&self, position: [i64; 3]) -> f32 {
        let is_outside = |axis: usize| position[axis] < 0 || position[axis] >= self.size[axis] as i64;
        if self.border == Border::Zero && (0..3).any(is_outside) {
            return 0.0;
        }
        let [z, y, x] = std::array::from_fn(|axis| position[axis].clamp(0, self.size[axis] as i64 - 1) as usize);
        self.channel[(z * self.size[1] + y) * self.size[2] + x]
    }
}

#[inline]
fn mix(a: f32, b: f32, part: f32) -> f32 {
    a + (b - a) * part
}

/// A turn about one axis: `[z, y, x]` order, positive from y to x about z, from x to z about y, from z to y about x.
fn rotation(axis: usize, cosine: f64, sine: f64) -> Matrix {
    let (a, b) = [(1, 2), (2, 0), (0, 1)][axis];
    let mut matrix = IDENTITY;
    matrix[a][a] = cosine;
    matrix[b][b] = cosine;
    matrix[a][b] = -sine;
    matrix[b][a] = sine;
    matrix
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|inner| a[row][inner] * b[inner][column]).sum()))
}

fn inverse(m: &Matrix) -> Option<Matrix> {
    let cofactor = |row: usize, column: usize| {
        let [(r1, r2), (c1, c2)] = [row, column].map(|i| ((i + 1) % 3, (i + 2) % 3));
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * cofactor(0, column)).sum();
    let invertible = determinant.is_finite() && determinant.abs() > 1e-12;
    invertible.then(|| std::array::from_fn(|row| std::array::from_fn(|column| cofactor(column, row) / determinant)))
}
