//! NRRD: a text header with its samples inside (`.nrrd`) or beside it (`.nhdr`) (Kindlmann, the format of Teem, 2005).
//!
//! World coordinates are LPS here, and LPS, RAS or LAS in the file; they are converted in this module. Read are the
//! encodings raw, gzip and text, in one data file or several. Not read: hex, bzip2, blocks, and a space with time.
//! Ignored, because they change neither samples nor place: measurement frame, old range, centering, axis ranges.

mod fields;
mod header;
mod place;
mod write;

use crate::channels::to_planes;
use crate::error::{Error, Result};
use crate::format::Format;
use crate::payload::Payload;
use crate::reading::{ReadOptions, Reading, Source};
use crate::volume::Volume;

use header::Header;
use place::Axes;

pub use write::encode;

/// How the registry knows this format.
pub(crate) const FORMAT: Format = Format {
    name: "nrrd",
    title: "NRRD, the nearly raw raster data of Teem",
    endings: &["nrrd", "nhdr"],
    recognizes: |bytes| bytes.starts_with(b"NRRD000"),
    decode,
    encode: Some(encode),
};

/// Reads a `.nrrd`, or a `.nhdr` with the files it names.
///
/// Axes with a direction, else those of kind `domain` or `space`, become x, y and z; one other axis, wherever it
/// stands, becomes the channel. Without directions in a patient space there is a spacing at most, and no geometry.
pub fn decode(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let header = Header::parse(source.bytes)?;
    let axes = Axes::of(&header)?;
    let n_samples = options.limits.n_samples(&header.sizes, header.dtype.memory_bytes())?;
    let payload =
        Payload { packing: header.packing, dtype: header.dtype, order: header.order, start: header.start, n_samples };
    let placing = place::read(&header, &axes)?;
    let stored = payload.read(&header.place, source, &options.limits)?;
    let samples = to_planes(stored, axes.n_inner, axes.shape[0]);
    let volume = Volume::new(samples, axes.shape, placing.geometry)
        .map_err(|error| Error::format(format!("the NRRD volume is empty ({error})")))?;
    let mut reading = Reading::new(volume, header.dtype);
    reading.spacing_mm = placing.spacing_mm;
    reading.units = header.sample_units;
    reading.problems = placing.problems;
    Ok(reading)
}
