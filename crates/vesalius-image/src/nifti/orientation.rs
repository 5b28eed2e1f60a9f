//! Where NIfTI says the voxels are: sform and qform, between RAS in the file and LPS in [`Geometry`].

use super::header::{CODE_SCANNER, Header};
use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::reading::Problem;

/// Voxel to world: three rows of three columns (image x, y, z) and an offset, RAS.
type Affine = [[f64; 4]; 3];

/// Below this 1 − b² − c² − d² is only what `f32` rounding left of a half turn; the reference implementation
/// (`nifti1_io.c`) draws the line there too.
const HALF_TURN_REST: f64 = 1e-7;

/// How far sform and qform may be apart: in parts of the smallest spacing, and in radians, because the quaternion of
/// a turn by nearly a half keeps no more digits of it than that.
const APART_MAX_VOXELS: f64 = 0.1;
const APART_MAX_RADIANS: f64 = 1e-3;

/// How far columns of an affine and spacing fields may differ, in parts.
const SPACING_TOLERANCE: f64 = 1e-3;

/// RAS to LPS and back: left and posterior change sign.
const RAS_TO_LPS: [f64; 3] = [-1.0, -1.0, 1.0];

/// What a header says of place.
#[derive(Debug)]
pub(super) struct Placing {
    pub(super) geometry: Option<Geometry>,
    pub(super) spacing_mm: Option<[f64; 3]>,
    pub(super) problems: Vec<Problem>,
}

/// The place of a file: sform, else qform, else spacing alone.
pub(super) fn placing(header: &Header) -> Result<Placing> {
    let mut problems = Vec::new();
    let unit_mm = unit_mm(header)?;
    let qform = (header.qform_code > 0).then(|| from_quaternion(header));
    let affine = match (header.sform_code > 0, qform) {
        (true, qform) => {
            problems.extend(qform.and_then(|qform| apart(header, qform, unit_mm)));
            if header.qform_code <= 0 {
                problems.extend(other_spacing(header));
            }
            header.sform
        }
        (false, Some(qform)) => {
            problems.extend(negative_spacing(header));
            qform?
        }
        (false, None) => return Ok(unplaced(header, unit_mm)),
    };
    let geometry = from_affine(&affine, unit_mm, header.sform_code > 0)?;
    Ok(Placing { spacing_mm: Some(geometry.spacing_mm()), geometry: Some(geometry), problems })
}

fn unit_mm(header: &Header) -> Result<f64> {
    match header.units & 0b111 {
        // Files without a unit are in millimeters by the habit of every tool that writes them.
        0 | 2 => Ok(1.0),
        1 => Ok(1000.0),
        3 => Ok(0.001),
        other => Err(Error::format(format!("the NIfTI header has the unknown unit of length {other}; correct it"))),
    }
}

/// The first way of the standard: spacing alone, with which other tools make up a place.
fn unplaced(header: &Header, unit_mm: f64) -> Placing {
    let spacing = spacing(header).map(f64::abs);
    let is_known = spacing.iter().all(|s| s.is_finite() && *s > 0.0);
    let mut problems = vec![Problem::new(
        "no-orientation",
        "sform and qform codes are 0: the file does not say where its voxels are, nor which side is left",
        "take the orientation from the image that this one was made from (--like FILE), or set it when you know it",
    )];
    if !is_known {
        problems.push(Problem::new(
            "no-spacing",
            format!("pixdim {:?} is no spacing", spacing_raw(header)),
            "take the spacing from the image that this one was made from (--like FILE)",
        ));
    }
    problems.extend(negative_spacing(header).filter(|_| is_known));
    Placing { geometry: None, spacing_mm: is_known.then(|| spacing.map(|s| s * unit_mm)), problems }
}

fn spacing_raw(header: &Header) -> [f64; 3] {
    [header.pixdim[1], header.pixdim[2], header.pixdim[3]]
}

/// Spacing as pixdim has it; the axes that a flat image lacks are not asked for.
fn spacing(header: &Header) -> [f64; 3] {
    let mut spacing = spacing_raw(header);
    for (axis, spacing) in spacing.iter_mut().enumerate() {
        let is_absent = header.dim[0] <= axis as i64;
        // Many writers leave 0 there; one slice has no neighbor whose distance could be wrong.
        if is_absent && spacing.abs() < f64::MIN_POSITIVE {
            *spacing = 1.0;
        }
    }
    spacing
}

fn negative_spacing(header: &Header) -> Option<Problem> {
    let spacing = spacing_raw(header);
    spacing.iter().any(|s| *s < 0.0).then(|| {
        Problem::new(
            "negative-spacing",
            format!("pixdim {spacing:?} has a negative spacing, which the standard forbids; its size is taken"),
            "check left and right against an image of the same patient, and save the file again",
        )
    })
}

