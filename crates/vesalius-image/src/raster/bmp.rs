//! Windows bitmaps whose palette holds nothing but grays.

use crate::error::Result;
use crate::samples::{Samples, map_samples};
use crate::volume::Volume;

/// Bytes in front of the information header.
const FILE_HEADER_BYTES: usize = 14;

/// Whether the pixels are gray by declaration: numbers of a palette in which red, green and blue are equal.
///
/// The format has no other way to be gray, and its pixels would come as three equal channels.
pub(super) fn has_gray_palette(bytes: &[u8]) -> bool {
    let word = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    let (Some(n_header), Some(n_used), Some(bits)) = (word(FILE_HEADER_BYTES), word(46), bytes.get(28)) else {
        return false;
    };
    if n_header < 40 || !matches!(bits, 1 | 2 | 4 | 8) {
        return false;
    }
    let n_colors = if n_used == 0 { 1 << bits } else { n_used.min(256) };
    let palette = FILE_HEADER_BYTES.checked_add(n_header).and_then(|at| bytes.get(at..at.checked_add(4 * n_colors)?));
    palette.is_some_and(|palette| palette.chunks_exact(4).all(|color| color[0] == color[1] && color[1] == color[2]))
}

/// The first channel alone.
pub(super) fn first_channel(volume: &Volume) -> Result<Volume> {
    let [_, z, y, x] = volume.shape();
    let samples: Samples = map_samples!(volume.samples(), values => values[..z * y * x].to_vec());
    Volume::new(samples, [1, z, y, x], None)
}
