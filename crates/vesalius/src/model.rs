//! A model folder: weights, and a card that says what they take, what they give and where they come from.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vesalius_image::augment::Axis;
use vesalius_nn::Device;
use vesalius_nn::network::{Interface, Network, NetworkConfig};
use vesalius_nn::objective::Objective;

use crate::artifact;
use crate::cohort::{Cohort, Task};
use crate::error::{Error, ErrorKind, Result};
use crate::preprocess::Preprocess;
use crate::train::{Member, TrainStage};

const WEIGHTS: &str = "weights.safetensors";
const CARD: &str = "model.toml";
const PROVENANCE: &str = "provenance.json";
/// Name of the file that training leaves until it is finished.
pub(crate) const CHECKPOINT: &str = "checkpoint.safetensors";

/// `model.toml`: everything besides the weights that a prediction needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Version of this file's format.
    pub schema: u32,
    /// Name of the member: its fold and seed.
    pub name: String,
    /// Name of the cohort that it was trained on.
    pub cohort: String,
    /// What it tells.
    pub task: Task,
    /// Classes or findings, in the order of scores.
    pub classes: Vec<String>,
    /// Axes along which images are also shown mirrored.
    pub mirror: Vec<Axis>,
    /// What logits are divided by before they become scores; 1 leaves them as they are.
    pub temperature: f64,
    /// Fold of the split it was trained on, counted from zero.
    pub fold: usize,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// The epoch that was kept, counted from one.
    pub epoch: usize,
    /// Number of cases it was trained on.
    pub n_train: usize,
    /// Number of trainable parameters.
    pub n_parameters: usize,
    /// Which network.
    pub network: NetworkConfig,
    /// What happens to images first.
    pub preprocess: Preprocess,
}

/// What a training run adds to a card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trained {
    pub(crate) member: Member,
    pub(crate) kept: usize,
    pub(crate) n_train: usize,
}

impl Card {
    pub(crate) fn new(cohort: &Cohort, stage: &TrainStage, preprocess: &Preprocess, trained: Trained) -> Self {
        Self {
            schema: 1,
            name: trained.member.name(),
            cohort: cohort.header.name.clone(),
            task: cohort.header.task,
            classes: cohort.header.classes.clone(),
            mirror: stage.members.mirror.clone(),
            temperature: 1.0,
            fold: trained.member.fold,
            seed: trained.member.seed,
            epoch: trained.kept,
            n_train: trained.n_train,
            n_parameters: 0,
            network: stage.network.clone(),
            preprocess: preprocess.clone(),
        }
    }

    pub(crate) fn save(&self, dir: &Path, network: &Network) -> Result<()> {
        let weights = network.to_safetensors().map_err(|error| Error::write(dir, error))?;
        artifact::write_bytes(&dir.join(WEIGHTS), &weights)?;
        artifact::write_toml(&dir.join(CARD), &Self { n_parameters: network.n_parameters(), ..self.clone() })
    }

    fn interface(&self) -> Interface {
        Interface { input: self.preprocess.shape, outputs: self.classes.len() }
    }

    /// How its outputs relate to each other.
    pub fn objective(&self) -> Objective {
        if self.task.is_exclusive() { Objective::Classes } else { Objective::Findings }
    }
}

/// `provenance.json`: what made a model; written last, so that a folder that has it is whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the toolkit.
    pub vesalius: String,
    /// BLAKE3 of settings, cases, parts and labels that the model was trained with.
    pub run: String,
    /// BLAKE3 of the weights.
    pub weights: String,
    /// BLAKE3 of the card.
    pub card: String,
}

impl Provenance {
    /// Whether this run's model is there already.
    ///
    /// # Errors
    /// When the folder holds a model of other settings, cases or labels.
    pub(crate) fn is_finished(dir: &Path, run: &str) -> Result<bool> {
        let path = dir.join(PROVENANCE);
        if !path.exists() {
            return Ok(false);
        }
        if artifact::read_json::<Self>(&path)?.run == run {
            return Ok(true);
        }
        let message = format!(
            "{} holds a model trained with other settings, cases or labels; choose another folder, or delete it",
            dir.display()
        );
        Err(Error::new(ErrorKind::Configuration, message))
    }

