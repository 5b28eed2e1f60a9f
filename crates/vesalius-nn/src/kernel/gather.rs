//! Convolution forward and its gradient by the input: outputs gathered from a padded field.

use std::ops::Range;

use rayon::prelude::*;

use super::Convolution;
use super::axis::{Axis, Phase};
use super::field::{Block, Field, blocks};
use super::tile::{Breadth, Machine, Panel, Product, Steps, Store};

/// Tiles worked on together, so that a panel of weights is read from the cache for several of them.
const TILES_PER_BATCH: usize = 16;
/// Steps whose weights stay in the second-level cache together (1024 · 32 floats are 128 KiB).
const STEPS_PER_PANEL: usize = 1024;
/// Pieces of work per thread, so that threads which are slowed down do not hold up the others.
const PIECES_PER_THREAD: usize = 4;

pub(super) fn forward(conv: &Convolution, x: &[f32], weight: &[f32]) -> Vec<f32> {
    let taps: usize = conv.kernel().iter().product();
    let (per_in, per_out) = (conv.n_in / conv.n_groups, conv.n_out / conv.n_groups);
    let plan = Plan::new(Layout {
        field: Field::new(conv.windows.map(Axis::forward), conv.n_in),
        output: conv.windows.map(|w| w.output),
        n_outputs: conv.n_out,
        n_groups: conv.n_groups,
        kernel: conv.kernel(),
        weights: Weights { group: per_out * per_in * taps, output: per_in * taps, input: taps },
    });
    plan.run(x, weight)
}

pub(super) fn input_gradient(conv: &Convolution, y: &[f32], weight: &[f32]) -> Vec<f32> {
    let taps: usize = conv.kernel().iter().product();
    let (per_in, per_out) = (conv.n_in / conv.n_groups, conv.n_out / conv.n_groups);
    let plan = Plan::new(Layout {
        field: Field::new(conv.windows.map(Axis::gradient), conv.n_out),
        output: conv.windows.map(|w| w.input),
        n_outputs: conv.n_in,
        n_groups: conv.n_groups,
        kernel: conv.kernel(),
        weights: Weights { group: per_out * per_in * taps, output: taps, input: per_in * taps },
    });
    plan.run(y, weight)
}

/// Floats from one group, output channel or input channel to the next in the kernel tensor.
#[derive(Clone, Copy, Debug)]
struct Weights {
    group: usize,
    output: usize,
    input: usize,
}

/// What is read, what is written, and where the weights between them lie.
#[derive(Debug)]
struct Layout {
    field: Field,
    output: [usize; 3],
    n_outputs: usize,
    n_groups: usize,
    kernel: [usize; 3],
    weights: Weights,
}

impl Layout {
    fn output_len(&self) -> usize {
        self.output.iter().product()
    }

    fn inputs_per_group(&self) -> usize {
        self.field.n_channels / self.n_groups
    }
}

#[derive(Debug)]
struct Plan {
    layout: Layout,
    machine: Machine,
    breadth: Breadth,
    blocks: Vec<Block>,
    passes: Vec<Pass>,
}

/// The outputs of one phase: where each reads and is written within a sample, and the taps of one channel.
#[derive(Debug)]
struct Pass {
    reads: Vec<u32>,
    /// Ascending.
    writes: Vec<u32>,
    /// Place in the kernel and offset.
    taps: Vec<(usize, usize)>,
    /// Offsets over channels and taps, cut into runs whose weights fit the cache.
    runs: Vec<Steps>,
}

/// The weights of one pass: `[block][run]`, each `[step][lane]`.
type Panels = Vec<Vec<Panel>>;

/// A stretch of the outputs of some samples: one slice per sample and channel, from the same range of each.
struct Piece<'a> {
    samples: Range<usize>,
    outputs: Range<usize>,
    planes: Vec<&'a mut [f32]>,
}

/// Positions of a pass that are worked on together: a range over samples and, within each, a span of positions.
struct Batch<'a> {
    pass: &'a Pass,
    span: Range<usize>,
    range: Range<usize>,
}

#[derive(Default)]
struct Scratch {
    padded: Vec<f32>,
    rows: Vec<u32>,
    tiles: Panel,
}

impl Plan {
    fn new(layout: Layout) -> Self {
        let machine = Machine::detect();
        let breadth = machine.breadth(layout.n_outputs / layout.n_groups);
        let blocks = blocks(layout.n_outputs, layout.n_groups, machine.width(breadth));
        let passes = layout.field.phases().filter_map(|phases| Pass::new(&layout, phases)).collect();
        Self { layout, machine, breadth, blocks, passes }
    }

