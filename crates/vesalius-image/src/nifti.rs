//! NIfTI-1 and NIfTI-2, in one file or as a pair of `.hdr` and `.img`, plain or gzipped.
//!
//! Cox et al. 2004, the `nifti1.h` of the NIMH data format group; version 2 is its successor of 2011, `nifti2.h`.
//! World coordinates are RAS in the file and LPS here; they are converted in this module and nowhere else.
//! Extensions are passed over.

pub(crate) mod datatype;
pub(crate) mod header;
mod orientation;
pub(crate) mod pair;
mod quad;

use std::borrow::Cow;

use crate::analyze;
use crate::channels::to_planes;
use crate::error::{Error, Result};
use crate::format::{Encoded, Format};
use crate::gzip;
use crate::limits::Limits;
use crate::reading::{Problem, ReadOptions, Reading, Source, Values};
use crate::samples::{Block, ByteOrder, Found, Samples, Scale};
use crate::volume::Volume;

use datatype::{Datatype, Number, Parts};
use header::{BYTES_2, Header, Layout};
use pair::Half;

/// How the registry knows this format.
pub(crate) const FORMAT: Format = Format {
    name: "nifti",
    title: "NIfTI-1 and NIfTI-2",
    endings: &["nii.gz", "nii", "hdr", "img", "hdr.gz", "img.gz"],
    recognizes: |bytes| start(bytes).is_ok_and(|start| header::layout(&start).is_some()),
    decode: read,
    encode: Some(write),
};

/// A volume as `.nii.gz` bytes; the same volume gives the same bytes.
///
/// Several channels become the fourth axis. Without geometry the file says so: no orientation code, no unit.
/// NIfTI-1, in which spacing and origin are rounded to `f32`; NIfTI-2 where an axis is longer than 32,767 voxels.
pub fn encode(volume: &Volume) -> Result<Vec<u8>> {
    gzip::compress(&Header::of(volume, Layout::Single).to_bytes(), &volume.samples().to_bytes()?)
}

/// Reads the bytes of a `.nii` or `.nii.gz` file, as [`read`] does with its usual options.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Volume> {
    let options = ReadOptions { limits: limits.clone(), ..ReadOptions::default() };
    read(&Source::new(bytes), &options).map(|reading| reading.volume)
}

/// Reads a NIfTI file: a `.nii`, or either half of a pair, with the other half beside it.
///
/// The fourth axis (time) or the fifth (vector) becomes the channel; so do the colors of a voxel, and the real and
/// the imaginary part of a complex one. Values are stored × slope + intercept, as `f64`, where the file gives a slope
/// other than 1 or an intercept other than 0. 128-bit floats are rounded to `f64`, which is said where it loses
/// anything. Geometry is the sform, else the qform, else `None`: spacing alone does not say where voxels are.
pub fn read(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let start = start(source.bytes)?;
    if header::layout(&start) != Some(Layout::Single) && pair::is_samples(source.name) {
        let beside = pair::read(source, Half::Header)?;
        let start = self::start(&beside)?;
        if analyze::is_header(&start) {
            return analyze::read_halves(&start, source.bytes, options);
        }
        return read_halves(&Header::parse(&start)?, source.bytes, options);
    }
    let header = Header::parse(&start)?;
    let samples = match header.layout {
        Layout::Single => Cow::Borrowed(source.bytes),
        Layout::Pair => Cow::Owned(pair::read(source, Half::Samples)?),
    };
    read_halves(&header, &samples, options)
}

/// As many bytes as the longer header has, unfolded; fewer where the file is shorter.
pub(crate) fn start(bytes: &[u8]) -> Result<Vec<u8>> {
    if gzip::is_gzip(bytes) {
        return gzip::peek(bytes, BYTES_2);
    }
    Ok(bytes[..bytes.len().min(BYTES_2)].to_vec())
}

fn read_halves(header: &Header, bytes: &[u8], options: &ReadOptions) -> Result<Reading> {
    let (datatype, shape) = (header.datatype()?, header.shape()?);
    let placing = orientation::placing(header)?;
    let scale = if options.values == Values::Stored { None } else { header.scale()? };
    let stored = Stored { datatype, order: header.order, offset: header.data_offset, shape, scale };
    let (samples, problems) = stored.read(bytes, &options.limits)?;
    let volume = Volume::new(samples, shape, placing.geometry)
        .map_err(|error| Error::format(format!("the NIfTI volume is empty ({error})")))?;
    let mut reading = Reading::new(volume, datatype.dtype());
    reading.spacing_mm = placing.spacing_mm;
    reading.problems = placing.problems;
    reading.problems.extend(problems);
    Ok(reading)
}

