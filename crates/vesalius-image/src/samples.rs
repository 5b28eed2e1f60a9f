//! Sample values and their types in memory, and how they come from and go to bytes.

mod arithmetic;
mod block;

use std::borrow::Cow;
use std::fmt;
use std::io::{Read, Write};

use crate::error::{Error, Result};

pub(crate) use arithmetic::{Narrow, Sample, Wide, zeros};
pub(crate) use block::{Block, Found, Scale};

/// Bytes that are decoded at a time; small enough for the cache.
const CHUNK_BYTES: usize = 1 << 16;

/// Samples that are reserved before any is read, so that a header alone cannot take the memory of the machine.
const RESERVED_MAX: usize = 1 << 20;

/// The largest whole number up to which `f64` holds every whole number.
const F64_EXACT_MAX: u64 = 1 << 53;

/// Sample values of one type, in C order of whatever shape goes with them.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// 8 bits without sign; also truth values as 0 and 1.
    U8(Vec<u8>),
    /// 8 bits with sign.
    I8(Vec<i8>),
    /// 16 bits without sign.
    U16(Vec<u16>),
    /// 16 bits with sign, as CT.
    I16(Vec<i16>),
    /// 32 bits without sign.
    U32(Vec<u32>),
    /// 32 bits with sign.
    I32(Vec<i32>),
    /// 32-bit floating point.
    F32(Vec<f32>),
    /// 64-bit floating point.
    F64(Vec<f64>),
}

/// Runs one expression for the vector of whatever type the samples have.
macro_rules! for_samples {
    ($samples:expr, $values:ident => $body:expr) => {
        match $samples {
            $crate::samples::Samples::U8($values) => $body,
            $crate::samples::Samples::I8($values) => $body,
            $crate::samples::Samples::U16($values) => $body,
            $crate::samples::Samples::I16($values) => $body,
            $crate::samples::Samples::U32($values) => $body,
            $crate::samples::Samples::I32($values) => $body,
            $crate::samples::Samples::F32($values) => $body,
            $crate::samples::Samples::F64($values) => $body,
        }
    };
}
pub(crate) use for_samples;

/// Runs one expression for the vector of whatever type the samples have, and wraps its result in the same type.
macro_rules! map_samples {
    ($samples:expr, $values:ident => $body:expr) => {
        match $samples {
            $crate::samples::Samples::U8($values) => $crate::samples::Samples::U8($body),
            $crate::samples::Samples::I8($values) => $crate::samples::Samples::I8($body),
            $crate::samples::Samples::U16($values) => $crate::samples::Samples::U16($body),
            $crate::samples::Samples::I16($values) => $crate::samples::Samples::I16($body),
            $crate::samples::Samples::U32($values) => $crate::samples::Samples::U32($body),
            $crate::samples::Samples::I32($values) => $crate::samples::Samples::I32($body),
            $crate::samples::Samples::F32($values) => $crate::samples::Samples::F32($body),
            $crate::samples::Samples::F64($values) => $crate::samples::Samples::F64($body),
        }
    };
}
pub(crate) use map_samples;

/// A sample type in memory.
pub(crate) trait Value: Copy {
    /// The value as `f64`, exact for every type of [`Samples`].
    fn as_f64(self) -> f64;
    /// The value as `f32`, rounded to the nearest.
    fn as_f32(self) -> f32;
}

macro_rules! value {
    ($as_f32:expr; $($kind:ty),*) => {$(
        impl Value for $kind {
            #[inline]
            fn as_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn as_f32(self) -> f32 {
                $as_f32(self)
            }
        }
    )*};
}
value!(f32::from; u8, i8, u16, i16, f32);
value!(|value| value as f32; u32, i32, f64);

impl Samples {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        for_samples!(self, values => values.len())
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of the samples.
    pub fn dtype(&self) -> Dtype {
        match self {
            Self::U8(_) => Dtype::U8,
            Self::I8(_) => Dtype::I8,
            Self::U16(_) => Dtype::U16,
            Self::I16(_) => Dtype::I16,
            Self::U32(_) => Dtype::U32,
            Self::I32(_) => Dtype::I32,
            Self::F32(_) => Dtype::F32,
            Self::F64(_) => Dtype::F64,
        }
    }

    /// All values as `f32`, rounded to the nearest where they do not fit.
    pub fn to_f32(&self) -> Vec<f32> {
        for_samples!(self, values => values.iter().map(|v| v.as_f32()).collect())
    }

