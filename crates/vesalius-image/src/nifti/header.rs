//! The 348 bytes in front of every NIfTI-1 volume: which fields are read, and what they must say.

use super::{cannot_hold, orientation};
use crate::error::{Error, Result};
use crate::samples::{ByteOrder, Dtype};
use crate::volume::Volume;

/// Length of the header; also its first field, which tells the byte order.
pub(super) const HEADER_BYTES: usize = 348;

/// Samples of a single file begin here at the earliest: header and four bytes that say whether extensions follow.
const DATA_OFFSET_MIN: u64 = 352;

/// The first field of a NIfTI-2 header.
const NIFTI_2_BYTES: i32 = 540;

/// Unit code for millimeters and, in the same field, seconds or nothing for time.
const UNIT_MM: u8 = 2;

/// Orientation code for the coordinates of the scanner.
pub(super) const CODE_SCANNER: i16 = 1;

/// What is read of a header.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) order: ByteOrder,
    pub(super) dtype: Dtype,
    pub(super) dim: [i16; 8],
    /// Sign of the third axis of the qform, then spacing along x, y, z and further axes.
    pub(super) pixdim: [f32; 8],
    pub(super) data_offset: u64,
    pub(super) slope: f32,
    pub(super) intercept: f32,
    /// Unit of length and time.
    pub(super) units: u8,
    pub(super) qform_code: i16,
    pub(super) sform_code: i16,
    /// Quaternion b, c, d and offset x, y, z in RAS.
    pub(super) qform: [f32; 6],
    /// Rows of voxel to RAS.
    pub(super) sform: [[f32; 4]; 3],
}

impl Header {
    /// The header of a volume.
    pub(super) fn of(volume: &Volume) -> Result<Self> {
        let [channel, z, y, x] = volume.shape();
        let mut dim = [1_i16; 8];
        dim[0] = if channel > 1 { 4 } else { 3 };
        for (slot, n) in dim[1..5].iter_mut().zip([x, y, z, channel]) {
            *slot = i16::try_from(n).map_err(|_| cannot_hold(format!("an axis of {n} voxels (at most 32,767)")))?;
        }
        let mut header = Self {
            order: ByteOrder::LowFirst,
            dtype: volume.samples().dtype(),
            dim,
            pixdim: [1.0; 8],
            data_offset: DATA_OFFSET_MIN,
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
        Ok(header)
    }

    /// Checks and reads a header in either byte order.
    pub(super) fn parse(bytes: &[u8; HEADER_BYTES]) -> Result<Self> {
        let order = byte_order(bytes)?;
        check_magic(bytes)?;
        let fields = Fields { bytes, order };
        let data_offset = fields.f32(108);
        if !(data_offset >= DATA_OFFSET_MIN as f32 && data_offset < 1e15) {
            return Err(Error::format(format!("the NIfTI samples begin at byte {data_offset}; expected 352 or more")));
        }
        let row = |at: usize| [fields.f32(at), fields.f32(at + 4), fields.f32(at + 8), fields.f32(at + 12)];
        Ok(Self {
            order,
            dtype: dtype(fields.i16(70), fields.i16(72))?,
            dim: std::array::from_fn(|i| fields.i16(40 + 2 * i)),
            pixdim: std::array::from_fn(|i| fields.f32(76 + 4 * i)),
            data_offset: data_offset as u64,
            slope: fields.f32(112),
            intercept: fields.f32(116),
            units: bytes[123],
            qform_code: fields.i16(252),
            sform_code: fields.i16(254),
            qform: std::array::from_fn(|i| fields.f32(256 + 4 * i)),
            sform: [row(280), row(296), row(312)],
        })
    }

    /// The header and the four bytes behind it, low byte first.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0_u8; DATA_OFFSET_MIN as usize];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, &(HEADER_BYTES as i32).to_le_bytes());
        // `regular`, which older readers look for.
        put(38, b"r");
        put(40, &self.dim.map(i16::to_le_bytes).concat());
        put(70, &code(self.dtype).to_le_bytes());
        put(72, &(8 * self.dtype.stored_bytes() as i16).to_le_bytes());
        put(76, &self.pixdim.map(f32::to_le_bytes).concat());
        put(108, &(self.data_offset as f32).to_le_bytes());
        put(112, &self.slope.to_le_bytes());
        put(116, &self.intercept.to_le_bytes());
        put(123, &[self.units]);
        put(252, &self.qform_code.to_le_bytes());
        put(254, &self.sform_code.to_le_bytes());
        put(256, &self.qform.map(f32::to_le_bytes).concat());
        put(280, &self.sform.as_flattened().iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>());
        put(344, b"n+1\0");
        bytes
    }

