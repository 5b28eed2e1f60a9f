//! From luminance and chrominance to red, green and blue (PS3.3, C.7.6.3.1.2).

use rayon::prelude::*;

use super::Layout;
use crate::error::{Error, Result};
use crate::samples::Samples;

/// Full-range samples of `[channel, …]` in red, green and blue; what is no luminance and chrominance stays.
pub(super) fn to_rgb(samples: Samples, layout: &Layout) -> Samples {
    let is_full = ["YBR_FULL", "YBR_FULL_422"].contains(&layout.photometric.as_str());
    if is_full && layout.n_channels == 3 { full_to_rgb(samples) } else { samples }
}

/// Three planes of full-range luminance and chrominance in red, green and blue; samples of more than 8 bits stay.
pub(super) fn full_to_rgb(samples: Samples) -> Samples {
    match samples {
        Samples::U8(mut values) => {
            let n = values.len() / 3;
            let (luma, chroma) = values.split_at_mut(n);
            let (blue, red) = chroma.split_at_mut(n);
            let triples = luma.par_iter_mut().zip(blue.par_iter_mut()).zip(red.par_iter_mut());
            triples.for_each(|((y, b), r)| {
                let [red, green, blue] = rgb([*y, *b, *r]);
                (*y, *b, *r) = (red, green, blue);
            });
            Samples::U8(values)
        }
        other => other,
    }
}

fn rgb([y, b, r]: [u8; 3]) -> [u8; 3] {
    let (y, b, r) = (f64::from(y), f64::from(b) - 128.0, f64::from(r) - 128.0);
    let values = [y + 1.402 * r, y - 0.114 * 1.772 / 0.587 * b - 0.299 * 1.402 / 0.587 * r, y + 1.772 * b];
    values.map(|value| (value + 0.5).floor().clamp(0.0, 255.0) as u8)
}

/// Native pixels whose chrominance is kept for every other column (Y, Y, B, R), with it for every column.
pub(super) fn doubled(bytes: &[u8], layout: &Layout) -> Result<Vec<u8>> {
    if !layout.n_columns.is_multiple_of(2) {
        return Err(Error::format("the image keeps color for pairs of columns and has an odd number of them"));
    }
    let n_pairs = layout.n_pixels() / 2 * layout.n_frames;
    let groups = bytes.as_chunks::<4>().0.iter().take(n_pairs);
    let pixels: Vec<u8> =
        groups.flat_map(|[left, right, blue, red]| [*left, *blue, *red, *right, *blue, *red]).collect();
    if !layout.is_planar {
        return Ok(pixels);
    }
    let frames = pixels.chunks_exact(layout.n_frame());
    Ok(frames.flat_map(|frame| (0..3).flat_map(move |c| frame.iter().skip(c).step_by(3).copied())).collect())
}