    fn run(&self, x: &[f32], weight: &[f32]) -> Vec<f32> {
        let n_samples = x.len() / self.layout.field.sample_len();
        let sample_len = self.layout.n_outputs * self.layout.output_len();
        let mut out = vec![0.0; n_samples * sample_len];
        let panels: Vec<Panels> = self.passes.iter().map(|pass| self.pack(pass, weight)).collect();
        let wanted = PIECES_PER_THREAD * rayon::current_num_threads();
        if n_samples >= wanted {
            let per_piece = (self.machine.n_rows(self.breadth) * TILES_PER_BATCH / self.layout.output_len())
                .clamp(1, n_samples / wanted);
            let pieces = out.par_chunks_mut(per_piece * sample_len).enumerate();
            pieces.for_each_init(Scratch::default, |scratch, (idx, out)| {
                let samples = idx * per_piece..idx * per_piece + out.len() / sample_len;
                let len = self.layout.field.sample_len();
                let x = &x[samples.start * len..samples.end * len];
                let x = self.layout.field.pad(x, &mut scratch.padded);
                let planes = out.chunks_mut(self.layout.output_len()).collect();
                let mut piece = Piece { samples, outputs: 0..self.layout.output_len(), planes };
                self.fill(x, &panels, &mut piece, (&mut scratch.rows, &mut scratch.tiles));
            });
        } else {
            let padded = self.layout.field.pad_all(x);
            let pieces = self.cut(&mut out, wanted.div_ceil(n_samples));
            pieces.into_par_iter().for_each_init(Scratch::default, |scratch, mut piece| {
                let len = self.layout.field.padded_sample_len();
                let x = &padded[piece.samples.start * len..piece.samples.end * len];
                self.fill(x, &panels, &mut piece, (&mut scratch.rows, &mut scratch.tiles));
            });
        }
        out
    }

    /// Cuts every sample into stretches of whole lines.
    fn cut<'a>(&self, out: &'a mut [f32], per_sample: usize) -> Vec<Piece<'a>> {
        let [z, y, x] = self.layout.output;
        let len = (z * y).div_ceil(per_sample) * x;
        let per_sample = (z * y * x).div_ceil(len);
        let mut pieces: Vec<Piece> = Vec::new();
        for (idx, plane) in out.chunks_mut(self.layout.output_len()).enumerate() {
            let sample = idx / self.layout.n_outputs;
            for (stretch, part) in plane.chunks_mut(len).enumerate() {
                if idx % self.layout.n_outputs == 0 {
                    let outputs = stretch * len..stretch * len + part.len();
                    pieces.push(Piece { samples: sample..sample + 1, outputs, planes: Vec::new() });
                }
                pieces[sample * per_sample + stretch].planes.push(part);
            }
        }
        pieces
    }

    /// Copies the weights of a pass to where the inner loop reads them in order.
    fn pack(&self, pass: &Pass, weight: &[f32]) -> Panels {
        let width = self.machine.width(self.breadth);
        let at = self.layout.weights;
        let per_group = self.layout.n_outputs / self.layout.n_groups;
        let steps: Vec<usize> = (0..self.layout.inputs_per_group())
            .flat_map(|input| pass.taps.iter().map(move |(place, _)| input * at.input + place))
            .collect();
        self.blocks
            .par_iter()
            .map(|block| {
                let base = block.group * at.group + (block.first - block.group * per_group) * at.output;
                let pack_run = |steps: &[usize]| {
                    let mut panel = Panel::zeros(steps.len() * width);
                    for (lanes, step) in panel.chunks_exact_mut(width).zip(steps) {
                        let weights = weight[base + step..].iter().step_by(at.output);
                        for (lane, weight) in lanes[..block.count].iter_mut().zip(weights) {
                            *lane = *weight;
                        }
                    }
                    panel
                };
                steps.chunks(STEPS_PER_PANEL).map(pack_run).collect()
            })
            .collect()
    }

    /// Computes all outputs of a piece from its padded samples.
    fn fill(&self, x: &[f32], panels: &[Panels], piece: &mut Piece, room: (&mut Vec<u32>, &mut Panel)) {
        let (rows, tiles) = room;
        let n_rows = self.machine.n_rows(self.breadth);
        let width = self.machine.width(self.breadth);
        let group_len = self.layout.inputs_per_group() * self.layout.field.padded_channel_len();
        tiles.resize(TILES_PER_BATCH * n_rows * width);
        for (pass, panels) in self.passes.iter().zip(panels) {
            let span = pass.within(&piece.outputs);
            let n_positions = piece.samples.len() * span.len();
            for start in (0..n_positions).step_by(TILES_PER_BATCH * n_rows) {
                let end = (start + TILES_PER_BATCH * n_rows).min(n_positions);
                let batch = Batch { pass, span: span.clone(), range: start..end };
                self.rows(&batch, rows);
                for (block, panels) in self.blocks.iter().zip(panels) {
                    for (run, (steps, panel)) in pass.runs.iter().zip(panels).enumerate() {
                        self.machine.run(Product {
                            x: &x[block.group * group_len..],
                            rows,
                            steps,
                            panel,
                            breadth: self.breadth,
                            out: &mut tiles[..rows.len() * width],
                            store: if run == 0 { Store::Set } else { Store::Add },
                        });
                    }
                    self.write(&batch, *block, tiles, piece);
                }
            }
        }
    }

    /// Where the positions of a batch read, filled up to whole tiles with the last one.
    fn rows(&self, batch: &Batch, rows: &mut Vec<u32>) {
        let sample_len = self.layout.field.padded_sample_len() as u32;
        rows.clear();
        for (sample, part) in by_sample(&batch.span, batch.range.clone()) {
            rows.extend(batch.pass.reads[part].iter().map(|read| sample as u32 * sample_len + read));
        }
        let last = *rows.last().expect("a batch has at least one position");
        rows.resize(rows.len().next_multiple_of(self.machine.n_rows(self.breadth)), last);
    }

    /// Moves tiles `[position][lane]` to the planes of their channels.
    fn write(&self, batch: &Batch, block: Block, tiles: &[f32], piece: &mut Piece) {
        let width = self.machine.width(self.breadth);
        let start = piece.outputs.start;
        let mut tiles = tiles;
        for (sample, part) in by_sample(&batch.span, batch.range.clone()) {
            let writes = &batch.pass.writes[part];
            let (here, rest) = tiles.split_at(writes.len() * width);
            tiles = rest;
            let first = writes[0] as usize;
            let dense = writes[writes.len() - 1] as usize - first + 1 == writes.len();
            let planes = &mut piece.planes[sample * self.layout.n_outputs + block.first..][..block.count];
            for (lane, plane) in planes.iter_mut().enumerate() {
                if dense {
                    let plane = &mut plane[first - start..][..writes.len()];
                    for (out, row) in plane.iter_mut().zip(here.chunks_exact(width)) {
                        *out = row[lane];
                    }
                } else {
                    for (&write, row) in writes.iter().zip(here.chunks_exact(width)) {
                        plane[write as usize - start] = row[lane];
                    }
                }
            }
        }
    }
}

