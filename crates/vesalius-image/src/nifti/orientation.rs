//! Where NIfTI-1 says the voxels are: sform and qform, between RAS in the file and LPS in [`Geometry`].

use super::header::{CODE_SCANNER, Header};
use crate::error::{Error, Result};
use crate::geometry::Geometry;

/// Voxel to world: three rows of three columns (image x, y, z) and an offset, RAS.
type Affine = [[f64; 4]; 3];

/// Below this 1 − b² − c² − d² is only what `f32` rounding left of a half turn; the reference implementation
/// (`nifti1_io.c`) draws the line there too.
const HALF_TURN_REST: f64 = 1e-7;

/// RAS to LPS and back: left and posterior change sign.
const RAS_TO_LPS: [f64; 3] = [-1.0, -1.0, 1.0];

/// The geometry of a file: sform, else qform, else none.
pub(super) fn geometry(header: &Header) -> Result<Option<Geometry>> {
    let affine = if header.sform_code > 0 {
        header.sform.map(|row| row.map(f64::from))
    } else if header.qform_code > 0 {
        from_quaternion(header)?
    } else {
        return Ok(None);
    };
    let unit_mm = match header.units & 0b111 {
        // Files with an orientation and no unit are in millimeters by the habit of every tool that writes them.
        0 | 2 => 1.0,
        1 => 1000.0,
        3 => 0.001,
        other => return Err(Error::format(format!("the NIfTI header has the unknown unit of length {other}"))),
    };
    from_affine(&affine, unit_mm).map(Some)
}

/// Spacing is the length of the columns, direction what is left of them.
fn from_affine(affine: &Affine, unit_mm: f64) -> Result<Geometry> {
    let column_length = |axis: usize| affine.iter().map(|row| row[axis] * row[axis]).sum::<f64>().sqrt();
    let lengths: [f64; 3] = std::array::from_fn(column_length);
    let direction =
        std::array::from_fn(|row| std::array::from_fn(|axis| RAS_TO_LPS[row] * affine[row][axis] / lengths[axis]));
    let origin_mm = std::array::from_fn(|row| RAS_TO_LPS[row] * affine[row][3] * unit_mm);
    Geometry::new(lengths.map(|length| length * unit_mm), origin_mm, direction)
        .map_err(|error| Error::format(format!("the NIfTI orientation cannot be used: {error}")))
}

/// Method 2 of the standard: the rotation of quaternion (a, b, c, d) with a ≥ 0, columns times spacing.
fn from_quaternion(header: &Header) -> Result<Affine> {
    let [b, c, d, offsets @ ..] = header.qform.map(f64::from);
    let rest = 1.0 - (b * b + c * c + d * d);
    if rest.is_nan() || rest < -1e-5 {
        return Err(Error::format("the NIfTI quaternion is longer than 1; the file is damaged"));
    }
    let rotation = if rest < HALF_TURN_REST {
        let length = (b * b + c * c + d * d).sqrt();
        rotation([0.0, b / length, c / length, d / length])
    } else {
        rotation([rest.sqrt(), b, c, d])
    };
    let handedness = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let spacing = [1, 2, 3].map(|axis| f64::from(header.pixdim[axis]));
    let scale = [spacing[0], spacing[1], spacing[2] * handedness];
    let column = |row: usize, axis: usize| if axis < 3 { rotation[row][axis] * scale[axis] } else { offsets[row] };
    Ok(std::array::from_fn(|row| std::array::from_fn(|axis| column(row, axis))))
}

fn rotation([a, b, c, d]: [f64; 4]) -> [[f64; 3]; 3] {
    [
        [a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), 2.0 * (b * d + a * c)],
        [2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d - a * b)],
        [2.0 * (b * d - a * c), 2.0 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ]
}

/// Writes a geometry as sform and as qform, both in scanner coordinates.
pub(super) fn set(header: &mut Header, geometry: &Geometry) {
    let (spacing, origin, lps) = (geometry.spacing_mm(), geometry.origin_mm(), geometry.direction());
    let ras: [[f64; 3]; 3] = std::array::from_fn(|row| lps[row].map(|v| v * RAS_TO_LPS[row]));
    header.sform_code = CODE_SCANNER;
    header.qform_code = CODE_SCANNER;
    for row in 0..3 {
        for axis in 0..3 {
            header.sform[row][axis] = (ras[row][axis] * spacing[axis]) as f32;
        }
        header.sform[row][3] = (origin[row] * RAS_TO_LPS[row]) as f32;
        header.qform[3 + row] = header.sform[row][3];
        header.pixdim[1 + row] = spacing[row] as f32;
    }
    let handedness = if determinant(&ras) < 0.0 { -1.0 } else { 1.0 };
    header.pixdim[0] = handedness as f32;
    let proper = ras.map(|[x, y, z]| [x, y, z * handedness]);
    let quaternion = quaternion(&proper);
    for (slot, value) in header.qform[..3].iter_mut().zip(quaternion) {
        *slot = value as f32;
    }
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

/// b, c and d of the unit quaternion with a ≥ 0 of a proper rotation; divides by its largest component.
///
/// Shepperd 1978, doi:10.2514/3.55767b.
fn quaternion(m: &[[f64; 3]; 3]) -> [f64; 3] {
    let trace = m[0][0] + m[1][1] + m[2][2];
    // Squares of the components, times four.
    let squares = [1.0 + trace, 1.0 + 2.0 * m[0][0] - trace, 1.0 + 2.0 * m[1][1] - trace, 1.0 + 2.0 * m[2][2] - trace];
    let largest = (0..4).max_by(|a, b| squares[*a].total_cmp(&squares[*b])).expect("four components");
    let root = squares[largest].max(0.0).sqrt();
    let of = |value: f64| value / (2.0 * root);
    let turns = [of(m[2][1] - m[1][2]), of(m[0][2] - m[2][0]), of(m[1][0] - m[0][1])];
    let [xy, xz, yz] = [of(m[0][1] + m[1][0]), of(m[0][2] + m[2][0]), of(m[1][2] + m[2][1])];
    let half = root / 2.0;
    let (real, imaginary) = match largest {
        0 => (half, turns),
        1 => (turns[0], [half, xy, xz]),
        2 => (turns[1], [xy, half, yz]),
        _ => (turns[2], [xz, yz, half]),
    };
    if real < 0.0 { imaginary.map(|v| -v) } else { imaginary }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quaternion_and_rotation_are_inverse() {
        let cases = [
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.5, 0.5, -0.5, 0.5],
            [0.1, -0.7, 0.2, 0.678_2],
            [0.0, 0.0, 0.6, 0.8],
        ];
        for case in cases {
            let norm = case.iter().map(|v| v * v).sum::<f64>().sqrt();
            let [a, b, c, d] = case.map(|v| v / norm);
            let found = quaternion(&rotation([a, b, c, d]));
            let same = |sign: f64| found.iter().zip([b, c, d]).all(|(f, e)| (f - sign * e).abs() < 1e-12);
            // With a = 0 both signs are the same rotation.
            assert!(same(1.0) || (a < 1e-12 && same(-1.0)), "{case:?} {found:?}");
        }
    }
}
