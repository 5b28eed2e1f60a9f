//! Where a training run stands.

use burn::module::Module;

use super::validation::validate;
use super::{Epoch, Keep, Run, interface};
use crate::error::{Error, ErrorKind, Result};
use crate::network::{Layers, Network};
use crate::optimizer::Optimizer;
use crate::parameters::{self, Buffers};

/// The weights of the epoch that is kept, and why.
pub(super) struct Best {
    /// Counted from one.
    pub(super) epoch: usize,
    /// Higher is better, compared in this order.
    pub(super) merit: [f64; 2],
    pub(super) buffers: Buffers,
}

/// Everything that changes while training; all of it is in a checkpoint.
pub(super) struct State {
    pub(super) layers: Layers,
    pub(super) optimizer: Optimizer,
    /// Running mean of the weights, if there is one.
    pub(super) averaged: Option<Buffers>,
    /// Epochs finished.
    pub(super) epoch: usize,
    /// Steps taken in the epoch under way.
    pub(super) step: usize,
    pub(super) images_done: usize,
    /// Sum of the losses of the images seen in the epoch under way.
    pub(super) loss_sum: f64,
    pub(super) learning_rate: f64,
    pub(super) history: Vec<Epoch>,
    pub(super) best: Option<Best>,
}

impl State {
    pub(super) fn start(run: &Run<'_>) -> Result<Self> {
        let layers = Network::new(run.network, interface(run), run.seed, run.device)?.layers.train();
        let averaged = run.config.average.map(|_| parameters::collect(&layers));
        let optimizer = Optimizer::new(&run.config.optimizer);
        Ok(Self {
            layers,
            optimizer,
            averaged,
            epoch: 0,
            step: 0,
            images_done: 0,
            loss_sum: 0.0,
            learning_rate: 0.0,
            history: Vec::new(),
            best: None,
        })
    }

    /// Moves the running mean towards the weights as they are after a step.
    pub(super) fn average(&mut self, run: &Run<'_>) {
        let (Some(decay), Some(averaged)) = (run.config.average, &mut self.averaged) else { return };
        // The mean forgets quickly at first, so that it does not remember random weights.
        let steps = self.optimizer.n_steps() as f64;
        let keep = decay.min((1.0 + steps) / (10.0 + steps)) as f32;
        for (mean, now) in averaged.values_mut().zip(parameters::collect(&self.layers).into_values()) {
            for (mean, now) in mean.values.iter_mut().zip(now.values) {
                *mean = keep * *mean + (1.0 - keep) * now;
            }
        }
    }

    /// Validates, records, and keeps the weights if they are the best so far.
    pub(super) fn finish_epoch(&mut self, run: &Run<'_>) -> Result<Epoch> {
        let mut layers = self.layers.valid();
        if let Some(averaged) = &self.averaged {
            layers = parameters::load(layers, averaged)?;
        }
        let validation = validate(run, &layers)?;
        if !validation.val_loss.is_finite() {
            let message = format!(
                "the validation loss became {} in epoch {}; lower train.optimizer.learning_rate or check the images",
                validation.val_loss,
                self.epoch + 1
            );
            return Err(Error::new(ErrorKind::Diverged, message));
        }
        self.epoch += 1;
        let record = Epoch {
            epoch: self.epoch,
            learning_rate: self.learning_rate,
            train_loss: self.loss_sum / self.images_done.max(1) as f64,
            validation,
        };
        // What cannot be ranked, an AUROC of one class alone, ranks lowest and leaves the decision to the loss.
        let auroc = record.validation.val_auroc.unwrap_or(f64::NEG_INFINITY);
        let merit = match run.config.keep {
            Keep::BestAuroc => [auroc, -record.validation.val_loss],
            Keep::BestLoss => [-record.validation.val_loss, 0.0],
            Keep::Last => [self.epoch as f64, 0.0],
        };
        if self.best.as_ref().is_none_or(|best| merit > best.merit) {
            self.best = Some(Best { epoch: self.epoch, merit, buffers: parameters::collect(&layers) });
        }
        self.history.push(record.clone());
        (self.step, self.images_done, self.loss_sum) = (0, 0, 0.0);
        Ok(record)
    }
}
