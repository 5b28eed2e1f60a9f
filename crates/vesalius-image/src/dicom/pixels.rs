//! The pixels of one file as they are stored, whatever the transfer syntax.
//!
//! Stored values are those that the rescaling of [`super::values`] begins with: sign and unused bits are put right,
//! colors that are kept as luminance and chrominance are red, green and blue, and indices into a palette stay
//! indices. This is what `pixel_array` of pydicom gives, except that bits above those that count are cleared here.

mod codec;
mod color;
mod encapsulated;
mod jpeg;
mod jpeg_ls;
mod native;
mod rle;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use rayon::prelude::*;

use super::file::{File, Set};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::samples::{Dtype, Samples};

/// Stored samples of all frames.
#[derive(Clone, Debug)]
pub(crate) struct Frames {
    /// In C order of `[channel, frame, row, column]`.
    pub(crate) samples: Samples,
    /// `[channel, frame, row, column]`.
    pub(crate) shape: [usize; 4],
    /// Sample type in the file.
    pub(crate) dtype: Dtype,
}

/// What the header says of its pixels.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) n_frames: usize,
    pub(crate) n_rows: usize,
    pub(crate) n_columns: usize,
    pub(crate) n_channels: usize,
    /// Bits that a sample takes: 1, 8, 16, 32 or 64.
    pub(crate) bits_allocated: u32,
    /// Bits of it that count.
    pub(crate) bits_stored: u32,
    /// The highest of those that count.
    pub(crate) high_bit: u32,
    pub(crate) is_signed: bool,
    /// Whether each channel of a frame is stored in one piece.
    pub(crate) is_planar: bool,
    pub(crate) photometric: String,
    /// The element that holds the pixels.
    pub(crate) element: Tag,
}

/// Samples of one frame, channel after channel, before sign and unused bits are put right.
pub(super) type Frame = Samples;

/// The stored samples of all frames of a file.
///
/// An error where there are none, where header and pixels do not fit, or where the transfer syntax is not read.
pub(crate) fn frames(file: &File<'_>, limits: &Limits) -> Result<Frames> {
    let layout = Layout::of(file.root(), limits)?;
    let sources = encapsulated::frames(file, &layout)?;
    let samples = match sources {
        None => native::samples(file, &layout, limits)?,
        Some(frames) => {
            let n_bytes_stored: usize = frames.iter().map(|frame| frame.len()).sum();
            limits.check_expansion(layout.n_bytes(), n_bytes_stored as u64)?;
            let decoded: Result<Vec<Frame>> =
                frames.par_iter().map(|bytes| codec::decode(bytes, file, &layout)).collect();
            joined(decoded?, &layout)?
        }
    };
    let samples = native::without_unused_bits(samples, &layout);
    let shape = [layout.n_channels, layout.n_frames, layout.n_rows, layout.n_columns];
    Ok(Frames { samples, shape, dtype: layout.dtype() })
}

impl Layout {
    /// What the elements of a data set say; an error where they are missing, impossible, or beyond the limits.
    pub(crate) fn of(set: Set<'_>, limits: &Limits) -> Result<Self> {
        let candidates = [tags::PIXEL_DATA, tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA];
        let element = candidates.into_iter().find(|tag| set.has(*tag)).ok_or_else(|| {
            Error::unsupported("the file holds no pixels; it is a report, a plan or the like, or pixels were left out")
        })?;
        let n_rows = positive(set, tags::ROWS, None)?;
        let n_columns = positive(set, tags::COLUMNS, None)?;
        let n_frames = positive(set, tags::NUMBER_OF_FRAMES, Some(1))?;
        let n_channels = positive(set, tags::SAMPLES_PER_PIXEL, Some(1))?;
        let bits_allocated = match element {
            tags::FLOAT_PIXEL_DATA => 32,
            tags::DOUBLE_FLOAT_PIXEL_DATA => 64,
            _ => positive(set, tags::BITS_ALLOCATED, None)? as u32,
        };
        let bits_stored = positive(set, tags::BITS_STORED, Some(bits_allocated as usize))? as u32;
        let high_bit = set.int(tags::HIGH_BIT)?.unwrap_or(i64::from(bits_stored) - 1);
        let high_bit = u32::try_from(high_bit).unwrap_or(bits_stored.saturating_sub(1));
        if ![1, 8, 16, 32, 64].contains(&bits_allocated) || bits_stored > bits_allocated {
            return Err(Error::unsupported(format!(
                "samples take {bits_allocated} bits, of which {bits_stored} count; expected 1, 8, 16, 32 or 64 bits, \
                 of which as many or fewer count"
            )));
        }
        if ![1, 3, 4].contains(&n_channels) {
            let message = format!("a pixel has {n_channels} samples; expected 1, 3 or 4; the header is damaged");
            return Err(Error::format(message));
        }
        // Writers that do not know the element leave it at a place where it cannot be.
        let high_bit = if (bits_stored - 1..bits_allocated).contains(&high_bit) { high_bit } else { bits_stored - 1 };
        let layout = Self {
            n_frames,
            n_rows,
            n_columns,
            n_channels,
            bits_allocated,
            bits_stored,
            high_bit,
            is_signed: set.int(tags::PIXEL_REPRESENTATION)?.unwrap_or(0) == 1,
            is_planar: n_channels > 1 && set.int(tags::PLANAR_CONFIGURATION)?.unwrap_or(0) == 1,
            photometric: set.text(tags::PHOTOMETRIC_INTERPRETATION)?.unwrap_or_default().to_ascii_uppercase(),
            element,
        };
        let shape = [n_channels, n_frames, n_rows, n_columns].map(|n| n as u64);
        limits.n_samples(&shape, u64::from(bits_allocated.div_ceil(8)))?;
        Ok(layout)
    }

