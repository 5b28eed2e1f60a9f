//! What is trained and how, as a recipe writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_image::augment::{Augment, Axis};
use vesalius_nn::network::NetworkConfig;
use vesalius_nn::train::TrainConfig;

use crate::preprocess::PreprocessConfig;

/// How much the cases of each class count in the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// Every case counts the same.
    #[default]
    None,
    /// Every class counts the same in all: a case weighs n / (k · n of its class), counted on training cases.
    Balanced,
}

/// How scores are made to mean what they say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Calibration {
    /// As the network gives them.
    #[default]
    None,
    /// Logits divided by one number that makes the labels of the validation cases most likely, weighted as in the loss
    /// (Guo et al. 2017, arXiv:1706.04599). It changes no order and no decision of a model.
    /// With `class_weights = "balanced"` scores then hold for classes that are equally frequent.
    Temperature,
}

/// Which models are trained and averaged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Members {
    /// One model for each seed and each fold of the split.
    pub seeds: Vec<u64>,
    /// How much the cases of each class count in the loss.
    pub class_weights: ClassWeights,
    /// Axes along which images are also shown mirrored when scores are made, and the logits averaged.
    pub mirror: Vec<Axis>,
    /// How scores are made to mean what they say; default `none`.
    pub calibration: Calibration,
}

impl Default for Members {
    fn default() -> Self {
        Self { seeds: vec![1], class_weights: ClassWeights::None, mirror: Vec::new(), calibration: Calibration::None }
    }
}

/// Everything that a model follows from, besides the images.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrainStage {
    /// What happens to images before a network sees them.
    pub preprocess: PreprocessConfig,
    /// How images are varied while training.
    pub augment: Augment,
    /// Which network.
    pub network: NetworkConfig,
    /// How it is trained.
    pub train: TrainConfig,
    /// Which models are trained and averaged.
    pub members: Members,
    /// Where networks run; set by `--device`, since a recipe knows no machine.
    #[serde(skip)]
    pub device: vesalius_nn::Device,
}
