//! Cases as a network's food: decoded once where memory allows, augmented by the stream of their case and epoch.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use vesalius_image::augment::Augment;
use vesalius_nn::calibration::temperature;
use vesalius_nn::data::Source;
use vesalius_nn::objective::Objective;

use super::ClassWeights;
use crate::cohort::{Cohort, Images, Label, Task};
use crate::error::Result;
use crate::preprocess::Preprocess;
use crate::split::TrainSet;

/// Preprocessed images are kept in memory up to this many bytes; larger cohorts are decoded anew in every epoch.
const CACHE_BYTES: usize = 4 << 30;

/// Some cases of a cohort, ready to be shown to a network.
pub struct Cases<'a> {
    cohort: &'a Cohort,
    images: &'a Images,
    indices: Vec<usize>,
    preprocess: &'a Preprocess,
    augment: Option<&'a Augment>,
    /// Preprocessed images, one after the other; empty where they would not fit.
    cache: Vec<f32>,
    targets: Vec<f32>,
    weights: Vec<f32>,
}

impl<'a> Cases<'a> {
    /// Decodes and preprocesses these cases.
    pub fn new(
        (cohort, images): (&'a Cohort, &'a Images),
        indices: &[usize],
        preprocess: &'a Preprocess,
        augment: Option<&'a Augment>,
    ) -> Result<Self> {
        let (targets, weights) = targets(cohort, indices);
        let mut cases = Self {
            cohort,
            images,
            indices: indices.to_vec(),
            preprocess,
            augment,
            cache: Vec::new(),
            targets,
            weights,
        };
        let size = preprocess.size();
        if size.saturating_mul(4).saturating_mul(indices.len()) <= CACHE_BYTES {
            let mut cache = vec![0.0; size * indices.len()];
            cache
                .par_chunks_exact_mut(size)
                .enumerate()
                .try_for_each(|(position, image)| cases.decode(position, image))?;
            cases.cache = cache;
        }
        Ok(cases)
    }

    /// The same cases with the weight of each class multiplied.
    #[must_use]
    pub fn weigh(mut self, by_class: &[f32]) -> Self {
        for row in self.weights.chunks_exact_mut(by_class.len()) {
            for (weight, factor) in row.iter_mut().zip(by_class) {
                *weight *= factor;
            }
        }
        self
    }

    /// The temperature at which these logits make the labels of the cases most likely.
    pub(super) fn temperature(&self, objective: Objective, logits: &[f32]) -> f64 {
        temperature(objective, self.n_outputs(), logits, [&self.targets, &self.weights])
    }

    fn decode(&self, position: usize, out: &mut [f32]) -> Result<()> {
        let case = self.indices[position];
        self.preprocess.apply_to(&self.images.load(self.cohort, case)?, &self.cohort.cases[case].case, out)
    }

    fn n_outputs(&self) -> usize {
        self.cohort.header.classes.len()
    }
}

impl Source for Cases<'_> {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn shape(&self) -> [usize; 4] {
        self.preprocess.shape
    }

    fn read(&self, index: usize, augment: Option<&mut ChaCha8Rng>, out: &mut [f32]) -> std::result::Result<(), String> {
        let size = self.preprocess.size();
        let decoded;
        let image = if self.cache.is_empty() {
            let mut image = vec![0.0; size];
            self.decode(index, &mut image).map_err(|error| error.to_string())?;
            decoded = image;
            &decoded
        } else {
            &self.cache[index * size..(index + 1) * size]
        };
        match (self.augment, augment) {
            (Some(settings), Some(rng)) => {
                let mut varied = Vec::with_capacity(size);
                settings.apply(image, self.preprocess.shape, rng, &mut varied);
                out.copy_from_slice(&varied);
            }
            _ => out.copy_from_slice(image),
        }
        Ok(())
    }

    fn target(&self, index: usize) -> &[f32] {
        &self.targets[index * self.n_outputs()..(index + 1) * self.n_outputs()]
    }

    fn weight(&self, index: usize) -> &[f32] {
        &self.weights[index * self.n_outputs()..(index + 1) * self.n_outputs()]
    }
}

/// Targets and weights of these cases, `[case, class]`: what is unknown has no weight.
fn targets(cohort: &Cohort, indices: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let n_classes = cohort.header.classes.len();
    indices
        .iter()
        .flat_map(|&case| (0..n_classes).map(move |class| cohort.cases[case].truth.label(class)))
        .map(|label| match label {
            Label::Present => (1.0, 1.0),
            Label::Absent => (0.0, 1.0),
            Label::Unknown => (0.0, 0.0),
        })
        .unzip()
}

/// What the weight of each class is multiplied by; counted on training cases, and on no others.
pub(super) fn class_weights(train: &TrainSet<'_>, weights: ClassWeights) -> Vec<f32> {
    let (cohort, indices) = (train.cohort(), train.indices());
    let n_classes = cohort.header.classes.len();
    if weights == ClassWeights::None || cohort.header.task == Task::MultiLabel {
        return vec![1.0; n_classes];
    }
    let count = |class: usize| {
        indices.iter().filter(|&&case| cohort.cases[case].truth.label(class) == Label::Present).count().max(1)
    };
    let counts: Vec<usize> = (0..n_classes).map(count).collect();
    let total: usize = counts.iter().sum();
    counts.into_iter().map(|n| total as f32 / (n_classes * n) as f32).collect()
}
