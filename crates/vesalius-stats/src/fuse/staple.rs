//! STAPLE: the truth and every rater's performance, each estimated from the other.
//!
//! **Definition.** Rater r says s' where the truth is s with probability `θ(r, s' | s)`, independently of the others
//! given the truth. Expectation: `W(s) ∝ π(s) Π θ(r, D(r) | s)` over raters, for each pattern D of votes; maximization:
//! `θ(r, s' | s)` is the share of W(s) on voxels where r says s'; in turns until no θ moves by more than 1e-7. The prior
//! π(s) is the share of label s among all votes and stays; the first W is the share of votes. (Warfield, Zou and Wells 2004,
//! doi:10.1109/TMI.2004.828354; for several labels their section on multi-category labels, and Rohlfing et al. 2004,
//! doi:10.1109/TMI.2004.830803.) With two labels this is the binary method: `θ(1 | 1)` is the sensitivity, `θ(0 | 0)`
//! the specificity. The fused label is the one of largest W.
//! **Performance.** Sensitivity of a label is `θ(r, s | s)`; specificity the share of W outside s where r does not say s.
//! Intervals are Wilson's over expected voxels; neighbors are not independent, so they are narrower than the truth.
//! **Two raters** can hardly be told from the truth: labels that they dispute on few voxels follow chance.
//! **Range** 0 to 1. **Ties** by a named rule. **Undefined** performance: a label without expected voxels, or one that
//! is everywhere. **Cost** O(patterns × raters × labels) an iteration, whatever the number of voxels.

use super::{Method, Takes, Ties, Votes};
use crate::error::Result;
use crate::estimate::{Estimate, Outcome};
use crate::interval::wilson::wilson;

pub(super) const METHOD: Method = Method {
    name: "staple",
    definition: "the most probable label given every rater's performance, both estimated by expectation maximization",
    takes: &[Takes::Labels],
    others: "ITK's MultiLabelSTAPLE starts from a hard vote, so that what was never voted together keeps probability 0, \
             and writes undecided voxels one row beyond its matrix; its binary STAPLE starts and ends as here",
};

/// Two raters leave a flat ridge that takes tens of thousands of turns; what they cost depends on the patterns.
const ITERATIONS: (usize, usize) = (1000, 100_000);
/// Cells of all patterns, raters and labels that are computed at most: some seconds.
const CELLS_MAX: usize = 2_000_000_000;
/// A smaller step of every parameter is the end.
const STEP_MIN: f64 = 1e-7;
const METHOD_OF_INTERVALS: &str = "STAPLE; Wilson over voxels as if they were independent";

/// What expectation maximization found.
#[derive(Clone, Debug)]
pub struct Staple {
    /// The label of every voxel.
    pub fused: Vec<u32>,
    /// Labels, ascending, in the order of [`Self::confusion`].
    pub labels: Vec<u32>,
    /// For each rater `[said][true]`: how probably a label is said where another is true.
    pub confusion: Vec<Vec<Vec<f64>>>,
    /// How often both steps were taken.
    pub n_iterations: usize,
    /// Whether the last step was small enough; if not, the iterations were used up.
    pub converged: bool,
    /// Expected voxels of each label.
    expected: Vec<f64>,
}

/// Estimates truth and performance together; an error with fewer than two raters.
pub fn staple(votes: &Votes, ties: Ties) -> Result<Staple> {
    votes.need(2)?;
    let mut state = State::start(votes);
    let cells = votes.n_patterns() * votes.n_raters() * votes.labels().len();
    let iterations_max = (CELLS_MAX / cells.max(1)).clamp(ITERATIONS.0, ITERATIONS.1);
    let (mut n_iterations, mut converged) = (0, false);
    while n_iterations < iterations_max && !converged {
        state.expect();
        let before = std::mem::take(&mut state.confusion);
        state.maximize();
        let steps = before.iter().zip(&state.confusion).map(|(old, new)| (old - new).abs());
        converged = steps.fold(0.0, f64::max) <= STEP_MIN;
        n_iterations += 1;
    }
    state.expect();
    let k = state.n_labels;
    let decide = |(weights, (said, _)): (&[f64], (&[u32], u64))| {
        let most = weights.iter().copied().fold(0.0, f64::max);
        let leads = |(&label, weight): (&u32, &f64)| (most - weight <= f64::EPSILON * most).then_some(label);
        let leading: Vec<u32> = votes.labels().iter().zip(weights).filter_map(leads).collect();
        ties.decide(&leading, said)
    };
    let of_pattern: Vec<u32> = state.weights.chunks_exact(k).zip(votes.patterns()).map(decide).collect();
    let matrix = |rater: &[f64]| rater.chunks_exact(k).map(<[f64]>::to_vec).collect();
    Ok(Staple {
        fused: votes.spread(&of_pattern),
        labels: votes.labels().to_vec(),
        confusion: state.confusion.chunks_exact(k * k).map(matrix).collect(),
        n_iterations,
        converged,
        expected: state.expected(),
    })
}

