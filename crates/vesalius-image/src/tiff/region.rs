//! A rectangle of one or several pages, of which only the strips and tiles it touches are unpacked.

use bytemuck::Pod;
use rayon::prelude::*;

use super::chunk;
use super::directory::File;
use super::page::{Page, Photometric};
use crate::error::{Error, Result};
use crate::samples::{ByteOrder, Dtype, Samples, read_samples};

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// Column and row of the first pixel.
    pub(super) at: [usize; 2],
    /// Width and height, above 0 and inside of the page.
    pub(super) size: [usize; 2],
}

/// A type of samples in a file.
trait Stored: Pod + Default + Send + Sync {
    /// Full opacity.
    const OPAQUE: Self;
    /// The value that white-is-zero images store for this one, of so many bits; `None` where that is not defined.
    fn inverted(self, bits: u64) -> Option<Self>;
    fn is(self, other: Self) -> bool;
}

macro_rules! stored {
    ($($kind:ty, $opaque:expr, $inverted:expr;)*) => {$(
        impl Stored for $kind {
            const OPAQUE: Self = $opaque;
            fn inverted(self, bits: u64) -> Option<Self> {
                $inverted(self, bits)
            }
            fn is(self, other: Self) -> bool {
                self.to_ne_bytes() == other.to_ne_bytes()
            }
        }
    )*};
}
stored! {
    u8, Self::MAX, |value, bits| Some(if bits < 8 { ((1_u8 << bits) - 1) - value } else { Self::MAX - value });
    u16, Self::MAX, |value, _| Some(Self::MAX - value);
    u32, Self::MAX, |value, _| Some(Self::MAX - value);
    u64, Self::MAX, |value, _| Some(Self::MAX - value);
    i8, Self::MAX, |_, _| None;
    i16, Self::MAX, |_, _| None;
    i32, Self::MAX, |_, _| None;
    i64, Self::MAX, |_, _| None;
    f32, 1.0, |_, _| None;
    f64, 1.0, |_, _| None;
}

/// The samples `[channel, page, y, x]` of the same region of pages that agree; sizes were checked against the limits.
pub(super) fn read(file: &File<'_>, pages: &[&Page], region: Region) -> Result<Samples> {
    let Some(page) = pages.first() else { return Err(Error::format("the TIFF file has no image; it is damaged")) };
    chunk::check(page)?;
    let wide = |bytes: &[u8], dtype: Dtype| {
        let native = if cfg!(target_endian = "little") { ByteOrder::LowFirst } else { ByteOrder::HighFirst };
        read_samples(&mut &*bytes, dtype, native, bytes.len() as u64 / dtype.stored_bytes())
    };
    Ok(match page.dtype {
        Dtype::Bool | Dtype::U8 => Samples::U8(filled(file, pages, region)?),
        Dtype::I8 => Samples::I8(filled(file, pages, region)?),
        Dtype::U16 => Samples::U16(filled(file, pages, region)?),
        Dtype::I16 => Samples::I16(filled(file, pages, region)?),
        Dtype::U32 => Samples::U32(filled(file, pages, region)?),
        Dtype::I32 => Samples::I32(filled(file, pages, region)?),
        Dtype::F32 => Samples::F32(filled(file, pages, region)?),
        Dtype::F64 => Samples::F64(filled(file, pages, region)?),
        Dtype::F16 => wide(bytemuck::cast_slice(&filled::<u16>(file, pages, region)?), Dtype::F16)?,
        Dtype::U64 => wide(bytemuck::cast_slice(&filled::<u64>(file, pages, region)?), Dtype::U64)?,
        Dtype::I64 => wide(bytemuck::cast_slice(&filled::<i64>(file, pages, region)?), Dtype::I64)?,
    })
}

fn filled<T: Stored>(file: &File<'_>, pages: &[&Page], region: Region) -> Result<Vec<T>> {
    let [width, height] = region.size;
    let n_channels = pages[0].n_channels();
    let mut out: Vec<T> = Vec::new();
    let n = width * height * n_channels * pages.len();
    file.limits.check_expansion(n as u64 * size_of::<T>() as u64, file.store.n_bytes())?;
    out.try_reserve_exact(n).map_err(|error| {
        Error::limit(format!("no memory for {n} samples; free some or read a smaller region")).with_source(error)
    })?;
    out.resize(n, T::default());
    let bands = bands(&mut out, pages, region);
    let outcomes: Vec<Result<()>> = bands.into_par_iter().map(|band| band.fill(file, pages, region)).collect();
    // The first error in the order of the file, whichever thread met one first.
    outcomes.into_iter().collect::<Result<()>>()?;
    Ok(out)
}

/// The rows of a page that one row of strips or tiles fills, in all channels; each band is written by one thread.
struct Band<'a, T> {
    page_idx: usize,
    first_row: usize,
    /// For each channel the same rows.
    planes: Vec<&'a mut [T]>,
}

