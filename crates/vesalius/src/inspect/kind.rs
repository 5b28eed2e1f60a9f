//! What an image is, from what its file says and what its samples are like.

use serde::Serialize;
use vesalius_image::dicom::DerivedKind;
use vesalius_image::tiff::Pyramid;
use vesalius_image::{Dtype, Limits, Reading};

use super::tally::Tally;
use crate::open::{Holding, Series};

/// Share of equal neighbors from which few whole values are taken for labels; photographs stay below a half.
const EQUAL_NEIGHBORS_MIN: f64 = 0.75;

/// What an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One slice.
    Image,
    /// Several slices.
    Volume,
    /// Red, green and blue.
    Color,
    /// The same place at several times.
    TimeSeries,
    /// Several values of each voxel that are neither color nor said to be times.
    Channels,
    /// Labels of regions: by its file, or by few values in large areas.
    Mask,
    /// Contours of regions, read as a mask.
    Contours,
    /// A slide in levels and tiles.
    Pyramid,
    /// No image.
    Other,
}

/// What was read; a file that says what it is comes before what its samples look like.
pub(super) fn of(holding: &Holding, (reading, tally): (&Reading, &Tally), limits: &Limits) -> Kind {
    match holding.masks() {
        Some(DerivedKind::Segmentation) => return Kind::Mask,
        Some(DerivedKind::Structures) => return Kind::Contours,
        None => {}
    }
    if holding.series().is_some_and(is_over_time) {
        return Kind::TimeSeries;
    }
    if holding.format() == Some("tiff") && is_pyramid(holding, limits) {
        return Kind::Pyramid;
    }
    let [channels, z, ..] = reading.volume.shape();
    match channels {
        3 if matches!(reading.dtype, Dtype::U8 | Dtype::U16) => Kind::Color,
        1 if is_mask(tally) => Kind::Mask,
        1 if z == 1 => Kind::Image,
        1 => Kind::Volume,
        _ => Kind::Channels,
    }
}

/// Whether the channels of a series are times, by the names that reading gives them.
fn is_over_time(series: &Series) -> bool {
    const TIMES: [&str; 3] = ["time=", "phase=", "trigger="];
    series.channels.iter().any(|name| TIMES.iter().any(|time| name.starts_with(time)))
}

/// Whether a TIFF holds smaller versions of its image.
fn is_pyramid(holding: &Holding, limits: &Limits) -> bool {
    Pyramid::open(holding.path(), limits).is_ok_and(|pyramid| pyramid.levels().len() > 1)
}

/// Two values one of which is 0, or few whole numbers from 0 on in large areas.
fn is_mask(tally: &Tally) -> bool {
    let Some(values) = &tally.values else { return false };
    let are_labels = values.iter().all(|value| *value >= 0.0 && value.fract() == 0.0);
    match values.as_slice() {
        [low, _] if *low == 0.0 => true,
        [low, _, _, ..] => *low == 0.0 && are_labels && tally.equal_neighbors >= EQUAL_NEIGHBORS_MIN,
        _ => false,
    }
}