    /// Pixels of one frame.
    pub(super) fn n_pixels(&self) -> usize {
        self.n_rows * self.n_columns
    }

    /// Samples of one frame.
    pub(super) fn n_frame(&self) -> usize {
        self.n_pixels() * self.n_channels
    }

    /// Bytes of all frames once they are decoded.
    fn n_bytes(&self) -> u64 {
        self.n_frame() as u64 * self.n_frames as u64 * u64::from(self.bits_allocated.div_ceil(8))
    }

    /// The sample type that the header describes.
    pub(crate) fn dtype(&self) -> Dtype {
        match (self.element, self.bits_allocated, self.is_signed) {
            (tags::FLOAT_PIXEL_DATA, ..) => Dtype::F32,
            (tags::DOUBLE_FLOAT_PIXEL_DATA, ..) => Dtype::F64,
            (_, 1, _) => Dtype::Bool,
            (_, 8, false) => Dtype::U8,
            (_, 8, true) => Dtype::I8,
            (_, 16, false) => Dtype::U16,
            (_, 16, true) => Dtype::I16,
            (_, 32, false) => Dtype::U32,
            (_, 32, true) => Dtype::I32,
            (_, _, false) => Dtype::U64,
            (_, _, true) => Dtype::I64,
        }
    }
}

/// A number above 0 that the header must give, or may leave to a default.
fn positive(set: Set<'_>, tag: Tag, default: Option<usize>) -> Result<usize> {
    let found = match (set.int(tag)?, default) {
        (Some(found), _) => found,
        (None, Some(default)) => return Ok(default),
        (None, None) => {
            let name = super::file::named(tag);
            return Err(Error::format(format!("the header has no {name}; pixels cannot be told without it")));
        }
    };
    match (usize::try_from(found), default) {
        (Ok(n), _) if n > 0 && u32::try_from(n).is_ok() => Ok(n),
        // Some writers put 0 where the element has no meaning.
        (Ok(0), Some(default)) => Ok(default),
        _ => {
            let name = super::file::named(tag);
            Err(Error::format(format!("{name} is {found}; expected a number above 0; the header is damaged")))
        }
    }
}

/// Frames one behind the other become channels one behind the other.
fn joined(frames: Vec<Frame>, layout: &Layout) -> Result<Samples> {
    macro_rules! join {
        ($($kind:ident),*) => {
            match &frames[0] {
                $(Samples::$kind(_) => {
                    let parts: Option<Vec<&Vec<_>>> =
                        frames.iter().map(|f| if let Samples::$kind(values) = f { Some(values) } else { None }).collect();
                    parts.map(|parts| Samples::$kind(interleaved(&parts, layout)))
                })*
            }
        };
    }
    if frames.len() == 1 {
        return frames.into_iter().next().ok_or_else(|| Error::format("there is no frame"));
    }
    if frames.is_empty() {
        return Err(Error::format("the file has no frame; it is damaged"));
    }
    join!(U8, I8, U16, I16, U32, I32, F32, F64)
        .ok_or_else(|| Error::format("the frames have samples of different kinds; the file is damaged"))
}

fn interleaved<T: Copy>(frames: &[&Vec<T>], layout: &Layout) -> Vec<T> {
    let n = layout.n_pixels();
    let planes = |channel: usize| frames.iter().map(move |frame| &frame[channel * n..(channel + 1) * n]);
    (0..layout.n_channels).flat_map(planes).flatten().copied().collect()
}
