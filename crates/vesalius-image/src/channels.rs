//! Samples of several channels: from pixel by pixel to plane by plane, and back.

use crate::samples::{Samples, map_samples};

/// Moves the channel axis to the slowest place.
///
/// In `samples` each run of `n_inner` samples belongs to one channel, and `n_channels` runs follow each other:
/// 1 for files that store pixel by pixel. Samples that do not fill such a block are left out.
pub(crate) fn to_planes(samples: Samples, n_inner: usize, n_channels: usize) -> Samples {
    if n_channels <= 1 {
        return samples;
    }
    map_samples!(samples, values => planes(&values, n_inner.max(1), n_channels))
}

/// The same samples pixel by pixel, from plane by plane.
pub(crate) fn to_pixels(samples: &Samples, n_channels: usize) -> Samples {
    if n_channels <= 1 {
        return samples.clone();
    }
    map_samples!(samples, values => pixels(values, n_channels))
}

fn planes<T: Copy>(values: &[T], n_inner: usize, n_channels: usize) -> Vec<T> {
    let mut moved = Vec::with_capacity(values.len());
    for channel in 0..n_channels {
        if n_inner == 1 {
            moved.extend(values.chunks_exact(n_channels).map(|pixel| pixel[channel]));
        } else {
            let runs = values.chunks_exact(n_inner * n_channels);
            runs.for_each(|block| moved.extend_from_slice(&block[channel * n_inner..][..n_inner]));
        }
    }
    moved
}

fn pixels<T: Copy>(values: &[T], n_channels: usize) -> Vec<T> {
    let n_pixels = values.len() / n_channels;
    let mut moved = Vec::with_capacity(values.len());
    for pixel in 0..n_pixels {
        moved.extend((0..n_channels).map(|channel| values[channel * n_pixels + pixel]));
    }
    moved
}
