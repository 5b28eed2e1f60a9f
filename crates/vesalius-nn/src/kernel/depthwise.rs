//! Depth-wise convolution: one kernel per channel, computed as sums of shifted volumes.
//!
//! Everything happens at stride one on the padded volume laid out as one long line, where a kernel tap is a shift;
//! strides leave results out or put zeros between. That wastes work at stride two, but every loop is a plain vector loop.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into the dispatched function is compiled without vectors"
)]

use rayon::prelude::*;

use super::Convolution;
use super::tile::Machine;

/// Floats summed side by side in registers.
const RUN: usize = 64;

pub(super) fn forward(conv: &Convolution, x: &[f32], weight: &[f32]) -> Vec<f32> {
    let volume = Volume::new(conv);
    let machine = Machine::detect();
    let mut y = vec![0.0; conv.output_shape().iter().product()];
    let planes = y.par_chunks_mut(volume.output_len()).zip(x.par_chunks(volume.input_len())).enumerate();
    planes.for_each_init(Room::default, |room, (idx, (y, x))| {
        let taps = volume.taps_of(weight, idx % conv.n_out);
        volume.pad(x, room.padded(volume.len() + RUN));
        room.result.resize(volume.sums_len().next_multiple_of(RUN), 0.0);
        machine.vectorized(|| shifted_sums(&room.padded, &volume.shifts, taps, &mut room.result));
        volume.thin(&room.result, y);
    });
    y
}

pub(super) fn input_gradient(conv: &Convolution, y: &[f32], weight: &[f32]) -> Vec<f32> {
    let volume = Volume::new(conv);
    let machine = Machine::detect();
    let reach = volume.reach();
    let back: Vec<usize> = volume.shifts.iter().map(|shift| reach - shift).collect();
    let mut x = vec![0.0; conv.input_shape().iter().product()];
    let planes = x.par_chunks_mut(volume.input_len()).zip(y.par_chunks(volume.output_len())).enumerate();
    planes.for_each_init(Room::default, |room, (idx, (x, y))| {
        let taps = volume.taps_of(weight, idx % conv.n_out);
        volume.spread(y, &mut room.padded(volume.len() + reach + RUN)[reach..]);
        room.result.resize(volume.len().next_multiple_of(RUN), 0.0);
        machine.vectorized(|| shifted_sums(&room.padded, &back, taps, &mut room.result));
        volume.crop(&room.result, x);
    });
    x
}

pub(super) fn weight_gradient(conv: &Convolution, x: &[f32], y: &[f32]) -> Vec<f32> {
    let volume = Volume::new(conv);
    let machine = Machine::detect();
    let n_taps = volume.shifts.len();
    let mut gradient = vec![0.0; conv.n_out * n_taps];
    gradient.par_chunks_mut(n_taps).enumerate().for_each_init(Room::default, |room, (channel, gradient)| {
        for sample in 0..conv.n_batch {
            let idx = sample * conv.n_out + channel;
            let len = volume.sums_len().next_multiple_of(RUN);
            volume.pad(&x[idx * volume.input_len()..][..volume.input_len()], room.padded(volume.len() + RUN));
            room.result.resize(len, 0.0);
            volume.spread(&y[idx * volume.output_len()..][..volume.output_len()], &mut room.result);
            machine.vectorized(|| {
                for (gradient, shift) in gradient.iter_mut().zip(&volume.shifts) {
                    *gradient += dot(&room.padded[*shift..], &room.result);
                }
            });
        }
    });
    gradient
}

/// Buffers of one thread. What lies between the samples stays zero from one use to the next.
#[derive(Default)]
struct Room {
    padded: Vec<f32>,
    result: Vec<f32>,
}

impl Room {
    fn padded(&mut self, len: usize) -> &mut [f32] {
        self.padded.resize(len, 0.0);
        &mut self.padded
    }
}

/// A padded volume of one channel as a line.
struct Volume {
    input: [usize; 3],
    output: [usize; 3],
    padded: [usize; 3],
    padding: [usize; 3],
    stride: [usize; 3],
    /// Where each tap lies from the first.
    shifts: Vec<usize>,
}

