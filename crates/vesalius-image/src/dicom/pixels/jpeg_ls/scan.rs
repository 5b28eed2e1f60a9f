//! One scan: sample after sample by prediction from its neighbors, or in runs where these are alike.

use super::bits::Bits;
use super::context::{Context, RunContext, Thresholds};
use crate::error::Result;

/// Contexts by the classes of three steps, of which one sign is enough.
const N_CONTEXTS: usize = 365;

/// Binary logarithm of the lengths by which runs are counted.
const RUN_LENGTHS: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// A channel as far as it is decoded: its samples, and the line above and the present one.
///
/// Lines have one more sample before the first and one behind the last.
pub(super) struct Channel {
    pub(super) samples: Vec<u16>,
    above: Vec<i32>,
    line: Vec<i32>,
    run_idx: usize,
}

impl Channel {
    pub(super) fn new([width, height]: [usize; 2]) -> Self {
        let samples = Vec::with_capacity(width * height);
        Self { samples, above: vec![0; width + 2], line: vec![0; width + 2], run_idx: 0 }
    }

    /// Sets what lies beyond the edges of the line that is about to be decoded.
    fn begin(&mut self) {
        let width = self.above.len() - 2;
        self.line[0] = self.above[1];
        self.above[width + 1] = self.above[width];
    }

    fn end(&mut self) {
        let width = self.line.len() - 2;
        self.samples.extend(self.line[1..=width].iter().map(|value| *value as u16));
        std::mem::swap(&mut self.above, &mut self.line);
    }

    /// Left, above, above left and above right of a sample.
    #[inline]
    fn neighbors(&self, x: usize) -> [i32; 4] {
        [self.line[x - 1], self.above[x], self.above[x - 1], self.above[x + 1]]
    }
}

pub(super) struct Scan<'b> {
    bits: Bits<'b>,
    thresholds: Thresholds,
    contexts: Vec<Context>,
    run_contexts: [RunContext; 2],
}

impl<'b> Scan<'b> {
    pub(super) fn new(thresholds: Thresholds, data: &'b [u8]) -> Self {
        let range = thresholds.range;
        Self {
            bits: Bits::new(data),
            thresholds,
            contexts: vec![Context::new(range); N_CONTEXTS],
            run_contexts: [0, 1].map(|kind| RunContext::new(kind, range)),
        }
    }

    pub(super) fn n_bytes(&self) -> usize {
        self.bits.n_bytes()
    }

    /// Channels line by line in turn; one channel is the same as none interleaved.
    pub(super) fn by_line(&mut self, channels: &mut [Channel], [width, height]: [usize; 2]) -> Result<()> {
        for _ in 0..height {
            for channel in &mut *channels {
                channel.begin();
                let mut x = 1;
                while x <= width {
                    let neighbors = channel.neighbors(x);
                    if self.is_run(neighbors) {
                        let n = self.run_length(&mut channel.run_idx, width + 1 - x)?;
                        channel.line[x..x + n].fill(neighbors[0]);
                        x += n;
                        if x <= width {
                            channel.line[x] = self.end_of_run(neighbors[0], channel.above[x], channel.run_idx, true)?;
                            channel.run_idx = channel.run_idx.saturating_sub(1);
                            x += 1;
                        }
                    } else {
                        channel.line[x] = self.regular(neighbors)?;
                        x += 1;
                    }
                }
                channel.end();
            }
        }
        Ok(())
    }