    pub(crate) fn write(dir: &Path, run: String) -> Result<()> {
        let (weights, card) = (hash_of(&dir.join(WEIGHTS))?, hash_of(&dir.join(CARD))?);
        let provenance = Self { vesalius: env!("CARGO_PKG_VERSION").to_owned(), run, weights, card };
        artifact::write_json(&dir.join(PROVENANCE), &provenance)
    }

    /// Whether weights and card are those that were written.
    fn check(dir: &Path) -> Result<()> {
        let path = dir.join(PROVENANCE);
        if !path.exists() {
            let message = format!(
                "{} has no {PROVENANCE}: its training was not finished; run the same `vesalius train` or `run` again",
                dir.display()
            );
            return Err(Error::new(ErrorKind::Format, message));
        }
        let written: Self = artifact::read_json(&path)?;
        for (name, expected) in [(WEIGHTS, written.weights), (CARD, written.card)] {
            if hash_of(&dir.join(name))? != expected {
                let message = format!(
                    "{} is not a usable model: {name} is not the file that {PROVENANCE} was written for; \
                     train it again, or fetch the folder again",
                    dir.display()
                );
                return Err(Error::new(ErrorKind::Format, message));
            }
        }
        Ok(())
    }
}

/// BLAKE3 of a file.
fn hash_of(path: &Path) -> Result<String> {
    std::fs::read(path).map(|bytes| blake3::hash(&bytes).to_hex().to_string()).map_err(|error| Error::read(path, error))
}

/// A model ready to be asked.
#[derive(Debug)]
pub struct Model {
    /// What it takes and gives.
    pub card: Card,
    pub(crate) network: Network,
}

impl Model {
    /// Loads one model folder.
    pub fn load(dir: &Path, device: Device) -> Result<Self> {
        Provenance::check(dir)?;
        let card: Card = artifact::read_toml(&dir.join(CARD))?;
        let path = dir.join(WEIGHTS);
        let bytes = std::fs::read(&path).map_err(|error| Error::read(&path, error))?;
        let wrong = |error: vesalius_nn::Error| {
            Error::new(ErrorKind::Format, format!("{} is not a usable model", dir.display())).with_source(error)
        };
        // The seed does not matter: every weight is replaced.
        let network = Network::new(&card.network, card.interface(), 0, device).map_err(wrong)?;
        Ok(Self { network: network.with_weights(&bytes).map_err(wrong)?, card })
    }

    /// Loads a model folder, or every model of a folder of them, in the order of their names.
    pub fn load_all(dir: &Path, device: Device) -> Result<Vec<Self>> {
        if dir.join(CARD).exists() {
            return Ok(vec![Self::load(dir, device)?]);
        }
        let entries = std::fs::read_dir(dir).map_err(|error| Error::read(dir, error))?;
        let mut folders: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(|error| Error::read(dir, error)))
            .collect::<Result<_>>()?;
        // A folder with a checkpoint alone is a member that is missing; loading it says so.
        folders.retain(|folder| folder.join(CARD).exists() || folder.join(CHECKPOINT).exists());
        folders.sort();
        if folders.is_empty() {
            let message = format!(
                "{} holds no model; expected a folder with {CARD}, or a folder of such folders, as `vesalius train` makes",
                dir.display()
            );
            return Err(Error::new(ErrorKind::Read, message));
        }
        let models: Vec<Self> = folders.iter().map(|folder| Self::load(folder, device)).collect::<Result<_>>()?;
        if let Some(other) = models.iter().find(|model| model.card.classes != models[0].card.classes) {
            let message = format!(
                "{} and {} in {} do not tell the same classes; models can only be averaged if they do",
                models[0].card.name,
                other.card.name,
                dir.display()
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        Ok(models)
    }
}
