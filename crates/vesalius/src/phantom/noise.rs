//! Noise from additions, multiplications and square roots alone, so that its bytes are the same on every machine.
//!
//! The sine, the logarithm and the exponential of the platform may differ in their last bit from one system to the
//! next; a phantom whose hash is pinned in a test cannot use them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A uniform number in `[0, 1)`.
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A uniform number between `low` and `high`.
pub(crate) fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * uniform(rng)
}

/// A whole number in `0..n`; its bias, below n / 2⁶⁴, does not matter here.
pub(crate) fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

/// Puts the items in random order (Fisher and Yates).
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(rng, last + 1));
    }
}

/// A number of mean 0 and standard deviation 1: the sum of four uniforms, near enough to a bell for image noise.
pub(crate) fn bell(rng: &mut ChaCha8Rng) -> f64 {
    let bits = rng.next_u64();
    let sum: f64 = (0..4).map(|part| ((bits >> (16 * part)) & 0xffff) as f64 / 65_535.0).sum();
    (sum - 2.0) / (1.0_f64 / 3.0).sqrt()
}

/// 0 below `low`, 1 above `high`, a cubic between.
pub(crate) fn smoothstep(low: f64, high: f64, value: f64) -> f64 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A smooth wave of period 1 between -1 and 1.
pub(crate) fn wave(phase: f64) -> f64 {
    let triangle = (2.0 * (phase - phase.floor()) - 1.0).abs();
    2.0 * smoothstep(0.0, 1.0, triangle) - 1.0
}

/// A smooth random field over an image `[z, y, x]` of mean 0 and standard deviation 1, in C order.
///
/// Three octaves of random values on a lattice, interpolated between its nodes.
pub(crate) fn texture(shape: [usize; 3], rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut field = vec![0.0; shape.iter().product()];
    for (n_cells, weight) in [(4, 1.0), (8, 0.6), (16, 0.35)] {
        let lattice = Lattice::new(n_cells, shape, rng);
        for (value, position) in field.iter_mut().zip(positions(shape)) {
            *value += weight * lattice.at(position);
        }
    }
    standardize(&mut field);
    field
}

/// Every voxel `[z, y, x]` of a shape in C order.
pub(crate) fn positions([nz, ny, nx]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..nz).flat_map(move |z| (0..ny).flat_map(move |y| (0..nx).map(move |x| [z, y, x])))
}

/// Random values on the nodes of a grid laid over an image.
struct Lattice {
    /// For each axis and each voxel along it: the node before it, the node after it, and how near it is to that.
    places: [Vec<(usize, usize, f64)>; 3],
    n_nodes: [usize; 3],
    values: Vec<f64>,
}

impl Lattice {
    fn new(n_cells: usize, shape: [usize; 3], rng: &mut ChaCha8Rng) -> Self {
        let n_nodes = shape.map(|n| if n == 1 { 1 } else { n_cells + 1 });
        let values = (0..n_nodes.iter().product()).map(|_| between(rng, -1.0, 1.0)).collect();
        let places = shape.map(|n| (0..n).map(|voxel| Self::place(voxel, n, n_cells)).collect());
        Self { places, n_nodes, values }
    }

    fn place(voxel: usize, n: usize, n_cells: usize) -> (usize, usize, f64) {
        if n == 1 {
            return (0, 0, 0.0);
        }
        let place = (voxel * n_cells) as f64 / n as f64;
        let node = place.floor();
        (node as usize, node as usize + 1, smoothstep(0.0, 1.0, place - node))
    }

    fn at(&self, [z, y, x]: [usize; 3]) -> f64 {
        let ((z_low, z_high, z_share), (y_low, y_high, y_share)) = (self.places[0][z], self.places[1][y]);
        let (x_low, x_high, x_share) = self.places[2][x];
        let mix = |low: f64, high: f64, share: f64| low + (high - low) * share;
        let row = |z: usize, y: usize| {
            let first = (z * self.n_nodes[1] + y) * self.n_nodes[2];
            mix(self.values[first + x_low], self.values[first + x_high], x_share)
        };
        let plane = |z: usize| mix(row(z, y_low), row(z, y_high), y_share);
        if z_low == z_high { plane(z_low) } else { mix(plane(z_low), plane(z_high), z_share) }
    }
}

fn standardize(field: &mut [f64]) {
    let n = field.len() as f64;
    let mean = field.iter().sum::<f64>() / n;
    let sd = (field.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt();
    let scale = if sd > 0.0 { 1.0 / sd } else { 0.0 };
    for value in field {
        *value = (*value - mean) * scale;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn mean_and_sd(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn bell_has_mean_zero_and_standard_deviation_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let values: Vec<f64> = (0..20_000).map(|_| bell(&mut rng)).collect();
        let (mean, sd) = mean_and_sd(&values);
        assert!(mean.abs() < 0.03 && (sd - 1.0).abs() < 0.02, "mean {mean}, sd {sd}");
    }

    #[test]
    fn texture_is_standardized_in_two_and_three_dimensions() {
        for shape in [[1, 28, 28], [12, 12, 12]] {
            let (mean, sd) = mean_and_sd(&texture(shape, &mut ChaCha8Rng::seed_from_u64(2)));
            assert!(mean.abs() < 1e-9 && (sd - 1.0).abs() < 1e-9, "mean {mean}, sd {sd}");
        }
    }

    #[test]
    fn wave_has_period_one_and_stays_within_one() {
        for step in 0..100 {
            let phase = f64::from(step) / 100.0;
            assert!((wave(phase) - wave(phase + 3.0)).abs() < 1e-9);
            assert!(wave(phase).abs() <= 1.0);
        }
        assert!((wave(0.0) - 1.0).abs() < 1e-12 && (wave(0.5) + 1.0).abs() < 1e-12);
    }
}
