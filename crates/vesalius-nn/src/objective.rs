//! What a network is trained towards: targets into a loss, logits into scores.
//!
//! A task is nothing more than this; the training loop knows none.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, log_softmax};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the outputs of a network relate to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// Classes that exclude each other: softmax and cross-entropy.
    Classes,
    /// Findings that may be present together: a sigmoid each and binary cross-entropy over the known ones.
    Findings,
}

impl Objective {
    /// The loss of a batch, averaged by weight.
    ///
    /// A weight of zero takes a target out of the loss: that is how an unknown label counts for nothing.
    ///
    /// # Shapes
    /// - `logits`, `targets`, `weights`: `[batch, outputs]`; targets of classes sum to one along `outputs`
    /// - output: `[1]`
    pub(crate) fn loss(self, logits: Tensor<2>, targets: Tensor<2>, weights: Tensor<2>) -> Tensor<1> {
        match self {
            Self::Classes => {
                let weighted = targets * weights;
                // A batch without a single known label has no loss, and must not divide by zero.
                let total = weighted.clone().sum().clamp_min(f32::MIN_POSITIVE);
                (log_softmax(logits, 1) * weighted).sum().neg() / total
            }
            Self::Findings => {
                let total = weights.clone().sum().clamp_min(f32::MIN_POSITIVE);
                let absent = targets.clone().neg() + 1.0;
                let likelihood = targets * log_sigmoid(logits.clone()) + absent * log_sigmoid(logits.neg());
                (likelihood * weights).sum().neg() / total
            }
        }
    }

    /// Scores between 0 and 1 from logits, both `[batch, outputs]`, flat.
    pub fn scores(self, logits: &[f32], n_outputs: usize) -> Vec<f32> {
        match self {
            Self::Findings => logits.iter().map(|&logit| (1.0 / (1.0 + f64::from(-logit).exp())) as f32).collect(),
            Self::Classes => logits.chunks(n_outputs.max(1)).flat_map(softmax).collect(),
        }
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - largest).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|power| (power / total) as f32).collect()
}
