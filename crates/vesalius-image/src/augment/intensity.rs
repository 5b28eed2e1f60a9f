//! Changes of values: gamma, contrast, brightness, noise, erasing.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{AugmentParams, Erased};

/// Does all that is asked for, in place; `shape` is `[channel, z, y, x]`.
pub(super) fn apply(params: &AugmentParams, shape: [usize; 4], image: &mut [f32]) {
    let differs = |value: f64, neutral: f64| (value - neutral).abs() > 1e-12;
    if differs(params.gamma, 1.0) {
        gamma(image, params.gamma as f32);
    }
    if differs(params.contrast, 1.0) || differs(params.brightness, 0.0) {
        linear(image, params.contrast, params.brightness);
    }
    if params.noise_sd > 0.0 {
        noise(image, params.noise_sd as f32, params.noise_seed);
    }
    if let Some(erased) = params.erased {
        erase(image, shape, erased);
    }
}

/// Scales values to 0..1 of their range, raises them to `exponent`, and scales them back.
fn gamma(image: &mut [f32], exponent: f32) {
    let (low, high) =
        image.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let span = high - low;
    if span > 0.0 && span.is_finite() {
        for v in image {
            *v = low + span * ((*v - low) / span).powf(exponent);
        }
    }
}

fn linear(image: &mut [f32], contrast: f64, brightness: f64) {
    let mean = mean(image);
    let (factor, added) = (contrast as f32, (mean - contrast * mean + brightness) as f32);
    for v in image {
        *v = *v * factor + added;
    }
}

fn noise(image: &mut [f32], sd: f32, seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for v in image {
        let normal: f32 = StandardNormal.sample(&mut rng);
        *v += sd * normal;
    }
}

fn erase(image: &mut [f32], [_, n_z, n_y, n_x]: [usize; 4], erased: Erased) {
    let [start_z, start_y, start_x] = erased.start;
    let [size_z, size_y, size_x] = erased.size;
    for channel in image.chunks_exact_mut(n_z * n_y * n_x) {
        let mean = mean(channel) as f32;
        for slice in channel.chunks_exact_mut(n_y * n_x).skip(start_z).take(size_z) {
            for row in slice.chunks_exact_mut(n_x).skip(start_y).take(size_y) {
                row.iter_mut().skip(start_x).take(size_x).for_each(|v| *v = mean);
            }
        }
    }
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len().max(1) as f64
}
