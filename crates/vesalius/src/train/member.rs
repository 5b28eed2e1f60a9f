//! One member of an ensemble: one fold, one seed, one folder.

use std::path::Path;
use std::time::Instant;

use vesalius_nn::objective::Objective;
use vesalius_nn::train::{Epoch, Event, Next, Outcome, Run};

use super::source::{Cases, class_weights};
use super::{Calibration, TrainStage};
use crate::artifact;
use crate::cohort::{Cohort, Images, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{CHECKPOINT, Card, Model, Provenance, Trained};
use crate::predict;
use crate::preprocess::Preprocess;
use crate::progress::Context;
use crate::split::Split;

/// Which fold and seed a model comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Fold of the split, counted from zero.
    pub fold: usize,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
}

impl Member {
    /// The name of its folder and of its column in predictions.
    pub fn name(self) -> String {
        format!("fold{}-seed{}", self.fold, self.seed)
    }
}

/// Whether a folder may hold this member; an error where it holds a model of other settings, cases or labels.
pub(super) fn check(data: (&Cohort, &Split), stage: &TrainStage, member: Member, dir: &Path) -> Result<()> {
    Provenance::is_finished(dir, &identity(data, stage, member)).map(drop)
}

/// Trains one member into `dir`; does nothing where it is finished already.
///
/// # Errors
/// [`ErrorKind::Interrupted`] when the context asks to stop: a checkpoint is kept, and the next call goes on from it.
pub fn train_member(
    (cohort, images): (&Cohort, &Images),
    split: &Split,
    (stage, member): (&TrainStage, Member),
    dir: &Path,
    ctx: &Context<'_>,
) -> Result<()> {
    let identity = identity((cohort, split), stage, member);
    artifact::sweep(dir);
    let checkpoint_path = dir.join(CHECKPOINT);
    if Provenance::is_finished(dir, &identity)? {
        // A crash may have come between the last artefact and the end of the checkpoint.
        return if checkpoint_path.exists() { remove(&checkpoint_path) } else { Ok(()) };
    }
    let train_set = split.train_set(cohort, member.fold)?;
    let preprocess = Preprocess::fit(&stage.preprocess, &train_set, images)?;
    stage.augment.check().map_err(|error| Error::new(ErrorKind::Configuration, error.to_string()))?;
    let by_class = class_weights(&train_set, stage.members.class_weights);
    let data = (cohort, images);
    let train = Cases::new(data, train_set.indices(), &preprocess, Some(&stage.augment))?.weigh(&by_class);
    let validation = Cases::new(data, &split.indices(member.fold, Part::Val), &preprocess, None)?.weigh(&by_class);
    let objective = if cohort.header.task.is_exclusive() { Objective::Classes } else { Objective::Findings };
    let run = Run {
        network: &stage.network,
        config: &stage.train,
        objective,
        train: &train,
        validation: &validation,
        outputs: cohort.header.classes.len(),
        seed: member.seed,
        device: stage.device,
        identity: &identity,
    };
    let checkpoint = checkpoint_path.exists().then(|| std::fs::read(&checkpoint_path)).transpose();
    let checkpoint = checkpoint.map_err(|error| Error::read(&checkpoint_path, error))?;
    let mut watch = Watch::new(&run, member, &checkpoint_path, ctx);
    let outcome = vesalius_nn::train::train(&run, checkpoint.as_deref(), &mut |event| watch.observe(&event));
    match outcome.map_err(|error| watch.failure(error))? {
        Outcome::Stopped { checkpoint } => {
            artifact::write_bytes(&checkpoint_path, &checkpoint)?;
            Err(Error::new(ErrorKind::Interrupted, "stopped on request; run the same command again to go on"))
        }
        Outcome::Finished { network, history, kept } => {
            let card =
                Card::new(cohort, stage, &preprocess, Trained { member, kept, n_train: train_set.indices().len() });
            write_history(&dir.join("history.csv"), &history)?;
            let mut model = Model { card, network: *network };
            if stage.members.calibration == Calibration::Temperature {
                let indices = split.indices(member.fold, Part::Val);
                let logits = predict::logits(&model, data, &indices)?;
                model.card.temperature = validation.temperature(objective, &logits);
            }
            model.card.save(dir, &model.network)?;
            Provenance::write(dir, identity)?;
            // The checkpoint goes last: until then a crash finds something to go on from.
            remove(&checkpoint_path)
        }
    }
}

