//! The pixels of a MedMNIST phantom: anatomy, texture, lesions and noise, one case at a time.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::anatomy::{Anatomy, NOISE_SD, PIXEL_NOISE_SD, TEXTURE_SD};
use super::lesion::{KINDS, Planned};
use super::medmnist::PhantomConfig;
use super::noise::{bell, between, positions, texture};
use super::plan::{Plan, PlannedCase, stream};
use super::truth::Lesion;
use crate::cohort::Task;

/// The drawn images and what lies in them.
pub(super) struct Images {
    /// All images in C order.
    pub(super) pixels: Vec<u8>,
    /// What `truth.csv` says of them.
    pub(super) lesions: Vec<Lesion>,
}

impl Images {
    pub(super) fn draw(config: &PhantomConfig, plan: &Plan) -> Self {
        let mut pixels = vec![0; config.n_bytes_image() * plan.cases.len()];
        let lesions: Vec<Vec<Lesion>> = pixels
            .par_chunks_exact_mut(config.n_bytes_image())
            .zip(&plan.cases)
            .map(|(image, case)| draw(config, case, image))
            .collect();
        Self { pixels, lesions: lesions.into_iter().flatten().collect() }
    }
}

/// Draws one case into its pixels, channels last, and says where its lesions are.
fn draw(config: &PhantomConfig, case: &PlannedCase, pixels: &mut [u8]) -> Vec<Lesion> {
    let mut rng = stream(config, case.stream);
    let anatomy = Anatomy::sample(&mut rng);
    let lesions = plan_lesions(config, case, &anatomy, &mut rng);
    let tissue = texture(config.shape(), &mut rng);
    let gain = between(&mut rng, 0.85, 1.15);
    let offset = between(&mut rng, -0.03, 0.03);
    let contrast = config.contrast_to_noise * NOISE_SD;
    let n_channels = config.n_channels();
    let stain: Vec<f64> = (0..n_channels).map(|_| between(&mut rng, 0.9, 1.1)).collect();
    for ((voxel, tissue), pixel) in positions(config.shape()).zip(&tissue).zip(pixels.chunks_exact_mut(n_channels)) {
        let place = place_of(config, voxel);
        let signal: f64 = lesions.iter().map(|lesion| lesion.at(place)).sum();
        let value = anatomy.at(place) + contrast * signal + TEXTURE_SD * tissue;
        for (channel, byte) in pixel.iter_mut().enumerate() {
            let seen = offset + gain * tint(n_channels, channel, stain[channel], value);
            *byte = ((seen + PIXEL_NOISE_SD * bell(&mut rng)).clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    }
    truth_rows(config, case, &lesions)
}

fn plan_lesions(config: &PhantomConfig, case: &PlannedCase, anatomy: &Anatomy, rng: &mut ChaCha8Rng) -> Vec<Planned> {
    let mut lesions: Vec<Planned> = Vec::new();
    for (kind, label) in lesions_of(config.task, &case.labels) {
        let lesion = Planned::sample((KINDS[kind], label), config.is_flat(), anatomy, &lesions, rng);
        lesions.push(lesion);
    }
    lesions
}

/// The lesions that a row of labels stands for, as index into [`KINDS`] and label.
fn lesions_of(task: Task, labels: &[u8]) -> Vec<(usize, usize)> {
    let class = usize::from(labels[0]);
    match task {
        Task::MultiLabel => (0..labels.len()).filter(|&label| labels[label] == 1).map(|label| (label, label)).collect(),
        Task::Ordinal => vec![(0, class); class],
        Task::Binary | Task::MultiClass if class == 0 => Vec::new(),
        Task::Binary | Task::MultiClass => vec![(class - 1, class)],
    }
}

/// Gray as it is; in color, dense tissue is purple and thin tissue pink, as in a stained slide.
fn tint(n_channels: usize, channel: usize, stain: f64, value: f64) -> f64 {
    if n_channels == 1 {
        return value;
    }
    let absorbed = [0.55, 0.90, 0.40][channel] * stain;
    0.95 - absorbed * value
}

fn place_of(config: &PhantomConfig, voxel: [usize; 3]) -> [f64; 3] {
    let shape = config.shape();
    [0, 1, 2].map(|axis| (2 * voxel[axis] + 1) as f64 / shape[axis] as f64 - 1.0)
}

fn truth_rows(config: &PhantomConfig, case: &PlannedCase, lesions: &[Planned]) -> Vec<Lesion> {
    if lesions.is_empty() {
        return vec![Lesion::none(case.name.clone())];
    }
    let side = config.side as f64;
    // Thousandths of a voxel: enough to score a heat map, and short to read.
    let voxels = |length: f64| Some((length * 1000.0).round() / 1000.0);
    let voxel = |place: f64| voxels(((place + 1.0) * side - 1.0) / 2.0);
    lesions
        .iter()
        .map(|lesion| Lesion {
            case: case.name.clone(),
            label: Some(lesion.label.to_string()),
            x: voxel(lesion.center[2]),
            y: voxel(lesion.center[1]),
            z: if config.is_flat() { Some(0.0) } else { voxel(lesion.center[0]) },
            radius: voxels(lesion.radius * side / 2.0),
        })
        .collect()
}