impl Staple {
    /// Sensitivity and specificity of each rater for each label but background; groups are the raters' names.
    pub fn performance(&self, raters: &[String], level: f64) -> Vec<Estimate> {
        let mut estimates = Vec::new();
        for (name, confusion) in raters.iter().zip(&self.confusion) {
            for at in (0..self.labels.len()).filter(|&at| self.labels[at] != 0) {
                let target = self.labels[at].to_string();
                let (inside, outside) = self.shares(confusion, at);
                for (metric, (hits, n)) in [("staple_sensitivity", inside), ("staple_specificity", outside)] {
                    estimates.push(outcome(hits, n, level).named(metric, &target, level).in_group(name));
                }
            }
        }
        estimates
    }

    /// Expected voxels with and without a label: how many a rater has right, of how many.
    fn shares(&self, confusion: &[Vec<f64>], at: usize) -> ((f64, f64), (f64, f64)) {
        let (mut right, mut n_outside) = (0.0, 0.0);
        for (truth, n) in self.expected.iter().enumerate().filter(|(truth, _)| *truth != at) {
            right += n * (1.0 - confusion[at][truth]);
            n_outside += n;
        }
        ((self.expected[at] * confusion[at][at], self.expected[at]), (right, n_outside))
    }
}

fn outcome(hits: f64, n: f64, level: f64) -> Outcome {
    let n_voxels = n.round() as u64;
    match wilson((hits.round() as u64).min(n_voxels), n_voxels, level) {
        // The value is that of the estimate before rounding to whole voxels, which only the interval needs.
        Some((low, high)) => {
            let value = hits / n;
            Outcome::known(n_voxels as usize, METHOD_OF_INTERVALS, value, (low.min(value), high.max(value)))
        }
        None => Outcome::undefined(0, METHOD_OF_INTERVALS, "no voxel is expected to be of this kind"),
    }
}

/// Both sides of the estimate.
struct State {
    n_labels: usize,
    n_raters: usize,
    counts: Vec<f64>,
    /// Positions of labels, `[pattern, rater]`.
    said: Vec<usize>,
    log_prior: Vec<f64>,
    /// `[pattern, label]`: how probably a label is true.
    weights: Vec<f64>,
    /// `[rater, said, true]`.
    confusion: Vec<f64>,
}

impl State {
    fn start(votes: &Votes) -> Self {
        let (n_labels, n_raters, said) = (votes.labels().len(), votes.n_raters(), votes.positions());
        let counts: Vec<f64> = votes.patterns().map(|(_, count)| count as f64).collect();
        let mut weights = vec![0.0; counts.len() * n_labels];
        let mut prior = vec![0.0; n_labels];
        for (pattern, said) in said.chunks_exact(n_raters).enumerate() {
            for &label in said {
                weights[pattern * n_labels + label] += 1.0 / n_raters as f64;
                prior[label] += counts[pattern];
            }
        }
        let n_votes = prior.iter().sum::<f64>();
        let log_prior = prior.iter().map(|n| (n / n_votes).ln()).collect();
        let mut state = Self { n_labels, n_raters, counts, said, log_prior, weights, confusion: Vec::new() };
        state.maximize();
        state
    }

    /// How many voxels each label is expected to have.
    fn expected(&self) -> Vec<f64> {
        let mut expected = vec![0.0; self.n_labels];
        for (weights, count) in self.weights.chunks_exact(self.n_labels).zip(&self.counts) {
            for (sum, weight) in expected.iter_mut().zip(weights) {
                *sum += weight * count;
            }
        }
        expected
    }

    /// Performance from what is probably true.
    fn maximize(&mut self) {
        let (k, n_raters) = (self.n_labels, self.n_raters);
        let mut confusion = vec![0.0; n_raters * k * k];
        for (pattern, said) in self.said.chunks_exact(n_raters).enumerate() {
            let weights = &self.weights[pattern * k..(pattern + 1) * k];
            for (rater, said) in said.iter().enumerate() {
                let row = &mut confusion[(rater * k + said) * k..][..k];
                for (cell, weight) in row.iter_mut().zip(weights) {
                    *cell += self.counts[pattern] * weight;
                }
            }
        }
        let expected = self.expected();
        for row in confusion.chunks_exact_mut(k) {
            for (cell, n) in row.iter_mut().zip(&expected) {
                // A label that is nowhere true has no row to normalize, and stays at 0.
                *cell = if *n > 0.0 { (*cell / n).min(1.0) } else { 0.0 };
            }
        }
        self.confusion = confusion;
    }

    /// What is probably true from performance; sums of logarithms, as a product of many raters underflows.
    fn expect(&mut self) {
        let (k, n_raters) = (self.n_labels, self.n_raters);
        let log: Vec<f64> = self.confusion.iter().map(|cell| cell.ln()).collect();
        let mut scores = vec![0.0; k];
        for (pattern, said) in self.said.chunks_exact(n_raters).enumerate() {
            scores.copy_from_slice(&self.log_prior);
            for (rater, said) in said.iter().enumerate() {
                let row = &log[(rater * k + said) * k..][..k];
                scores.iter_mut().zip(row).for_each(|(score, log)| *score += log);
            }
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            // A pattern that no label explains any more, by underflow, keeps what was last probable.
            if most.is_finite() {
                let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
                let weights = &mut self.weights[pattern * k..(pattern + 1) * k];
                weights.iter_mut().zip(&scores).for_each(|(weight, score)| *weight = (score - most).exp() / sum);
            }
        }
    }
}