/// Samples as a header of NIfTI or Analyze announces them.
pub(crate) struct Stored {
    pub(crate) datatype: Datatype,
    pub(crate) order: ByteOrder,
    pub(crate) offset: u64,
    /// `[channel, z, y, x]`.
    pub(crate) shape: [usize; 4],
    pub(crate) scale: Option<Scale>,
}

impl Stored {
    /// Reads them from the bytes of their file; what is odd about them comes with them.
    pub(crate) fn read(&self, bytes: &[u8], limits: &Limits) -> Result<(Samples, Vec<Problem>)> {
        let parts = self.datatype.parts;
        let scale = self.scale.filter(|_| parts.is_scaled());
        let number_bytes = self.datatype.number_bytes();
        let sample_bytes = if scale.is_some() { 8 } else { self.datatype.dtype().memory_bytes() };
        let n = limits.n_samples(&self.shape.map(|n| n as u64), sample_bytes)?;
        let dtype = self.datatype.dtype();
        let block = Block { bytes, offset: self.offset, dtype, order: self.order, n };
        block.check(number_bytes, sample_bytes, limits)?;
        let mut problems = Vec::new();
        let found = match self.datatype.number {
            Number::Plain(_) => block.read(scale)?,
            Number::Quad => read_quads(&block, scale, &mut problems)?,
        };
        if found.n_bytes_behind > 0 {
            problems.push(Problem::new(
                "bytes-behind",
                format!("{} bytes lie behind the samples that the header announces", found.n_bytes_behind),
                "check the number of slices and images; if they are right, the bytes are no harm",
            ));
        }
        if parts == Parts::Complex {
            problems.push(Problem::new(
                "complex",
                "voxels are complex numbers; channel 0 is the real and channel 1 the imaginary part",
                "compute magnitude or phase where one image is wanted",
            ));
        }
        Ok((to_planes(found.values, 1, if parts == Parts::One { 1 } else { parts.n() }), problems))
    }
}

fn read_quads(block: &Block<'_>, scale: Option<Scale>, problems: &mut Vec<Problem>) -> Result<Found<Samples>> {
    let (mut n_rounded, mut n_wide, mut n_other) = (0_u64, 0_u64, 0_u64);
    let of_bits = |bits: u128| {
        let (value, is_exact) = quad::to_f64(bits);
        n_rounded += u64::from(!is_exact);
        n_wide += u64::from(bits >> 80 != 0);
        n_other += u64::from(bits >> 80 == 0 && bits != 0);
        scale.map_or(value, |scale| scale.of(value))
    };
    let found = block.wide_floats(of_bits)?;
    if n_wide == 0 && n_other > 0 {
        return Err(Error::unsupported(
            "the 128-bit samples use 80 bits only, as a program on a PC writes them against the standard; \
             save the volume with 64 bits a sample",
        ));
    }
    if n_rounded > 0 {
        problems.push(Problem::new(
            "rounded",
            format!("{n_rounded} of {} 128-bit samples are rounded to the 64 bits that are kept", block.n),
            "nothing, unless digits beyond the 16th matter",
        ));
    }
    Ok(found)
}

/// The files that hold a volume, by the name that is wanted: one, or two where it ends as half of a pair.
fn write(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let is_zipped = name.to_ascii_lowercase().ends_with(".gz");
    let samples = volume.samples().to_bytes()?;
    let packed = |header: &[u8], samples: &[u8]| {
        if is_zipped { gzip::compress(header, samples) } else { joined(header, samples) }
    };
    let Some((_, half, zipped)) = pair::parts(name) else {
        let header = Header::of(volume, Layout::Single).to_bytes();
        return Ok(vec![Encoded { name: name.to_owned(), bytes: packed(&header, &samples)? }]);
    };
    let header = Header::of(volume, Layout::Pair).to_bytes();
    let file = |half: Half| -> Result<Encoded> {
        let bytes = if half == Half::Header { packed(&header, &[])? } else { packed(&[], &samples)? };
        Ok(Encoded { name: pair::sibling(name, half, zipped), bytes })
    };
    let other = if half == Half::Header { Half::Samples } else { Half::Header };
    Ok(vec![Encoded { name: name.to_owned(), ..file(half)? }, file(other)?])
}

fn joined(header: &[u8], samples: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(header.len() + samples.len()).map_err(|error| {
        Error::limit(format!("no memory for a file of {} bytes; free some", samples.len())).with_source(error)
    })?;
    bytes.extend_from_slice(header);
    bytes.extend_from_slice(samples);
    Ok(bytes)
}
