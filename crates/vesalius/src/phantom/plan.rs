//! Which images a MedMNIST phantom has: their parts, labels and streams, and which are copies of others.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::medmnist::PhantomConfig;
use super::noise::{shuffle, uniform};
use super::truth::{Plant, Planted};
use crate::cohort::Task;

/// Streams of random numbers: one a case, these two for the plan.
const STREAM_LABELS: u64 = u64::MAX;
const STREAM_COPIES: u64 = u64::MAX - 1;

/// The names of the parts, in the order of the arrays.
pub(super) const PARTS: [&str; 3] = ["train", "val", "test"];

/// One image to be drawn.
#[derive(Clone)]
pub(super) struct PlannedCase {
    pub(super) name: String,
    /// Its row in the label array.
    pub(super) labels: Vec<u8>,
    /// Its stream of random numbers; a copy has that of its original.
    pub(super) stream: u64,
}

/// Every image to be drawn, part after part.
pub(super) struct Plan {
    pub(super) cases: Vec<PlannedCase>,
}

impl Plan {
    /// Labels dealt evenly within each part and shuffled.
    pub(super) fn new(config: &PhantomConfig) -> Self {
        let mut rng = stream(config, STREAM_LABELS);
        let mut cases: Vec<PlannedCase> = Vec::new();
        for (part, size) in PARTS.iter().zip(config.sizes()) {
            let mut labels: Vec<Vec<u8>> = (0..size).map(|idx| label_row(config, idx, &mut rng)).collect();
            shuffle(&mut labels, &mut rng);
            for (idx, labels) in labels.into_iter().enumerate() {
                cases.push(PlannedCase { name: format!("{part}-{idx:05}"), labels, stream: cases.len() as u64 });
            }
        }
        Self { cases }
    }

    /// Turns some cases into copies of others; no case takes part in two pairs.
    pub(super) fn plant(&mut self, config: &PhantomConfig) -> Vec<Planted> {
        let mut rng = stream(config, STREAM_COPIES);
        let [train, val, test] = config.sizes();
        let mut originals = shuffled(0..train, &mut rng).into_iter();
        let val_cases = shuffled(train..train + val, &mut rng);
        let test_cases = shuffled(train + val..train + val + test, &mut rng);
        let mut planted = Vec::new();
        for (original, copy) in originals.by_ref().zip(alternate(&test_cases, &val_cases)).take(config.leaks) {
            planted.push(self.copy(original, copy, Plant::Leak));
        }
        for _ in 0..config.duplicates {
            let (Some(original), Some(copy)) = (originals.next(), originals.next()) else { break };
            planted.push(self.copy(original, copy, Plant::Duplicate));
        }
        planted
    }

    fn copy(&mut self, original: usize, copy: usize, kind: Plant) -> Planted {
        let PlannedCase { labels, stream, name } = self.cases[original].clone();
        self.cases[copy].labels = labels;
        self.cases[copy].stream = stream;
        Planted { kind, first: name, second: self.cases[copy].name.clone() }
    }
}

pub(super) fn stream(config: &PhantomConfig, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
    rng.set_stream(stream);
    rng
}

fn shuffled(range: std::ops::Range<usize>, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut idx: Vec<usize> = range.collect();
    shuffle(&mut idx, rng);
    idx
}

/// One from the first, one from the second, until both are used up.
fn alternate(first: &[usize], second: &[usize]) -> Vec<usize> {
    let longest = first.len().max(second.len());
    (0..longest).flat_map(|idx| [first.get(idx), second.get(idx)]).flatten().copied().collect()
}

fn label_row(config: &PhantomConfig, idx: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
    match config.task {
        Task::MultiLabel => (0..config.classes).map(|_| u8::from(uniform(rng) < 0.3)).collect(),
        Task::Binary | Task::MultiClass | Task::Ordinal => vec![(idx % config.classes) as u8],
    }
}