fn remove(path: &Path) -> Result<()> {
    std::fs::remove_file(path).map_err(|error| Error::write(path, error))
}

/// What tells this member from one with other settings, cases, parts or labels: a hash of all of them.
fn identity((cohort, split): (&Cohort, &Split), stage: &TrainStage, member: Member) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(toml::to_string(stage).expect("settings are plain values").as_bytes());
    hasher.update(format!("{} {:?}", member.name(), cohort.header.classes).as_bytes());
    for part in [Part::Train, Part::Val] {
        for idx in split.indices(member.fold, part) {
            let case = &cohort.cases[idx];
            hasher.update(format!("{part} {} {:?} {:?}\n", case.case, case.images, case.truth).as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

/// Shows progress, keeps checkpoints and hears Ctrl-C.
struct Watch<'a> {
    member: Member,
    n_epochs: usize,
    n_images: usize,
    checkpoint_path: &'a Path,
    ctx: &'a Context<'a>,
    started: Instant,
    /// Images already seen when this process began.
    images_before: Option<usize>,
    last: String,
    /// An error of our own, which has to pass through the training loop.
    problem: Option<Error>,
}

impl<'a> Watch<'a> {
    fn new(run: &Run<'_>, member: Member, checkpoint_path: &'a Path, ctx: &'a Context<'a>) -> Self {
        let (n_epochs, n_images) = (run.config.epochs, run.train.len());
        ctx.progress.start(&format!("training {}", member.name()), (n_epochs * n_images) as u64);
        let started = Instant::now();
        let (images_before, last, problem) = (None, String::new(), None);
        Self { member, n_epochs, n_images, checkpoint_path, ctx, started, images_before, last, problem }
    }

    fn observe(&mut self, event: &Event<'_>) -> vesalius_nn::Result<Next> {
        match event {
            Event::Step { epoch, images_done, loss } => {
                let done = (epoch - 1) * self.n_images + images_done;
                let before = *self.images_before.get_or_insert(done);
                let rate = (done - before) as f64 / self.started.elapsed().as_secs_f64().max(1e-9);
                let note =
                    format!("epoch {epoch}/{} · loss {loss:.4}{} · {rate:.0} images/s", self.n_epochs, self.last);
                self.ctx.progress.update(done as u64, &note);
            }
            Event::Epoch { record, checkpoint } => {
                let validation = &record.validation;
                self.last = match validation.val_auroc {
                    Some(auroc) => format!(" · validation AUROC {auroc:.4}"),
                    None => format!(" · validation accuracy {:.4}", validation.val_accuracy),
                };
                if let Err(error) = artifact::write_bytes(self.checkpoint_path, checkpoint) {
                    self.problem = Some(error);
                    let message = "the checkpoint could not be written";
                    return Err(vesalius_nn::Error::new(vesalius_nn::ErrorKind::Data, message));
                }
                if record.epoch == self.n_epochs {
                    self.ctx.progress.finish(&format!("trained {}{}", self.member.name(), self.last));
                }
            }
        }
        Ok(if self.ctx.should_stop() { Next::Stop } else { Next::Go })
    }

    fn failure(&mut self, error: vesalius_nn::Error) -> Error {
        self.problem.take().unwrap_or_else(|| {
            Error::new(ErrorKind::Data, format!("training {} failed", self.member.name())).with_source(error)
        })
    }
}

/// Writes `history.csv`: one line an epoch; what is undefined stays empty.
fn write_history(path: &Path, history: &[Epoch]) -> Result<()> {
    artifact::write_with(path, |out| {
        writeln!(out, "epoch,learning_rate,train_loss,val_loss,val_auroc,val_accuracy")?;
        for Epoch { epoch, learning_rate, train_loss, validation: v } in history {
            let auroc = v.val_auroc.map_or(String::new(), |auroc| auroc.to_string());
            writeln!(out, "{epoch},{learning_rate},{train_loss},{},{auroc},{}", v.val_loss, v.val_accuracy)?;
        }
        Ok(())
    })
}
