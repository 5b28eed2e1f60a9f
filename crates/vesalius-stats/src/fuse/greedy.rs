//! Greedy selection: members are added to a bag one by one, again and again, whichever helps the bag most.
//!
//! **Definition.** Starting from nothing, each of 100 rounds adds the member (one may come again) whose addition gives
//! the mean of the bag the highest mean AUROC over classes; the bag of the best round counts, the smallest of equally
//! good ones, and weights are shares of it (Caruana et al. 2004, doi:10.1145/1015330.1015432, without their bagging).
//! **Ties:** the first of equally good members. **Unknown** labels are left out. **One class:** a class without
//! positive or negative cases is not counted; an error where none is left. **Cost** O(rounds × members × n log n).

use rayon::prelude::*;

use super::{Members, Method, Takes};
use crate::classify::auroc;
use crate::error::{Error, Result};

pub(super) const METHOD: Method = Method {
    name: "greedy",
    definition: "a weighted mean whose weights come from adding members with replacement while the AUROC rises",
    takes: &[Takes::Scores],
    others: "",
};

const N_ROUNDS: usize = 100;
/// A rise below this is rounding.
const RISE_MIN: f64 = 1e-12;

/// The weights of members.
#[derive(Clone, Debug, PartialEq)]
pub struct Greedy {
    /// One for each member; they sum to 1.
    pub weights: Vec<f64>,
    /// The mean AUROC over classes that the bag reached on what it was selected on; optimistic for anything else.
    pub reached: f64,
}

/// Selects on members' scores and truth, `[case, class]`; whoever calls hands over predictions made out of fold.
pub fn greedy(members: &Members, truth: &[Option<bool>]) -> Result<Greedy> {
    let n_expected = members.n_cases() * members.n_classes();
    if truth.len() != n_expected {
        return Err(Error::length(format!(
            "there are {} labels for {n_expected} scores; expected as many",
            truth.len()
        )));
    }
    let known = known(truth, members.n_classes())?;
    let scores: Vec<&[f64]> = members.iter().collect();
    let mut sums = vec![0.0; n_expected];
    let mut n_taken = vec![0_usize; scores.len()];
    let mut best = Greedy { weights: Vec::new(), reached: f64::NEG_INFINITY };
    for round in 1..=N_ROUNDS {
        let reached: Vec<f64> = scores.par_iter().map(|scores| goal(&known, &sums, scores)).collect();
        let first_best = |best: usize, at: usize| if reached[at] > reached[best] + RISE_MIN { at } else { best };
        let chosen = (0..scores.len()).fold(0, first_best);
        sums.iter_mut().zip(scores[chosen]).for_each(|(sum, score)| *sum += score);
        n_taken[chosen] += 1;
        if reached[chosen] > best.reached + RISE_MIN {
            let weights = n_taken.iter().map(|&n| n as f64 / round as f64).collect();
            best = Greedy { weights, reached: reached[chosen] };
        }
    }
    Ok(best)
}

impl Greedy {
    /// Fused scores, `[case, class]`; an error where there are other members than those selected from.
    pub fn apply(&self, members: &Members) -> Result<Vec<f64>> {
        if self.weights.len() != members.n_members() {
            return Err(Error::length(format!(
                "there are {} members; expected {}, as were selected from",
                members.n_members(),
                self.weights.len()
            )));
        }
        let mut fused = vec![0.0; members.n_cases() * members.n_classes()];
        for (scores, weight) in members.iter().zip(&self.weights) {
            fused.iter_mut().zip(scores).for_each(|(sum, score)| *sum += weight * score);
        }
        Ok(fused)
    }
}

/// Where the cases of a class with a known label are, and those labels.
struct Known {
    at: Vec<usize>,
    truth: Vec<bool>,
}

fn known(truth: &[Option<bool>], n_classes: usize) -> Result<Vec<Known>> {
    let of_class = |class: usize| {
        let labels = truth.iter().enumerate().skip(class).step_by(n_classes);
        let (at, truth): (Vec<usize>, Vec<bool>) = labels.filter_map(|(at, label)| Some((at, (*label)?))).unzip();
        Known { at, truth }
    };
    let has_both = |known: &Known| known.truth.contains(&true) && known.truth.contains(&false);
    let known: Vec<Known> = (0..n_classes).map(of_class).filter(has_both).collect();
    if known.is_empty() {
        let message = "no class has both cases with it and without it to learn from; expected at least one that has";
        return Err(Error::value(message));
    }
    Ok(known)
}

/// The mean AUROC of the sums with one member more; sums order cases as means do.
fn goal(known: &[Known], sums: &[f64], scores: &[f64]) -> f64 {
    let area = |known: &Known| {
        let bag: Vec<f64> = known.at.iter().map(|&at| sums[at] + scores[at]).collect();
        auroc(&known.truth, &bag).unwrap_or(0.5)
    };
    known.iter().map(area).sum::<f64>() / known.len() as f64
}
