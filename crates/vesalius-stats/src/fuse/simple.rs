//! SIMPLE: votes weighted by performance, without the raters that perform badly, in turns with the estimate.
//!
//! **Definition.** For each label apart: the first estimate is the majority. Then in turns: φ is the Dice of a rater with
//! the estimate; raters with `φ < mean φ − α sd φ` leave for good, as long as three stay; the new estimate holds voxels
//! of which raters with more than half of Σ φ say so; until nobody leaves and the estimate stays. (Langerak et al. 2010,
//! doi:10.1109/TMI.2010.2057442; α is 1 here, the standard deviation that of the raters themselves.) A voxel that
//! several labels claim gets the one with the largest weighted share.
//! **Ties** (half of the weight, or equal shares) by a named rule. **Nothing:** a label whose estimate becomes empty has
//! no voxels. **Cost** O(patterns × raters) an iteration and label.

use super::{Method, Takes, Ties, Votes};
use crate::error::Result;

pub(super) const METHOD: Method = Method {
    name: "simple",
    definition: "votes weighted by each rater's Dice with the estimate, without raters that fall behind, in turns",
    takes: &[Takes::Labels],
    others: "LabelFusion drops the best rater in each turn and changes its input on the way (two raters become their \
             union); BraTS-Toolkit weights by (Dice + 1)² and in practice drops nobody",
};

const ITERATIONS_MAX: usize = 100;
const N_RATERS_MIN: usize = 3;
/// Standard deviations below the mean at which a rater leaves.
const ALPHA: f64 = 1.0;
/// Differences of sums of weights below this share are rounding.
const ROUNDING: f64 = 1e-12;

/// What the turns led to.
#[derive(Clone, Debug)]
pub struct Simple {
    /// The label of every voxel.
    pub fused: Vec<u32>,
    /// Labels but background, ascending.
    pub labels: Vec<u32>,
    /// For each label the weight of every rater; `None` for one that left.
    pub weights: Vec<Vec<Option<f64>>>,
}

/// Fuses label by label; an error with fewer than two raters.
pub fn simple(votes: &Votes, ties: Ties) -> Result<Simple> {
    votes.need(2)?;
    let labels: Vec<u32> = votes.labels().iter().copied().filter(|label| *label != 0).collect();
    let weights: Vec<Vec<Option<f64>>> = labels.iter().map(|&label| weights(votes, label, ties)).collect();
    let of_pattern: Vec<u32> = votes
        .patterns()
        .map(|(said, _)| {
            let shares: Vec<f64> = labels.iter().zip(&weights).map(|(&l, w)| share(said, l, w)).collect();
            let most = shares.iter().copied().fold(0.0, f64::max);
            if !is_inside(most, ties) {
                return 0;
            }
            let leads = |(&label, share): (&u32, &f64)| (most - share <= ROUNDING).then_some(label);
            let leading: Vec<u32> = labels.iter().zip(&shares).filter_map(leads).collect();
            ties.decide(&leading, said)
        })
        .collect();
    Ok(Simple { fused: votes.spread(&of_pattern), labels, weights })
}

/// The last weights of one label.
fn weights(votes: &Votes, label: u32, ties: Ties) -> Vec<Option<f64>> {
    let mut weights = vec![Some(1.0); votes.n_raters()];
    let mut estimate = estimate(votes, label, &weights, ties);
    for _ in 0..ITERATIONS_MAX {
        let dice = dice(votes, label, &estimate);
        let n_before = weights.iter().flatten().count();
        for (weight, dice) in weights.iter_mut().zip(&dice).filter(|(weight, _)| weight.is_some()) {
            *weight = Some(*dice);
        }
        drop_behind(&mut weights);
        let next = self::estimate(votes, label, &weights, ties);
        if next == estimate && weights.iter().flatten().count() == n_before {
            break;
        }
        estimate = next;
    }
    weights
}

/// Whether each pattern belongs to the label.
fn estimate(votes: &Votes, label: u32, weights: &[Option<f64>], ties: Ties) -> Vec<bool> {
    votes.patterns().map(|(said, _)| is_inside(share(said, label, weights), ties)).collect()
}

/// Half of the weight is a tie between a label and all else.
fn is_inside(share: f64, ties: Ties) -> bool {
    let excess = share - 0.5;
    if excess.abs() <= ROUNDING { ties != Ties::Background } else { excess > 0.0 }
}

/// The share of the weight that says this label.
fn share(said: &[u32], label: u32, weights: &[Option<f64>]) -> f64 {
    let (mut inside, mut all) = (0.0, 0.0);
    for (said, weight) in said.iter().zip(weights) {
        let weight = weight.unwrap_or(0.0);
        all += weight;
        inside += if *said == label { weight } else { 0.0 };
    }
    if all > 0.0 { inside / all } else { 0.0 }
}

/// Dice of every rater with the estimate; 0 where both are empty, as such a rater says nothing of the label.
fn dice(votes: &Votes, label: u32, estimate: &[bool]) -> Vec<f64> {
    let mut overlap = vec![0_u64; votes.n_raters()];
    let mut sizes = vec![0_u64; votes.n_raters()];
    for ((said, count), &inside) in votes.patterns().zip(estimate) {
        for (rater, &said) in said.iter().enumerate() {
            let is_said = said == label;
            overlap[rater] += if is_said && inside { count } else { 0 };
            sizes[rater] += (u64::from(is_said) + u64::from(inside)) * count;
        }
    }
    let dice = |(overlap, size): (&u64, &u64)| if *size == 0 { 0.0 } else { 2.0 * *overlap as f64 / *size as f64 };
    overlap.iter().zip(&sizes).map(dice).collect()
}

/// Those behind leave, the worst first, while enough stay.
fn drop_behind(weights: &mut [Option<f64>]) {
    let staying: Vec<f64> = weights.iter().flatten().copied().collect();
    let n = staying.len() as f64;
    let mean = staying.iter().sum::<f64>() / n;
    let deviation = (staying.iter().map(|weight| (weight - mean).powi(2)).sum::<f64>() / n).sqrt();
    let limit = mean - ALPHA * deviation - ROUNDING;
    let mut behind: Vec<usize> = (0..weights.len()).filter(|&r| weights[r].is_some_and(|w| w < limit)).collect();
    behind.sort_by(|&a, &b| weights[a].unwrap_or(0.0).total_cmp(&weights[b].unwrap_or(0.0)));
    for rater in behind.into_iter().take(staying.len().saturating_sub(N_RATERS_MIN)) {
        weights[rater] = None;
    }
}
