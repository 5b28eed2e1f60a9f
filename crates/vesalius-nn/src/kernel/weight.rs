//! The gradient of a convolution by its kernel: for each tap a sum over all positions of all samples.

use std::ops::Range;

use rayon::prelude::*;

use super::Convolution;
use super::axis::Axis;
use super::field::{Block, Field, blocks};
use super::gather::by_sample;
use super::tile::{Breadth, Machine, Panel, Product, Steps, Store};

/// Positions summed at once; their panel of 64 KiB stays in the second-level cache.
const POSITIONS_PER_PANEL: usize = 512;
/// Pieces of work to aim for, whatever the number of threads: sums must not depend on it.
const PIECES: usize = 32;
/// Most parts into which the batch is cut, each with a sum of its own.
const PARTS_MAX: usize = 16;
/// Floats that all these sums may take together, 32 MiB.
const FLOATS_MAX: usize = 8 << 20;

pub(super) fn gradient(conv: &Convolution, x: &[f32], y: &[f32]) -> Vec<f32> {
    Plan::new(conv).run(x, y)
}

struct Plan {
    field: Field,
    machine: Machine,
    breadth: Breadth,
    blocks: Vec<Block>,
    n_samples: usize,
    n_outputs: usize,
    inputs_per_group: usize,
    /// Floats of one output channel.
    output_len: usize,
    /// Where each position of a sample reads.
    reads: Vec<u32>,
    /// Offsets of channels and taps, filled up to whole tiles.
    taps: Vec<u32>,
    n_taps: usize,
}

#[derive(Default)]
struct Scratch {
    padded: Vec<f32>,
    panel: Panel,
}

impl Plan {
    fn new(conv: &Convolution) -> Self {
        let machine = Machine::detect();
        let breadth = machine.breadth(conv.n_out / conv.n_groups);
        let field = Field::new(conv.windows.map(Axis::forward), conv.n_in);
        let inputs_per_group = conv.n_in / conv.n_groups;
        let [z, y, x] = &field.axes;
        let phases = [&z.phases[0], &y.phases[0], &x.phases[0]];
        let in_channel = field.taps(phases, conv.kernel());
        let channel_len = field.padded_channel_len();
        let mut taps: Vec<u32> = (0..inputs_per_group)
            .flat_map(|input| in_channel.iter().map(move |(_, offset)| (input * channel_len + offset) as u32))
            .collect();
        let n_taps = taps.len();
        taps.resize(n_taps.next_multiple_of(machine.n_rows(breadth)), taps[n_taps - 1]);
        let [sz, sy, sx] = field.strides();
        let reads = (0..phases[0].count)
            .flat_map(|z| (0..phases[1].count).map(move |y| z * phases[0].read * sz + y * phases[1].read * sy))
            .flat_map(|line| (0..phases[2].count).map(move |x| (line + x * phases[2].read * sx) as u32))
            .collect();
        Self {
            blocks: blocks(conv.n_out, conv.n_groups, machine.width(breadth)),
            field,
            machine,
            breadth,
            n_samples: conv.n_batch,
            n_outputs: conv.n_out,
            inputs_per_group,
            output_len: conv.windows.map(|w| w.output).iter().product(),
            reads,
            taps,
            n_taps,
        }
    }

    fn run(&self, x: &[f32], y: &[f32]) -> Vec<f32> {
        let sum_len = self.taps.len() * self.machine.width(self.breadth);
        let n_parts = (FLOATS_MAX / (sum_len * self.blocks.len())).clamp(1, PARTS_MAX);
        let part_len = self.n_samples.div_ceil(n_parts);
        let n_parts = self.n_samples.div_ceil(part_len);
        let n_ranges = PIECES.div_ceil(n_parts).min(self.blocks.len());
        let range_len = self.blocks.len().div_ceil(n_ranges);
        // Samples that many pieces read are padded once for all.
        let padded = (n_ranges > 2).then(|| self.field.pad_all(x));
        let pieces: Vec<(Range<usize>, &[Block])> = (0..self.n_samples)
            .step_by(part_len)
            .flat_map(|start| {
                let samples = start..(start + part_len).min(self.n_samples);
                self.blocks.chunks(range_len).map(move |blocks| (samples.clone(), blocks))
            })
            .collect();
        let sums: Vec<Panel> = pieces
            .into_par_iter()
            .map_init(Scratch::default, |scratch, (samples, blocks)| {
                let mut sums = Panel::zeros(sum_len * blocks.len());
                let per_step = (POSITIONS_PER_PANEL / 2).div_ceil(self.output_len);
                for start in samples.clone().step_by(per_step) {
                    let some = start..(start + per_step).min(samples.end);
                    let x = match &padded {
                        Some(padded) => part(padded, &some, self.field.padded_sample_len()),
                        None => self.field.pad(part(x, &some, self.field.sample_len()), &mut scratch.padded),
                    };
                    let y = part(y, &some, self.n_outputs * self.output_len);
                    self.add(x, y, (blocks, &mut sums), &mut scratch.panel);
                }
                sums
            })
            .collect();
        self.gather(&sums, n_parts, range_len * sum_len)
    }

