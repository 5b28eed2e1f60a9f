//! The header of a NIfTI file, version 1 (348 bytes) or 2 (540 bytes): which fields are read, what they must say.

use super::datatype::{Datatype, Parts, code};
use super::orientation;
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::samples::{ByteOrder, Scale};
use crate::volume::Volume;

/// Lengths of the headers; also their first field, which tells version and byte order.
pub(crate) const BYTES_1: usize = 348;
pub(super) const BYTES_2: usize = 540;

/// Four bytes behind the header say whether extensions follow; samples in the same file begin there at the earliest.
const EXTENDER_BYTES: u64 = 4;

/// The longest axis that version 1 can hold.
const AXIS_MAX_1: usize = 32_767;

/// Unit code for millimeters and, in the same field, seconds or nothing for time.
const UNIT_MM: i32 = 2;

/// Orientation code for the coordinates of the scanner.
pub(super) const CODE_SCANNER: i32 = 1;

/// Which of the two headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

impl Version {
    /// Bytes of a header.
    fn n_bytes(self) -> usize {
        match self {
            Self::One => BYTES_1,
            Self::Two => BYTES_2,
        }
    }

    /// Where samples may begin that lie in the file of the header.
    pub(super) fn data_offset_min(self) -> u64 {
        self.n_bytes() as u64 + EXTENDER_BYTES
    }
}

/// Where the samples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Behind the header.
    Single,
    /// In an `.img` beside it.
    Pair,
}

/// What is read of a header.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) version: Version,
    pub(super) layout: Layout,
    pub(super) order: ByteOrder,
    /// Code and bits of the sample type.
    pub(super) datatype: [i16; 2],
    pub(super) dim: [i64; 8],
    /// Sign of the third axis of the qform, then spacing along x, y, z and further axes.
    pub(super) pixdim: [f64; 8],
    pub(super) data_offset: u64,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    /// Unit of length and time.
    pub(super) units: i32,
    pub(super) qform_code: i32,
    pub(super) sform_code: i32,
    /// Quaternion b, c, d and offset x, y, z in RAS.
    pub(super) qform: [f64; 6],
    /// Rows of voxel to RAS.
    pub(super) sform: [[f64; 4]; 3],
}

/// Where the samples are by the header that bytes begin with; `None` where it is none of NIfTI.
pub(super) fn layout(bytes: &[u8]) -> Option<Layout> {
    match version(bytes)?.0 {
        Version::One => layout_1(bytes.get(344..348)?),
        Version::Two => layout_2(bytes.get(4..8)?),
    }
}

fn layout_1(magic: &[u8]) -> Option<Layout> {
    match magic {
        b"n+1\0" => Some(Layout::Single),
        b"ni1\0" => Some(Layout::Pair),
        _ => None,
    }
}

fn layout_2(magic: &[u8]) -> Option<Layout> {
    match magic {
        b"n+2\0" => Some(Layout::Single),
        b"ni2\0" => Some(Layout::Pair),
        _ => None,
    }
}

fn version(bytes: &[u8]) -> Option<(Version, ByteOrder)> {
    let first = *bytes.first_chunk()?;
    let orders = [(ByteOrder::LowFirst, i32::from_le_bytes(first)), (ByteOrder::HighFirst, i32::from_be_bytes(first))];
    orders.into_iter().find_map(|(order, size)| match usize::try_from(size).ok()? {
        BYTES_1 => Some((Version::One, order)),
        BYTES_2 => Some((Version::Two, order)),
        _ => None,
    })
}

impl Header {
    /// The header of a volume; version 2 where an axis is too long for version 1.
    pub(super) fn of(volume: &Volume, layout: Layout) -> Self {
        let [channel, z, y, x] = volume.shape();
        let version = if volume.shape().iter().any(|n| *n > AXIS_MAX_1) { Version::Two } else { Version::One };
        let mut dim = [1; 8];
        dim[0] = if channel > 1 { 4 } else { 3 };
        for (slot, n) in dim[1..5].iter_mut().zip([x, y, z, channel]) {
            *slot = n as i64;
        }
        let dtype = volume.samples().dtype();
        let mut header = Self {
            version,
            layout,
            order: ByteOrder::LowFirst,
            datatype: [code(dtype), 8 * dtype.stored_bytes() as i16],
            dim,
            pixdim: [1.0; 8],
            data_offset: if layout == Layout::Single { version.data_offset_min() } else { 0 },
            slope: 1.0,
            intercept: 0.0,
            units: 0,
            qform_code: 0,
            sform_code: 0,
            qform: [0.0; 6],
            sform: [[0.0; 4]; 3],
        };
        if let Some(geometry) = volume.geometry() {
            orientation::set(&mut header, geometry);
            header.units = UNIT_MM;
        }
        header
    }

