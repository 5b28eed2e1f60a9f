//! Pictures: PNG, JPEG, BMP, PNM and GIF in, all but GIF out; TIFF is known to [`crate::tiff`].

mod bmp;
mod gif;
mod pnm;
mod write;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use crate::channels::to_planes;
use crate::error::{Error, ErrorKind, Result};
use crate::format::Format;
use crate::limits::Limits;
use crate::reading::{ReadOptions, Reading, Source};
use crate::samples::Samples;
use crate::volume::Volume;

pub use write::{encode_png_gray, encode_png_rgb};

/// How the registry knows PNG: 8 and 16 bits.
pub(crate) const PNG: Format = Format {
    name: "png",
    title: "PNG picture",
    endings: &["png"],
    recognizes: |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
    decode,
    encode: Some(write::png),
};

/// How the registry knows JPEG, which keeps about what was written and not exactly that.
pub(crate) const JPEG: Format = Format {
    name: "jpeg",
    title: "JPEG picture (lossy)",
    endings: &["jpg", "jpeg"],
    recognizes: |bytes| bytes.starts_with(&[0xff, 0xd8, 0xff]),
    decode,
    encode: Some(write::jpeg),
};

/// How the registry knows BMP: 8 bits.
pub(crate) const BMP: Format = Format {
    name: "bmp",
    title: "Windows bitmap",
    endings: &["bmp"],
    // The four bytes between are reserved and zero, which tells them from text.
    recognizes: |bytes| bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]),
    decode,
    encode: Some(write::bmp),
};

/// How the registry knows PNM: 8 and 16 bits, the family of PBM, PGM, PPM and PAM.
pub(crate) const PNM: Format = Format {
    name: "pnm",
    title: "portable anymap (PBM, PGM, PPM, PAM)",
    endings: &["pnm", "pgm", "ppm", "pbm", "pam"],
    recognizes: |bytes| matches!(bytes, [b'P', b'1'..=b'7', b' ' | b'\t' | b'\n' | b'\r', ..]),
    decode,
    encode: Some(write::pnm),
};

/// How the registry knows GIF, which is read alone.
pub(crate) const GIF: Format = Format {
    name: "gif",
    title: "GIF picture, still or moving",
    endings: &["gif"],
    recognizes: |bytes| bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
    decode,
    encode: None,
};

/// Reads the bytes of a picture as `[channel, frame, y, x]`, without geometry.
///
/// All that [`read_raster`] says holds here. The frames of a moving GIF stand one behind the other, with a problem
/// that says so.
pub fn decode(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let (bytes, limits) = (source.bytes, &options.limits);
    let volume = match bytes {
        [b'G', b'I', b'F', ..] => return gif::read(bytes, limits),
        [b'P', b'2' | b'3' | b'5' | b'6', ..] => pnm::read(bytes, limits)?,
        [b'P', b'7', ..] => {
            pnm::check_pam(bytes)?;
            picture(bytes, limits)?
        }
        [b'B', b'M', ..] if bmp::has_gray_palette(bytes) => bmp::first_channel(&picture(bytes, limits)?)?,
        _ => picture(bytes, limits)?,
    };
    let dtype = volume.samples().dtype();
    Ok(Reading::new(volume, dtype))
}

/// Reads a picture as `[channel, 1, y, x]` without geometry.
///
/// Gray has one channel, color three (red, green, blue); 8 and 16 bits and 32-bit floating point are kept.
/// The format is told by the first bytes, not by the name. Pixels come as they are stored; an orientation tag is
/// not applied. An opaque alpha channel is dropped; one with transparency is an error, because nobody can say what
/// lies below. The pages of a TIFF become z, as [`crate::tiff::decode`] says.
pub fn read_raster(path: &Path, limits: &Limits) -> Result<Volume> {
    let cannot = |error: std::io::Error| {
        Error::new(ErrorKind::Read, format!("cannot be opened ({error}); check path and rights")).with_source(error)
    };
    let file = File::open(path).map_err(|error| cannot(error).in_file(path))?;
    let mut bytes = Vec::new();
    let n_bytes = file.take(limits.bytes_max).read_to_end(&mut bytes).map_err(|error| cannot(error).in_file(path))?;
    if n_bytes as u64 == limits.bytes_max {
        return Err(
            Error::limit(format!("the file has {n_bytes} bytes or more; raise the limit to read it")).in_file(path)
        );
    }
    decode_raster(&bytes, limits).map_err(|error| error.in_file(path))
}

/// Reads the bytes of a picture, as [`read_raster`] does.
pub fn decode_raster(bytes: &[u8], limits: &Limits) -> Result<Volume> {
    let options = ReadOptions { limits: limits.clone(), ..ReadOptions::default() };
    let decode = if (crate::tiff::FORMAT.recognizes)(bytes) { crate::tiff::decode } else { decode };
    decode(&Source::new(bytes), &options).map(|reading| reading.volume)
}

