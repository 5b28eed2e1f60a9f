//! MetaImage: `.mha` in one file, `.mhd` with its samples beside it (the format of the Insight Toolkit).
//!
//! World coordinates are LPS in the file as they are here. Read are samples as raw bytes, zlib streams and text, in one
//! data file or one for each slice. Not read: blocks of other than whole slices, and objects other than images.

mod fields;
mod header;
mod place;
mod write;

use crate::channels::to_planes;
use crate::error::{Error, Result};
use crate::format::Format;
use crate::payload::Payload;
use crate::reading::{ReadOptions, Reading, Source, Values};
use crate::samples::Samples;
use crate::volume::Volume;

use header::Header;

pub use write::encode;

/// How the registry knows this format.
pub(crate) const FORMAT: Format = Format {
    name: "metaimage",
    title: "MetaImage of the Insight Toolkit",
    endings: &["mha", "mhd"],
    recognizes: |bytes| bytes.starts_with(b"ObjectType") || bytes.starts_with(b"NDims"),
    decode,
    encode: Some(encode),
};

/// Reads a `.mha`, or a `.mhd` with the files it names.
///
/// Values are stored × slope + intercept, as `f64`, where the header gives a slope or an intercept of intensity.
/// Geometry needs spacing, offset and matrix: what the header leaves out is not filled in.
pub fn decode(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let header = Header::parse(source.bytes)?;
    let shape = header.shape()?;
    let is_scaled = header.is_scaled() && options.values == Values::Real;
    let n_bytes_each = if is_scaled { 8 } else { header.dtype.memory_bytes() };
    let n_samples = options.limits.n_samples(&shape.map(|n| n as u64), n_bytes_each)?;
    let payload =
        Payload { packing: header.packing, dtype: header.dtype, order: header.order, start: header.start, n_samples };
    let placing = place::read(&header)?;
    let stored = payload.read(&header.place, source, &options.limits)?;
    let stored = if header.n_channels > 1 { to_planes(stored, 1, shape[0]) } else { stored };
    let samples = if is_scaled { scaled(&stored, header.slope, header.intercept) } else { stored };
    let volume = Volume::new(samples, shape, placing.geometry)
        .map_err(|error| Error::format(format!("the MetaImage volume is empty ({error})")))?;
    let mut reading = Reading::new(volume, header.dtype);
    reading.spacing_mm = placing.spacing_mm;
    reading.problems = placing.problems;
    Ok(reading)
}

fn scaled(stored: &Samples, slope: f64, intercept: f64) -> Samples {
    Samples::F64(stored.to_f64().into_iter().map(|value| value * slope + intercept).collect())
}
