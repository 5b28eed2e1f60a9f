//! Samples behind a text header: where they begin, how they are packed, and in how many files they lie.
//!
//! NRRD and MetaImage describe the same few ways to keep numbers; this is the one place that reads them.

mod names;
mod numerals;

use libdeflater::{CompressionLvl, Compressor};

use crate::error::{Error, ErrorKind, Result};
use crate::gzip::{Coding, is_gzip, unfold_into};
use crate::limits::Limits;
use crate::reading::Source;
use crate::samples::{ByteOrder, Dtype, Samples, read_samples, zeros};

pub(crate) use names::numbered;

/// How the numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// One behind the other.
    Raw,
    /// As gzip or zlib stream, told by its first bytes.
    Deflated,
    /// As decimal text.
    Text,
}

/// Where the numbers begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Behind this many lines of the stored file, and then this many unpacked bytes.
    Behind { n_lines: usize, n_bytes: u64 },
    /// Where exactly as much follows as is needed.
    FromEnd,
}

/// The samples that a header announces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload {
    pub(crate) packing: Packing,
    pub(crate) dtype: Dtype,
    pub(crate) order: ByteOrder,
    pub(crate) start: Start,
    /// Checked against the limits before.
    pub(crate) n_samples: u64,
}

/// Where the numbers lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind the header, from this byte on.
    Inside(usize),
    /// In files beside the header, an equal part in each.
    Beside(Vec<String>),
}

impl Payload {
    /// Reads all samples from where they lie.
    pub(crate) fn read(&self, place: &Place, source: &Source<'_>, limits: &Limits) -> Result<Samples> {
        match place {
            Place::Inside(at) => self.of_bytes(source.bytes.get(*at..).unwrap_or_default(), limits),
            Place::Beside(names) => self.of_files(names, source, limits),
        }
    }

    fn of_files(&self, names: &[String], source: &Source<'_>, limits: &Limits) -> Result<Samples> {
        let n_files = names.len() as u64;
        if n_files == 0 || !self.n_samples.is_multiple_of(n_files) {
            return Err(Error::format(format!(
                "{n_files} data files cannot hold {} samples in equal parts; correct the list of files",
                self.n_samples
            )));
        }
        let part = Self { n_samples: self.n_samples / n_files, ..*self };
        let read = |name: &String| {
            let bytes = source.beside(name)?;
            part.of_bytes(&bytes, limits).map_err(|error| error.in_file(name.as_ref()))
        };
        let mut whole = read(&names[0])?;
        for name in &names[1..] {
            whole = joined(whole, read(name)?);
        }
        Ok(whole)
    }

    /// Reads all samples from bytes that hold nothing else in front.
    pub(crate) fn of_bytes(&self, bytes: &[u8], limits: &Limits) -> Result<Samples> {
        let n_bytes = self.n_samples.saturating_mul(self.dtype.stored_bytes());
        let (n_lines, n_skipped) = match self.start {
            Start::Behind { n_lines, n_bytes } => (n_lines, n_bytes),
            Start::FromEnd if self.packing == Packing::Raw => (0, (bytes.len() as u64).saturating_sub(n_bytes)),
            Start::FromEnd => {
                return Err(Error::unsupported(
                    "the header counts the samples from the end of packed bytes, where nobody can count; \
                     give the bytes in front of them",
                ));
            }
        };
        let bytes = behind_lines(bytes, n_lines)?;
        match self.packing {
            Packing::Raw => {
                let n_needed = n_skipped.saturating_add(n_bytes);
                if (bytes.len() as u64) < n_needed {
                    return Err(Error::format(format!(
                        "the header announces {n_needed} bytes of samples, and {} are there; \
                         the file is truncated or its header damaged",
                        bytes.len()
                    )));
                }
                read_samples(&mut &bytes[n_skipped as usize..], self.dtype, self.order, self.n_samples)
            }
            Packing::Deflated => self.inflated(bytes, n_skipped, limits),
            Packing::Text => {
                let text = bytes.get(n_skipped.min(bytes.len() as u64) as usize..).unwrap_or_default();
                numerals::read(text, self.dtype, self.n_samples)
            }
        }
    }

