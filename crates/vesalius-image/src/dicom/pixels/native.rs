//! Pixels that are stored as they are: one bit, whole numbers of any width, floating point; by pixel or by plane.

use std::borrow::Cow;

use dicom_dictionary_std::tags;

use super::{Layout, color};
use crate::dicom::file::File;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::samples::{ByteOrder, Dtype, Samples, map_samples, read_samples};

/// All frames of a file whose pixels are not encapsulated, in the order of [`super::Frames`].
pub(super) fn samples(file: &File<'_>, layout: &Layout, limits: &Limits) -> Result<Samples> {
    let bytes = file.root().bytes(layout.element)?.unwrap_or_default();
    if layout.bits_allocated == 1 {
        return bits(bytes, layout);
    }
    let is_halved = layout.photometric == "YBR_FULL_422" && layout.n_channels == 3 && layout.bits_allocated == 8;
    let n_bytes_all = (layout.n_bytes() as usize, layout.n_bytes() as usize / 3 * 2);
    // A few writers name the halved form and store the whole one.
    if is_halved && bytes.len() < n_bytes_all.0 {
        check_length(bytes, n_bytes_all.1)?;
        let whole = color::doubled(bytes, layout)?;
        return Ok(arranged(Samples::U8(whole), layout));
    }
    check_length(bytes, n_bytes_all.0)?;
    // Words are put in order before the byte that fills the last of them is cut off.
    let bytes = words_in_order(bytes, file, layout);
    let bytes = &bytes[..n_bytes_all.0];
    let order = order_of(file, layout);
    let n = layout.n_frame() as u64 * layout.n_frames as u64;
    limits.check_expansion(layout.n_bytes(), bytes.len() as u64)?;
    Ok(arranged(read_samples(&mut &*bytes, unsigned(layout), order, n)?, layout))
}

/// Whole numbers are read without sign first, because bits that do not count may lie above it.
fn unsigned(layout: &Layout) -> Dtype {
    match (layout.dtype(), layout.bits_stored == layout.bits_allocated) {
        (Dtype::I8, false) => Dtype::U8,
        (Dtype::I16, false) => Dtype::U16,
        (Dtype::I32, false) => Dtype::U32,
        (other, _) => other,
    }
}

fn order_of(file: &File<'_>, layout: &Layout) -> ByteOrder {
    if layout.element == tags::PIXEL_DATA { file.order() } else { ByteOrder::LowFirst }
}

/// Bytes that a big-endian file keeps in words of two (value representation OW) come in the order of words.
fn words_in_order<'a>(bytes: &'a [u8], file: &File<'_>, layout: &Layout) -> Cow<'a, [u8]> {
    let is_words = file.root().vr(layout.element) == Some(dicom_core::VR::OW);
    if file.order() == ByteOrder::HighFirst && is_words && layout.bits_allocated == 8 {
        let mut swapped = bytes.to_vec();
        for pair in swapped.as_chunks_mut::<2>().0 {
            pair.swap(0, 1);
        }
        return Cow::Owned(swapped);
    }
    Cow::Borrowed(bytes)
}

fn check_length(bytes: &[u8], n_expected: usize) -> Result<()> {
    if bytes.len() < n_expected {
        return Err(Error::format(format!(
            "there are {} bytes of pixels and the header announces {n_expected}; the file is truncated or damaged",
            bytes.len()
        )));
    }
    Ok(())
}

/// One bit a pixel, the lowest first; frames follow each other without a gap.
fn bits(bytes: &[u8], layout: &Layout) -> Result<Samples> {
    let n = layout.n_frame() * layout.n_frames;
    check_length(bytes, n.div_ceil(8))?;
    let samples = (0..n).map(|idx| (bytes[idx / 8] >> (idx % 8)) & 1).collect();
    Ok(arranged(Samples::U8(samples), layout))
}

/// From frames of pixels or planes to `[channel, frame, row, column]`, in red, green and blue.
fn arranged(samples: Samples, layout: &Layout) -> Samples {
    if layout.n_channels == 1 {
        return samples;
    }
    let samples = map_samples!(samples, values => by_channel(&values, layout));
    color::to_rgb(samples, layout)
}

fn by_channel<T: Copy>(values: &[T], layout: &Layout) -> Vec<T> {
    let (n_pixels, n_channels) = (layout.n_pixels(), layout.n_channels);
    let mut arranged = Vec::with_capacity(values.len());
    for channel in 0..n_channels {
        for frame in values.chunks_exact(n_pixels * n_channels) {
            if layout.is_planar {
                arranged.extend_from_slice(&frame[channel * n_pixels..(channel + 1) * n_pixels]);
            } else {
                arranged.extend(frame.iter().skip(channel).step_by(n_channels).copied());
            }
        }
    }
    arranged
}

/// Puts sign and unused bits right: overlays may lie above the bits that count, and a sign ends at the highest.
pub(super) fn without_unused_bits(samples: Samples, layout: &Layout) -> Samples {
    if layout.element != tags::PIXEL_DATA || layout.bits_allocated == 1 {
        return samples;
    }
    // How far left the highest bit that counts has to go, and how far back to the lowest.
    let left = layout.bits_allocated - 1 - layout.high_bit;
    let back = layout.bits_allocated - layout.bits_stored;
    if left == 0 && back == 0 {
        return match (samples, layout.is_signed) {
            (Samples::U8(values), true) => Samples::I8(values.into_iter().map(u8::cast_signed).collect()),
            (Samples::U16(values), true) => Samples::I16(values.into_iter().map(u16::cast_signed).collect()),
            (Samples::U32(values), true) => Samples::I32(values.into_iter().map(u32::cast_signed).collect()),
            (other, _) => other,
        };
    }
    match (samples, layout.is_signed) {
        (Samples::U8(values), false) => Samples::U8(values.into_iter().map(|v| (v << left) >> back).collect()),
        (Samples::U16(values), false) => Samples::U16(values.into_iter().map(|v| (v << left) >> back).collect()),
        (Samples::U32(values), false) => Samples::U32(values.into_iter().map(|v| (v << left) >> back).collect()),
        (Samples::U8(values), true) => {
            Samples::I8(values.into_iter().map(|v| (v << left).cast_signed() >> back).collect())
        }
        (Samples::U16(values), true) => {
            Samples::I16(values.into_iter().map(|v| (v << left).cast_signed() >> back).collect())
        }
        (Samples::U32(values), true) => {
            Samples::I32(values.into_iter().map(|v| (v << left).cast_signed() >> back).collect())
        }
        (other, _) => other,
    }
}
