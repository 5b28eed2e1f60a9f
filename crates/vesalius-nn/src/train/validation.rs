//! How good a network is on the validation images, for choosing an epoch; reports are measured elsewhere.

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};
use vesalius_stats::classify::auroc;

use super::Run;
use crate::data::{self, Order, Source};
use crate::error::Result;
use crate::network::{Layers, floats, tensor};
use crate::objective::Objective;

/// What validation gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Mean loss by weight.
    pub val_loss: f64,
    /// Mean over outputs of the area under the ROC curve of one against the rest; of two classes, of the second.
    /// Absent where no output has both a positive and a negative.
    pub val_auroc: Option<f64>,
    /// Share of known labels that the highest score, or for findings a score above one half, gets right.
    pub val_accuracy: f64,
}

pub(super) fn validate(run: &Run<'_>, layers: &Layers) -> Result<Validation> {
    let device = run.device.open()?;
    let source = run.validation;
    let plan = data::batches(source.len(), run.config.batch, Order::Plain);
    let logits = std::thread::scope(|scope| {
        data::load(scope, source, plan, Order::Plain)
            .map(|batch| Ok(floats(layers.forward(tensor(&batch?.images, source.shape(), &device)?))))
            .collect::<Result<Vec<_>>>()
    })?
    .concat();
    let (targets, weights) = labels(source);
    let matrix =
        |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [source.len(), run.outputs]), &device);
    let loss = run.objective.loss(matrix(&logits), matrix(&targets), matrix(&weights));
    let scores = run.objective.scores(&logits, run.outputs);
    Ok(Validation {
        val_loss: f64::from(loss.into_scalar::<f32>()),
        val_auroc: mean_auroc(&scores, &targets, &weights, run.outputs),
        val_accuracy: accuracy(run.objective, &scores, (&targets, &weights), run.outputs),
    })
}

fn labels(source: &dyn Source) -> (Vec<f32>, Vec<f32>) {
    let targets = (0..source.len()).flat_map(|index| source.target(index).iter().copied()).collect();
    let weights = (0..source.len()).flat_map(|index| source.weight(index).iter().copied()).collect();
    (targets, weights)
}

fn mean_auroc(scores: &[f32], targets: &[f32], weights: &[f32], n_outputs: usize) -> Option<f64> {
    // With two classes the second says it all: the first is its mirror image.
    let outputs = if n_outputs == 2 { 1..2 } else { 0..n_outputs };
    let areas: Vec<f64> = outputs
        .filter_map(|output| {
            let known = (output..scores.len()).step_by(n_outputs).filter(|&at| weights[at] > 0.0);
            let (truth, score): (Vec<bool>, Vec<f64>) =
                known.map(|at| (targets[at] > 0.5, f64::from(scores[at]))).unzip();
            auroc(&truth, &score)
        })
        .collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}

fn accuracy(objective: Objective, scores: &[f32], (targets, weights): (&[f32], &[f32]), n_outputs: usize) -> f64 {
    let (mut right, mut known) = (0_usize, 0_usize);
    match objective {
        Objective::Findings => {
            for ((score, target), weight) in scores.iter().zip(targets).zip(weights) {
                known += usize::from(*weight > 0.0);
                right += usize::from(*weight > 0.0 && (*score > 0.5) == (*target > 0.5));
            }
        }
        Objective::Classes => {
            let rows = scores.chunks(n_outputs).zip(targets.chunks(n_outputs)).zip(weights.chunks(n_outputs));
            for ((score, target), weight) in rows.filter(|(_, weight)| weight.iter().any(|&w| w > 0.0)) {
                debug_assert_eq!(weight.len(), n_outputs);
                known += 1;
                right += usize::from(largest(score) == largest(target));
            }
        }
    }
    right as f64 / known.max(1) as f64
}

/// Index of the largest value, the first among equals.
fn largest(values: &[f32]) -> usize {
    values.iter().enumerate().fold(0, |best, (index, value)| if *value > values[best] { index } else { best })
}
