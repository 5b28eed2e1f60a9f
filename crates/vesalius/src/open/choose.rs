//! The one image of a path that was chosen; where the choice is open, an error that lists what there is.

use std::path::Path;

use vesalius_image::dicom::{self, Derived, Index, Stack};
use vesalius_image::{Grid, Problem, ReadOptions, Reading, format};

use super::{Choice, Gaps, Opened, is_medium, masks, masks_of};
use crate::error::{Error, ErrorKind, Result};

/// The one image of a path that was chosen.
///
/// Masks lie on `onto` where their voxels lie on its; contours are filled there, and without it on the image in the
/// same folder or archive that they were drawn on.
pub(crate) fn read(path: &Path, choice: &Choice, onto: Option<&Grid>, options: &ReadOptions) -> Result<Opened> {
    if is_medium(path) {
        return read_series(path, &dicom::open(path, options)?, choice, onto, options);
    }
    if choice.series_uid.is_some() || choice.volume.is_some() {
        let message = format!("{} is one file; a series is chosen from a folder, a zip or a DICOMDIR", path.display());
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    match masks_of(path, options) {
        Some(index) => read_series(path, &index, choice, onto, options),
        None if choice.uptake.is_some() => read_series(path, &dicom::open(path, options)?, choice, onto, options),
        None => Ok(Opened { reading: format::read(path, options)?, regions: Vec::new() }),
    }
}

/// A volume of the chosen series, or its masks; images come before masks that were made from them.
fn read_series(
    path: &Path,
    index: &Index,
    choice: &Choice,
    onto: Option<&Grid>,
    options: &ReadOptions,
) -> Result<Opened> {
    let wanted = |series: &&dicom::Series| choice.series_uid.as_ref().is_none_or(|uid| *uid == series.uid);
    let (images, others): (Vec<&dicom::Series>, Vec<_>) =
        index.series.iter().filter(wanted).partition(|series| !series.volumes.is_empty());
    match (&images[..], &others[..]) {
        ([series], _) => {
            let stack = one_of(path, &series.volumes, choice, |stack| size(stack.size()))?;
            Ok(Opened { reading: read_stack(path, index, stack, choice, options)?, regions: Vec::new() })
        }
        ([], [series]) if choice.uptake.is_none() => {
            let derived = one_of(path, &series.derived, choice, |derived: &Derived| derived.name.clone())?;
            masks::read(index, derived, onto, options)
        }
        _ => Err(which_series(path, index, choice)),
    }
}

fn read_stack(path: &Path, index: &Index, stack: &Stack, choice: &Choice, options: &ReadOptions) -> Result<Reading> {
    let spread = if choice.gaps == Gaps::Spread { stack.spread() } else { None };
    let stack = spread.as_ref().unwrap_or(stack);
    if let Some(Problem { message, remedy, .. }) = stack.obstacle() {
        let spreads = if stack.spread().is_some() { ", or pass --gaps spread to take them as even" } else { "" };
        let message = format!("{}: {message}; {remedy}{spreads}", path.display());
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(match choice.uptake {
        Some(normalization) => index.uptake(stack, normalization, options)?,
        None => index.read(stack, options)?,
    })
}

/// The chosen one of several volumes, or the only one.
fn one_of<'a, T>(path: &Path, all: &'a [T], choice: &Choice, named: impl Fn(&T) -> String) -> Result<&'a T> {
    match (choice.volume, all) {
        (None, [one]) => Ok(one),
        (Some(volume), _) if (1..=all.len()).contains(&volume) => Ok(&all[volume - 1]),
        _ => {
            let lines: Vec<String> =
                all.iter().enumerate().map(|(idx, one)| format!("\n  {}  {}", idx + 1, named(one))).collect();
            let (path, lines) = (path.display(), lines.concat());
            let message = format!("the series in {path} has several volumes; choose one by --volume:{lines}");
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

/// An error that lists what there is to choose from.
fn which_series(path: &Path, index: &Index, choice: &Choice) -> Error {
    let line = |series: &dicom::Series| {
        let what = series.volumes.first().map_or_else(|| "masks".to_owned(), |stack| size(stack.size()));
        format!("\n  {}  {} {what}", series.uid, series.modality)
    };
    let lines = index.series.iter().map(line).collect::<Vec<_>>().concat();
    let message = match &choice.series_uid {
        Some(uid) => format!("{} has no series {uid} of which one can be read; there is:{lines}", path.display()),
        None => format!("{} has several series; choose one by --series:{lines}", path.display()),
    };
    Error::new(ErrorKind::Configuration, message)
}

fn size([x, y, z]: [usize; 3]) -> String {
    format!("{x} x {y} x {z}")
}