    /// Channels sample by sample in turn; a run is one of all channels.
    pub(super) fn by_sample(&mut self, channels: &mut [Channel], [width, height]: [usize; 2]) -> Result<()> {
        let mut run_idx = 0;
        for _ in 0..height {
            channels.iter_mut().for_each(Channel::begin);
            let mut x = 1;
            while x <= width {
                if channels.iter().all(|channel| self.is_run(channel.neighbors(x))) {
                    let n = self.run_length(&mut run_idx, width + 1 - x)?;
                    for channel in &mut *channels {
                        let value = channel.line[x - 1];
                        channel.line[x..x + n].fill(value);
                    }
                    x += n;
                    if x <= width {
                        for channel in &mut *channels {
                            channel.line[x] = self.end_of_run(channel.line[x - 1], channel.above[x], run_idx, false)?;
                        }
                        run_idx = run_idx.saturating_sub(1);
                        x += 1;
                    }
                } else {
                    for channel in &mut *channels {
                        channel.line[x] = self.regular(channel.neighbors(x))?;
                    }
                    x += 1;
                }
            }
            channels.iter_mut().for_each(Channel::end);
        }
        Ok(())
    }

    /// Whether all neighbors are alike.
    #[inline]
    fn is_run(&self, [left, above, above_left, above_right]: [i32; 4]) -> bool {
        let near = self.thresholds.near;
        [above_right - above, above - above_left, above_left - left].iter().all(|step| step.abs() <= near)
    }

    fn regular(&mut self, [left, above, above_left, above_right]: [i32; 4]) -> Result<i32> {
        let class = |step: i32| self.thresholds.class(step);
        let signed = 81 * class(above_right - above) + 9 * class(above - above_left) + class(above_left - left);
        let sign = if signed < 0 { -1 } else { 1 };
        let idx = signed.unsigned_abs() as usize;
        let predicted = if above_left >= left.max(above) {
            left.min(above)
        } else if above_left <= left.min(above) {
            left.max(above)
        } else {
            left + above - above_left
        };
        let context = &self.contexts[idx];
        let predicted = (predicted + sign * context.correction).clamp(0, self.thresholds.greatest);
        let n_plain = context.n_plain();
        let code = self.code(n_plain, self.thresholds.limit)?;
        let context = &mut self.contexts[idx];
        let error = context.error(code, n_plain, self.thresholds.near);
        context.learn(error, &self.thresholds);
        Ok(self.thresholds.sample(predicted, sign * error))
    }

    /// Length of a run of at most `n_max` samples.
    fn run_length(&mut self, run_idx: &mut usize, n_max: usize) -> Result<usize> {
        let mut n = 0;
        while self.bits.take(1)? == 1 {
            let step = 1_usize << RUN_LENGTHS[*run_idx];
            if n + step > n_max {
                return Ok(n_max);
            }
            n += step;
            *run_idx = (*run_idx + 1).min(31);
            if n == n_max {
                return Ok(n);
            }
        }
        n += self.bits.take(RUN_LENGTHS[*run_idx])? as usize;
        // A run that is ended by a sample leaves room for it.
        if n >= n_max { Err(super::damaged("a run is longer than its line")) } else { Ok(n) }
    }

    /// The sample that ends a run. Where channels are interleaved by sample there is one context for all.
    fn end_of_run(&mut self, left: i32, above: i32, run_idx: usize, has_kinds: bool) -> Result<i32> {
        let is_like = has_kinds && (left - above).abs() <= self.thresholds.near;
        let n_plain = self.run_contexts[usize::from(is_like)].n_plain();
        let code = self.code(n_plain, self.thresholds.limit - RUN_LENGTHS[run_idx] - 1)?;
        let error = self.run_contexts[usize::from(is_like)].error(code, n_plain, &self.thresholds);
        let predicted = if is_like { left } else { above };
        let sign = if !is_like && left > above { -1 } else { 1 };
        Ok(self.thresholds.sample(predicted, sign * error))
    }

    /// A code word: zeros for the high part and plain low bits, or a long one written out.
    #[inline]
    fn code(&mut self, n_plain: u32, limit: u32) -> Result<u32> {
        let n_zeros_max = limit.saturating_sub(self.thresholds.error_bits + 1);
        let high = self.bits.zeros(n_zeros_max)?;
        if high < n_zeros_max {
            let low = self.bits.take(n_plain.min(31))?;
            return Ok((high << n_plain.min(25)) | low);
        }
        Ok(self.bits.take(self.thresholds.error_bits)? + 1)
    }
}
