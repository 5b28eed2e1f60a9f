//! Masks that DICOM keeps apart from images: segmentations, and contours that are filled on the grid of an image.

use serde::Serialize;
use vesalius_image::dicom::segmentation::{Coding, Segment};
use vesalius_image::dicom::{Derived, DerivedKind, Index, Stack};
use vesalius_image::{Grid, ReadOptions, Reading};

use super::Opened;
use crate::error::{Error, ErrorKind, Result};

/// A region of a mask that its file names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Region {
    /// Its value in a label map; of regions that overlap or are fractions, the number of its channel from 1.
    pub value: u32,
    /// Its name, such as `Liver`.
    pub name: String,
}

/// The masks of a file, on a grid where their voxels lie on it, else on their own.
pub(super) fn read(index: &Index, derived: &Derived, onto: Option<&Grid>, options: &ReadOptions) -> Result<Opened> {
    let (reading, regions) = found(index, derived, onto, options)?;
    let reading = reading.ok_or_else(|| {
        let message = format!(
            "{}: contours are filled on the grid of the image that they were drawn on, which is not here; \
             name it by --like, or open the folder that holds both",
            derived.name
        );
        Error::new(ErrorKind::Data, message)
    })?;
    Ok(Opened { reading, regions })
}

/// As [`read`], for whoever looks around and may meet contours without an image: they have regions and no masks.
pub(super) fn found(
    index: &Index,
    derived: &Derived,
    onto: Option<&Grid>,
    options: &ReadOptions,
) -> vesalius_image::Result<(Option<Reading>, Vec<Region>)> {
    match derived.kind {
        DerivedKind::Segmentation => segmented(index, derived, onto, options),
        DerivedKind::Structures => filled(index, derived, onto, options),
    }
}

fn segmented(
    index: &Index,
    derived: &Derived,
    onto: Option<&Grid>,
    options: &ReadOptions,
) -> vesalius_image::Result<(Option<Reading>, Vec<Region>)> {
    let found = index.segmentation(derived, options)?;
    // Another grid is reached by resampling.
    let on_grid = onto.and_then(|grid| found.read(Some(grid), options).ok());
    let reading = on_grid.map_or_else(|| found.read(None, options), Ok)?;
    let is_map = reading.volume.shape()[0] == 1 && found.coding != Coding::Fractional;
    let region = |(segment, channel): (&Segment, u32)| {
        let value = if is_map { u32::from(segment.number) } else { channel };
        Region { value, name: segment.label.clone() }
    };
    let regions = found.segments.iter().zip(1..).map(region).collect();
    Ok((Some(reading), regions))
}

fn filled(
    index: &Index,
    derived: &Derived,
    onto: Option<&Grid>,
    options: &ReadOptions,
) -> vesalius_image::Result<(Option<Reading>, Vec<Region>)> {
    let found = index.structures(derived, options)?;
    let drawn_on = found.series_uid.as_ref().and_then(|uid| grid_of(index, uid));
    let reading = match onto.or(drawn_on.as_ref()) {
        Some(grid) => Some(found.read(grid, &options.limits)?),
        None => None,
    };
    let named = found.structures.iter().zip(1..);
    Ok((reading, named.map(|(structure, value)| Region { value, name: structure.name.clone() }).collect()))
}

/// The grid of the largest volume of a series that is in the same folder or archive.
fn grid_of(index: &Index, uid: &str) -> Option<Grid> {
    let stack: &Stack = index.series.iter().find(|series| series.uid == uid)?.volumes.first()?;
    let [x, y, z] = stack.size();
    Grid::new([z, y, x], stack.geometry()?.clone()).ok()
}