impl Volume {
    fn new(conv: &Convolution) -> Self {
        let padded = conv.windows.map(|w| w.input + 2 * w.padding);
        let [_, py, px] = padded;
        let [wz, wy, wx] = conv.windows;
        let mut shifts = Vec::new();
        for z in 0..wz.kernel {
            for y in 0..wy.kernel {
                for x in 0..wx.kernel {
                    shifts.push((z * wz.dilation * py + y * wy.dilation) * px + x * wx.dilation);
                }
            }
        }
        Self {
            input: conv.windows.map(|w| w.input),
            output: conv.windows.map(|w| w.output),
            padded,
            padding: conv.windows.map(|w| w.padding),
            stride: conv.windows.map(|w| w.stride),
            shifts,
        }
    }

    fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    fn output_len(&self) -> usize {
        self.output.iter().product()
    }

    fn len(&self) -> usize {
        self.padded.iter().product()
    }

    fn reach(&self) -> usize {
        self.shifts[self.shifts.len() - 1]
    }

    /// Places where the whole kernel lies in the volume.
    fn sums_len(&self) -> usize {
        self.len() - self.reach()
    }

    fn taps_of<'a>(&self, weight: &'a [f32], channel: usize) -> &'a [f32] {
        &weight[channel * self.shifts.len()..][..self.shifts.len()]
    }

    /// Where each line of the unpadded volume starts.
    fn lines(&self) -> impl Iterator<Item = usize> {
        let [z, y, _] = self.input;
        let [_, py, px] = self.padded;
        let [bz, by, bx] = self.padding;
        (0..z).flat_map(move |z| (0..y).map(move |y| ((z + bz) * py + y + by) * px + bx))
    }

    /// Where the outputs of each line start.
    fn strided_lines(&self) -> impl Iterator<Item = usize> {
        let [z, y, _] = self.output;
        let [_, py, px] = self.padded;
        let [sz, sy, _] = self.stride;
        (0..z).flat_map(move |z| (0..y).map(move |y| (z * sz * py + y * sy) * px))
    }

    fn pad(&self, x: &[f32], padded: &mut [f32]) {
        for (line, start) in x.chunks_exact(self.input[2]).zip(self.lines()) {
            padded[start..][..line.len()].copy_from_slice(line);
        }
    }

    fn crop(&self, padded: &[f32], x: &mut [f32]) {
        for (line, start) in x.chunks_exact_mut(self.input[2]).zip(self.lines()) {
            line.copy_from_slice(&padded[start..][..line.len()]);
        }
    }

    /// Puts outputs to where their window starts.
    fn spread(&self, y: &[f32], padded: &mut [f32]) {
        for (line, start) in y.chunks_exact(self.output[2]).zip(self.strided_lines()) {
            for (out, value) in padded[start..].iter_mut().step_by(self.stride[2]).zip(line) {
                *out = *value;
            }
        }
    }

    /// Takes outputs from where their window starts.
    fn thin(&self, sums: &[f32], y: &mut [f32]) {
        for (line, start) in y.chunks_exact_mut(self.output[2]).zip(self.strided_lines()) {
            for (out, value) in line.iter_mut().zip(sums[start..].iter().step_by(self.stride[2])) {
                *out = *value;
            }
        }
    }
}

/// `sums[i] = Σ_tap taps[tap] · x[i + shifts[tap]]`, a run at a time; `x` ends one run after the last sum reads.
#[inline(always)]
fn shifted_sums(x: &[f32], shifts: &[usize], taps: &[f32], sums: &mut [f32]) {
    for (run, sums) in sums.as_chunks_mut::<RUN>().0.iter_mut().enumerate() {
        let mut sum = [0.0; RUN];
        for (shift, tap) in shifts.iter().zip(taps) {
            let x = &x[run * RUN + shift..][..RUN];
            for (sum, x) in sum.iter_mut().zip(x) {
                *sum += tap * x;
            }
        }
        *sums = sum;
    }
}

/// `Σ x[i] · y[i]` over all of `y`, in a fixed order.
#[inline(always)]
fn dot(x: &[f32], y: &[f32]) -> f32 {
    let mut sums = [0.0; RUN];
    for (x, y) in x.as_chunks::<RUN>().0.iter().zip(y.as_chunks::<RUN>().0) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() as f32
}
