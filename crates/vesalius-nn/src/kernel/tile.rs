//! The one inner loop of every convolution: a small tile of sums of products, kept in vector registers.
//!
//! A convolution, its input gradient and its weight gradient are all `out[row][lane] = Σ_step x[row + step] · panel[step][lane]`,
//! where rows and steps are offsets into one buffer. No patch matrix is ever written; what changes
//! between the three is only which of position and kernel tap is the row and which is the step.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into the dispatched function is compiled without vectors"
)]

use pulp::{Arch, Simd, WithSimd};

/// Floats in a cache line; panels start on one, because a vector load across two lines costs double.
const LINE_FLOATS: usize = 16;

/// Offsets summed over, and how far they reach.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) offsets: Vec<u32>,
    /// One more than the largest offset.
    pub(super) span: usize,
}

impl Steps {
    pub(super) fn new(offsets: Vec<u32>) -> Self {
        let span = offsets.iter().max().map_or(0, |&last| last as usize + 1);
        Self { offsets, span }
    }
}

/// How many vectors of outputs a tile holds side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breadth {
    One,
    Two,
}

/// What this processor multiplies at once; found out at run time, so that one binary serves all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    arch: Arch,
    /// Rows of a tile of breadth one and two.
    n_rows: [usize; 2],
    /// Floats in a vector.
    n_lanes: usize,
}

impl Machine {
    pub(super) fn detect() -> Self {
        Self::on(Arch::new())
    }

    fn on(arch: Arch) -> Self {
        let (n_rows, n_lanes) = arch.dispatch(Measure);
        Self { arch, n_rows, n_lanes }
    }

    /// The narrowest tile that holds this many outputs, or the broadest there is.
    pub(super) fn breadth(self, n_outputs: usize) -> Breadth {
        if n_outputs > self.n_lanes { Breadth::Two } else { Breadth::One }
    }

    /// Floats in a row of a tile.
    pub(super) fn width(self, breadth: Breadth) -> usize {
        match breadth {
            Breadth::One => self.n_lanes,
            Breadth::Two => 2 * self.n_lanes,
        }
    }

    /// Rows of a tile; products take a multiple of it.
    pub(super) fn n_rows(self, breadth: Breadth) -> usize {
        match breadth {
            Breadth::One => self.n_rows[0],
            Breadth::Two => self.n_rows[1],
        }
    }

    pub(super) fn run(self, product: Product) {
        self.arch.dispatch(product);
    }

    /// Runs plain loops with the vector instructions of this processor.
    pub(super) fn vectorized(self, work: impl FnOnce()) {
        self.arch.dispatch(Plain(work));
    }
}

struct Plain<F>(F);

impl<F: FnOnce()> WithSimd for Plain<F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        (self.0)();
    }
}

/// Whether a product replaces what is in its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    Set,
    Add,
}

/// `out[row][lane] = Σ_step x[row + step] · panel[step][lane]`.
#[derive(Debug)]
pub(super) struct Product<'a> {
    pub(super) x: &'a [f32],
    /// A multiple of the machine's rows; those beyond the last real one repeat it.
    pub(super) rows: &'a [u32],
    pub(super) steps: &'a Steps,
    /// `[step][lane]`.
    pub(super) panel: &'a [f32],
    pub(super) breadth: Breadth,
    /// `[row][lane]`.
    pub(super) out: &'a mut [f32],
    pub(super) store: Store,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (many_registers::<S>(), self.breadth) {
            (true, Breadth::One) => self.tiles::<S, 14, 1>(simd),
            (true, Breadth::Two) => self.tiles::<S, 10, 2>(simd),
            (false, Breadth::One) => self.tiles::<S, 6, 1>(simd),
            (false, Breadth::Two) => self.tiles::<S, 4, 2>(simd),
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize, const VECTORS: usize>(self, simd: S) {
        let (panel, _) = S::as_simd_f32s(self.panel);
        let (out, _) = S::as_mut_simd_f32s(self.out);
        let (rows, _) = self.rows.as_chunks::<ROWS>();
        let (panel, _) = panel.as_chunks::<VECTORS>();
        for (rows, out) in rows.iter().zip(out.chunks_exact_mut(ROWS * VECTORS)) {
            // Slices of one length let the compiler check a step once for all rows.
            let x: [&[f32]; ROWS] = std::array::from_fn(|row| &self.x[rows[row] as usize..][..self.steps.span]);
            let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
            for (&step, weights) in self.steps.offsets.iter().zip(panel) {
                let weights = *weights;
                for row in 0..ROWS {
                    let sample = simd.splat_f32s(x[row][step as usize]);
                    for vector in 0..VECTORS {
                        sums[row][vector] = simd.mul_add_e_f32s(sample, weights[vector], sums[row][vector]);
                    }
                }
            }
            let (out, _) = out.as_chunks_mut::<VECTORS>();
            for (out, sums) in out.iter_mut().zip(sums) {
                for vector in 0..VECTORS {
                    out[vector] = match self.store {
                        Store::Set => sums[vector],
                        Store::Add => simd.add_f32s(out[vector], sums[vector]),
                    };
                }
            }
        }
    }
}

