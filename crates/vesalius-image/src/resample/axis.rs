//! One axis of a resampling on parallel grids: which old voxels each new one is made of.

use std::ops::Range;

use super::kernel::{Kernel, mirrored};
use super::map::Line;
use crate::samples::Wide;

/// How far beyond the outermost voxel centers the image reaches, in voxels, with room for rounding.
pub(super) const RIM: f64 = 0.5 + 1e-6;

/// The weights of all new voxels along one axis.
pub(super) struct Axis<W> {
    /// New voxels that lie in the image.
    pub(super) inside: Range<usize>,
    /// Old voxels that any new one is made of.
    pub(super) used: Range<usize>,
    /// For each new voxel inside, its first old voxel, and where its weights begin.
    starts: Vec<(usize, usize)>,
    weights: Vec<W>,
}

impl<W: Wide> Axis<W> {
    /// An axis of `n_old` voxels; positions beyond the rim are outside unless `clamped`, those that are no number always.
    pub(super) fn new(line: Line, n_old: usize, kernel: &Kernel, clamped: bool) -> Self {
        let (low, high) = (-RIM, n_old as f64 - 1.0 + RIM);
        let is_inside = |idx: usize| {
            let position = line.at(idx);
            (low..=high).contains(&position) || (clamped && !position.is_nan())
        };
        // Positions are in order, so those inside follow each other.
        let first = (0..line.n).find(|idx| is_inside(*idx)).unwrap_or(line.n);
        let inside = first..(first..line.n).find(|idx| !is_inside(*idx)).unwrap_or(line.n);
        let (mut starts, mut weights) = (Vec::new(), Vec::new());
        let mut used = n_old..0;
        for idx in inside.clone() {
            let (start, taps) = folded(kernel, line.at(idx).clamp(low, high), n_old, W::PRECISION);
            used = used.start.min(start)..used.end.max(start + taps.len());
            starts.push((start, weights.len()));
            weights.extend(taps.into_iter().map(W::from_f64));
        }
        let used = if inside.is_empty() { 0..0 } else { used };
        Self { inside, used, starts, weights }
    }

    /// The first old voxel of a new one, counted from the first that is used, and the weights from it on.
    pub(super) fn taps(&self, idx: usize) -> (usize, &[W]) {
        let at = idx - self.inside.start;
        let (start, begin) = self.starts[at];
        let end = self.starts.get(at + 1).map_or(self.weights.len(), |next| next.1);
        (start - self.used.start, &self.weights[begin..end])
    }

    /// The most old voxels that a new one is made of.
    pub(super) fn n_taps_max(&self) -> usize {
        self.inside.clone().map(|idx| self.taps(idx).1.len()).max().unwrap_or(0)
    }
}

/// Weights at a position, each added to the voxel that its mirror image is, without those too small to count.
fn folded(kernel: &Kernel, position: f64, n_old: usize, precision: f64) -> (usize, Vec<f64>) {
    let (first, weights) = kernel.weights(position, n_old);
    let voxels = || (first..).take(weights.len()).map(|at| mirrored(at, n_old));
    let start = voxels().min().unwrap_or(0);
    let end = voxels().max().unwrap_or(0) + 1;
    let mut sums = vec![0.0_f64; end - start];
    for (voxel, weight) in voxels().zip(&weights) {
        sums[voxel - start] += weight;
    }
    let counts = |sum: &f64| sum.abs() > precision;
    let n_before = sums.iter().take_while(|sum| !counts(sum)).count();
    let n_kept = sums.iter().rposition(counts).map_or(0, |last| last + 1 - n_before);
    let kept = &sums[n_before..n_before + n_kept];
    let total: f64 = kept.iter().sum();
    (start + n_before, kept.iter().map(|sum| sum / total).collect())
}
