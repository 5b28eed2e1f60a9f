//! Images on their way into a network: threads that are always a few batches ahead.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::error::{Error, ErrorKind, Result};

/// Images with their targets, by index.
pub trait Source: Sync {
    /// Number of images.
    fn len(&self) -> usize;

    /// Whether there is no image at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shape of every image, `[channel, z, y, x]`.
    fn shape(&self) -> [usize; 4];

    /// Writes image `index` into `out`; with a random stream it is augmented, without it is as it will be seen in use.
    fn read(&self, index: usize, augment: Option<&mut ChaCha8Rng>, out: &mut [f32]) -> std::result::Result<(), String>;

    /// One value an output: of classes one is 1 and the others 0, of findings each is 1 or 0.
    fn target(&self, index: usize) -> &[f32];

    /// One weight an output; zero where the label is unknown.
    fn weight(&self, index: usize) -> &[f32];
}

/// A batch ready for a network.
#[derive(Debug)]
pub struct Batch {
    /// Number of images.
    pub n: usize,
    /// `[n, channel, z, y, x]`, flat.
    pub images: Vec<f32>,
    /// `[n, outputs]`, flat.
    pub targets: Vec<f32>,
    /// `[n, outputs]`, flat.
    pub weights: Vec<f32>,
}

/// In which order images are seen, and whether they are augmented.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Shuffled and augmented by streams that follow from the seed and the epoch alone.
    Shuffled {
        /// Seed of the run.
        seed: u64,
        /// Counted from zero.
        epoch: usize,
    },
    /// As they come.
    Plain,
}

/// Batches that each worker may have ready.
const AHEAD: usize = 3;

/// How many threads load; training keeps the processor busy, so loading needs few.
const WORKERS: usize = 2;

/// The indices of each batch: batches differ in size by one image at most, so that none is too small for batch statistics.
pub fn batches(n: usize, batch: usize, order: Order) -> Vec<Vec<usize>> {
    let mut indices: Vec<usize> = (0..n).collect();
    if let Order::Shuffled { seed, epoch } = order {
        indices.shuffle(&mut stream(seed, epoch, u64::from(u32::MAX)));
    }
    let n_batches = n.div_ceil(batch.max(1)).max(1);
    (0..n_batches).map(|i| indices[i * n / n_batches..(i + 1) * n / n_batches].to_vec()).collect()
}

/// The random stream of one case in one epoch; it does not depend on order, threads or what happened before.
fn stream(seed: u64, epoch: usize, case: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((epoch as u64) << 32) | case);
    rng
}

/// Starts loading these batches, the first at once; they are received in their order.
pub fn load<'scope, 'env, S: Source + ?Sized>(
    scope: &'scope Scope<'scope, 'env>,
    source: &'env S,
    plan: Vec<Vec<usize>>,
    order: Order,
) -> Batches {
    let plan = std::sync::Arc::new(plan);
    let receivers = (0..WORKERS)
        .map(|worker| {
            let (sender, receiver) = sync_channel(AHEAD);
            let plan = std::sync::Arc::clone(&plan);
            scope.spawn(move || {
                for indices in plan.iter().skip(worker).step_by(WORKERS) {
                    // The receiver is gone when training stopped early; then there is nothing left to do.
                    if sender.send(read_batch(source, indices, order)).is_err() {
                        return;
                    }
                }
            });
            receiver
        })
        .collect();
    Batches { receivers, next: 0, left: plan.len() }
}

/// Batches in their order.
pub struct Batches {
    receivers: Vec<Receiver<Result<Batch>>>,
    next: usize,
    left: usize,
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let receiver = &self.receivers[self.next % self.receivers.len()];
        self.next += 1;
        let lost = || Error::new(ErrorKind::Data, "a thread that loads images ended early; this is a defect of ours");
        Some(receiver.recv().unwrap_or_else(|_| Err(lost())))
    }
}

fn read_batch<S: Source + ?Sized>(source: &S, indices: &[usize], order: Order) -> Result<Batch> {
    let size: usize = source.shape().iter().product();
    let mut batch =
        Batch { n: indices.len(), images: vec![0.0; indices.len() * size], targets: Vec::new(), weights: Vec::new() };
    for (&index, out) in indices.iter().zip(batch.images.chunks_exact_mut(size)) {
        let mut rng = match order {
            Order::Shuffled { seed, epoch } => Some(stream(seed, epoch, index as u64)),
            Order::Plain => None,
        };
        source.read(index, rng.as_mut(), out).map_err(|why| Error::new(ErrorKind::Data, why))?;
        batch.targets.extend_from_slice(source.target(index));
        batch.weights.extend_from_slice(source.weight(index));
    }
    Ok(batch)
}
