//! The training loop: it knows batches, losses and checkpoints, and no task.

mod checkpoint;
mod state;
mod validation;

use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{self, Batch, Order, Source};
use crate::device::Device;
use crate::error::{Error, ErrorKind, Result};
use crate::network::{Interface, Network, NetworkConfig, tensor};
use crate::objective::Objective;
pub use crate::optimizer::{OptimizerConfig, Rule};
use crate::parameters;
pub use crate::schedule::Schedule;

use state::State;
pub use validation::Validation;

/// Which epoch's weights a run keeps; always judged on validation, never on test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The highest mean AUROC; among equals the lowest loss.
    #[default]
    BestAuroc,
    /// The lowest loss.
    BestLoss,
    /// The last epoch, whatever validation says.
    Last,
}

/// How a network is trained, as a recipe writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrainConfig {
    /// Times that every image is seen.
    pub epochs: usize,
    /// Images a step; 128 as in the published MedMNIST baselines.
    pub batch: usize,
    /// The optimizer.
    pub optimizer: OptimizerConfig,
    /// How the learning rate falls.
    pub schedule: Schedule,
    /// Epochs over which the learning rate first rises; it steadies the first steps of wide networks.
    pub warmup_epochs: f64,
    /// Share of a class's target that is spread over all classes (Szegedy et al. 2016, doi:10.1109/CVPR.2016.308).
    pub label_smoothing: f32,
    /// Decay a step of the running mean of weights that is validated and kept in place of the weights themselves
    /// (Polyak and Juditsky 1992, doi:10.1137/0330046); left out, there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average: Option<f64>,
    /// Which epoch is kept.
    pub keep: Keep,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch: 128,
            optimizer: OptimizerConfig::default(),
            schedule: Schedule::default(),
            warmup_epochs: 0.0,
            label_smoothing: 0.0,
            average: None,
            keep: Keep::default(),
        }
    }
}

impl TrainConfig {
    /// Whether this can be run at all.
    pub fn check(&self) -> Result<()> {
        let OptimizerConfig { learning_rate: rate, weight_decay: decay, momentum, .. } = self.optimizer;
        let problem = if self.epochs == 0 || self.batch == 0 {
            "train.epochs and train.batch must be at least 1".to_owned()
        } else if !(rate.is_finite() && rate > 0.0) {
            format!("train.optimizer.learning_rate is {rate}; expected a number above 0")
        } else if !(decay.is_finite() && decay >= 0.0) {
            format!("train.optimizer.weight_decay is {decay}; expected 0 or more")
        } else if !(0.0..1.0).contains(&momentum) {
            format!("train.optimizer.momentum is {momentum}; expected 0 or more and below 1")
        } else if let Some(problem) = self.schedule.problem() {
            problem
        } else if !(0.0..1.0).contains(&self.label_smoothing) {
            format!("train.label_smoothing is {}; expected 0 or more and below 1", self.label_smoothing)
        } else if self.average.is_some_and(|decay| !(0.0..1.0).contains(&decay)) {
            format!("train.average is {:?}; expected 0 or more and below 1", self.average)
        } else if !(self.warmup_epochs.is_finite() && self.warmup_epochs >= 0.0) {
            format!("train.warmup_epochs is {}; expected 0 or more", self.warmup_epochs)
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::Configuration, problem))
    }
}

/// Everything that one run needs.
pub struct Run<'a> {
    /// Which network.
    pub network: &'a NetworkConfig,
    /// How it is trained.
    pub config: &'a TrainConfig,
    /// What it is trained towards.
    pub objective: Objective,
    /// Images to learn from.
    pub train: &'a dyn Source,
    /// Images to choose the epoch by.
    pub validation: &'a dyn Source,
    /// Number of scores.
    pub outputs: usize,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Where it runs.
    pub device: Device,
    /// What tells the images and their preparation from those of another run; a checkpoint is continued only if it agrees.
    pub identity: &'a str,
}

/// One line of a training history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from one.
    pub epoch: usize,
    /// Rate of the last step.
    pub learning_rate: f64,
    /// Mean loss over the images of the epoch, as they were augmented.
    pub train_loss: f64,
    /// What validation gave.
    #[serde(flatten)]
    pub validation: Validation,
}

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step is done.
    Step {
        /// Epoch, counted from one.
        epoch: usize,
        /// Images seen in this epoch.
        images_done: usize,
        /// Mean loss of this epoch so far.
        loss: f64,
    },
    /// An epoch is done; whoever keeps `checkpoint` can go on from here.
    Epoch {
        /// Its figures.
        record: &'a Epoch,
        /// Everything needed to go on.
        checkpoint: &'a [u8],
    },
}

/// Whether a run should go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Take the next step.
    Go,
    /// Stop after this step and hand over a checkpoint.
    Stop,
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// All epochs are done.
    Finished {
        /// The network of the epoch that was kept.
        network: Box<Network>,
        /// One line an epoch.
        history: Vec<Epoch>,
        /// The epoch that was kept, counted from one.
        kept: usize,
    },
    /// Somebody asked to stop; the checkpoint goes on from the very next step.
    Stopped {
        /// Everything needed to go on.
        checkpoint: Vec<u8>,
    },
}