/// Reads what the crate `image` reads.
fn picture(bytes: &[u8], limits: &Limits) -> Result<Volume> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|error| Error::from_reading("the picture", error))?;
    match reader.format() {
        None => {
            return Err(Error::format(
                "this is no PNG, JPEG, BMP, TIFF, PNM or GIF picture; convert it to one of these",
            ));
        }
        Some(ImageFormat::Jpeg) if !has_jpeg_end(bytes) => {
            return Err(Error::format("the JPEG picture has no end marker; it is truncated, fetch or save it again"));
        }
        Some(_) => {}
    }
    let mut image_limits = image::Limits::default();
    image_limits.max_alloc = Some(limits.bytes_max);
    reader.limits(image_limits);
    let decoder = reader.into_decoder().map_err(from_image)?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let shape = [u64::from(height), u64::from(width), u64::from(color.channel_count())];
    limits.n_samples(&shape, u64::from(color.bytes_per_pixel() / color.channel_count()))?;
    limits.check_expansion(decoder.total_bytes(), bytes.len() as u64)?;
    volume(DynamicImage::from_decoder(decoder).map_err(from_image)?)
}

/// Whether the end marker comes behind the start of the scan; the decoder would fill what is missing with gray.
pub(crate) fn has_jpeg_end(bytes: &[u8]) -> bool {
    // Segments before the scan may hold a thumbnail with an end marker of its own, so they are stepped over.
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xda => return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]),
            // Fill bytes and markers without a length.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    false
}

pub(crate) fn from_image(error: ImageError) -> Error {
    match error {
        ImageError::IoError(error) => Error::from_reading("the picture", error),
        ImageError::Limits(_) => Error::limit(format!("the picture is too large ({error})")).with_source(error),
        ImageError::Unsupported(_) => {
            Error::unsupported(format!("the picture cannot be decoded ({error}); convert it to PNG")).with_source(error)
        }
        other => Error::format(format!("the picture is damaged ({other}); fetch or save it again")).with_source(other),
    }
}

fn volume(picture: DynamicImage) -> Result<Volume> {
    let size = [picture.width() as usize, picture.height() as usize];
    match picture {
        DynamicImage::ImageLuma8(p) => gray_or_color(p.into_raw(), size, [1, 1], Samples::U8, u8::MAX),
        DynamicImage::ImageLumaA8(p) => gray_or_color(p.into_raw(), size, [2, 1], Samples::U8, u8::MAX),
        DynamicImage::ImageRgb8(p) => gray_or_color(p.into_raw(), size, [3, 3], Samples::U8, u8::MAX),
        DynamicImage::ImageRgba8(p) => gray_or_color(p.into_raw(), size, [4, 3], Samples::U8, u8::MAX),
        DynamicImage::ImageLuma16(p) => gray_or_color(p.into_raw(), size, [1, 1], Samples::U16, u16::MAX),
        DynamicImage::ImageLumaA16(p) => gray_or_color(p.into_raw(), size, [2, 1], Samples::U16, u16::MAX),
        DynamicImage::ImageRgb16(p) => gray_or_color(p.into_raw(), size, [3, 3], Samples::U16, u16::MAX),
        DynamicImage::ImageRgba16(p) => gray_or_color(p.into_raw(), size, [4, 3], Samples::U16, u16::MAX),
        DynamicImage::ImageRgb32F(p) => gray_or_color(p.into_raw(), size, [3, 3], Samples::F32, 1.0),
        DynamicImage::ImageRgba32F(p) => gray_or_color(p.into_raw(), size, [4, 3], Samples::F32, 1.0),
        other => {
            Err(Error::unsupported(format!("pictures of type {:?} are not read; convert it to PNG", other.color())))
        }
    }
}

/// Interleaved samples to planes; `n_channels` is how many each pixel has and how many of them are color.
fn gray_or_color<T: Copy + PartialEq>(
    interleaved: Vec<T>,
    [width, height]: [usize; 2],
    [n_stored, n_kept]: [usize; 2],
    wrap: fn(Vec<T>) -> Samples,
    opaque: T,
) -> Result<Volume> {
    if n_stored > n_kept && interleaved.iter().skip(n_kept).step_by(n_stored).any(|alpha| *alpha != opaque) {
        return Err(Error::unsupported(
            "the picture is partly transparent, and what lies below is unknown; save it without an alpha channel",
        ));
    }
    let kept = match n_stored - n_kept {
        0 => interleaved,
        _ => interleaved.chunks_exact(n_stored).flat_map(|pixel| pixel[..n_kept].iter().copied()).collect(),
    };
    Volume::new(to_planes(wrap(kept), 1, n_kept), [n_kept, 1, height, width], None)
        .map_err(|_| Error::format(format!("the picture has no pixels ({width} by {height})")))
}
