//! NIfTI-1 in a single file, plain or gzipped (Cox et al. 2004, the `nifti1.h` of the NIMH data format group).
//!
//! World coordinates are RAS in the file and LPS here; they are converted in this module and nowhere else.

mod header;
mod orientation;

use std::io::{Read, Write};

use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::samples::{Samples, read_samples};
use crate::volume::Volume;

use header::{HEADER_BYTES, Header};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A volume as `.nii.gz` bytes; the same volume gives the same bytes.
///
/// Several channels become the fourth axis. Without geometry the file says so: no orientation code, no unit.
/// Spacing and origin are rounded to `f32`, as the format demands.
pub fn encode(volume: &Volume) -> Result<Vec<u8>> {
    let header = Header::of(volume)?;
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    let written = gzip
        .write_all(&header.to_bytes())
        .and_then(|()| volume.samples().write_to(&mut gzip))
        .and_then(|()| gzip.finish());
    written.map_err(|error| Error::from_writing("the volume", error))
}

/// Reads the bytes of a `.nii` or `.nii.gz` file.
///
/// The fourth axis (time) or the fifth (vector) becomes the channel. Values are stored × slope + intercept, as
/// `f64`, where the file gives a slope other than 1 or an intercept other than 0. Geometry is the sform, else the
/// qform, else `None`: spacing alone does not say where voxels are.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Volume> {
    if bytes.starts_with(&GZIP_MAGIC) {
        decode_plain(&mut MultiGzDecoder::new(bytes), bytes.len() as u64, limits)
    } else {
        decode_plain(&mut &bytes[..], bytes.len() as u64, limits)
    }
}

fn decode_plain(from: &mut dyn Read, n_bytes_stored: u64, limits: &Limits) -> Result<Volume> {
    let mut bytes = [0_u8; HEADER_BYTES];
    from.read_exact(&mut bytes).map_err(|error| Error::from_reading("the NIfTI header", error))?;
    let header = Header::parse(&bytes)?;
    let shape = header.shape()?;
    let n_bytes_each = if header.is_scaled() { 8 } else { header.dtype.memory_bytes() };
    let n_samples = limits.n_samples(&shape.map(|n| n as u64), n_bytes_each)?;
    limits.check_expansion(n_samples * header.dtype.stored_bytes() + header.data_offset, n_bytes_stored)?;
    skip(from, header.data_offset - HEADER_BYTES as u64)?;
    let samples = read_samples(from, header.dtype, header.order, n_samples)?;
    finish(from)?;
    let geometry = orientation::geometry(&header)?;
    Volume::new(scaled(samples, &header), shape, geometry)
        .map_err(|error| Error::format(format!("the NIfTI volume is empty ({error})")))
}

/// Passes over what lies between header and samples (extensions, which are not read).
fn skip(from: &mut dyn Read, n_bytes: u64) -> Result<()> {
    let n_passed = std::io::copy(&mut from.take(n_bytes), &mut std::io::sink());
    match n_passed.map_err(|error| Error::from_reading("the NIfTI extensions", error))? {
        n if n == n_bytes => Ok(()),
        _ => Err(Error::format("the NIfTI file ends before its samples; fetch or save it again")),
    }
}

/// Meets the checksum of a gzip stream, which stands behind the last byte.
fn finish(from: &mut dyn Read) -> Result<()> {
    let n_behind = from.read(&mut [0]).map_err(|error| Error::from_reading("the end of the NIfTI file", error))?;
    // What other tools append is no harm, and its length is not known.
    debug_assert!(n_behind <= 1);
    Ok(())
}

fn scaled(samples: Samples, header: &Header) -> Samples {
    if !header.is_scaled() {
        return samples;
    }
    let (slope, intercept) = (f64::from(header.slope), f64::from(header.intercept));
    Samples::F64(samples.to_f64().into_iter().map(|stored| stored * slope + intercept).collect())
}

/// A volume that the format cannot hold.
fn cannot_hold(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Parameter, format!("NIfTI-1 cannot hold {what}; save the volume as .npz"))
}
