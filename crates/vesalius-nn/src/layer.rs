//! What networks are built of; every layer takes and gives `[batch, channel, z, y, x]`.

pub(crate) mod conv;
mod conv_op;
mod flat;
pub(crate) mod linear;
pub(crate) mod norm;
mod norm_op;
pub(crate) mod pool;
pub(crate) mod residual;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The random stream that weights are drawn from: explicit, so that a seed means the same network everywhere.
pub(crate) struct Init {
    rng: ChaCha8Rng,
    pub(crate) device: burn::tensor::Device,
}

impl Init {
    pub(crate) fn new(seed: u64, device: burn::tensor::Device) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), device }
    }

    /// `n` values from the normal distribution with this standard deviation.
    fn normal(&mut self, n: usize, sd: f64) -> Vec<f32> {
        use rand_distr::{Distribution, StandardNormal};
        (0..n)
            .map(|_| {
                let value: f64 = StandardNormal.sample(&mut self.rng);
                (value * sd) as f32
            })
            .collect()
    }

    /// `n` values from the uniform distribution on `[-bound, bound]`.
    fn uniform(&mut self, n: usize, bound: f64) -> Vec<f32> {
        use rand::RngExt;
        (0..n).map(|_| (self.rng.random_range(-1.0..=1.0) * bound) as f32).collect()
    }
}
