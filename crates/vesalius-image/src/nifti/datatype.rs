//! The sample types of NIfTI by their codes, and what each becomes.

use crate::error::{Error, Result};
use crate::samples::Dtype;

/// A number of a sample as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// A type that is read as it is.
    Plain(Dtype),
    /// 128-bit floating point, read as `f64`.
    Quad,
}

/// What each voxel holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// A number.
    One,
    /// A real and an imaginary number.
    Complex,
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and opacity.
    Rgba,
}

impl Parts {
    /// How many numbers there are in a voxel.
    pub(crate) fn n(self) -> usize {
        match self {
            Self::One => 1,
            Self::Complex => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// Whether slope and intercept are meant for it; the standard excepts colors.
    pub(crate) fn is_scaled(self) -> bool {
        matches!(self, Self::One | Self::Complex)
    }
}

/// The type of voxels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Datatype {
    pub(crate) number: Number,
    pub(crate) parts: Parts,
}

impl Datatype {
    /// The type that a header names; `n_bits` a voxel must agree with it, or be 0, as some writers leave it.
    pub(crate) fn parse(code: i16, n_bits: i16) -> Result<Self> {
        let plain = |dtype| (Number::Plain(dtype), Parts::One);
        let (number, parts) = match code {
            2 => plain(Dtype::U8),
            4 => plain(Dtype::I16),
            8 => plain(Dtype::I32),
            16 => plain(Dtype::F32),
            32 => (Number::Plain(Dtype::F32), Parts::Complex),
            64 => plain(Dtype::F64),
            128 => (Number::Plain(Dtype::U8), Parts::Rgb),
            256 => plain(Dtype::I8),
            512 => plain(Dtype::U16),
            768 => plain(Dtype::U32),
            1024 => plain(Dtype::I64),
            1280 => plain(Dtype::U64),
            1536 => (Number::Quad, Parts::One),
            1792 => (Number::Plain(Dtype::F64), Parts::Complex),
            2048 => (Number::Quad, Parts::Complex),
            2304 => (Number::Plain(Dtype::U8), Parts::Rgba),
            1 => {
                return Err(Error::unsupported(
                    "the samples are single bits, whose order in a byte the standard leaves open; \
                     save the volume with 8 bits a sample",
                ));
            }
            0 => {
                return Err(Error::format("the header leaves the sample type open (0); correct it or save it again"));
            }
            other => {
                return Err(Error::format(format!("the header has the unknown sample type {other}; it is damaged")));
            }
        };
        let datatype = Self { number, parts };
        let n_bits_expected = 8 * datatype.number_bytes() * parts.n() as u64;
        if n_bits != 0 && i64::from(n_bits) != n_bits_expected as i64 {
            return Err(Error::format(format!(
                "the header has {n_bits} bits a voxel for sample type {code}; expected {n_bits_expected}; it is damaged"
            )));
        }
        Ok(datatype)
    }

    /// Bytes of a number in the file.
    pub(crate) fn number_bytes(self) -> u64 {
        match self.number {
            Number::Plain(dtype) => dtype.stored_bytes(),
            Number::Quad => 16,
        }
    }

    /// The type of numbers; the widest there is for 128 bits.
    pub(crate) fn dtype(self) -> Dtype {
        match self.number {
            Number::Plain(dtype) => dtype,
            Number::Quad => Dtype::F64,
        }
    }
}

/// The code under which samples are written.
pub(super) fn code(dtype: Dtype) -> i16 {
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