    /// Adds what some samples contribute to the sums of some blocks.
    fn add(&self, x: &[f32], y: &[f32], sums: (&[Block], &mut Panel), panel: &mut Panel) {
        let (blocks, sums) = sums;
        let width = self.machine.width(self.breadth);
        let n_positions = y.len() / self.n_outputs;
        let group_len = self.inputs_per_group * self.field.padded_channel_len();
        let per_panel = n_positions.div_ceil(n_positions.div_ceil(POSITIONS_PER_PANEL));
        panel.resize(per_panel * width);
        for start in (0..n_positions).step_by(per_panel) {
            let batch = start..(start + per_panel).min(n_positions);
            let steps = self.steps(batch.clone());
            for (block, sums) in blocks.iter().zip(sums.chunks_exact_mut(self.taps.len() * width)) {
                self.transpose(y, batch.clone(), *block, panel);
                self.machine.run(Product {
                    x: &x[block.group * group_len..],
                    rows: &self.taps,
                    steps: &steps,
                    panel,
                    breadth: self.breadth,
                    out: sums,
                    store: Store::Add,
                });
            }
        }
    }

    fn steps(&self, batch: Range<usize>) -> Steps {
        let sample_len = self.field.padded_sample_len();
        let mut offsets = Vec::with_capacity(batch.len());
        for (sample, part) in by_sample(&(0..self.output_len), batch) {
            offsets.extend(self.reads[part].iter().map(|read| (sample * sample_len) as u32 + read));
        }
        Steps::new(offsets)
    }

    /// Turns the channels of a block from `[channel][position]` to `[position][lane]`.
    fn transpose(&self, y: &[f32], batch: Range<usize>, block: Block, panel: &mut Panel) {
        let width = self.machine.width(self.breadth);
        let mut rest = &mut panel[..];
        for (sample, part) in by_sample(&(0..self.output_len), batch) {
            let (here, after) = rest.split_at_mut(part.len() * width);
            rest = after;
            let first = sample * self.n_outputs + block.first;
            for lane in 0..block.count {
                let line = &y[(first + lane) * self.output_len..][part.clone()];
                for (row, value) in here.chunks_exact_mut(width).zip(line) {
                    row[lane] = *value;
                }
            }
        }
    }

    /// Adds the sums of all parts of the batch, in order, and turns them to `[out][in][tap]`.
    fn gather(&self, sums: &[Panel], n_parts: usize, range_floats: usize) -> Vec<f32> {
        let width = self.machine.width(self.breadth);
        let sum_len = self.taps.len() * width;
        let n_ranges = sums.len() / n_parts;
        let mut gradient = vec![0.0; self.n_outputs * self.n_taps];
        gradient.par_chunks_mut(self.n_taps).enumerate().for_each(|(output, gradient)| {
            let idx = self.blocks.partition_point(|block| block.first <= output) - 1;
            let lane = output - self.blocks[idx].first;
            let at = idx * sum_len;
            for part in 0..n_parts {
                let sum = &sums[part * n_ranges + at / range_floats][at % range_floats..][..sum_len];
                for (out, row) in gradient.iter_mut().zip(sum.chunks_exact(width)) {
                    *out += row[lane];
                }
            }
        });
        gradient
    }
}

fn part<'a>(floats: &'a [f32], samples: &Range<usize>, sample_len: usize) -> &'a [f32] {
    &floats[samples.start * sample_len..samples.end * sample_len]
}
