//! The background of a phantom: a body with two lungs, ribs and tissue texture, different for every case.
//!
//! Coordinates run from -1 to 1 on each axis, in the order `[z, y, x]`; a 2-D image lies at z = 0.

use rand_chacha::ChaCha8Rng;

use super::noise::{between, smoothstep, wave};

/// The standard deviation of tissue texture, in units of the full intensity range.
pub(crate) const TEXTURE_SD: f64 = 0.04;
/// The standard deviation of the noise of single pixels, in units of the full intensity range.
pub(crate) const PIXEL_NOISE_SD: f64 = 0.03;
/// The standard deviation of both together: what a contrast-to-noise ratio of 1 means.
pub(crate) const NOISE_SD: f64 = 0.05;

/// An axis-aligned ellipsoid with a soft surface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ellipsoid {
    /// Its center `[z, y, x]`.
    pub(crate) center: [f64; 3],
    /// Its half axes `[z, y, x]`.
    pub(crate) half_axes: [f64; 3],
}

impl Ellipsoid {
    /// 1 inside, 0 outside, soft across the surface.
    fn cover(&self, place: [f64; 3]) -> f64 {
        let distance_sq: f64 =
            (0..3).map(|axis| (place[axis] - self.center[axis]) / self.half_axes[axis]).map(|d| d * d).sum();
        1.0 - smoothstep(0.8, 1.15, distance_sq)
    }
}

/// The shape of one case's body.
#[derive(Clone, Debug)]
pub(crate) struct Anatomy {
    body: Ellipsoid,
    lungs: [Ellipsoid; 2],
    rib_phase: f64,
    rib_rate: f64,
    rib_bend: f64,
}

impl Anatomy {
    /// A body of ordinary build: nothing here depends on the class of the case.
    pub(crate) fn sample(rng: &mut ChaCha8Rng) -> Self {
        let center = [between(rng, -0.04, 0.04), between(rng, -0.06, 0.06), between(rng, -0.06, 0.06)];
        let half_axes = [between(rng, 0.85, 0.97), between(rng, 0.88, 1.0), between(rng, 0.80, 0.95)];
        let lung = |side: f64, rng: &mut ChaCha8Rng| Ellipsoid {
            center: [center[0], center[1] - between(rng, 0.0, 0.08), center[2] + side * between(rng, 0.38, 0.44)],
            half_axes: [half_axes[0] * 0.7, half_axes[1] * between(rng, 0.60, 0.70), between(rng, 0.27, 0.34)],
        };
        Self {
            body: Ellipsoid { center, half_axes },
            lungs: [lung(-1.0, rng), lung(1.0, rng)],
            rib_phase: between(rng, 0.0, 1.0),
            rib_rate: between(rng, 2.2, 3.0),
            rib_bend: between(rng, 0.2, 0.5),
        }
    }

    /// The left and the right lung, where lesions lie.
    pub(crate) fn lungs(&self) -> &[Ellipsoid; 2] {
        &self.lungs
    }

    /// The intensity of the body at a place, before texture and noise, in `[0, 1]`.
    pub(crate) fn at(&self, place: [f64; 3]) -> f64 {
        let body = self.body.cover(place);
        let lungs = self.lungs.iter().map(|lung| lung.cover(place)).fold(0.0, f64::max);
        let ribs = wave(self.rib_rate * (place[1] + self.rib_bend * place[2] * place[2]) + self.rib_phase);
        0.06 + body * (0.52 - 0.20 * lungs + 0.035 * ribs)
    }
}
