//! Where voxels are: what the file does not say, the part that is kept, the order of axes, another grid.

use vesalius_image::crop::crop_to_mask;
use vesalius_image::orient::orient;
use vesalius_image::resample::{Interpolation, ResampleOptions, resample};
use vesalius_image::{Geometry, Grid, Problem, Reading, Volume};

use super::{ConvertOptions, Crop, Supplied, Target, plain};
use crate::error::{Error, ErrorKind, Result};
use crate::inspect::is_about_place;
use crate::open::quoted;

/// What a file says beside its image.
pub(super) struct About {
    pub(super) spacing_mm: Option<[f64; 3]>,
    pub(super) units: Option<String>,
    pub(super) problems: Vec<Problem>,
}

/// The volume with the geometry that was supplied; where only a part was, the rest is that of the file.
///
/// The image moves through and is never held twice.
pub(super) fn supply(reading: Reading, supplied: &Supplied) -> Result<(Volume, About)> {
    let Reading { volume, mut spacing_mm, units, mut problems, .. } = reading;
    if *supplied == Supplied::default() {
        return Ok((volume, About { spacing_mm, units, problems }));
    }
    let known = volume.geometry();
    let voxel_mm = supplied.spacing_mm.or(spacing_mm).ok_or_else(|| missing("--set-spacing X,Y,Z"))?;
    // Whoever states a part takes on the rest: a file that says nothing of its place gets the simplest one.
    let origin_mm = supplied.origin_mm.or(known.map(Geometry::origin_mm)).unwrap_or([0.0; 3]);
    let direction = match (supplied.axes, known) {
        (Some(axes), _) => axes.direction(),
        (None, Some(known)) => known.direction(),
        (None, None) => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    };
    let geometry = Geometry::new(voxel_mm, origin_mm, direction)?;
    spacing_mm = Some(voxel_mm);
    // What was missing has been supplied.
    problems.retain(|problem| !is_about_place(problem.code));
    Ok((volume.with_geometry(geometry), About { spacing_mm, units, problems }))
}

/// The grid that the image is to have, where another image gives it.
pub(super) fn like(options: &ConvertOptions) -> Result<Option<Grid>> {
    let Some(Target::Like(path)) = &options.target else { return Ok(None) };
    let grid = Grid::of(&plain(path, &options.read)?)
        .map_err(|error| Error::new(ErrorKind::Data, format!("{}: {error}", path.display())))?;
    Ok(Some(grid))
}

/// Crops, turns and resamples, in this order, so that the mask of the crop need only fit the file.
///
/// Labels that are known to be such are never mixed.
pub(super) fn place(
    mut volume: Volume,
    options: &ConvertOptions,
    like: Option<Grid>,
    is_labels: bool,
) -> Result<Volume> {
    let needs_geometry = [
        (options.crop.is_some(), "--crop-to-mask"),
        (options.axes.is_some(), "--orient"),
        (matches!(options.target, Some(Target::Spacing(_))), "--spacing"),
        (matches!(options.target, Some(Target::Like(_))), "--like"),
    ];
    if volume.geometry().is_none()
        && let Some((_, option)) = needs_geometry.iter().find(|(is_asked, _)| *is_asked)
    {
        return Err(missing(&format!(
            "--set-spacing X,Y,Z, and --set-axes and --set-origin where they matter, for {option}"
        )));
    }
    if let Some(crop) = &options.crop {
        volume = cropped(&volume, crop, options)?;
    }
    if let Some(axes) = options.axes {
        volume = orient(&volume, axes)?;
    }
    let grid = match (&options.target, like) {
        (_, Some(grid)) => grid,
        (Some(Target::Spacing(spacing_mm)), None) => Grid::of(&volume)?.with_spacing(*spacing_mm)?,
        _ => return Ok(volume),
    };
    let interpolation = if is_labels { Interpolation::Nearest } else { options.resample.interpolation };
    Ok(resample(&volume, &grid, &ResampleOptions { interpolation, ..options.resample.clone() })?)
}

fn missing(options: &str) -> Error {
    let message = format!("the file does not say where its voxels are; state it by {options}");
    Error::new(ErrorKind::Configuration, message)
}

fn cropped(volume: &Volume, crop: &Crop, options: &ConvertOptions) -> Result<Volume> {
    let mask = plain(&crop.mask, &options.read)?;
    crop_to_mask(volume, &mask, crop.margin_mm).map_err(|error| {
        let remedy = format!("vesalius convert {} OUT --like IN --interpolation nearest", quoted(&crop.mask));
        let message =
            format!("{}: {error}; a mask on another grid is brought there by `{remedy}`", crop.mask.display());
        Error::new(ErrorKind::Data, message)
    })
}
