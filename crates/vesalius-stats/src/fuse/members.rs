//! Scores of several members for the same cases and classes, checked once.

use crate::error::{Error, Result};

/// Whether a case has one of the classes or any number of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classes {
    /// One of them: scores of a case are made to sum to 1.
    Exclusive,
    /// Any number of them: each score stands for itself.
    Findings,
}

/// Scores of several members for the same cases; each row-major, `[case, class]`.
#[derive(Clone, Debug)]
pub struct Members {
    scores: Vec<Vec<f64>>,
    n_classes: usize,
    classes: Classes,
}

impl Members {
    /// Checks that members are of equal length, that cases are whole, and that scores are finite.
    pub fn new(scores: Vec<Vec<f64>>, n_classes: usize, classes: Classes) -> Result<Self> {
        let Some(first) = scores.first() else {
            return Err(Error::length("there is no member; expected at least one"));
        };
        let n = first.len();
        let is_whole = |member: &Vec<f64>| member.len() == n && n_classes > 0 && n.is_multiple_of(n_classes);
        if let Some(member) = scores.iter().position(|member| !is_whole(member)) {
            return Err(Error::length(format!(
                "member {member} (counted from 0) has {} scores for {n_classes} classes and the first {n}; \
                 expected one for each case and class",
                scores[member].len()
            )));
        }
        for (member, scores) in scores.iter().enumerate() {
            if let Some(at) = scores.iter().position(|score| !score.is_finite()) {
                return Err(Error::value(format!(
                    "member {member} scores class {} of case {} (all counted from 0) with {}; expected a finite number",
                    at % n_classes,
                    at / n_classes,
                    scores[at]
                )));
            }
        }
        Ok(Self { scores, n_classes, classes })
    }

    pub(super) fn n_members(&self) -> usize {
        self.scores.len()
    }

    pub(super) fn n_classes(&self) -> usize {
        self.n_classes
    }

    pub(super) fn n_cases(&self) -> usize {
        self.scores[0].len() / self.n_classes
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.scores.iter().map(Vec::as_slice)
    }

    /// The scores of one class by one member.
    pub(super) fn of_class(&self, member: usize, class: usize) -> impl Iterator<Item = f64> {
        self.scores[member].iter().skip(class).step_by(self.n_classes).copied()
    }

    /// An error that names the first score outside 0 to 1.
    pub(super) fn check_probabilities(&self, method: &str) -> Result<()> {
        for (member, scores) in self.scores.iter().enumerate() {
            if let Some(stray) = scores.iter().find(|score| !(0.0..=1.0).contains(*score)) {
                return Err(Error::value(format!(
                    "member {member} (counted from 0) has the score {stray}; expected probabilities from 0 to 1 for \
                     {method}; take rank-mean for scores of any scale"
                )));
            }
        }
        Ok(())
    }

    /// Makes scores of a case sum to 1 where its classes exclude each other.
    pub(super) fn normalize(&self, scores: &mut [f64]) {
        if self.classes == Classes::Findings {
            return;
        }
        for case in scores.chunks_exact_mut(self.n_classes) {
            let sum: f64 = case.iter().sum();
            if sum > 0.0 {
                for score in case {
                    *score /= sum;
                }
            }
        }
    }

    /// Whether scores of a case are made to sum to 1.
    pub(super) fn classes(&self) -> Classes {
        self.classes
    }
}

/// A probability off 0 and 1, where logarithms are infinite: who is sure beyond a millionth is as sure as that.
pub(super) fn kept(probability: f64) -> f64 {
    const DOUBT: f64 = 1e-6;
    probability.clamp(DOUBT, 1.0 - DOUBT)
}

/// The logit of a probability, finite for 0 and 1 too.
pub(super) fn logit(probability: f64) -> f64 {
    let kept = kept(probability);
    (kept / (1.0 - kept)).ln()
}

/// The probability of a logit.
pub(super) fn expit(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}
