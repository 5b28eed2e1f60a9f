//! The codec of each transfer syntax, and what its samples mean.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dicom_dictionary_std::uids;

use super::{Frame, Layout, color, jpeg, jpeg_ls, rle};
use crate::dicom::file::File;
use crate::error::{Error, Result};
use crate::samples::{ByteOrder, Samples, read_samples};

/// A codec of encapsulated pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Uncompressed,
    Deflated,
    RunLengths,
    Jpeg,
    JpegLs,
    Jpeg2000,
    JpegXl,
}

/// The codec of a transfer syntax; an error that names one that is not read.
fn of(syntax: &str) -> Result<Codec> {
    Ok(match syntax {
        uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN
        | uids::EXPLICIT_VR_LITTLE_ENDIAN
        | uids::IMPLICIT_VR_LITTLE_ENDIAN => Codec::Uncompressed,
        uids::DEFLATED_IMAGE_FRAME_COMPRESSION => Codec::Deflated,
        uids::RLE_LOSSLESS => Codec::RunLengths,
        uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT | uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1 => {
            Codec::Jpeg
        }
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => Codec::JpegLs,
        uids::JPEG2000_LOSSLESS
        | uids::JPEG2000
        | uids::JPEG2000MC_LOSSLESS
        | uids::JPEG2000MC
        | uids::HTJ2K_LOSSLESS
        | uids::HTJ2K_LOSSLESS_RPCL
        | uids::HTJ2K => Codec::Jpeg2000,
        uids::JPEGXL_LOSSLESS | uids::JPEGXLJPEG_RECOMPRESSION | uids::JPEGXL => Codec::JpegXl,
        other => {
            let name = dicom_name(other);
            return Err(Error::unsupported(format!(
                "pixels of transfer syntax {other}{name} are not read; convert the file to an uncompressed one"
            )));
        }
    })
}

fn dicom_name(uid: &str) -> &'static str {
    match uid {
        uids::MPEG2MPML | uids::MPEG2MPHL => " (MPEG-2 video)",
        uid if uid.starts_with("1.2.840.10008.1.2.4.10") => " (MPEG video)",
        uids::JPIP_REFERENCED | uids::JPIP_REFERENCED_DEFLATE => " (pixels on a JPIP server)",
        _ => "",
    }
}

/// Samples of one frame, channel after channel, in red, green and blue where there are three.
pub(super) fn decode(bytes: &[u8], file: &File<'_>, layout: &Layout) -> Result<Frame> {
    let codec = of(file.syntax())?;
    let frame = match codec {
        Codec::Uncompressed => plain(bytes, layout)?,
        Codec::Deflated => {
            let mut unfolded = Vec::new();
            inflate(bytes, layout, &mut unfolded)?;
            plain(&unfolded, layout)?
        }
        Codec::RunLengths => rle::decode(bytes, layout)?,
        Codec::JpegLs => jpeg_ls::decode(bytes, layout)?,
        Codec::Jpeg => jpeg(bytes, layout)?,
        Codec::Jpeg2000 => guarded(|| jpeg_2000(bytes, layout))?,
        Codec::JpegXl => guarded(|| jpeg_xl(bytes, layout))?,
    };
    if frame.len() != layout.n_frame() {
        return Err(Error::format(format!(
            "a frame holds {} samples; expected {} by the header; the file is damaged",
            frame.len(),
            layout.n_frame()
        )));
    }
    let is_decoded_to_rgb = matches!(codec, Codec::Jpeg | Codec::JpegXl);
    Ok(if is_decoded_to_rgb { frame } else { color::to_rgb(frame, layout) })
}

/// Codecs of others must not take the program down with them: hostile bytes can still make them panic.
fn guarded(decode: impl FnOnce() -> Result<Frame>) -> Result<Frame> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(damaged("its codec gave up on it")))
}

fn plain(bytes: &[u8], layout: &Layout) -> Result<Frame> {
    let dtype = match layout.bits_allocated {
        8 => crate::Dtype::U8,
        16 => crate::Dtype::U16,
        32 => crate::Dtype::U32,
        other => return Err(Error::unsupported(format!("encapsulated samples of {other} bits are not read"))),
    };
    let samples = read_samples(&mut &bytes[..], dtype, ByteOrder::LowFirst, layout.n_frame() as u64)?;
    Ok(planes(samples, layout))
}

fn inflate(bytes: &[u8], layout: &Layout, out: &mut Vec<u8>) -> Result<()> {
    use std::io::Read;
    let n_bytes = layout.n_frame() as u64 * u64::from(layout.bits_allocated / 8);
    let read = flate2::read::DeflateDecoder::new(bytes).take(n_bytes).read_to_end(out);
    read.map(|_| ()).map_err(|error| Error::from_reading("a deflated frame", error))
}

/// Pixels to planes, if they are not planes.
fn planes(samples: Samples, layout: &Layout) -> Samples {
    if layout.n_channels == 1 || layout.is_planar {
        return samples;
    }
    crate::samples::map_samples!(samples, values => by_plane(&values, layout.n_channels))
}

