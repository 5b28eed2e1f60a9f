//! Temperature scaling: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
//! arXiv:1706.04599.
//!
//! Logits are divided by one number, chosen so that the scores of validation images are as likely as they can be.
//! Neither the order of scores nor the class with the highest one changes.
//! Labels are held to be a little uncertain, by one case more on either side (Platt 1999, "Probabilistic outputs for
//! support vector machines"): where validation happens to be told without an error, scores would be driven to 0 and 1.

use crate::objective::Objective;

/// Temperatures are kept between this and its inverse: a network outside of it has learned nothing, or too few labels
/// are known.
const TEMPERATURE_MAX: f64 = 20.0;

/// Halvings of the bracket; 60 leave nothing of it that a double could hold.
const HALVINGS: usize = 60;

/// The temperature of logits with known labels; 1 where no label is known.
///
/// # Shapes
/// - `logits`, `targets`, `weights`: `[case, output]`, flat; a weight of zero is an unknown label
pub fn temperature(objective: Objective, n_outputs: usize, logits: &[f32], [targets, weights]: [&[f32]; 2]) -> f64 {
    let targets = smoothed(objective, n_outputs, targets, weights);
    // The loss is convex in the inverse temperature, so the root of its slope is what is looked for.
    let slope = |inverse: f64| -> f64 {
        let rows = logits.chunks_exact(n_outputs).zip(targets.chunks_exact(n_outputs));
        rows.zip(weights.chunks_exact(n_outputs))
            .map(|((logits, targets), weights)| slope_of(objective, inverse, logits, (targets, weights)))
            .sum()
    };
    if weights.iter().all(|&weight| weight <= 0.0) {
        return 1.0;
    }
    let (mut low, mut high) = (-TEMPERATURE_MAX.ln(), TEMPERATURE_MAX.ln());
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if slope(middle.exp()) < 0.0 { low = middle } else { high = middle }
    }
    (-f64::midpoint(low, high)).exp()
}

/// Derivative of one case's loss by the inverse temperature: Σ weight · (score − target) · logit.
fn slope_of(objective: Objective, inverse: f64, logits: &[f32], (targets, weights): (&[f64], &[f32])) -> f64 {
    let scaled: Vec<f64> = logits.iter().map(|&logit| f64::from(logit) * inverse).collect();
    let scores: Vec<f64> = match objective {
        Objective::Findings => scaled.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect(),
        Objective::Classes => {
            let largest = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let powers: Vec<f64> = scaled.iter().map(|logit| (logit - largest).exp()).collect();
            let total: f64 = powers.iter().sum();
            powers.into_iter().map(|power| power / total).collect()
        }
    };
    // Of classes that exclude each other, the weight of the one that is present counts for the case.
    let case = targets.iter().zip(weights).fold((0.0, 0.0), |(best, weight), (&target, &own)| {
        if target > best { (target, f64::from(own)) } else { (best, weight) }
    });
    let terms = scores.iter().zip(targets).zip(logits).zip(weights);
    terms
        .map(|(((score, target), &logit), &weight)| {
            let weight = if objective == Objective::Classes { case.1 } else { f64::from(weight) };
            weight * (score - target) * f64::from(logit)
        })
        .sum()
}

/// Targets as if each class, or each finding, had one case more on either side.
fn smoothed(objective: Objective, n_outputs: usize, targets: &[f32], weights: &[f32]) -> Vec<f64> {
    let count = |output: usize, present: bool| {
        let known = (output..targets.len()).step_by(n_outputs).filter(|&at| weights[at] > 0.0);
        known.filter(|&at| (targets[at] > 0.5) == present).count() as f64
    };
    let certain: Vec<[f64; 2]> = (0..n_outputs)
        .map(|output| [false, true].map(|present| (count(output, present) + 1.0) / (count(output, present) + 2.0)))
        .collect();
    let mut smoothed = Vec::with_capacity(targets.len());
    for row in targets.chunks_exact(n_outputs) {
        let present = row.iter().position(|&target| target > 0.5);
        smoothed.extend(row.iter().enumerate().map(|(output, &target)| match (objective, present) {
            (Objective::Findings, _) if target > 0.5 => certain[output][1],
            (Objective::Findings, _) => 1.0 - certain[output][0],
            (Objective::Classes, Some(class)) if class == output => certain[class][1],
            (Objective::Classes, Some(class)) => (1.0 - certain[class][1]) / (n_outputs - 1) as f64,
            (Objective::Classes, None) => f64::from(target),
        }));
    }
    smoothed
}
