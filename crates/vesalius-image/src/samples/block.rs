//! A block of numbers in a file, plain or in a gzip stream, read at once into memory of its final type.
//!
//! A gzip stream is inflated straight into the vector of samples, header and all, so that its end is the end of the
//! vector; then every number is moved to its place, turned around, widened or scaled on the way. Numbers of a sample
//! are never narrower than those in the file, so that writing never overtakes reading, and no second copy is made.

use bytemuck::Pod;

use super::{ByteOrder, Dtype, F64_EXACT_MAX, Samples, beyond_f64, zeros};
use crate::error::{Error, Result};
use crate::gzip::{self, Coding};
use crate::limits::Limits;

/// Bytes that are converted at a time; small enough for the fastest cache.
const CHUNK_BYTES: usize = 1 << 14;

/// What may follow the numbers in a stream and still be inflated with them in one call.
const BEHIND_MAX_BYTES: u64 = 1 << 20;

/// Where numbers lie in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    /// All bytes of the file, plain or as a gzip stream.
    pub(crate) bytes: &'a [u8],
    /// Where the numbers begin in the file, once it is unfolded.
    pub(crate) offset: u64,
    pub(crate) dtype: Dtype,
    pub(crate) order: ByteOrder,
    /// How many numbers there are.
    pub(crate) n: u64,
}

/// What stored numbers stand for: number × slope + intercept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
}

impl Scale {
    /// The value of a stored number.
    pub(crate) fn of(self, stored: f64) -> f64 {
        stored * self.slope + self.intercept
    }
}

/// Numbers as they were read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found<T> {
    pub(crate) values: T,
    /// Bytes behind the last number, once the file is unfolded; counted up to 64 MiB in a gzip stream.
    pub(crate) n_bytes_behind: u64,
}

impl<T> Found<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Found<U> {
        Found { values: change(self.values), n_bytes_behind: self.n_bytes_behind }
    }
}

impl Block<'_> {
    /// Checks sizes against what is allowed and what is there; must come before any reading.
    ///
    /// `stored_bytes` is what one number takes in the file, `sample_bytes` what it takes in memory.
    pub(crate) fn check(&self, stored_bytes: u64, sample_bytes: u64, limits: &Limits) -> Result<()> {
        limits.n_samples(&[self.n], sample_bytes)?;
        let n_bytes = self.n.checked_mul(stored_bytes).and_then(|n| n.checked_add(self.offset)).unwrap_or(u64::MAX);
        if gzip::is_gzip(self.bytes) {
            limits.check_expansion(n_bytes, self.bytes.len() as u64)?;
        } else if n_bytes > self.bytes.len() as u64 {
            return Err(Error::format(format!(
                "the header announces {n_bytes} bytes, and {} are there; \
                 the file is truncated or its header damaged, fetch or save it again",
                self.bytes.len()
            )));
        }
        if n_bytes > limits.bytes_max || usize::try_from(n_bytes).is_err() {
            return Err(Error::limit(format!(
                "{} samples of {stored_bytes} bytes from byte {} on are more than the {} bytes that are allowed; \
                 raise the limit if the file is to be trusted",
                self.n, self.offset, limits.bytes_max
            )));
        }
        Ok(())
    }

    /// Reads numbers as [`Samples`] of their type, or as `f64` where they are scaled.
    pub(crate) fn read(&self, scale: Option<Scale>) -> Result<Found<Samples>> {
        macro_rules! read {
            ($kind:ty, $wrap:path) => {
                match (self.order, scale) {
                    (ByteOrder::LowFirst, None) => self.numbers(<$kind>::from_le_bytes)?.map($wrap),
                    (ByteOrder::HighFirst, None) => self.numbers(<$kind>::from_be_bytes)?.map($wrap),
                    (ByteOrder::LowFirst, Some(scale)) => {
                        self.numbers(|group| scale.of(f64::from(<$kind>::from_le_bytes(group))))?.map(Samples::F64)
                    }
                    (ByteOrder::HighFirst, Some(scale)) => {
                        self.numbers(|group| scale.of(f64::from(<$kind>::from_be_bytes(group))))?.map(Samples::F64)
                    }
                }
            };
        }
        Ok(match self.dtype {
            Dtype::U8 | Dtype::Bool => read!(u8, Samples::U8),
            Dtype::I8 => read!(i8, Samples::I8),
            Dtype::U16 => read!(u16, Samples::U16),
            Dtype::I16 => read!(i16, Samples::I16),
            Dtype::U32 => read!(u32, Samples::U32),
            Dtype::I32 => read!(i32, Samples::I32),
            Dtype::F32 => read!(f32, Samples::F32),
            Dtype::F64 => read!(f64, Samples::F64),
            Dtype::F16 => return Err(Error::unsupported("16-bit floats are not read from this format")),
            Dtype::U64 | Dtype::I64 => scaled(self.wide_integers()?, scale),
        })
    }

    /// Reads numbers of 128 bits as `f64`, made of their bits by `of_bits` in the order of the file.
    pub(crate) fn wide_floats(&self, mut of_bits: impl FnMut(u128) -> f64) -> Result<Found<Samples>> {
        let found = match self.order {
            ByteOrder::LowFirst => self.numbers(|group| of_bits(u128::from_le_bytes(group))),
            ByteOrder::HighFirst => self.numbers(|group| of_bits(u128::from_be_bytes(group))),
        };
        Ok(found?.map(Samples::F64))
    }

    /// Numbers of `N` bytes, made of their bytes by `parse`; a sample must not be narrower than the number.
    fn numbers<const N: usize, T: Pod + Default>(&self, mut parse: impl FnMut([u8; N]) -> T) -> Result<Found<Vec<T>>> {
        let (n, offset) = (self.n as usize, self.offset as usize);
        let n_needed = offset + n * N;
        if !gzip::is_gzip(self.bytes) {
            let bytes = self.bytes.get(offset..n_needed).ok_or_else(cut_short)?;
            let mut values = Vec::new();
            values.try_reserve_exact(n).map_err(|error| {
                Error::limit(format!("no memory for {n} samples; free some or read a smaller file")).with_source(error)
            })?;
            values.extend(bytes.as_chunks::<N>().0.iter().map(|group| parse(*group)));
            return Ok(Found { values, n_bytes_behind: (self.bytes.len() - n_needed) as u64 });
        }
        let n_hinted = gzip::size_hint(self.bytes).saturating_sub(n_needed as u64);
        let n_behind = if n_hinted <= BEHIND_MAX_BYTES { n_hinted as usize } else { 0 };
        let n_all = (n * size_of::<T>()).max(n_needed) + n_behind;
        let mut values: Vec<T> = zeros(n_all.div_ceil(size_of::<T>()))?;
        let start = values.len() * size_of::<T>() - n_needed - n_behind;
        let out = &mut bytemuck::cast_slice_mut::<T, u8>(&mut values)[start..];
        let n_bytes_behind = match gzip::unfold_into(self.bytes, Coding::Gzip, out) {
            Ok(n_more) => n_behind as u64 + n_more,
            // The stream is shorter than it says, which is no harm where it holds all numbers.
            Err(_) if n_behind > 0 => gzip::unfold_into(self.bytes, Coding::Gzip, &mut out[..n_needed])?,
            Err(error) => return Err(error),
        };
        move_to_front(&mut values, start + offset, n, parse);
        values.truncate(n);
        values.shrink_to_fit();
        Ok(Found { values, n_bytes_behind })
    }

    /// 64-bit integers as 32 bits where all of them fit, else as `f64` where that is exact.
    fn wide_integers(&self) -> Result<Found<Samples>> {
        // Read as pairs of words, which are thinned out in place: such files are mostly label maps.
        let words = Self { n: 2 * self.n, ..*self };
        let order = self.order;
        let is_low_first = order == ByteOrder::LowFirst;
        if self.dtype == Dtype::I64 {
            let parse = if is_low_first { i32::from_le_bytes } else { i32::from_be_bytes };
            let Found { values, n_bytes_behind } = words.numbers(parse)?;
            let fits = |low: i32, high: i32| high == low >> 31;
            let values = narrowed(values, order, Samples::I32, fits, |low, high| {
                let value = i64::from(high) << 32 | i64::from(low.cast_unsigned());
                if value.unsigned_abs() > F64_EXACT_MAX { Err(beyond_f64(value)) } else { Ok(value as f64) }
            })?;
            return Ok(Found { values, n_bytes_behind });
        }
        let parse = if is_low_first { u32::from_le_bytes } else { u32::from_be_bytes };
        let Found { values, n_bytes_behind } = words.numbers(parse)?;
        let values = narrowed(
            values,
            order,
            Samples::U32,
            |_, high| high == 0,
            |low, high| {
                let value = u64::from(high) << 32 | u64::from(low);
                if value > F64_EXACT_MAX { Err(beyond_f64(value)) } else { Ok(value as f64) }
            },
        )?;
        Ok(Found { values, n_bytes_behind })
    }
}