/// Trains a network, from the start or from a checkpoint of the same run.
///
/// A run that was stopped or killed and resumed gives the same bytes as one that never was: order, augmentation and
/// initial weights follow from the seed, the epoch and the case, and everything else is in the checkpoint.
///
/// # Errors
/// When the configuration is impossible, an image cannot be delivered, the loss is no longer finite,
/// or the checkpoint belongs to another run.
pub fn train(
    run: &Run<'_>,
    checkpoint: Option<&[u8]>,
    observe: &mut dyn FnMut(Event<'_>) -> Result<Next>,
) -> Result<Outcome> {
    run.config.check()?;
    if run.train.is_empty() || run.validation.is_empty() {
        let message = "training needs at least one training and one validation image; check the split";
        return Err(Error::new(ErrorKind::Data, message));
    }
    let mut state = match checkpoint {
        Some(bytes) => checkpoint::read(run, bytes)?,
        None => State::start(run)?,
    };
    while state.epoch < run.config.epochs {
        if let Next::Stop = epoch(run, &mut state, observe)? {
            return Ok(Outcome::Stopped { checkpoint: checkpoint::write(run, &state)? });
        }
        let record = state.finish_epoch(run)?;
        let checkpoint = checkpoint::write(run, &state)?;
        let next = observe(Event::Epoch { record: &record, checkpoint: &checkpoint })?;
        if next == Next::Stop && state.epoch < run.config.epochs {
            return Ok(Outcome::Stopped { checkpoint });
        }
    }
    let Some(best) = state.best else {
        // The first epoch is always kept, so this takes a checkpoint that no run has written.
        let message = "the checkpoint has all epochs behind it and kept none; delete it, and the run starts again";
        return Err(Error::new(ErrorKind::Weights, message));
    };
    let mut network = Network::new(run.network, interface(run), run.seed, run.device)?;
    network.layers = parameters::load(network.layers, &best.buffers)?;
    Ok(Outcome::Finished { network: Box::new(network), history: state.history, kept: best.epoch })
}

/// What the network of this run takes and gives.
fn interface(run: &Run<'_>) -> Interface {
    Interface { input: run.train.shape(), outputs: run.outputs }
}

/// The steps of one epoch that are still to be taken.
fn epoch(run: &Run<'_>, state: &mut State, observe: &mut dyn FnMut(Event<'_>) -> Result<Next>) -> Result<Next> {
    let order = Order::Shuffled { seed: run.seed, epoch: state.epoch };
    let mut plan = data::batches(run.train.len(), run.config.batch, order);
    let n_steps = plan.len();
    plan.drain(..state.step);
    std::thread::scope(|scope| {
        for batch in data::load(scope, run.train, plan, order) {
            state.learning_rate = run.config.optimizer.learning_rate * factor(run, state, n_steps);
            step(run, state, batch?)?;
            let loss = state.loss_sum / state.images_done as f64;
            let event = Event::Step { epoch: state.epoch + 1, images_done: state.images_done, loss };
            // After the last step of an epoch the checkpoint is about to be written anyway.
            if observe(event)? == Next::Stop && state.step < n_steps {
                return Ok(Next::Stop);
            }
        }
        Ok(Next::Go)
    })
}

fn factor(run: &Run<'_>, state: &State, n_steps: usize) -> f64 {
    let place = state.epoch as f64 + state.step as f64 / n_steps as f64;
    run.config.schedule.factor(place, run.config.epochs, run.config.warmup_epochs, n_steps)
}

/// Forward, backward, and a step of the optimizer.
fn step(run: &Run<'_>, state: &mut State, batch: Batch) -> Result<()> {
    let device = run.device.open()?.autodiff();
    let Batch { n, images, targets, weights } = batch;
    let logits = state.layers.forward(tensor(&images, run.train.shape(), &device)?);
    let smoothed = smooth(&targets, run);
    let matrix = |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, [n, run.outputs]), &device);
    let loss = run.objective.loss(logits, matrix(smoothed), matrix(weights));
    let value = f64::from(loss.clone().into_scalar::<f32>());
    if !value.is_finite() {
        let message = format!(
            "the loss became {value} in epoch {}, step {}; lower train.optimizer.learning_rate or check the images",
            state.epoch + 1,
            state.step + 1
        );
        return Err(Error::new(ErrorKind::Diverged, message));
    }
    let gradients = GradientsParams::from_grads(loss.backward(), &state.layers);
    let layers = state.layers.clone();
    state.layers = state.optimizer.step(layers, gradients, state.learning_rate);
    state.step += 1;
    state.images_done += n;
    state.loss_sum += value * n as f64;
    state.average(run);
    Ok(())
}

/// Spreads a part of each class's target over all classes; findings stay as they are.
fn smooth(targets: &[f32], run: &Run<'_>) -> Vec<f32> {
    let share = run.config.label_smoothing;
    match run.objective {
        Objective::Classes if share > 0.0 => {
            targets.iter().map(|target| target * (1.0 - share) + share / run.outputs as f32).collect()
        }
        _ => targets.to_vec(),
    }
}
