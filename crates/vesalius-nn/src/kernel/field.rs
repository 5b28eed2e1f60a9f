//! Samples of several channels as the inner loop reads them: padded with zeros, addressed by offset.

use std::borrow::Cow;

use super::axis::{Axis, Phase};

/// The axes z, y, x of what is read, and how many channels of it there are.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) axes: [Axis; 3],
    pub(super) n_channels: usize,
}

impl Field {
    /// # Panics
    /// If a sample has more floats than offsets of 32 bits can tell apart.
    pub(super) fn new(axes: [Axis; 3], n_channels: usize) -> Self {
        let field = Self { axes, n_channels };
        let len = field.padded_sample_len();
        assert!(u32::try_from(len).is_ok(), "one image has {len} samples with its padding, more than {}", u32::MAX);
        field
    }

    /// Samples of one channel without padding.
    pub(super) fn channel_len(&self) -> usize {
        self.axes.iter().map(|axis| axis.size).product()
    }

    pub(super) fn sample_len(&self) -> usize {
        self.n_channels * self.channel_len()
    }

    /// Floats from one padded z, y, x to the next.
    pub(super) fn strides(&self) -> [usize; 3] {
        let [_, y, x] = &self.axes;
        [y.padded() * x.padded(), x.padded(), 1]
    }

    pub(super) fn padded_channel_len(&self) -> usize {
        self.axes.iter().map(Axis::padded).product()
    }

    pub(super) fn padded_sample_len(&self) -> usize {
        self.n_channels * self.padded_channel_len()
    }

    /// The padded samples; those that need no padding are not copied.
    pub(super) fn pad<'a>(&self, samples: &'a [f32], room: &'a mut Vec<f32>) -> &'a [f32] {
        if !self.axes.iter().any(Axis::is_padded) {
            return samples;
        }
        let n_channels = samples.len() / self.channel_len();
        room.resize(n_channels * self.padded_channel_len(), 0.0);
        self.pad_into(samples, room);
        room
    }

    /// Copies lines to where they lie in the padded volume; what lies between them must be zero already,
    /// so room that was padded for this field once can be used again.
    fn pad_into(&self, samples: &[f32], padded: &mut [f32]) {
        let [z, y, x] = &self.axes;
        let [plane_len, line_len, _] = self.strides();
        let volumes = padded.chunks_exact_mut(self.padded_channel_len());
        for (volume, padded) in samples.chunks_exact(self.channel_len()).zip(volumes) {
            let planes = padded.chunks_exact_mut(plane_len).skip(z.before);
            for (plane, padded) in volume.chunks_exact(y.size * x.size).zip(planes) {
                let lines = padded.chunks_exact_mut(line_len).skip(y.before);
                for (line, padded) in plane.chunks_exact(x.size).zip(lines) {
                    padded[x.before..][..x.size].copy_from_slice(line);
                }
            }
        }
    }

    /// All samples padded at once, by many threads.
    pub(super) fn pad_all<'a>(&self, samples: &'a [f32]) -> Cow<'a, [f32]> {
        use rayon::prelude::*;
        if !self.axes.iter().any(Axis::is_padded) {
            return Cow::Borrowed(samples);
        }
        let mut padded = vec![0.0; samples.len() / self.channel_len() * self.padded_channel_len()];
        padded
            .par_chunks_mut(self.padded_channel_len())
            .zip(samples.par_chunks(self.channel_len()))
            .for_each(|(padded, samples)| self.pad_into(samples, padded));
        Cow::Owned(padded)
    }

    /// Every choice of one phase per axis.
    pub(super) fn phases(&self) -> impl Iterator<Item = [&Phase; 3]> {
        let [z, y, x] = &self.axes;
        z.phases
            .iter()
            .flat_map(move |pz| y.phases.iter().flat_map(move |py| x.phases.iter().map(move |px| [pz, py, px])))
    }

    /// Offsets of the taps of one channel, each with its place in the kernel.
    pub(super) fn taps(&self, phases: [&Phase; 3], kernel: [usize; 3]) -> Vec<(usize, usize)> {
        let [sz, sy, _] = self.strides();
        let [_, ky, kx] = kernel;
        let mut taps = Vec::new();
        for z in &phases[0].taps {
            for y in &phases[1].taps {
                for x in &phases[2].taps {
                    let place = (z.kernel * ky + y.kernel) * kx + x.kernel;
                    taps.push((place, z.offset * sz + y.offset * sy + x.offset));
                }
            }
        }
        taps
    }
}

/// Cuts channels into blocks that fill a tile; no block crosses a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) group: usize,
    /// First channel, counted over all groups.
    pub(super) first: usize,
    pub(super) count: usize,
}

pub(super) fn blocks(n_channels: usize, n_groups: usize, width: usize) -> Vec<Block> {
    let per_group = n_channels / n_groups;
    (0..n_groups)
        .flat_map(|group| {
            (0..per_group).step_by(width).map(move |start| Block {
                group,
                first: group * per_group + start,
                count: width.min(per_group - start),
            })
        })
        .collect()
}