fn cut_short() -> Error {
    Error::format("the file ends before its samples do; it is truncated, fetch or save it again")
}

fn scaled(found: Found<Samples>, scale: Option<Scale>) -> Found<Samples> {
    found.map(|samples| match scale {
        Some(scale) => Samples::F64(samples.to_f64().into_iter().map(|stored| scale.of(stored)).collect()),
        None => samples,
    })
}

/// Makes the first `n` values of the numbers that lie in the same memory from byte `start` on.
///
/// A number is copied before a value is written over it, because values are as wide as numbers or wider and the
/// numbers end at the end of the memory, or the numbers are wider and values cannot catch up with them.
fn move_to_front<const N: usize, T: Pod>(
    values: &mut [T],
    start: usize,
    n: usize,
    mut parse: impl FnMut([u8; N]) -> T,
) {
    let mut chunk = [0_u8; CHUNK_BYTES];
    let n_chunk = CHUNK_BYTES / N;
    for first in (0..n).step_by(n_chunk) {
        let n_now = n_chunk.min(n - first);
        let at = start + first * N;
        let groups = &mut chunk[..n_now * N];
        groups.copy_from_slice(&bytemuck::cast_slice::<T, u8>(values)[at..at + n_now * N]);
        let (groups, _) = groups.as_chunks::<N>();
        for (value, group) in values[first..first + n_now].iter_mut().zip(groups) {
            *value = parse(*group);
        }
    }
}

/// Pairs of words as the integers that they are: the low words where they `fit`, else whole as `f64`.
fn narrowed<W: Copy>(
    mut words: Vec<W>,
    order: ByteOrder,
    wrap: fn(Vec<W>) -> Samples,
    fit: impl Fn(W, W) -> bool,
    whole: impl Fn(W, W) -> Result<f64>,
) -> Result<Samples> {
    let low = usize::from(order == ByteOrder::HighFirst);
    let (pairs, _) = words.as_chunks::<2>();
    if !pairs.iter().all(|pair| fit(pair[low], pair[1 - low])) {
        let wide: Result<Vec<f64>> = pairs.iter().map(|pair| whole(pair[low], pair[1 - low])).collect();
        return wide.map(Samples::F64);
    }
    for idx in 0..pairs.len() {
        words[idx] = words[2 * idx + low];
    }
    words.truncate(words.len() / 2);
    words.shrink_to_fit();
    Ok(wrap(words))
}