    /// Checks and reads the header that bytes begin with, in either version and byte order.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let header = match version(bytes) {
            Some((Version::One, order)) => Self::parse_1(bytes.first_chunk().ok_or_else(cut_short)?, order)?,
            Some((Version::Two, order)) => Self::parse_2(bytes.first_chunk().ok_or_else(cut_short)?, order)?,
            None if bytes.len() < EXTENDER_BYTES as usize => return Err(cut_short()),
            None => {
                return Err(Error::format(
                    "this does not begin as NIfTI does (a header of 348 or 540 bytes); check what the file is",
                ));
            }
        };
        let offset_min = if header.layout == Layout::Single { header.version.data_offset_min() } else { 0 };
        if header.data_offset < offset_min {
            return Err(Error::format(format!(
                "the NIfTI samples begin at byte {}; expected {offset_min} or more, behind the header; it is damaged",
                header.data_offset
            )));
        }
        Ok(header)
    }

    fn parse_1(bytes: &[u8; BYTES_1], order: ByteOrder) -> Result<Self> {
        let layout = layout_1(&bytes[344..]).ok_or_else(|| bad_magic(&bytes[344..], "n+1"))?;
        let fields = Fields { bytes, order };
        let data_offset = fields.f32(108);
        if !(data_offset >= 0.0 && data_offset < 1e15) {
            return Err(Error::format(format!(
                "the NIfTI samples begin at byte {data_offset}; expected a whole number; the header is damaged"
            )));
        }
        Ok(Self {
            version: Version::One,
            layout,
            order,
            datatype: [fields.i16(70), fields.i16(72)],
            dim: std::array::from_fn(|i| i64::from(fields.i16(40 + 2 * i))),
            pixdim: fields.f32s(76),
            data_offset: data_offset as u64,
            slope: f64::from(fields.f32(112)),
            intercept: f64::from(fields.f32(116)),
            units: i32::from(bytes[123]),
            qform_code: i32::from(fields.i16(252)),
            sform_code: i32::from(fields.i16(254)),
            qform: fields.f32s(256),
            sform: [fields.f32s(280), fields.f32s(296), fields.f32s(312)],
        })
    }

    fn parse_2(bytes: &[u8; BYTES_2], order: ByteOrder) -> Result<Self> {
        let layout = layout_2(&bytes[4..8]).ok_or_else(|| bad_magic(&bytes[4..8], "n+2"))?;
        if bytes[8..12] != *b"\r\n\x1a\n" {
            return Err(Error::format(
                "the NIfTI-2 header has lost the line ends behind its magic; it was sent as text, fetch it as binary",
            ));
        }
        let fields = Fields { bytes, order };
        let data_offset = fields.i64(168);
        Ok(Self {
            version: Version::Two,
            layout,
            order,
            datatype: [fields.i16(12), fields.i16(14)],
            dim: std::array::from_fn(|i| fields.i64(16 + 8 * i)),
            pixdim: fields.f64s(104),
            data_offset: u64::try_from(data_offset).map_err(|_| {
                Error::format(format!("the NIfTI samples begin at byte {data_offset}; the header is damaged"))
            })?,
            slope: fields.f64(176),
            intercept: fields.f64(184),
            units: fields.i32(500),
            qform_code: fields.i32(344),
            sform_code: fields.i32(348),
            qform: fields.f64s(352),
            sform: [fields.f64s(400), fields.f64s(432), fields.f64s(464)],
        })
    }

    /// The header and the four bytes behind it, low byte first.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self.version {
            Version::One => self.to_bytes_1(),
            Version::Two => self.to_bytes_2(),
        }
    }

    fn to_bytes_1(&self) -> Vec<u8> {
        let mut bytes = vec![0_u8; Version::One.data_offset_min() as usize];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        let narrow = |values: &[f64]| values.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect::<Vec<u8>>();
        put(0, &(BYTES_1 as i32).to_le_bytes());
        // `regular`, which older readers look for.
        put(38, b"r");
        put(40, self.dim.map(|n| (n as i16).to_le_bytes()).as_flattened());
        put(70, self.datatype.map(i16::to_le_bytes).as_flattened());
        put(76, &narrow(&self.pixdim));
        put(108, &narrow(&[self.data_offset as f64, self.slope, self.intercept]));
        put(123, &[self.units as u8]);
        put(252, &(self.qform_code as i16).to_le_bytes());
        put(254, &(self.sform_code as i16).to_le_bytes());
        put(256, &narrow(&self.qform));
        put(280, &narrow(self.sform.as_flattened()));
        put(344, if self.layout == Layout::Single { b"n+1\0" } else { b"ni1\0" });
        bytes
    }

    fn to_bytes_2(&self) -> Vec<u8> {
        let mut bytes = vec![0_u8; Version::Two.data_offset_min() as usize];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, &(BYTES_2 as i32).to_le_bytes());
        put(4, if self.layout == Layout::Single { b"n+2\0\r\n\x1a\n" } else { b"ni2\0\r\n\x1a\n" });
        put(12, self.datatype.map(i16::to_le_bytes).as_flattened());
        put(16, self.dim.map(i64::to_le_bytes).as_flattened());
        put(104, self.pixdim.map(f64::to_le_bytes).as_flattened());
        put(168, &self.data_offset.to_le_bytes());
        put(176, [self.slope, self.intercept].map(f64::to_le_bytes).as_flattened());
        put(344, [self.qform_code, self.sform_code].map(i32::to_le_bytes).as_flattened());
        put(352, self.qform.map(f64::to_le_bytes).as_flattened());
        let sform: Vec<u8> = self.sform.as_flattened().iter().flat_map(|v| v.to_le_bytes()).collect();
        put(400, &sform);
        put(500, &self.units.to_le_bytes());
        bytes
    }

    /// What a voxel holds.
    pub(super) fn datatype(&self) -> Result<Datatype> {
        Datatype::parse(self.datatype[0], self.datatype[1])
    }

    /// `[channel, z, y, x]`; real and imaginary parts and colors are channels.
    pub(super) fn shape(&self) -> Result<[usize; 4]> {
        let [x, y, z, time, vector, ..] = lengths(&self.dim)?;
        let (parts, channel) = (self.datatype()?.parts, time.max(vector));
        if parts != Parts::One && channel > 1 {
            return Err(Error::unsupported(format!(
                "each of {channel} images has {} values a voxel, and there is one axis for both; \
                 split the images first",
                parts.n()
            )));
        }
        Ok([channel * parts.n(), z, y, x])
    }

    /// Slope and intercept where they change values; slope 0 and slope NaN mean that there is none.
    pub(super) fn scale(&self) -> Result<Option<Scale>> {
        scale(self.slope, self.intercept)
    }
}

