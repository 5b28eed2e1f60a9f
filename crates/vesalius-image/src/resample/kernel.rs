//! What a new sample is made of along one axis: interpolation, its prefilter and smoothing in one set of weights.

/// Standard deviations up to which the Gaussian is sampled, as SciPy does by default.
const GAUSSIAN_REACH: f64 = 4.0;

/// The pole of the cubic B-spline's inverse, √3 − 2 (Unser 1999, doi:10.1109/79.799930).
const POLE: f64 = -0.267_949_192_431_122_7;

/// How positions between voxels are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// Positions are whole.
    Whole,
    /// Two neighbors, by distance.
    Linear,
    /// Four neighboring coefficients of a cubic B-spline.
    Cubic,
}

/// Weights over the infinite axis that the mirrored samples make.
pub(super) struct Kernel {
    basis: Basis,
    /// Symmetric, of odd length, about its middle.
    filter: Vec<f64>,
}

impl Kernel {
    /// Smooths by a Gaussian of `sigma` voxels (0: not at all) and interpolates in what comes of it.
    pub(super) fn interpolating(basis: Basis, sigma: f64, precision: f64) -> Self {
        let prefilter = if basis == Basis::Cubic { spline_inverse(precision) } else { vec![1.0] };
        Self { basis, filter: convolved(&gaussian(sigma), &prefilter) }
    }

    /// Smooths, and makes B-spline coefficients of the samples where they are to be interpolated by `basis`.
    pub(super) fn preparing(basis: Basis, sigma: f64, precision: f64) -> Self {
        Self { basis: Basis::Whole, ..Self::interpolating(basis, sigma, precision) }
    }

    /// The first voxel, which may be before the axis of `n_old`, and the weights from it on, for a position.
    ///
    /// Between the outermost centers and the rim, linear interpolation repeats the outermost voxel, as ITK does.
    pub(super) fn weights(&self, position: f64, n_old: usize) -> (i64, Vec<f64>) {
        let position = match self.basis {
            Basis::Linear => position.clamp(0.0, n_old as f64 - 1.0),
            Basis::Whole | Basis::Cubic => position,
        };
        let below = position.floor();
        let part = position - below;
        let reach = (self.filter.len() / 2) as i64;
        let (first, basis) = match self.basis {
            Basis::Whole => (below as i64, vec![1.0]),
            Basis::Linear => (below as i64, vec![1.0 - part, part]),
            Basis::Cubic => (below as i64 - 1, cubic(part).to_vec()),
        };
        (first - reach, convolved(&basis, &self.filter))
    }
}

/// The four weights of a cubic B-spline at `part` of the way from its second to its third coefficient.
pub(crate) fn cubic(part: f64) -> [f64; 4] {
    let rest = 1.0 - part;
    let outer = |t: f64| t * t * t / 6.0;
    let inner = |t: f64| 2.0 / 3.0 - t * t * (2.0 - t) / 2.0;
    [outer(rest), inner(part), inner(rest), outer(part)]
}

/// The samples of a Gaussian, with sum 1.
fn gaussian(sigma: f64) -> Vec<f64> {
    let reach = (GAUSSIAN_REACH * sigma + 0.5) as i64;
    if reach == 0 {
        return vec![1.0];
    }
    let samples: Vec<f64> = (-reach..=reach).map(|at| (-0.5 * (at as f64 / sigma).powi(2)).exp()).collect();
    let total: f64 = samples.iter().sum();
    samples.into_iter().map(|sample| sample / total).collect()
}

/// From samples to the coefficients of the cubic B-spline through them, as far as its terms are above `precision`.
///
/// The two recursions of Unser 1999 have together the impulse response √3 × pole^|k|; written out, it becomes
/// part of the weights, and neither copy nor second pass over the volume is needed.
fn spline_inverse(precision: f64) -> Vec<f64> {
    let reach = (precision.ln() / POLE.abs().ln()).ceil() as i32;
    (-reach..=reach).map(|at| 3.0_f64.sqrt() * POLE.powi(at.abs())).collect()
}

fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; a.len() + b.len() - 1];
    for (at, x) in a.iter().enumerate() {
        for (sum, y) in sums[at..].iter_mut().zip(b) {
            *sum += x * y;
        }
    }
    sums
}

/// The voxel that stands at a position of an axis of `n` mirrored at the centers of its outermost voxels.
pub(crate) fn mirrored(position: i64, n: usize) -> usize {
    let last = n as i64 - 1;
    if last == 0 {
        return 0;
    }
    let around = position.rem_euclid(2 * last);
    around.min(2 * last - around) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_undoes_the_spline_at_whole_positions() {
        let (first, weights) = Kernel::interpolating(Basis::Cubic, 0.0, 1e-16).weights(7.0, 20);
        for (at, weight) in weights.iter().enumerate() {
            let expected = if first + at as i64 == 7 { 1.0 } else { 0.0 };
            assert!((weight - expected).abs() < 1e-12, "{at} {weight}");
        }
    }

    #[test]
    fn a_mirror_shows_its_edge_once() {
        let seen: Vec<usize> = (-4..8).map(|position| mirrored(position, 4)).collect();
        assert_eq!(seen, [2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]);
        assert_eq!(mirrored(-5, 1), 0);
    }
}