fn bands<'a, T>(out: &'a mut [T], pages: &[&Page], region: Region) -> Vec<Band<'a, T>> {
    let [width, height] = region.size;
    let mut by_page: Vec<Vec<Band<'a, T>>> = pages.iter().map(|_| Vec::new()).collect();
    for (plane_idx, plane) in out.chunks_exact_mut(width * height).enumerate() {
        let page_idx = plane_idx % pages.len();
        let chunk_height = pages[page_idx].chunk[1];
        let (mut rest, mut row) = (plane, region.at[1]);
        for position in 0.. {
            let row_end = ((row / chunk_height + 1) * chunk_height).min(region.at[1] + height);
            let (rows, behind) = rest.split_at_mut((row_end - row) * width);
            match by_page[page_idx].get_mut(position) {
                Some(band) => band.planes.push(rows),
                None => by_page[page_idx].push(Band { page_idx, first_row: row, planes: vec![rows] }),
            }
            (rest, row) = (behind, row_end);
            if rest.is_empty() {
                break;
            }
        }
    }
    by_page.into_iter().flatten().collect()
}

impl<T: Stored> Band<'_, T> {
    fn fill(mut self, file: &File<'_>, pages: &[&Page], region: Region) -> Result<()> {
        let page = pages[self.page_idx];
        let [across, down] = page.grid();
        let [chunk_width, chunk_height] = page.chunk;
        let (left, right) = (region.at[0], region.at[0] + region.size[0]);
        let chunk_row = self.first_row / chunk_height;
        for chunk_column in left / chunk_width..right.div_ceil(chunk_width) {
            let from = left.max(chunk_column * chunk_width);
            let to = right.min((chunk_column + 1) * chunk_width);
            let inside = Inside {
                columns: [from - chunk_column * chunk_width, to - chunk_column * chunk_width],
                first_row: self.first_row - chunk_row * chunk_height,
                out_column: from - left,
                out_width: region.size[0],
            };
            let idx = chunk_row * across + chunk_column;
            if page.is_planar {
                for stored in 0..page.n_stored {
                    let bytes = chunk::read(file, page, stored * across * down + idx)?;
                    self.place(bytes.as_deref(), page, &[stored], inside)?;
                }
            } else {
                let all: Vec<usize> = (0..page.n_stored).collect();
                let bytes = chunk::read(file, page, idx)?;
                self.place(bytes.as_deref(), page, &all, inside)?;
            }
        }
        Ok(())
    }

    /// Copies what lies inside of a chunk whose pixels hold the `stored` samples of a page.
    fn place(&mut self, bytes: Option<&[u8]>, page: &Page, stored: &[usize], inside: Inside) -> Result<()> {
        let Some(bytes) = bytes else { return Ok(()) };
        let n_each = stored.len();
        let row_samples = page.chunk[0] * n_each;
        let sample = |row: usize, column: usize, position: usize| -> T {
            let at = (row * row_samples + column * n_each + position) * size_of::<T>();
            bytemuck::pod_read_unaligned(&bytes[at..at + size_of::<T>()])
        };
        let [first, last] = inside.columns;
        for (position, stored) in stored.iter().enumerate() {
            let n_rows = self.planes[0].len() / inside.out_width;
            if page.alpha == Some(*stored) {
                let mut all = (0..n_rows).flat_map(|row| (first..last).map(move |column| (row, column)));
                if all.any(|(row, column)| !sample(inside.first_row + row, column, position).is(T::OPAQUE)) {
                    return Err(Error::unsupported(
                        "the picture is partly transparent, and what lies below is unknown; \
                         save it without an alpha channel",
                    ));
                }
                continue;
            }
            let channel = stored - usize::from(page.alpha.is_some_and(|alpha| alpha < *stored));
            for (row, out) in self.planes[channel].chunks_exact_mut(inside.out_width).enumerate() {
                let out = &mut out[inside.out_column..][..last - first];
                if n_each == 1 {
                    let at = ((inside.first_row + row) * row_samples + first) * size_of::<T>();
                    let out: &mut [u8] = bytemuck::cast_slice_mut(out);
                    out.copy_from_slice(&bytes[at..at + out.len()]);
                } else {
                    for (out, column) in out.iter_mut().zip(first..last) {
                        *out = sample(inside.first_row + row, column, position);
                    }
                }
                if page.photometric == Photometric::WhiteIsZero {
                    invert(out, page.bits)?;
                }
            }
        }
        Ok(())
    }
}

/// Which part of a chunk goes where in its band.
#[derive(Clone, Copy)]
struct Inside {
    /// First column in the chunk, and the one behind the last.
    columns: [usize; 2],
    /// Row in the chunk of the first row of the band.
    first_row: usize,
    /// Column of the region where the first goes.
    out_column: usize,
    /// Width of the region.
    out_width: usize,
}

fn invert<T: Stored>(values: &mut [T], bits: u64) -> Result<()> {
    for value in values {
        *value = value.inverted(bits).ok_or_else(|| {
            Error::unsupported("the TIFF image has white at 0 and samples with sign; nobody says where black is")
        })?;
    }
    Ok(())
}
