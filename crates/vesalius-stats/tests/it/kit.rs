//! What several tests need: measuring small data, finding an estimate, numbers from a seed.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_stats::Estimate;
use vesalius_stats::classify::{Cases, ClassifyScores, Options, measure};

pub(crate) fn names(n: usize) -> Vec<String> {
    (0..n).map(|class| format!("class {class}")).collect()
}

/// Binary cases by the score of the positive class, `class 1`.
pub(crate) fn binary(truth: &[bool], score: &[f64]) -> Cases {
    let truth: Vec<usize> = truth.iter().map(|&truth| usize::from(truth)).collect();
    let scores: Vec<f64> = score.iter().flat_map(|&score| [1.0 - score, score]).collect();
    Cases::exclusive(&names(2), &truth, &scores).unwrap()
}

pub(crate) fn measured(cases: &Cases) -> ClassifyScores {
    measure(cases, &Options::default()).unwrap()
}

pub(crate) fn estimate<'s>(scores: &'s ClassifyScores, metric: &str, target: &str) -> &'s Estimate {
    let found = scores.estimates.iter().find(|e| e.metric == metric && e.target == target);
    found.unwrap_or_else(|| panic!("no estimate {metric} of {target}"))
}

#[track_caller]
pub(crate) fn close(actual: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((actual - expected).abs() <= tolerance, "{what}: {actual} is not {expected} within {tolerance}");
}

/// Truth with this share of positives and scores that tell somewhat; coarse ones have ties.
pub(crate) fn random_binary(n: usize, seed: u64, n_levels: f64) -> (Vec<bool>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let case = |_| {
        let truth = rng.random::<f64>() < 0.4;
        let score = f64::midpoint(rng.random::<f64>(), rng.random::<f64>()) * 0.8 + if truth { 0.2 } else { 0.0 };
        (truth, (score * n_levels).round() / n_levels)
    };
    (0..n).map(case).unzip()
}
