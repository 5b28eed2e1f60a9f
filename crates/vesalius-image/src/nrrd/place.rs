//! Which axes of a NRRD file are x, y, z and channel, and where its voxels are.

use super::header::{Header, Space};
use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::length::unit_mm;
use crate::reading::Problem;

const REMEDY: &str = "take the geometry of the image that it belongs to, with convert --like";

/// The axes of a file in the order of a volume.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    /// Positions in the file of x, y and z, as many as there are.
    spatial: Vec<usize>,
    /// `[channel, z, y, x]`.
    pub(super) shape: [usize; 4],
    /// How many samples of one channel follow each other.
    pub(super) n_inner: usize,
}

impl Axes {
    pub(super) fn of(header: &Header) -> Result<Self> {
        let sizes = &header.sizes;
        let is_spatial = |axis: usize| match (&header.directions, &header.kinds) {
            (Some(directions), _) => directions[axis].is_some(),
            (None, Some(kinds)) => matches!(kinds[axis].as_str(), "domain" | "space" | "???" | "none"),
            (None, None) => true,
        };
        let mut spatial: Vec<usize> = (0..sizes.len()).filter(|axis| is_spatial(*axis)).collect();
        if spatial.len() > 3 && header.directions.is_none() {
            spatial.truncate(3);
        }
        let others: Vec<usize> = (0..sizes.len()).filter(|axis| !spatial.contains(axis)).collect();
        let long: Vec<usize> = others.iter().copied().filter(|axis| sizes[*axis] > 1).collect();
        if long.len() > 1 || spatial.len() > 3 || spatial.is_empty() {
            return Err(Error::unsupported(format!(
                "the NRRD file has axes {sizes:?}, {} of them in space; expected one to three in space and one other; \
                 split it first",
                spatial.len()
            )));
        }
        let length = |axis: Option<&usize>| {
            let n = axis.map_or(1, |axis| sizes[*axis]);
            usize::try_from(n).map_err(|_| Error::limit(format!("an axis of {n} samples does not fit this machine")))
        };
        let channel = long.first();
        let inner = &sizes[..channel.map_or(0, |axis| *axis)];
        let n_inner = inner.iter().try_fold(1_u64, |product, n| product.checked_mul(*n));
        let shape = [length(channel)?, length(spatial.get(2))?, length(spatial.get(1))?, length(spatial.first())?];
        Ok(Self { spatial, shape, n_inner: n_inner.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX) })
    }
}

/// What a header says of the place of its voxels.
#[derive(Debug, Default)]
pub(super) struct Placing {
    pub(super) geometry: Option<Geometry>,
    pub(super) spacing_mm: Option<[f64; 3]>,
    pub(super) problems: Vec<Problem>,
}

pub(super) fn read(header: &Header, axes: &Axes) -> Result<Placing> {
    let mut placing = Placing::default();
    let Some(scale) = scale(header, &mut placing.problems) else { return Ok(placing) };
    if let Some(directions) = &header.directions {
        let steps: Vec<&Vec<f64>> = axes.spatial.iter().filter_map(|axis| directions[*axis].as_ref()).collect();
        by_steps(&steps, header, scale, &mut placing)?;
    } else if let Some(spacings) = &header.spacings {
        let lengths: Vec<f64> = axes.spatial.iter().map(|axis| spacings[*axis].abs() * scale).collect();
        if lengths.iter().any(|length| length.is_nan()) {
            placing.problems.push(Problem::new("no-spacing", "the header gives no spacing for some axes", REMEDY));
            return Ok(placing);
        }
        set_spacing(&lengths, &mut placing)?;
        placing.problems.push(Problem::new(
            "no-orientation",
            "the header gives distances of voxels, and does not say where they are",
            REMEDY,
        ));
    } else {
        placing.problems.push(Problem::new("no-spacing", "the header does not say how far apart voxels are", REMEDY));
    }
    Ok(placing)
}

/// Millimeters of one unit of the header; millimeters where it names none, as every tool takes it.
fn scale(header: &Header, problems: &mut Vec<Problem>) -> Option<f64> {
    let mut named = header.length_units.iter().filter(|unit| !unit.trim().is_empty());
    let Some(first) = named.next() else { return Some(1.0) };
    let scale = unit_mm(first).filter(|scale| {
        // One unit for all axes; units of time or of nothing may stand beside it.
        named.all(|unit| unit_mm(unit).is_none_or(|other| (other - scale).abs() <= f64::EPSILON * scale))
    });
    if scale.is_none() {
        let message = format!("lengths are in {:?}, which is no unit of length that is known", header.length_units);
        problems.push(Problem::new("unknown-unit", message, "write \"mm\" as space units if that is what they are"));
    }
    scale
}

fn by_steps(steps: &[&Vec<f64>], header: &Header, scale: f64, placing: &mut Placing) -> Result<()> {
    let lengths: Vec<f64> = steps.iter().map(|step| step.iter().map(|v| v * v).sum::<f64>().sqrt() * scale).collect();
    set_spacing(&lengths, placing)?;
    let no_place = |why: &str| Problem::new("no-orientation", why.to_owned(), REMEDY);
    let (Space::Patient(signs), Some(origin)) = (header.space, &header.origin) else {
        let why = match header.space {
            Space::Patient(_) => "the header gives directions, and no origin",
            Space::Other => "the directions are those of a scanner, from which no way leads to the patient",
            Space::Absent => "the header gives directions, and does not say in which space",
        };
        placing.problems.push(no_place(why));
        return Ok(());
    };
    let (&[x, y, z], true) = (steps, steps.iter().all(|step| step.len() == 3) && origin.len() == 3) else {
        placing.problems.push(no_place("fewer than three axes have a direction in space"));
        return Ok(());
    };
    let affine = std::array::from_fn(|row| [x[row], y[row], z[row], origin[row]].map(|v| v * signs[row] * scale));
    match Geometry::from_affine(&affine) {
        Ok(geometry) => {
            placing.spacing_mm = Some(geometry.spacing_mm());
            placing.geometry = Some(geometry);
        }
        Err(error) if origin.iter().all(|v| v.is_finite()) => {
            placing.problems.push(Problem::new("sheared-grid", error.to_string(), "resample it to a straight grid"));
        }
        Err(error) => return Err(Error::format(format!("the NRRD geometry is impossible ({error})"))),
    }
    Ok(())
}

/// Keeps the spacing where all three axes have one.
fn set_spacing(lengths: &[f64], placing: &mut Placing) -> Result<()> {
    if !lengths.iter().all(|length| length.is_finite() && *length > 0.0) {
        return Err(Error::format(format!(
            "the NRRD header puts voxels {lengths:?} mm apart; expected finite distances above 0; correct the header"
        )));
    }
    match lengths {
        [x, y, z] => placing.spacing_mm = Some([*x, *y, *z]),
        _ => placing.problems.push(Problem::new(
            "no-slice-spacing",
            format!("voxels are {lengths:?} mm apart in the plane, and nothing says how thick it is"),
            "give the volume a third axis of one sample with its thickness",
        )),
    }
    Ok(())
}