    fn inflated(&self, bytes: &[u8], n_skipped: u64, limits: &Limits) -> Result<Samples> {
        let n_bytes = self.n_samples.saturating_mul(self.dtype.stored_bytes()).saturating_add(n_skipped);
        limits.n_samples(&[n_bytes], 1)?;
        limits.check_expansion(n_bytes, bytes.len() as u64)?;
        let coding = if is_gzip(bytes) { Coding::Gzip } else { Coding::Zlib };
        macro_rules! straight {
            ($wrap:path, $kind:ty) => {{
                let mut values: Vec<$kind> = zeros(self.n_samples as usize)?;
                unfold_into(bytes, coding, bytemuck::cast_slice_mut(&mut values))?;
                for value in &mut values {
                    *value = match self.order {
                        ByteOrder::LowFirst => <$kind>::from_le_bytes(value.to_ne_bytes()),
                        ByteOrder::HighFirst => <$kind>::from_be_bytes(value.to_ne_bytes()),
                    };
                }
                return Ok($wrap(values));
            }};
        }
        // Straight into the memory of the samples, where they need no other change than that of their bytes.
        match self.dtype {
            Dtype::U8 if n_skipped == 0 => straight!(Samples::U8, u8),
            Dtype::I8 if n_skipped == 0 => straight!(Samples::I8, i8),
            Dtype::U16 if n_skipped == 0 => straight!(Samples::U16, u16),
            Dtype::I16 if n_skipped == 0 => straight!(Samples::I16, i16),
            Dtype::U32 if n_skipped == 0 => straight!(Samples::U32, u32),
            Dtype::I32 if n_skipped == 0 => straight!(Samples::I32, i32),
            Dtype::F32 if n_skipped == 0 => straight!(Samples::F32, f32),
            Dtype::F64 if n_skipped == 0 => straight!(Samples::F64, f64),
            _ => {}
        }
        let mut unfolded: Vec<u8> = zeros(n_bytes as usize)?;
        unfold_into(bytes, coding, &mut unfolded)?;
        read_samples(&mut &unfolded[n_skipped as usize..], self.dtype, self.order, self.n_samples)
    }
}

/// Two parts of one sample type; wide integers may have been narrowed differently, and `f64` holds both.
fn joined(first: Samples, second: Samples) -> Samples {
    macro_rules! join {
        ($($kind:ident),*) => {
            match (first, second) {
                $((Samples::$kind(mut values), Samples::$kind(more)) => {
                    values.extend(more);
                    Samples::$kind(values)
                })*
                (first, second) => {
                    let mut values = first.to_f64();
                    values.extend(second.to_f64());
                    Samples::F64(values)
                }
            }
        };
    }
    join!(U8, I8, U16, I16, U32, I32, F32, F64)
}

fn behind_lines(mut bytes: &[u8], n_lines: usize) -> Result<&[u8]> {
    for _ in 0..n_lines {
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| {
            Error::format(format!("the samples lie behind {n_lines} lines, and fewer are there; correct the line skip"))
        })?;
        bytes = &bytes[end + 1..];
    }
    Ok(bytes)
}

/// The samples as zlib stream, low byte first; equal samples give equal bytes.
pub(crate) fn zlib(samples: &Samples) -> Result<Vec<u8>> {
    let bytes = samples.to_bytes()?;
    let mut deflater = Compressor::new(CompressionLvl::default());
    let mut stream = zeros(deflater.zlib_compress_bound(bytes.len()))?;
    let n_written = deflater.zlib_compress(&bytes, &mut stream).map_err(|_| {
        Error::new(ErrorKind::Write, "the volume cannot be compressed; save it in a format without compression")
    })?;
    stream.truncate(n_written);
    Ok(stream)
}
