//! Logit mean: the average on the scale of log odds, on which sure members weigh more.
//!
//! **Definition.** For findings `p = σ(Σ logit p / M)` over the M members. For classes that exclude each other `p(c) ∝ exp(Σ ln p(c) / M)`,
//! which for two classes is the same (logarithmic opinion pool: Genest and Zidek 1986, doi:10.1214/ss/1177013825).
//! Probabilities are kept within 1e-6 of 0 and 1, so that one member that is sure cannot overrule all others.
//! **Range** 0 to 1. **Scores outside** are an error. **Cost** O(members × values).

use super::members::{expit, kept, logit};
use super::{Classes, Members, Method, Takes};
use crate::error::Result;

pub(super) const METHOD: Method = Method {
    name: "logit-mean",
    definition: "the mean of log odds (of log probabilities where classes exclude each other), back as a probability",
    takes: &[Takes::Scores],
    others: "",
};

/// Fused scores, `[case, class]`.
pub fn logit_mean(members: &Members) -> Result<Vec<f64>> {
    members.check_probabilities(METHOD.name)?;
    let is_exclusive = members.classes() == Classes::Exclusive;
    let scale = |score: f64| if is_exclusive { kept(score).ln() } else { logit(score) };
    let mut sums = vec![0.0; members.n_cases() * members.n_classes()];
    for scores in members.iter() {
        sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += scale(*score) / members.n_members() as f64);
    }
    for sum in &mut sums {
        *sum = if is_exclusive { sum.exp() } else { expit(*sum) };
    }
    members.normalize(&mut sums);
    Ok(sums)
}