fn by_plane<T: Copy>(values: &[T], n_channels: usize) -> Vec<T> {
    (0..n_channels).flat_map(|channel| values.iter().skip(channel).step_by(n_channels).copied()).collect()
}

fn jpeg(bytes: &[u8], layout: &Layout) -> Result<Frame> {
    let picture = jpeg::decode(bytes, layout.n_frame())?;
    check_size([picture.width, picture.height], layout)?;
    if picture.precision > layout.bits_allocated {
        return Err(damaged(&format!("it has {} bits in {}", picture.precision, layout.bits_allocated)));
    }
    let is_luma_chroma = picture.n_components == 3 && picture.colors.are_luma_chroma(&layout.photometric);
    let samples = match layout.bits_allocated {
        8 => Samples::U8(picture.samples.into_iter().map(|value| value as u8).collect()),
        16 => Samples::U16(picture.samples),
        _ => Samples::U32(picture.samples.into_iter().map(u32::from).collect()),
    };
    Ok(if is_luma_chroma { color::full_to_rgb(samples) } else { samples })
}

fn jpeg_2000(bytes: &[u8], layout: &Layout) -> Result<Frame> {
    let size = j2k_size(bytes).ok_or_else(|| damaged("it has no size"))?;
    check_size(size, layout)?;
    let image = jpeg2k::Image::from_bytes(bytes).map_err(|error| damaged(&error.to_string()))?;
    let components = image.components();
    if components.len() < layout.n_channels {
        return Err(damaged(&format!("it has {} channels; expected {}", components.len(), layout.n_channels)));
    }
    let mut values: Vec<i32> = Vec::with_capacity(layout.n_frame());
    for component in &components[..layout.n_channels] {
        if component.data().len() != layout.n_pixels() {
            return Err(damaged("a channel is smaller than the image"));
        }
        values.extend_from_slice(component.data());
    }
    // Numbers that the code stream calls unsigned and the header signed are the bits of signed ones.
    Ok(match layout.bits_allocated {
        8 => Samples::U8(values.into_iter().map(|value| value as u8).collect()),
        16 => Samples::U16(values.into_iter().map(|value| value as u16).collect()),
        _ => Samples::U32(values.into_iter().map(i32::cast_unsigned).collect()),
    })
}

/// Width and height in the size marker of a code stream, wherever that begins.
fn j2k_size(bytes: &[u8]) -> Option<[usize; 2]> {
    let at = bytes.windows(4).position(|window| window == [0xff, 0x4f, 0xff, 0x51])? + 8;
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    Some([word(at)?.checked_sub(word(at + 8)?)?, word(at + 4)?.checked_sub(word(at + 12)?)?])
}

fn jpeg_xl(bytes: &[u8], layout: &Layout) -> Result<Frame> {
    let wrong = |error: Box<dyn std::error::Error + Send + Sync>| damaged(&error.to_string());
    let image = jxl_oxide::JxlImage::builder().read(bytes).map_err(wrong)?;
    check_size([image.width() as usize, image.height() as usize], layout)?;
    let render = image.render_frame(0).map_err(wrong)?;
    let mut stream = render.stream();
    let n_channels = stream.channels() as usize;
    let n_stored = layout.n_pixels().checked_mul(n_channels).ok_or_else(|| damaged("its size is impossible"))?;
    if n_channels < layout.n_channels {
        return Err(damaged(&format!("it has {n_channels} channels; expected {}", layout.n_channels)));
    }
    let is_narrow = layout.bits_allocated == 8;
    let mut narrow = vec![0_u8; if is_narrow { n_stored } else { 0 }];
    let mut wide = vec![0_u16; if is_narrow { 0 } else { n_stored }];
    if is_narrow {
        stream.write_to_buffer(&mut narrow);
        return Ok(Samples::U8(first_planes(&narrow, n_channels, layout)));
    }
    stream.write_to_buffer(&mut wide);
    // The decoder spreads samples over 16 bits; they are brought back to those that count.
    let (full, kept) = (65535.0, f64::from(2_u32.pow(layout.bits_stored.min(16)) - 1));
    let back = |value: u16| (f64::from(value) / full * kept).round() as u16;
    wide.iter_mut().for_each(|value| *value = back(*value));
    Ok(Samples::U16(first_planes(&wide, n_channels, layout)))
}

fn first_planes<T: Copy>(values: &[T], n_channels: usize, layout: &Layout) -> Vec<T> {
    (0..layout.n_channels).flat_map(|channel| values.iter().skip(channel).step_by(n_channels).copied()).collect()
}

fn check_size([width, height]: [usize; 2], layout: &Layout) -> Result<()> {
    if [width, height] != [layout.n_columns, layout.n_rows] {
        return Err(Error::format(format!(
            "a frame has {width} by {height} pixels and the header {} by {}; the file is damaged",
            layout.n_columns, layout.n_rows
        )));
    }
    Ok(())
}

pub(super) fn damaged(what: &str) -> Error {
    Error::format(format!("a compressed frame is damaged: {what}; fetch or save the file again"))
}