/// How far sform and qform are apart, where that is more than rounding.
fn apart(header: &Header, qform: Result<Affine>, unit_mm: f64) -> Option<Problem> {
    let remedy = "the sform is used; if the qform is the right one, set the sform code to 0";
    let qform = match qform {
        Ok(qform) => qform,
        Err(error) => return Some(Problem::new("qform-damaged", error.to_string(), remedy)),
    };
    let corner =
        |idx: usize, axis: usize| if idx >> axis & 1 == 1 { (header.dim[1 + axis] - 1).max(0) as f64 } else { 0.0 };
    let place = |affine: &Affine, idx: usize, row: usize| {
        affine[row][3] + (0..3).map(|axis| affine[row][axis] * corner(idx, axis)).sum::<f64>()
    };
    let distance = |of: &dyn Fn(usize) -> f64| (0..3).map(|row| of(row).powi(2)).sum::<f64>().sqrt();
    let (mut apart_mm, mut extent_mm) = (0.0_f64, 0.0_f64);
    for idx in 0..8 {
        apart_mm = apart_mm.max(distance(&|row| place(&header.sform, idx, row) - place(&qform, idx, row)) * unit_mm);
        extent_mm = extent_mm.max(distance(&|row| place(&header.sform, idx, row) - header.sform[row][3]) * unit_mm);
    }
    let smallest_mm = lengths(&header.sform).into_iter().fold(f64::INFINITY, f64::min) * unit_mm;
    let is_apart = apart_mm > (APART_MAX_VOXELS * smallest_mm).max(APART_MAX_RADIANS * extent_mm);
    is_apart.then(|| {
        Problem::new(
            "forms-apart",
            format!("sform and qform place the same voxel up to {apart_mm:.3} mm apart"),
            remedy,
        )
    })
}

/// Spacing fields that contradict the sform, where no qform uses them.
fn other_spacing(header: &Header) -> Option<Problem> {
    let (fields, columns) = (spacing(header), lengths(&header.sform));
    let differs = |(field, column): (&f64, &f64)| (field.abs() - column).abs() > SPACING_TOLERANCE * column;
    fields.iter().zip(&columns).any(differs).then(|| {
        Problem::new(
            "spacing-apart",
            format!("pixdim has spacing {fields:?}, and the sform {columns:?}"),
            "the sform is used; tools that look at pixdim alone see another size, so save the file again",
        )
    })
}

fn lengths(affine: &Affine) -> [f64; 3] {
    std::array::from_fn(|axis| affine.iter().map(|row| row[axis] * row[axis]).sum::<f64>().sqrt())
}

/// Spacing is the length of the columns, direction what is left of them.
fn from_affine(affine: &Affine, unit_mm: f64, is_sform: bool) -> Result<Geometry> {
    let lps = std::array::from_fn(|row| affine[row].map(|value| value * RAS_TO_LPS[row] * unit_mm));
    Geometry::from_affine(&lps).map_err(|error| {
        let (form, other, which) = if is_sform { ("sform", "qform", "sform") } else { ("qform", "sform", "qform") };
        Error::format(format!(
            "the NIfTI {form} cannot be used: {error}; where the {other} is right, set the {which} code to 0,              and where the grid is truly sheared, resample it with the tool that made it"
        ))
    })
}

/// Method 2 of the standard: the rotation of quaternion (a, b, c, d) with a ≥ 0, columns times spacing.
fn from_quaternion(header: &Header) -> Result<Affine> {
    let [b, c, d, offsets @ ..] = header.qform;
    let rest = 1.0 - (b * b + c * c + d * d);
    if rest.is_nan() || rest < -1e-5 {
        return Err(Error::format("the NIfTI quaternion is longer than 1; the header is damaged, save the file again"));
    }
    let rotation = if rest < HALF_TURN_REST {
        let length = (b * b + c * c + d * d).sqrt();
        rotation([0.0, b / length, c / length, d / length])
    } else {
        rotation([rest.sqrt(), b, c, d])
    };
    let handedness = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let spacing = spacing(header).map(f64::abs);
    if !spacing.iter().all(|s| s.is_finite() && *s > 0.0) {
        return Err(Error::format(format!(
            "the NIfTI qform needs a spacing, and pixdim is {:?}; expected numbers above 0; correct them",
            spacing_raw(header)
        )));
    }
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
            header.sform[row][axis] = ras[row][axis] * spacing[axis];
        }
        header.sform[row][3] = origin[row] * RAS_TO_LPS[row];
        header.qform[3 + row] = header.sform[row][3];
        header.pixdim[1 + row] = spacing[row];
    }
    let handedness = if determinant(&ras) < 0.0 { -1.0 } else { 1.0 };
    header.pixdim[0] = handedness;
    let proper = ras.map(|[x, y, z]| [x, y, z * handedness]);
    let quaternion = quaternion(&proper);
    header.qform[..3].copy_from_slice(&quaternion);
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
    // A direction that is a rotation to four digits only gives a quaternion that is longer or shorter than 1.
    let length = imaginary.iter().fold(real * real, |sum, v| sum + v * v).sqrt().copysign(real);
    imaginary.map(|v| v / length)
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