    /// All values as `f64`; exact.
    pub fn to_f64(&self) -> Vec<f64> {
        for_samples!(self, values => values.iter().map(|v| v.as_f64()).collect())
    }

    /// One value; exact.
    ///
    /// # Panics
    ///
    /// Where `idx` is past the end.
    pub fn get(&self, idx: usize) -> f64 {
        for_samples!(self, values => values[idx].as_f64())
    }

    /// The bytes of every value, low byte first; borrowed where the machine keeps them so.
    pub(crate) fn to_bytes(&self) -> Result<Cow<'_, [u8]>> {
        if cfg!(target_endian = "little") {
            return Ok(Cow::Borrowed(for_samples!(self, values => bytemuck::cast_slice(values))));
        }
        let mut bytes = Vec::new();
        self.write_to(&mut bytes).map_err(|error| Error::from_writing("the samples", error))?;
        Ok(Cow::Owned(bytes))
    }

    /// Writes every value, low byte first.
    pub(crate) fn write_to(&self, out: &mut dyn Write) -> std::io::Result<()> {
        match self {
            Self::U8(values) => out.write_all(values),
            Self::I8(values) => write_values(values, i8::to_le_bytes, out),
            Self::U16(values) => write_values(values, u16::to_le_bytes, out),
            Self::I16(values) => write_values(values, i16::to_le_bytes, out),
            Self::U32(values) => write_values(values, u32::to_le_bytes, out),
            Self::I32(values) => write_values(values, i32::to_le_bytes, out),
            Self::F32(values) => write_values(values, f32::to_le_bytes, out),
            Self::F64(values) => write_values(values, f64::to_le_bytes, out),
        }
    }
}

/// A sample type in a file, which may be wider than what [`Samples`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// One byte, 0 or 1; read as [`Samples::U8`].
    Bool,
    /// 8 bits without sign.
    U8,
    /// 8 bits with sign.
    I8,
    /// 16 bits without sign.
    U16,
    /// 16 bits with sign.
    I16,
    /// 32 bits without sign.
    U32,
    /// 32 bits with sign.
    I32,
    /// 64 bits without sign; read as [`Samples::U32`] or, if exact, [`Samples::F64`].
    U64,
    /// 64 bits with sign; read as [`Samples::I32`] or, if exact, [`Samples::F64`].
    I64,
    /// 16-bit floating point; read as [`Samples::F32`].
    F16,
    /// 32-bit floating point.
    F32,
    /// 64-bit floating point.
    F64,
}

