//! Training, inference, loading and startup; the same work as `benches/pytorch.py` does.

use std::path::PathBuf;
use std::time::Instant;

use rand_chacha::ChaCha8Rng;
use vesalius::cohort::{Images, Layout, ReadOptions, read_source};
use vesalius::preprocess::{Preprocess, PreprocessConfig};
use vesalius::split::{SplitConfig, split};
use vesalius::train::Cases;
use vesalius::{Device, Result};
use vesalius_image::augment::{Augment, Axis};
use vesalius_nn::arch::Architecture;
use vesalius_nn::data::{Order, Source, batches, load};
use vesalius_nn::network::NetworkConfig;
use vesalius_nn::objective::Objective;
use vesalius_nn::train::{Event, Next, Outcome, Run, TrainConfig, train};

use super::{Figures, broken, median};

/// Timed steps, after one that warms up.
const N_STEPS: usize = 4;
/// Images of the loading workload: as many as PneumoniaMNIST trains on.
const N_IMAGES: usize = 4708;
const BATCH: usize = 128;

/// A ResNet-18 on small color images.
pub(super) fn planar() -> Result<Figures> {
    network([3, 1, 28, 28], 128)
}

/// The same on small volumes.
pub(super) fn volumetric() -> Result<Figures> {
    network([1, 28, 28, 28], 8)
}

/// Images without meaning.
struct Noise {
    shape: [usize; 4],
    n: usize,
}

impl Source for Noise {
    fn len(&self) -> usize {
        self.n
    }

    fn shape(&self) -> [usize; 4] {
        self.shape
    }

    fn read(&self, index: usize, _: Option<&mut ChaCha8Rng>, out: &mut [f32]) -> std::result::Result<(), String> {
        // A cheap sequence without a period that matters; drawing good noise would be measured too.
        for (at, sample) in out.iter_mut().enumerate() {
            *sample = ((at * 2_654_435_761 + index * 40_503) % 4096) as f32 / 2048.0 - 1.0;
        }
        Ok(())
    }

    fn target(&self, index: usize) -> &[f32] {
        if index.is_multiple_of(2) { &[1.0, 0.0] } else { &[0.0, 1.0] }
    }

    fn weight(&self, _: usize) -> &[f32] {
        &[1.0, 1.0]
    }
}

/// Training steps and inference of a ResNet-18 on one batch.
fn network(shape: [usize; 4], batch: usize) -> Result<Figures> {
    let network = NetworkConfig { architecture: Architecture::Resnet18, ..NetworkConfig::default() };
    let config = TrainConfig { epochs: 1, batch, ..TrainConfig::default() };
    let images = Noise { shape, n: batch * (N_STEPS + 1) };
    let validation = Noise { shape, n: 1 };
    let run = Run {
        network: &network,
        config: &config,
        objective: Objective::Classes,
        train: &images,
        validation: &validation,
        outputs: 2,
        seed: 0,
        device: Device::Cpu,
        identity: "noise",
    };
    let (mut steps, mut last) = (Vec::new(), Instant::now());
    let outcome = train(&run, None, &mut |event| {
        if let Event::Step { .. } = event {
            steps.push(last.elapsed().as_secs_f64());
            last = Instant::now();
        }
        Ok(Next::Go)
    });
    let Outcome::Finished { network, .. } = outcome.map_err(|error| broken(&error))? else {
        return Err(broken(&"the run was stopped"));
    };
    let mut input = vec![0.0; batch * shape.iter().product::<usize>()];
    for (index, image) in input.chunks_exact_mut(shape.iter().product()).enumerate() {
        images.read(index, None, image).map_err(|why| broken(&why))?;
    }
    let mut passes = Vec::new();
    for _ in 0..=N_STEPS {
        let start = Instant::now();
        network.logits(&input).map_err(|error| broken(&error))?;
        passes.push(start.elapsed().as_secs_f64());
    }
    Ok([
        ("train_images_per_second", batch as f64 / median(&steps[1..])),
        ("infer_images_per_second", batch as f64 / median(&passes[1..])),
        ("peak_memory_mb", peak_memory_mb()),
    ]
    .into())
}

/// Random crop and flip of gray images into batches, one epoch.
pub(super) fn loading() -> Result<Figures> {
    let (cohort, images) = cohort()?;
    let whole: Vec<usize> = (0..cohort.n_cases().min(N_IMAGES)).collect();
    let (preprocess, augment) = settings(&cohort, &images)?;
    let cases = Cases::new((&cohort, &images), &whole, &preprocess, Some(&augment))?;
    let mut seconds = Vec::new();
    for epoch in 0..5 {
        let start = Instant::now();
        let order = Order::Shuffled { seed: 0, epoch };
        std::thread::scope(|scope| {
            load(scope, &cases, batches(cases.len(), BATCH, order), order).try_for_each(|batch| batch.map(drop))
        })
        .map_err(|error| broken(&error))?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok([("epoch_seconds", median(&seconds))].into())
}

/// From the start of the process to the first augmented batch.
pub(super) fn startup() -> Result<Figures> {
    let start = Instant::now();
    let (cohort, images) = cohort()?;
    let first: Vec<usize> = (0..cohort.n_cases().min(N_IMAGES)).collect();
    let (preprocess, augment) = settings(&cohort, &images)?;
    let cases = Cases::new((&cohort, &images), &first, &preprocess, Some(&augment))?;
    let order = Order::Shuffled { seed: 0, epoch: 0 };
    std::thread::scope(|scope| {
        load(scope, &cases, batches(cases.len(), BATCH, order), order).next().map(|batch| batch.map(drop)).transpose()
    })
    .map_err(|error| broken(&error))?;
    Ok([("first_batch_seconds", start.elapsed().as_secs_f64())].into())
}

/// PneumoniaMNIST where `VESALIUS_DATA` has it, else a phantom of the same shape.
fn cohort() -> Result<(vesalius::cohort::Cohort, Images)> {
    let data = std::env::var_os("VESALIUS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let real = data.join("pneumoniamnist/dev_trainval.npz");
    let options = ReadOptions::default();
    let scratch = tempfile::tempdir().map_err(|error| broken(&error))?;
    let path = if real.exists() {
        real
    } else {
        let config = vesalius::phantom::PhantomConfig { train: N_IMAGES, ..Default::default() };
        vesalius::phantom::medmnist(&config, scratch.path())?.data
    };
    let (cohort, _) = read_source(&path, Layout::Medmnist, &options)?;
    let images = Images::open(&cohort, &options.limits)?;
    Ok((cohort, images))
}

fn settings(cohort: &vesalius::cohort::Cohort, images: &Images) -> Result<(Preprocess, Augment)> {
    let split = split(cohort, &SplitConfig::default(), &[])?;
    let preprocess = Preprocess::fit(&PreprocessConfig::default(), &split.train_set(cohort, 0)?, images)?;
    Ok((preprocess, Augment { flip: vec![Axis::X], crop_padding_px: 4, ..Augment::default() }))
}

/// Largest resident memory of this process, where the system tells.
fn peak_memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}