    /// `[channel, z, y, x]`.
    pub(super) fn shape(&self) -> Result<[usize; 4]> {
        let n_axes = usize::try_from(self.dim[0]).ok().filter(|n| (1..=7).contains(n));
        let n_axes = n_axes
            .ok_or_else(|| Error::format(format!("the NIfTI header has {} axes; expected 1 to 7", self.dim[0])))?;
        let mut lengths = [1_usize; 7];
        for (length, stored) in lengths.iter_mut().zip(&self.dim[1..=n_axes]) {
            *length = usize::try_from(*stored).ok().filter(|n| *n > 0).ok_or_else(|| {
                Error::format(format!("the NIfTI header has axes {:?}; expected 1 or more each", &self.dim[1..=n_axes]))
            })?;
        }
        let [x, y, z, time, vector, ..] = lengths;
        let n_long = lengths[3..].iter().filter(|n| **n > 1).count();
        if n_long > 1 || lengths[5] > 1 || lengths[6] > 1 {
            return Err(Error::unsupported(format!(
                "the NIfTI volume has axes {lengths:?}; expected x, y, z and one of time and vector; split it first"
            )));
        }
        Ok([time.max(vector), z, y, x])
    }

    /// Whether values are other than stored; slope 0 means that there is none.
    pub(super) fn is_scaled(&self) -> bool {
        let is = |value: f32, neutral: f32| (value - neutral).abs() < f32::MIN_POSITIVE;
        let given = self.slope.is_finite() && self.intercept.is_finite() && !is(self.slope, 0.0);
        given && !(is(self.slope, 1.0) && is(self.intercept, 0.0))
    }
}

fn byte_order(bytes: &[u8; HEADER_BYTES]) -> Result<ByteOrder> {
    let first = [bytes[0], bytes[1], bytes[2], bytes[3]];
    for (order, size) in
        [(ByteOrder::LowFirst, i32::from_le_bytes(first)), (ByteOrder::HighFirst, i32::from_be_bytes(first))]
    {
        if size == HEADER_BYTES as i32 {
            return Ok(order);
        }
        if size == NIFTI_2_BYTES {
            return Err(Error::unsupported("this is NIfTI-2, which is not read yet; convert it to NIfTI-1"));
        }
    }
    Err(Error::format("this does not begin as NIfTI-1 does (a header of 348 bytes); check what the file is"))
}

fn check_magic(bytes: &[u8; HEADER_BYTES]) -> Result<()> {
    match &bytes[344..348] {
        b"n+1\0" => Ok(()),
        b"ni1\0" => Err(Error::unsupported(
            "this is the header of a NIfTI pair (.hdr and .img), which is not read yet; convert it to a single .nii",
        )),
        [0, 0, 0, 0] => {
            Err(Error::unsupported("this looks like Analyze 7.5, which is not read yet; convert it to .nii"))
        }
        other => {
            Err(Error::format(format!("the NIfTI header ends in {other:?}; expected \"n+1\"; the file is damaged")))
        }
    }
}

fn dtype(code: i16, n_bits: i16) -> Result<Dtype> {
    let dtype = match code {
        2 => Dtype::U8,
        4 => Dtype::I16,
        8 => Dtype::I32,
        16 => Dtype::F32,
        64 => Dtype::F64,
        256 => Dtype::I8,
        512 => Dtype::U16,
        768 => Dtype::U32,
        1024 => Dtype::I64,
        1280 => Dtype::U64,
        1 | 32 | 128 | 1536 | 1792 | 2048 | 2304 => {
            return Err(Error::unsupported(format!(
                "NIfTI samples of type {code} (bits, complex, color or 128 bits) are not read; \
                 convert to integers or floats"
            )));
        }
        other => return Err(Error::format(format!("the NIfTI header has the unknown sample type {other}"))),
    };
    // Some writers leave the number of bits at 0; any other number must agree.
    match i64::from(n_bits) {
        0 => Ok(dtype),
        n if n == 8 * dtype.stored_bytes() as i64 => Ok(dtype),
        n => Err(Error::format(format!("the NIfTI header has {n} bits a sample for type {code}; the file is damaged"))),
    }
}

fn code(dtype: Dtype) -> i16 {
    match dtype {
        Dtype::Bool | Dtype::U8 => 2,
        Dtype::I16 => 4,
        Dtype::I32 => 8,
        Dtype::F16 | Dtype::F32 => 16,
        Dtype::F64 => 64,
        Dtype::I8 => 256,
        Dtype::U16 => 512,
        Dtype::U32 => 768,
        Dtype::I64 => 1024,
        Dtype::U64 => 1280,
    }
}

/// Numbers at their place in the header.
struct Fields<'a> {
    bytes: &'a [u8; HEADER_BYTES],
    order: ByteOrder,
}

impl Fields<'_> {
    fn i16(&self, at: usize) -> i16 {
        let bytes = [self.bytes[at], self.bytes[at + 1]];
        match self.order {
            ByteOrder::LowFirst => i16::from_le_bytes(bytes),
            ByteOrder::HighFirst => i16::from_be_bytes(bytes),
        }
    }

    fn f32(&self, at: usize) -> f32 {
        let bytes = [self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3]];
        match self.order {
            ByteOrder::LowFirst => f32::from_le_bytes(bytes),
            ByteOrder::HighFirst => f32::from_be_bytes(bytes),
        }
    }
}