/// The seven axes that stand behind their number.
pub(crate) fn lengths(dim: &[i64; 8]) -> Result<[usize; 7]> {
    let n_axes = usize::try_from(dim[0]).ok().filter(|n| (1..=7).contains(n));
    let n_axes = n_axes
        .ok_or_else(|| Error::format(format!("the header has {} axes; expected 1 to 7; it is damaged", dim[0])))?;
    let mut lengths = [1_usize; 7];
    for (length, stored) in lengths.iter_mut().zip(&dim[1..=n_axes]) {
        *length = usize::try_from(*stored).ok().filter(|n| *n > 0).ok_or_else(|| {
            let axes = &dim[1..=n_axes];
            Error::format(format!("the header has axes {axes:?}; expected 1 or more each; it is damaged"))
        })?;
    }
    let n_long = lengths[3..].iter().filter(|n| **n > 1).count();
    if n_long > 1 || lengths[5] > 1 || lengths[6] > 1 {
        return Err(Error::unsupported(format!(
            "the volume has axes {lengths:?}; expected x, y, z and one of time and vector; split it first"
        )));
    }
    Ok(lengths)
}

/// Slope and intercept where they change values.
pub(crate) fn scale(slope: f64, intercept: f64) -> Result<Option<Scale>> {
    let is_given = slope.is_finite() && slope.abs() >= f64::from(f32::MIN_POSITIVE);
    if !is_given {
        return Ok(None);
    }
    if !intercept.is_finite() {
        return Err(Error::format(format!(
            "values are stored × {slope:e} + {intercept}, which is no number; \
             ask for the stored values or correct the intercept"
        )));
    }
    let is_neutral = (slope - 1.0).abs() < f64::EPSILON && intercept.abs() < f64::from(f32::MIN_POSITIVE);
    Ok((!is_neutral).then_some(Scale { slope, intercept }))
}

fn cut_short() -> Error {
    Error::format("the NIfTI header ends early; the file is truncated, fetch or save it again")
}

fn bad_magic(found: &[u8], expected: &str) -> Error {
    let found = found.escape_ascii();
    Error::format(format!(
        "the NIfTI header is marked \"{found}\"; expected \"{expected}\"; the file is damaged or Analyze 7.5 \
         under the name of NIfTI: as Analyze it is read from .hdr and .img"
    ))
}
