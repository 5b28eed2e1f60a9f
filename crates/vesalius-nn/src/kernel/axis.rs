//! Which samples along one axis a convolution, or its gradient, reads for which output.
//!
//! The gradient by the input of a convolution with stride is again a convolution, but with another part
//! of the kernel for every residue of the position by the stride. These parts are the phases;
//! a convolution forward has one.

/// A kernel tap: its index in the kernel, and how far it lies from the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tap {
    pub(super) kernel: usize,
    pub(super) offset: usize,
}

/// The outputs `first + step · i` for `i < count`, which read the padded input at `read · i + tap.offset`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phase {
    pub(super) first: usize,
    pub(super) step: usize,
    pub(super) count: usize,
    pub(super) read: usize,
    pub(super) taps: Vec<Tap>,
}

/// One axis of an input, padded with zeros on both sides, and the outputs made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) size: usize,
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) phases: Vec<Phase>,
}

/// A convolution along one axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) input: usize,
    pub(super) output: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) dilation: usize,
}

/// A phase whose offsets may still be negative.
struct Draft {
    first: usize,
    step: usize,
    count: usize,
    read: usize,
    taps: Vec<(usize, isize)>,
}

impl Axis {
    pub(super) fn forward(w: Window) -> Self {
        let taps = (0..w.kernel).map(|k| (k, (k * w.dilation) as isize - w.padding as isize)).collect();
        Self::settle(w.input, vec![Draft { first: 0, step: 1, count: w.output, read: w.stride, taps }])
    }

    /// The axis of the gradient by the output, from which the gradient by the input is made.
    pub(super) fn gradient(w: Window) -> Self {
        let stride = w.stride as isize;
        let phases = (0..w.stride.min(w.input)).map(|first| {
            // Output y was made from the input at y · stride + k · dilation − padding; here this is solved for y.
            let taps = (0..w.kernel)
                .map(|k| (k, (first + w.padding) as isize - (k * w.dilation) as isize))
                .filter(|(_, reach)| reach.rem_euclid(stride) == 0)
                .map(|(k, reach)| (k, reach.div_euclid(stride)))
                .collect();
            Draft { first, step: w.stride, count: (w.input - first).div_ceil(w.stride), read: 1, taps }
        });
        Self::settle(w.output, phases.collect())
    }

    /// Chooses the padding so that no tap of any phase leaves the input.
    fn settle(size: usize, drafts: Vec<Draft>) -> Self {
        let lowest = drafts.iter().flat_map(|d| &d.taps).map(|tap| tap.1).min().unwrap_or(0).min(0);
        let highest = drafts
            .iter()
            .flat_map(|d| d.taps.iter().map(|tap| tap.1 + ((d.count - 1) * d.read) as isize))
            .max()
            .unwrap_or(0);
        let phases = drafts
            .into_iter()
            .map(|d| Phase {
                first: d.first,
                step: d.step,
                count: d.count,
                read: d.read,
                taps: d.taps.into_iter().map(|(kernel, at)| Tap { kernel, offset: (at - lowest) as usize }).collect(),
            })
            .collect();
        let after = (highest - (size as isize - 1)).max(0) as usize;
        Self { size, before: (-lowest) as usize, after, phases }
    }

    /// Samples with the padding.
    pub(super) fn padded(&self) -> usize {
        self.before + self.size + self.after
    }

    pub(super) fn is_padded(&self) -> bool {
        self.before + self.after > 0
    }
}
