//! Writing pictures.

use image::codecs::bmp::BmpEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::channels::to_pixels;
use crate::error::{Error, Result};
use crate::format::Encoded;
use crate::samples::Samples;
use crate::volume::Volume;

/// JPEG quality, 1 to 100: high enough that no block is seen in gray values; the format stays lossy.
const JPEG_QUALITY: u8 = 95;

/// Gray bytes, row by row from the top, as PNG.
pub fn encode_png_gray(pixels: &[u8], width: usize, height: usize) -> Result<Vec<u8>> {
    encode_png(pixels, [width, height], ExtendedColorType::L8)
}

/// Red, green and blue bytes of each pixel in turn, row by row from the top, as PNG.
pub fn encode_png_rgb(pixels: &[u8], width: usize, height: usize) -> Result<Vec<u8>> {
    encode_png(pixels, [width, height], ExtendedColorType::Rgb8)
}

fn encode_png(pixels: &[u8], [width, height]: [usize; 2], color: ExtendedColorType) -> Result<Vec<u8>> {
    let n_bytes_each = usize::from(color.bits_per_pixel() / 8);
    let n_expected = width.checked_mul(height).and_then(|n| n.checked_mul(n_bytes_each));
    if n_expected != Some(pixels.len()) {
        return Err(Error::parameter(format!(
            "{} bytes are no picture of {width} by {height} pixels with {n_bytes_each} bytes each",
            pixels.len(),
        )));
    }
    let mut bytes = Vec::new();
    encode(PngEncoder::new(&mut bytes), pixels, [width, height], color)?;
    Ok(bytes)
}

/// A slice of 8 or 16 bits as PNG.
pub(super) fn png(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let picture = Picture::of(volume, "PNG")?;
    // The crate takes samples in the byte order of the machine.
    let bytes: Vec<u8> = match &picture.pixels {
        Samples::U16(values) => values.iter().flat_map(|value| value.to_ne_bytes()).collect(),
        _ => picture.bytes("PNG")?.to_vec(),
    };
    let color = match (&picture.pixels, picture.n_channels) {
        (Samples::U16(_), 1) => ExtendedColorType::L16,
        (Samples::U16(_), _) => ExtendedColorType::Rgb16,
        _ => picture.color(),
    };
    Ok(vec![Encoded { name: name.to_owned(), bytes: encode_png(&bytes, picture.size, color)? }])
}

/// A slice of 8 bits as JPEG of quality 95.
pub(super) fn jpeg(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let picture = Picture::of(volume, "JPEG")?;
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    encode(encoder, picture.bytes("JPEG")?, picture.size, picture.color())?;
    Ok(vec![Encoded { name: name.to_owned(), bytes }])
}

/// A slice of 8 bits as BMP; gray by a palette.
pub(super) fn bmp(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let picture = Picture::of(volume, "BMP")?;
    let mut bytes = Vec::new();
    encode(BmpEncoder::new(&mut bytes), picture.bytes("BMP")?, picture.size, picture.color())?;
    Ok(vec![Encoded { name: name.to_owned(), bytes }])
}

/// A slice of 8 or 16 bits as binary PGM or PPM.
pub(super) fn pnm(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let picture = Picture::of(volume, "PNM")?;
    let magic = if picture.n_channels == 1 { "P5" } else { "P6" };
    let [width, height] = picture.size;
    let (largest, samples): (u16, Vec<u8>) = match &picture.pixels {
        Samples::U16(values) => (u16::MAX, values.iter().flat_map(|value| value.to_be_bytes()).collect()),
        _ => (0xff, picture.bytes("PNM")?.to_vec()),
    };
    let header = format!("{magic}\n{width} {height}\n{largest}\n");
    Ok(vec![Encoded { name: name.to_owned(), bytes: [header.into_bytes(), samples].concat() }])
}

/// A volume that can be a picture: one slice, gray or color, 8 or 16 bits without sign.
struct Picture {
    /// Pixel by pixel.
    pixels: Samples,
    /// Width and height.
    size: [usize; 2],
    n_channels: usize,
}

impl Picture {
    fn of(volume: &Volume, title: &str) -> Result<Self> {
        let [n_channels, z, height, width] = volume.shape();
        if z > 1 || !matches!(n_channels, 1 | 3) {
            return Err(Error::parameter(format!(
                "a {title} picture holds one slice in gray or color, and this volume has {z} slices of {n_channels} \
                 channels; crop it to one slice, or write a preview"
            )));
        }
        if !matches!(volume.samples(), Samples::U8(_) | Samples::U16(_)) {
            return Err(cannot_hold(title, volume.samples()));
        }
        Ok(Self { pixels: to_pixels(volume.samples(), n_channels), size: [width, height], n_channels })
    }

    /// The pixels, if they have 8 bits.
    fn bytes(&self, title: &str) -> Result<&[u8]> {
        match &self.pixels {
            Samples::U8(values) => Ok(values),
            other => Err(cannot_hold(title, other)),
        }
    }

    /// The name of what 8 bits hold.
    fn color(&self) -> ExtendedColorType {
        if self.n_channels == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 }
    }
}

fn cannot_hold(title: &str, samples: &Samples) -> Error {
    Error::parameter(format!(
        "a {title} picture cannot hold samples of type {:?}; write uint8 with --dtype, or a preview with a window",
        samples.dtype()
    ))
}

fn encode(
    encoder: impl ImageEncoder,
    pixels: &[u8],
    [width, height]: [usize; 2],
    color: ExtendedColorType,
) -> Result<()> {
    let too_large = || Error::parameter(format!("a picture of {width} by {height} pixels is too large for its format"));
    let (Ok(w), Ok(h)) = (u32::try_from(width), u32::try_from(height)) else { return Err(too_large()) };
    encoder.write_image(pixels, w, h, color).map_err(|error| too_large().with_source(error))
}
