//! What is planted in a phantom: the shapes of lesions, and where they lie.

use rand_chacha::ChaCha8Rng;

use super::anatomy::Anatomy;
use super::noise::{below, between, smoothstep, uniform};

/// The shape of a lesion; each can be told from the others at 28 pixels a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bright ball.
    Nodule,
    /// A bright shell around a hollow.
    Cavity,
    /// A dark ball.
    Cyst,
    /// A bright rod along x.
    Streak,
    /// A bright rod along y.
    Strand,
}

/// Every shape, in the order in which classes use them.
pub(crate) const KINDS: [Kind; 5] = [Kind::Nodule, Kind::Cavity, Kind::Cyst, Kind::Streak, Kind::Strand];

/// A lesion of a shape at a place; coordinates `[z, y, x]` run from -1 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) kind: Kind,
    /// Which label or class it belongs to.
    pub(crate) label: usize,
    pub(crate) center: [f64; 3],
    /// Where its edge has half of its contrast, in the same units.
    pub(crate) radius: f64,
}

impl Planned {
    /// A place inside a lung, apart from the lesions that are there already if there is room.
    pub(crate) fn sample(
        (kind, label): (Kind, usize),
        flat: bool,
        anatomy: &Anatomy,
        others: &[Self],
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let radius = between(rng, 0.16, 0.26);
        let mut lesion = Self { kind, label, center: place(flat, anatomy, rng), radius };
        for _ in 0..200 {
            if others.iter().all(|other| lesion.is_apart(other)) {
                break;
            }
            lesion.center = place(flat, anatomy, rng);
        }
        lesion
    }

    /// What the lesion adds at a place, as a share of its contrast: 1 bright, -1 dark, 0 outside.
    pub(crate) fn at(&self, place: [f64; 3]) -> f64 {
        let [dz, dy, dx] = [0, 1, 2].map(|axis| (place[axis] - self.center[axis]) / self.radius);
        let ball = |z: f64, y: f64, x: f64| 1.0 - smoothstep(0.6, 1.4, (z * z + y * y + x * x).sqrt());
        match self.kind {
            Kind::Nodule => ball(dz, dy, dx),
            Kind::Cavity => ball(dz, dy, dx) - 1.3 * ball(dz * 1.8, dy * 1.8, dx * 1.8),
            Kind::Cyst => -ball(dz, dy, dx),
            Kind::Streak => ball(dz * 2.5, dy * 2.5, dx * 0.8),
            Kind::Strand => ball(dz * 2.5, dy * 0.8, dx * 2.5),
        }
    }

    fn is_apart(&self, other: &Self) -> bool {
        let distance_sq: f64 = (0..3).map(|axis| self.center[axis] - other.center[axis]).map(|d| d * d).sum();
        let reach = 1.1 * (self.radius + other.radius);
        distance_sq > reach * reach
    }
}

/// A place well inside one of the lungs.
fn place(flat: bool, anatomy: &Anatomy, rng: &mut ChaCha8Rng) -> [f64; 3] {
    let lung = anatomy.lungs()[below(rng, 2)];
    loop {
        let mut offset = [0.0; 3].map(|_: f64| 2.0 * uniform(rng) - 1.0);
        if flat {
            offset[0] = 0.0;
        }
        if offset.iter().map(|d| d * d).sum::<f64>() <= 1.0 {
            let mut place = [0, 1, 2].map(|axis| lung.center[axis] + 0.75 * lung.half_axes[axis] * offset[axis]);
            if flat {
                place[0] = 0.0;
            }
            return place;
        }
    }
}
