//! Run lengths (PS3.5, annex G): segments of bytes, the high bytes of each channel before its low bytes.

use super::{Frame, Layout};
use crate::error::{Error, Result};
use crate::samples::Samples;

/// Where segments begin: their number and fifteen offsets.
const HEADER_BYTES: usize = 64;

/// One frame, channel after channel.
pub(super) fn decode(bytes: &[u8], layout: &Layout) -> Result<Frame> {
    let n_bytes = layout.bits_allocated as usize / 8;
    let n_expected = layout.n_channels * n_bytes;
    let header = bytes.get(..HEADER_BYTES).ok_or_else(|| damaged("its header is cut short"))?;
    let word = |idx: usize| {
        let at = 4 * idx;
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize
    };
    if word(0) != n_expected || n_bytes == 0 || n_expected > 15 {
        return Err(damaged(&format!("it has {} segments; expected {n_expected}", word(0))));
    }
    let mut segments = Vec::new();
    for idx in 0..n_expected {
        let start = word(idx + 1);
        let end = if idx + 1 < n_expected { word(idx + 2) } else { bytes.len() };
        let segment = bytes.get(start..end).ok_or_else(|| damaged("a segment lies outside of the frame"))?;
        segments.push(unpack(segment, layout.n_pixels())?);
    }
    let join = |channel: usize, pixel: usize| -> u64 {
        segments[channel * n_bytes..(channel + 1) * n_bytes]
            .iter()
            .fold(0, |value, segment| value << 8 | u64::from(segment[pixel]))
    };
    let places = (0..layout.n_channels).flat_map(|c| (0..layout.n_pixels()).map(move |p| (c, p)));
    Ok(match n_bytes {
        1 => Samples::U8(segments.concat()),
        2 => Samples::U16(places.map(|(c, p)| join(c, p) as u16).collect()),
        4 => Samples::U32(places.map(|(c, p)| join(c, p) as u32).collect()),
        _ => return Err(Error::unsupported("run lengths of 64-bit samples are not read; save the file uncompressed")),
    })
}

/// Unpacks one segment to exactly `n` bytes; bytes behind them are padding.
fn unpack(segment: &[u8], n: usize) -> Result<Vec<u8>> {
    let mut unpacked = Vec::with_capacity(n);
    let mut rest = segment;
    while unpacked.len() < n {
        let (&head, tail) = rest.split_first().ok_or_else(|| damaged("a segment ends early"))?;
        let n_left = n - unpacked.len();
        rest = match head {
            0..=127 => {
                let n_literal = usize::from(head) + 1;
                let literal = tail.get(..n_literal).ok_or_else(|| damaged("a segment ends early"))?;
                unpacked.extend_from_slice(&literal[..n_literal.min(n_left)]);
                &tail[n_literal..]
            }
            128 => tail,
            129..=255 => {
                let (&value, tail) = tail.split_first().ok_or_else(|| damaged("a segment ends early"))?;
                unpacked.resize(unpacked.len() + (257 - usize::from(head)).min(n_left), value);
                tail
            }
        };
    }
    Ok(unpacked)
}

fn damaged(what: &str) -> Error {
    Error::format(format!("the run lengths of a frame are damaged: {what}; fetch or save the file again"))
}
