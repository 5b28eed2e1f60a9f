//! Batch normalization with the statistics of the batch, and rectification, in as few passes over memory as there can be.
//!
//! One thread takes a channel at a time, so that its samples come from memory once and then from the cache.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into the dispatched function is compiled without vectors"
)]

use rayon::prelude::*;

use super::tile::Machine;

/// Floats summed side by side.
const LANES: usize = 16;
/// Floats that a lane sums in `f32` before its sum moves to `f64`, unless a single plane holds more.
const LANE_SUMS_MAX: usize = 256;
/// Floats of an elementwise operation that one thread takes at a time.
const ELEMENTS_PER_PIECE: usize = 1 << 14;

/// Whether negative results become zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rectify {
    No,
    Yes,
}

/// Scale and shift of each channel, what is added to its variance, and what follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Affine<'a> {
    pub(crate) gamma: &'a [f32],
    pub(crate) beta: &'a [f32],
    pub(crate) epsilon: f64,
    pub(crate) rectify: Rectify,
}

/// Mean and variance (by n, not n − 1) of each channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    pub(crate) mean: Vec<f32>,
    pub(crate) variance: Vec<f32>,
}

/// Gradients of a normalization.
#[derive(Debug)]
pub(crate) struct NormGradients {
    pub(crate) x: Vec<f32>,
    pub(crate) gamma: Vec<f32>,
    pub(crate) beta: Vec<f32>,
}

/// `y = γ · (x − mean) / √(variance + ε) + β` for `x` of shape `[batch, channel, volume]`, perhaps rectified.
pub(crate) fn normalize(x: &[f32], volume: usize, affine: Affine) -> (Vec<f32>, Moments) {
    let n_channels = affine.gamma.len();
    let machine = Machine::detect();
    let mut y = vec![0.0; x.len()];
    let (mean, variance) = by_channel(&mut y, n_channels, volume)
        .into_par_iter()
        .enumerate()
        .map(|(channel, mut y)| {
            let mut moments = (0.0, 0.0);
            machine.vectorized(|| {
                let x = Planes { floats: x, volume, n_channels, channel };
                moments = x.moments();
                let line = Line::new(affine, channel, moments);
                for (x, y) in x.iter().zip(&mut y) {
                    line.apply(x, y);
                }
            });
            moments
        })
        .unzip();
    (y, Moments { mean, variance })
}

/// The gradients of [`normalize`], given that by `y` (Ioffe and Szegedy 2015, arXiv:1502.03167, section 3).
pub(crate) fn normalize_gradients(
    data: [&[f32]; 2],
    volume: usize,
    affine: Affine,
    moments: &Moments,
) -> NormGradients {
    let [x, dy] = data;
    let n_channels = affine.gamma.len();
    let machine = Machine::detect();
    let mut dx = vec![0.0; x.len()];
    let (gamma, beta) = by_channel(&mut dx, n_channels, volume)
        .into_par_iter()
        .enumerate()
        .map(|(channel, mut dx)| {
            let mut sums = (0.0, 0.0);
            machine.vectorized(|| {
                let x = Planes { floats: x, volume, n_channels, channel };
                let dy = Planes { floats: dy, ..x };
                let line = Line::new(affine, channel, (moments.mean[channel], moments.variance[channel]));
                let (mut by_gamma, mut by_beta) = (Sum::default(), Sum::default());
                for (x, dy) in x.iter().zip(dy.iter()) {
                    line.add(x, dy, &mut by_gamma, &mut by_beta);
                }
                sums = (by_gamma.total(), by_beta.total());
                let n = (dx.len() * volume) as f64;
                let back = Back { line, by_gamma: (sums.0 / n) as f32, by_beta: (sums.1 / n) as f32 };
                for ((x, dy), dx) in x.iter().zip(dy.iter()).zip(&mut dx) {
                    back.apply(x, dy, dx);
                }
            });
            (sums.0 as f32, sums.1 as f32)
        })
        .unzip();
    NormGradients { x: dx, gamma, beta }
}

/// `max(a + b, 0)`.
pub(crate) fn add_rectify(a: &[f32], b: &[f32]) -> Vec<f32> {
    let machine = Machine::detect();
    let mut y = vec![0.0; a.len()];
    let pieces = y.par_chunks_mut(ELEMENTS_PER_PIECE).zip(a.par_chunks(ELEMENTS_PER_PIECE));
    pieces.zip(b.par_chunks(ELEMENTS_PER_PIECE)).for_each(|((y, a), b)| {
        machine.vectorized(|| {
            for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
                *y = rectified(a + b);
            }
        });
    });
    y
}

/// `dy` where `y` is positive, else zero.
pub(crate) fn rectify_gradient(y: &[f32], dy: &[f32]) -> Vec<f32> {
    let machine = Machine::detect();
    let mut dx = vec![0.0; y.len()];
    let pieces = dx.par_chunks_mut(ELEMENTS_PER_PIECE).zip(y.par_chunks(ELEMENTS_PER_PIECE));
    pieces.zip(dy.par_chunks(ELEMENTS_PER_PIECE)).for_each(|((dx, y), dy)| {
        machine.vectorized(|| {
            for ((dx, y), dy) in dx.iter_mut().zip(y).zip(dy) {
                *dx = if *y > 0.0 { *dy } else { 0.0 };
            }
        });
    });
    dx
}

