//! GIF: one frame is a picture, several stand one behind the other.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder, ImageDecoder};

use super::from_image;
use crate::channels::to_planes;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::reading::{Problem, Reading};
use crate::samples::{Dtype, Samples};
use crate::volume::Volume;

/// Reads all frames as `[3, frame, y, x]`; a frame with transparency is an error, as in other pictures.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Reading> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(from_image)?;
    let (width, height) = decoder.dimensions();
    let mut image_limits = image::Limits::default();
    image_limits.max_alloc = Some(limits.bytes_max);
    check_size(limits, [1, height, width], bytes.len())?;
    decoder.set_limits(image_limits).map_err(from_image)?;

    let mut pixels = Vec::new();
    let mut n_frames = 0;
    let mut frames = decoder.into_frames();
    loop {
        check_size(limits, [n_frames + 1, height, width], bytes.len())?;
        let Some(frame) = frames.next() else { break };
        let frame = frame.map_err(from_image)?.into_buffer();
        for pixel in frame.as_raw().chunks_exact(4) {
            if pixel[3] != u8::MAX {
                return Err(Error::unsupported(format!(
                    "frame {} is partly transparent, and what lies below is unknown; save it without transparency",
                    n_frames + 1
                )));
            }
            pixels.extend_from_slice(&pixel[..3]);
        }
        n_frames += 1;
    }
    let empty = |_| Error::format("the GIF has no frame; it is truncated, fetch or save it again");
    let shape = [3, n_frames as usize, height as usize, width as usize];
    let volume = Volume::new(to_planes(Samples::U8(pixels), 1, 3), shape, None).map_err(empty)?;
    let mut reading = Reading::new(volume, Dtype::U8);
    if n_frames > 1 {
        reading.problems.push(Problem::new(
            "several-frames",
            format!("the {n_frames} frames of a moving picture stand one behind the other along z"),
            "crop to one frame if a picture is wanted",
        ));
    }
    Ok(reading)
}

fn check_size(limits: &Limits, [n_frames, height, width]: [u32; 3], n_stored: usize) -> Result<()> {
    let n_samples = limits.n_samples(&[u64::from(n_frames), u64::from(height), u64::from(width), 3], 1)?;
    limits.check_expansion(n_samples, n_stored as u64)
}
