//! Analyze 7.5: an old pair of `.hdr` and `.img` that knows spacing and no place (Mayo Clinic, 1986 to 2001).
//!
//! Bytes are laid out as in NIfTI-1, which grew out of it. What SPM kept in fields that Analyze leaves free is known
//! here: a scale factor, which is applied, and an origin, which is told and not trusted, because neither the axes nor
//! the side are with it.

use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::format::Format;
use crate::nifti::datatype::Datatype;
use crate::nifti::header::{BYTES_1, lengths, scale};
use crate::nifti::pair::{self, Half};
use crate::nifti::{Stored, start};
use crate::reading::{Problem, ReadOptions, Reading, Source, Values};
use crate::samples::{ByteOrder, Scale};
use crate::volume::Volume;

/// How the registry knows this format.
pub(crate) const FORMAT: Format = Format {
    name: "analyze",
    title: "Analyze 7.5",
    endings: &["hdr"],
    recognizes: |bytes| start(bytes).is_ok_and(|start| is_header(&start)),
    decode: read,
    encode: None,
};

/// What is read of a header.
struct Header {
    order: ByteOrder,
    datatype: Datatype,
    lengths: [usize; 7],
    spacing: [f64; 3],
    data_offset: u64,
    scale: Option<Scale>,
    /// Of voxels counted from 1, as SPM wrote it.
    origin: [i16; 3],
}

/// Whether bytes begin with a header: its length, no mark of NIfTI, and a number of axes that can be.
pub(crate) fn is_header(bytes: &[u8]) -> bool {
    let Some(bytes) = bytes.first_chunk::<BYTES_1>() else { return false };
    let is_nifti = matches!(&bytes[344..], b"n+1\0" | b"ni1\0");
    !is_nifti && order(bytes).is_some_and(|order| (1..=7).contains(&Fields { bytes, order }.i16(40)))
}

fn order(bytes: &[u8; BYTES_1]) -> Option<ByteOrder> {
    [ByteOrder::LowFirst, ByteOrder::HighFirst]
        .into_iter()
        .find(|order| Fields { bytes, order: *order }.i32(0) == BYTES_1 as i32)
}

/// Reads an Analyze header and the samples beside it.
///
/// There is no geometry: the format does not say where voxels are. The fourth axis becomes the channel. Values are
/// stored × the scale factor of SPM, as `f64`, where there is one.
pub fn read(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let start = start(source.bytes)?;
    if pair::parts(source.name).is_none_or(|(_, half, _)| half != Half::Header) && !source.name.is_empty() {
        return Err(Error::format(format!(
            "{:?} begins as Analyze 7.5 does, or as NIfTI whose magic is damaged; an Analyze header ends in .hdr \
             and has its samples in an .img beside it; rename the file, or fetch it again",
            source.name
        )));
    }
    read_halves(&start, &pair::read(source, Half::Samples)?, options)
}

/// Reads a header and the bytes of its `.img`.
pub(crate) fn read_halves(header: &[u8], samples: &[u8], options: &ReadOptions) -> Result<Reading> {
    let bytes = header
        .first_chunk()
        .ok_or_else(|| Error::format("the Analyze header ends early; the file is truncated, fetch or save it again"))?;
    let header = Header::parse(bytes)?;
    let [x, y, z, time, vector, ..] = header.lengths;
    let (n_parts, channel) = (header.datatype.parts.n(), time.max(vector));
    if n_parts > 1 && channel > 1 {
        return Err(Error::unsupported(format!(
            "each of {channel} images has {n_parts} values a voxel, and there is one axis for both; split them first"
        )));
    }
    let shape = [channel * n_parts, z, y, x];
    let scale = header.scale.filter(|_| options.values == Values::Real);
    let stored = Stored { datatype: header.datatype, order: header.order, offset: header.data_offset, shape, scale };
    let (samples, problems) = stored.read(samples, &options.limits)?;
    let volume = Volume::new(samples, shape, None)
        .map_err(|error| Error::format(format!("the Analyze volume is empty ({error})")))?;
    let mut reading = Reading::new(volume, header.datatype.dtype());
    let spacing = header.spacing.map(f64::abs);
    reading.spacing_mm = spacing.iter().all(|s| s.is_finite() && *s > 0.0).then_some(spacing);
    reading.problems = header.problems();
    reading.problems.extend(problems);
    Ok(reading)
}

impl Header {
    fn parse(bytes: &[u8; BYTES_1]) -> Result<Self> {
        let order = order(bytes).ok_or_else(|| {
            Error::format("this does not begin as Analyze does (a header of 348 bytes); check what the file is")
        })?;
        let fields = Fields { bytes, order };
        let data_offset = fields.f32(108);
        if !(data_offset >= 0.0 && data_offset < 1e15) {
            return Err(Error::format(format!(
                "the Analyze samples begin at byte {data_offset}; expected 0 or more; the header is damaged"
            )));
        }
        let [_, spacing @ ..]: [f64; 4] = fields.f32s(76);
        Ok(Self {
            order,
            datatype: Datatype::parse(fields.i16(70), fields.i16(72))?,
            lengths: lengths(&std::array::from_fn(|i| i64::from(fields.i16(40 + 2 * i))))?,
            spacing,
            data_offset: data_offset as u64,
            scale: scale(f64::from(fields.f32(112)), f64::from(fields.f32(116)))?,
            origin: std::array::from_fn(|axis| fields.i16(253 + 2 * axis)),
        })
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = vec![Problem::new(
            "no-orientation",
            "Analyze does not say where its voxels are, nor which side is left",
            "take the orientation from the image that this one was made from (--like FILE), or set it when you know it",
        )];
        if self.origin != [0; 3] {
            problems.push(Problem::new(
                "origin-untold",
                format!(
                    "a field that Analyze leaves free holds {:?}, which SPM takes for the origin voxel, counted from 1",
                    self.origin
                ),
                "where SPM wrote the file, convert it with SPM, which knows its own habit of left and right",
            ));
        }
        if let Some(Scale { slope, intercept }) = self.scale {
            problems.push(Problem::new(
                "scale-untold",
                format!("values are stored × {slope} + {intercept}, from fields that SPM uses and Analyze leaves free"),
                "where another program wrote the file, ask for the stored values (--stored)",
            ));
        }
        let spacing = self.spacing;
        if !spacing.iter().all(|s| s.is_finite() && s.abs() > 0.0) {
            problems.push(Problem::new(
                "no-spacing",
                format!("pixdim {spacing:?} is no spacing"),
                "take the spacing from the image that this one was made from (--like FILE)",
            ));
        } else if spacing.iter().any(|s| *s < 0.0) {
            problems.push(Problem::new(
                "negative-spacing",
                format!("pixdim {spacing:?} has a negative spacing, with which some programs mark a flip"),
                "check left and right against an image of the same patient",
            ));
        }
        problems
    }
}