/// Keeps NaN, so that a network that broke down is seen to have.
#[inline(always)]
fn rectified(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

/// The planes of `[batch, channel, volume]`, gathered by channel.
fn by_channel(floats: &mut [f32], n_channels: usize, volume: usize) -> Vec<Vec<&mut [f32]>> {
    let mut channels: Vec<Vec<&mut [f32]>> = (0..n_channels).map(|_| Vec::new()).collect();
    for (idx, plane) in floats.chunks_exact_mut(volume).enumerate() {
        channels[idx % n_channels].push(plane);
    }
    channels
}

/// One channel of all samples.
#[derive(Clone, Copy)]
struct Planes<'a> {
    floats: &'a [f32],
    volume: usize,
    n_channels: usize,
    channel: usize,
}

impl<'a> Planes<'a> {
    #[inline(always)]
    fn iter(self) -> impl Iterator<Item = &'a [f32]> {
        self.floats.chunks_exact(self.volume).skip(self.channel).step_by(self.n_channels)
    }

    /// Mean and variance, in two passes, since one pass loses digits where the mean is large.
    #[inline(always)]
    fn moments(self) -> (f32, f32) {
        let n = (self.floats.len() / self.n_channels) as f64;
        let mut sum = Sum::default();
        for plane in self.iter() {
            sum.add(plane, |x| x);
        }
        let mean = (sum.total() / n) as f32;
        let mut squares = Sum::default();
        for plane in self.iter() {
            squares.add(plane, |x| (x - mean) * (x - mean));
        }
        (mean, (squares.total() / n) as f32)
    }
}

/// What a normalization does to the samples of one channel.
#[derive(Clone, Copy)]
struct Line {
    mean: f32,
    /// 1 / √(variance + ε).
    inverse: f32,
    gamma: f32,
    beta: f32,
    rectify: Rectify,
}

impl Line {
    fn new(affine: Affine, channel: usize, (mean, variance): (f32, f32)) -> Self {
        Self {
            mean,
            inverse: (1.0 / (f64::from(variance) + affine.epsilon).sqrt()) as f32,
            gamma: affine.gamma[channel],
            beta: affine.beta[channel],
            rectify: affine.rectify,
        }
    }

    #[inline(always)]
    fn normalized(&self, x: f32) -> f32 {
        (x - self.mean) * self.inverse
    }

    #[inline(always)]
    fn apply(&self, x: &[f32], y: &mut [f32]) {
        match self.rectify {
            Rectify::No => {
                for (x, y) in x.iter().zip(y) {
                    *y = self.gamma * self.normalized(*x) + self.beta;
                }
            }
            Rectify::Yes => {
                for (x, y) in x.iter().zip(y) {
                    *y = rectified(self.gamma * self.normalized(*x) + self.beta);
                }
            }
        }
    }

    /// The gradient by what came before rectification.
    #[inline(always)]
    fn passed(&self, normalized: f32, dy: f32) -> f32 {
        let is_passed = self.rectify == Rectify::No || self.gamma * normalized + self.beta > 0.0;
        if is_passed { dy } else { 0.0 }
    }

    /// Adds up the gradients by γ and β.
    #[inline(always)]
    fn add(&self, x: &[f32], dy: &[f32], by_gamma: &mut Sum, by_beta: &mut Sum) {
        let (x, x_rest) = x.as_chunks::<LANES>();
        let (dy, dy_rest) = dy.as_chunks::<LANES>();
        let (gammas, betas) = (&mut by_gamma.lanes, &mut by_beta.lanes);
        let mut add = |x: f32, dy: f32, lane: usize| {
            let normalized = self.normalized(x);
            let passed = self.passed(normalized, dy);
            gammas[lane] += passed * normalized;
            betas[lane] += passed;
        };
        for (x, dy) in x.iter().zip(dy) {
            for lane in 0..LANES {
                add(x[lane], dy[lane], lane);
            }
        }
        for ((x, dy), lane) in x_rest.iter().zip(dy_rest).zip(0..LANES) {
            add(*x, *dy, lane);
        }
        by_gamma.settle(x.len() + 1);
        by_beta.settle(x.len() + 1);
    }
}

/// The way back through a normalization; the gradients by γ and β as means.
struct Back {
    line: Line,
    by_gamma: f32,
    by_beta: f32,
}

impl Back {
    #[inline(always)]
    fn apply(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let scale = self.line.gamma * self.line.inverse;
        for ((x, dy), dx) in x.iter().zip(dy).zip(dx) {
            let normalized = self.line.normalized(*x);
            let passed = self.line.passed(normalized, *dy);
            *dx = scale * (passed - self.by_beta - normalized * self.by_gamma);
        }
    }
}

/// A sum in a fixed order: some floats side by side in `f32`, their sums in `f64`.
#[derive(Default)]
struct Sum {
    lanes: [f32; LANES],
    /// Floats in each lane since it was last emptied.
    n: usize,
    settled: f64,
}

impl Sum {
    #[inline(always)]
    fn add(&mut self, x: &[f32], f: impl Fn(f32) -> f32) {
        let (x, rest) = x.as_chunks::<LANES>();
        for x in x {
            for (lane, x) in self.lanes.iter_mut().zip(x) {
                *lane += f(*x);
            }
        }
        for (lane, x) in self.lanes.iter_mut().zip(rest) {
            *lane += f(*x);
        }
        self.settle(x.len() + 1);
    }

    /// Empties the lanes if they hold much.
    #[inline(always)]
    fn settle(&mut self, n: usize) {
        self.n += n;
        if self.n > LANE_SUMS_MAX {
            self.settled = self.total();
            (self.lanes, self.n) = ([0.0; LANES], 0);
        }
    }

    #[inline(always)]
    fn total(&self) -> f64 {
        self.settled + self.lanes.iter().map(|&lane| f64::from(lane)).sum::<f64>()
    }
}