impl Pass {
    /// None where no tap reaches the outputs of these phases, which stay zero.
    fn new(layout: &Layout, phases: [&Phase; 3]) -> Option<Self> {
        let field = &layout.field;
        let taps = field.taps(phases, layout.kernel);
        let channel_len = field.padded_channel_len();
        let steps: Vec<u32> = (0..layout.inputs_per_group())
            .flat_map(|input| taps.iter().map(move |(_, offset)| (input * channel_len + offset) as u32))
            .collect();
        let runs: Vec<Steps> = steps.chunks(STEPS_PER_PANEL).map(|run| Steps::new(run.to_vec())).collect();
        let (reads, writes) = positions(layout, phases);
        (!taps.is_empty()).then_some(Self { reads, writes, taps, runs })
    }

    /// The positions whose outputs lie in this range.
    fn within(&self, outputs: &Range<usize>) -> Range<usize> {
        let before = |end: usize| self.writes.partition_point(|&write| (write as usize) < end);
        before(outputs.start)..before(outputs.end)
    }
}

/// Where the outputs of a phase read in a padded sample, and where they are written.
fn positions(layout: &Layout, phases: [&Phase; 3]) -> (Vec<u32>, Vec<u32>) {
    let [sz, sy, sx] = layout.field.strides();
    let [_, oy, ox] = layout.output;
    let [pz, py, px] = phases;
    let n = pz.count * py.count * px.count;
    let (mut reads, mut writes) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for z in 0..pz.count {
        for y in 0..py.count {
            let read = z * pz.read * sz + y * py.read * sy;
            let write = ((pz.first + z * pz.step) * oy + py.first + y * py.step) * ox + px.first;
            reads.extend((0..px.count).map(|x| (read + x * px.read * sx) as u32));
            writes.extend((0..px.count).map(|x| (write + x * px.step) as u32));
        }
    }
    (reads, writes)
}

/// Splits a range over `sample · span.len() + i` into stretches of `span` within one sample.
pub(super) fn by_sample(span: &Range<usize>, range: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
    let (start, len) = (span.start, span.len());
    let mut at = range.start;
    std::iter::from_fn(move || {
        (at < range.end).then(|| {
            let sample = at / len;
            let end = range.end.min((sample + 1) * len);
            let part = start + at - sample * len..start + end - sample * len;
            at = end;
            (sample, part)
        })
    })
}
