//! Scores of readers in arms, checked once: every reader scored every case in every arm.

use crate::error::{Error, Result};

/// Scores of cases by readers in arms.
#[derive(Clone, Debug)]
pub struct ReaderStudy {
    arms: Vec<String>,
    readers: Vec<String>,
    truth: Vec<bool>,
    /// `[arm, reader, case]`.
    scores: Vec<f64>,
}

impl ReaderStudy {
    /// A study in which the first arm is the one that others are compared with; scores are `[arm, reader, case]`.
    pub fn new(arms: &[String], readers: &[String], truth: &[bool], scores: &[f64]) -> Result<Self> {
        if arms.is_empty() || readers.is_empty() {
            return Err(Error::length("there is no arm or no reader; expected at least one of each"));
        }
        let n_expected = arms.len().checked_mul(readers.len()).and_then(|n| n.checked_mul(truth.len()));
        if n_expected != Some(scores.len()) || u32::try_from(truth.len()).is_err() {
            return Err(Error::length(format!(
                "there are {} scores of {} arms, {} readers and {} cases; expected one of each reader for each case in each \
                 arm; leave cases out that a reader missed",
                scores.len(),
                arms.len(),
                readers.len(),
                truth.len()
            )));
        }
        if let Some(at) = scores.iter().position(|score| !score.is_finite()) {
            return Err(Error::value(format!(
                "the score of reader {} for case {} (counted from 0) in arm {} is {}; expected a finite number",
                readers[at / truth.len() % readers.len()],
                at % truth.len(),
                arms[at / truth.len() / readers.len()],
                scores[at]
            )));
        }
        let [arms, readers] = [arms, readers].map(<[String]>::to_vec);
        Ok(Self { arms, readers, truth: truth.to_vec(), scores: scores.to_vec() })
    }

    /// The arms, the reference first.
    pub fn arms(&self) -> &[String] {
        &self.arms
    }

    /// The readers.
    pub fn readers(&self) -> &[String] {
        &self.readers
    }

    /// How many cases there are.
    pub fn n_cases(&self) -> usize {
        self.truth.len()
    }

    pub(super) fn truth(&self) -> &[bool] {
        &self.truth
    }

    /// The scores of one reader in one arm.
    pub(super) fn scores(&self, arm: usize, reader: usize) -> &[f64] {
        let first = (arm * self.readers.len() + reader) * self.truth.len();
        &self.scores[first..first + self.truth.len()]
    }
}