#[inline(always)]
fn many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32
}

struct Measure;

impl WithSimd for Measure {
    type Output = ([usize; 2], usize);

    /// The sums, the weights of a step and its samples (which the compiler loads all at once) must fit the registers:
    /// ten rows of two vectors use 20 + 2 + 10 of 32. Fourteen rows of two, which look better on paper,
    /// spill and run at a third of the speed.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> ([usize; 2], usize) {
        (if many_registers::<S>() { [14, 10] } else { [6, 4] }, S::F32_LANES)
    }
}

/// Floats that start on a cache line.
#[derive(Debug, Default)]
pub(super) struct Panel {
    floats: Vec<f32>,
    start: usize,
    len: usize,
}

impl Panel {
    pub(super) fn zeros(len: usize) -> Self {
        let mut panel = Self::default();
        panel.resize(len);
        panel
    }

    /// Makes room for `len` floats of any value.
    pub(super) fn resize(&mut self, len: usize) {
        if self.floats.len() < len + LINE_FLOATS {
            self.floats = vec![0.0; len + LINE_FLOATS];
            // A pointer that cannot be aligned would only cost time.
            self.start = self.floats.as_ptr().align_offset(LINE_FLOATS * size_of::<f32>()).min(LINE_FLOATS);
        }
        self.len = len;
    }
}

impl std::ops::Deref for Panel {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.floats[self.start..][..self.len]
    }
}

impl std::ops::DerefMut for Panel {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.floats[self.start..][..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums of one product, computed plainly or by all that this processor can do.
    fn sums(arch: Arch, breadth: Breadth) -> Vec<f32> {
        let machine = Machine::on(arch);
        let width = machine.width(breadth);
        let x: Vec<f32> = (0..100).map(|i| (i % 7) as f32 - 3.0).collect();
        let rows: Vec<u32> = (0..4 * machine.n_rows(breadth) as u32).map(|row| row % 50).collect();
        let steps = Steps::new((0..50).rev().collect());
        let mut panel = Panel::zeros(steps.offsets.len() * width);
        for (step, lanes) in panel.chunks_exact_mut(width).enumerate() {
            lanes.fill((step % 5) as f32);
        }
        let mut out = Panel::zeros(rows.len() * width);
        for store in [Store::Set, Store::Add] {
            let (x, panel, out) = (&x[..], &panel[..], &mut out[..]);
            machine.run(Product { x, rows: &rows, steps: &steps, panel, breadth, out, store });
        }
        out.chunks_exact(width).map(|lanes| lanes[width - 1]).take(16).collect()
    }

    #[test]
    fn every_processor_computes_the_same() {
        // Whole numbers, so that fused and unfused products round alike: not at all.
        let expected: Vec<f32> = (0..16)
            .map(|row| {
                (0..50)
                    .map(|step| ((row + step) % 7) as f32 - 3.0)
                    .zip((0..50).rev())
                    .map(|(x, step)| 2.0 * x * (step % 5) as f32)
                    .sum()
            })
            .collect();
        for breadth in [Breadth::One, Breadth::Two] {
            assert_eq!(sums(Arch::Scalar, breadth), expected, "without vectors, {breadth:?}");
            assert_eq!(sums(Arch::new(), breadth), expected, "with vectors, {breadth:?}");
        }
    }
}
