//! Strips and tiles that are JPEG streams, with tables in common (TIFF Technical Note 2, 1995).

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::{ColorType, ImageDecoder};

use crate::error::{Error, Result};
use crate::raster::{from_image, has_jpeg_end};

/// Says that three components are red, green and blue; the segment of Adobe, which the decoder trusts.
const RGB_MARK: [u8; 16] = *b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";

const START: [u8; 2] = [0xff, 0xd8];
const END: [u8; 2] = [0xff, 0xd9];

/// What a stream must unfold to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) n_samples: usize,
    /// Whether the components are red, green and blue, and not luma and chroma.
    pub(super) is_rgb: bool,
}

/// Unpacks the pixels of a stream, row by row; chroma becomes red, green and blue.
pub(super) fn unpack(stream: &[u8], tables: Option<&[u8]>, expected: Expected) -> Result<Vec<u8>> {
    let body = stream.strip_prefix(&START).filter(|_| has_jpeg_end(stream));
    let body = body.ok_or_else(|| damaged("has no start or no end; the file is truncated, fetch or save it again"))?;
    let tables = tables.and_then(|tables| tables.strip_prefix(&START)).unwrap_or_default();
    let tables = tables.strip_suffix(&END).unwrap_or(tables);
    let mark: &[u8] = if expected.is_rgb && expected.n_samples == 3 { &RGB_MARK } else { &[] };
    // The decoder takes memory for the size that the stream names, so that is looked at first.
    let size = frame_size(body).or_else(|| frame_size(tables));
    if !size.is_some_and(|[width, height]| width == expected.width && height >= expected.height) {
        return Err(damaged(&format!("has pixels {size:?}, and the strip or tile {expected:?}; the file is damaged")));
    }
    let whole = [&START[..], mark, tables, body].concat();
    let decoder = JpegDecoder::new(Cursor::new(whole.as_slice())).map_err(from_image)?;
    let n_found = match decoder.color_type() {
        ColorType::L8 => 1,
        ColorType::Rgb8 => 3,
        _ => 0,
    };
    if n_found != expected.n_samples {
        return Err(damaged(&format!("has {n_found} components, and {} are expected", expected.n_samples)));
    }
    let mut pixels = vec![0; usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX)];
    decoder.read_image(&mut pixels).map_err(from_image)?;
    pixels.truncate(expected.width * expected.height * expected.n_samples);
    Ok(pixels)
}

/// Width and height that the frame header of a stream names; `segments` begin behind the start of the image.
fn frame_size(segments: &[u8]) -> Option<[usize; 2]> {
    let mut at = 0;
    while let [0xff, marker, high, low] = segments.get(at..at + 4)? {
        match marker {
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            // Frame headers of every process; the codes between them are tables and extensions.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let number =
                    |at: usize| Some(usize::from(*segments.get(at)?) << 8 | usize::from(*segments.get(at + 1)?));
                return Some([number(at + 7)?, number(at + 5)?]);
            }
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    None
}

fn damaged(what: &str) -> Error {
    Error::format(format!("a JPEG stream in the TIFF file {what}"))
}