impl fmt::Display for Dtype {
    /// The name by which NumPy's users and Rust's know it, such as `u8` or `f32`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::U16 => "u16",
            Self::I16 => "i16",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::U64 => "u64",
            Self::I64 => "i64",
            Self::F16 => "f16",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

impl Dtype {
    /// Bytes of one sample in a file.
    pub fn stored_bytes(self) -> u64 {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// Bytes of one sample while it is read, at most.
    pub(crate) fn memory_bytes(self) -> u64 {
        match self {
            Self::F16 => 4,
            other => other.stored_bytes(),
        }
    }
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    LowFirst,
    HighFirst,
}

/// Reads `n` samples; memory grows with the bytes that are really there, never with what a header claims.
pub(crate) fn read_samples(from: &mut dyn Read, dtype: Dtype, order: ByteOrder, n: u64) -> Result<Samples> {
    let n = usize::try_from(n).map_err(|_| Error::limit(format!("{n} samples do not fit this machine")))?;
    macro_rules! read {
        ($kind:ty) => {
            match order {
                ByteOrder::LowFirst => read_values(from, <$kind>::from_le_bytes, n)?,
                ByteOrder::HighFirst => read_values(from, <$kind>::from_be_bytes, n)?,
            }
        };
    }
    Ok(match dtype {
        Dtype::Bool => Samples::U8(read_values(from, |[byte]| u8::from(byte != 0), n)?),
        Dtype::U8 => Samples::U8(read_values(from, |[byte]| byte, n)?),
        Dtype::I8 => Samples::I8(read!(i8)),
        Dtype::U16 => Samples::U16(read!(u16)),
        Dtype::I16 => Samples::I16(read!(i16)),
        Dtype::U32 => Samples::U32(read!(u32)),
        Dtype::I32 => Samples::I32(read!(i32)),
        Dtype::F32 => Samples::F32(read!(f32)),
        Dtype::F64 => Samples::F64(read!(f64)),
        Dtype::F16 => Samples::F32(read!(u16).into_iter().map(half_to_f32).collect()),
        Dtype::U64 => narrow_unsigned(&read!(u64))?,
        Dtype::I64 => narrow_signed(&read!(i64))?,
    })
}

fn read_values<const N: usize, T>(from: &mut dyn Read, parse: impl Fn([u8; N]) -> T, n: usize) -> Result<Vec<T>> {
    let mut values: Vec<T> = Vec::new();
    let mut chunk = vec![0_u8; CHUNK_BYTES.min(n.saturating_mul(N))];
    while values.len() < n {
        let n_now = (CHUNK_BYTES / N).min(n - values.len());
        if values.capacity() - values.len() < n_now {
            let growth = (n - values.len()).min(values.len().max(RESERVED_MAX));
            values.try_reserve_exact(growth).map_err(|error| {
                Error::limit(format!("no memory for {n} samples; free some or read a smaller file")).with_source(error)
            })?;
        }
        let bytes = &mut chunk[..n_now * N];
        from.read_exact(bytes).map_err(|error| Error::from_reading("the sample data", error))?;
        let (groups, _) = bytes.as_chunks::<N>();
        values.extend(groups.iter().map(|group| parse(*group)));
    }
    Ok(values)
}

fn write_values<const N: usize, T: Copy>(
    values: &[T],
    bytes_of: impl Fn(T) -> [u8; N],
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    for part in values.chunks(CHUNK_BYTES / N) {
        chunk.clear();
        chunk.extend(part.iter().flat_map(|value| bytes_of(*value)));
        out.write_all(&chunk)?;
    }
    Ok(())
}

fn narrow_signed(values: &[i64]) -> Result<Samples> {
    if let Ok(narrow) = values.iter().map(|v| i32::try_from(*v)).collect() {
        return Ok(Samples::I32(narrow));
    }
    match values.iter().find(|v| v.unsigned_abs() > F64_EXACT_MAX) {
        Some(value) => Err(beyond_f64(value)),
        None => Ok(Samples::F64(values.iter().map(|v| *v as f64).collect())),
    }
}

fn narrow_unsigned(values: &[u64]) -> Result<Samples> {
    if let Ok(narrow) = values.iter().map(|v| u32::try_from(*v)).collect() {
        return Ok(Samples::U32(narrow));
    }
    match values.iter().find(|v| **v > F64_EXACT_MAX) {
        Some(value) => Err(beyond_f64(value)),
        None => Ok(Samples::F64(values.iter().map(|v| *v as f64).collect())),
    }
}

fn beyond_f64(value: impl std::fmt::Display) -> Error {
    Error::unsupported(format!(
        "the 64-bit value {value} cannot be held exactly; expected at most 2^53; save the array with 32 bits"
    ))
}

/// IEEE 754 binary16 to `f32`; exact.
fn half_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10) & 0x1f;
    let fraction = u32::from(bits) & 0x3ff;
    match (exponent, fraction) {
        (0, _) => {
            let magnitude = fraction as f32 * (-24_f32).exp2();
            if sign == 0 { magnitude } else { -magnitude }
        }
        (0x1f, _) => f32::from_bits(sign | 0x7f80_0000 | (fraction << 13)),
        _ => f32::from_bits(sign | ((exponent + 112) << 23) | (fraction << 13)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_follows_the_standard() {
        let cases: [(u16, f32); 8] = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x7c00, f32::INFINITY),
        ];
        for (bits, expected) in cases {
            assert_eq!(half_to_f32(bits).to_bits(), expected.to_bits(), "{bits:#06x}");
        }
        assert!(half_to_f32(0x7e00).is_nan());
        assert!(half_to_f32(0x8000).is_sign_negative());
    }

    #[test]
    fn wide_integers_are_narrowed_or_refused() {
        assert_eq!(narrow_signed(&[1, -2]).unwrap(), Samples::I32(vec![1, -2]));
        assert_eq!(narrow_signed(&[1 << 40]).unwrap(), Samples::F64(vec![1_099_511_627_776.0]));
        assert!(narrow_signed(&[i64::MIN]).is_err());
        assert_eq!(narrow_unsigned(&[7]).unwrap(), Samples::U32(vec![7]));
        assert!(narrow_unsigned(&[u64::MAX]).is_err());
    }

    #[test]
    fn a_claimed_length_takes_no_memory() {
        let error = read_samples(&mut &[1_u8, 2, 3][..], Dtype::F64, ByteOrder::LowFirst, 1 << 60).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Format);
    }
}
