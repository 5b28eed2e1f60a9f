//! Where the voxels of a MetaImage are.

use super::header::Header;
use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::reading::Problem;

const REMEDY: &str = "take the geometry of the image that it belongs to, with convert --like";

/// What a header says of the place of its voxels.
#[derive(Debug, Default)]
pub(super) struct Placing {
    pub(super) geometry: Option<Geometry>,
    pub(super) spacing_mm: Option<[f64; 3]>,
    pub(super) problems: Vec<Problem>,
}

pub(super) fn read(header: &Header) -> Result<Placing> {
    let mut placing = Placing::default();
    let Some(spacing) = &header.spacing else {
        placing.problems.push(Problem::new("no-spacing", "the header does not say how far apart voxels are", REMEDY));
        return Ok(placing);
    };
    // Some writers put the sign of an axis here; what is negative has no meaning as a distance.
    if !spacing.iter().all(|step| *step > 0.0) {
        return Err(Error::format(format!(
            "the MetaImage header puts voxels {spacing:?} mm apart; expected numbers above 0; correct ElementSpacing"
        )));
    }
    let &[x, y, z, ..] = spacing.as_slice() else {
        placing.problems.push(Problem::new(
            "no-slice-spacing",
            format!("voxels are {spacing:?} mm apart in the plane, and nothing says how thick it is"),
            "write the image with three axes, the last of length 1",
        ));
        return Ok(placing);
    };
    placing.spacing_mm = Some([x, y, z]);
    let (Some(origin), Some(matrix)) = (&header.origin, &header.matrix) else {
        let missing = if header.origin.is_none() { "Offset" } else { "TransformMatrix" };
        placing.problems.push(Problem::new("no-orientation", format!("the header has no {missing}"), REMEDY));
        return Ok(placing);
    };
    let n_axes = header.sizes.len();
    // Rows of the file are the directions of axes, and columns are so here.
    let direction = std::array::from_fn(|row| std::array::from_fn(|axis| matrix[axis * n_axes + row]));
    match Geometry::new([x, y, z], [origin[0], origin[1], origin[2]], direction) {
        Ok(geometry) => placing.geometry = Some(geometry),
        Err(error) => {
            placing.problems.push(Problem::new("sheared-grid", error.to_string(), "resample it to a straight grid"));
        }
    }
    Ok(placing)
}
