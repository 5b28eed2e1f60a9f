//! Mean: the average of scores or of maps of probabilities.
//!
//! **Definition.** `Σ p / M` over the M members, value by value. **Range** that of the scores. **Nothing** (no member) is an error;
//! **NaN** is refused. **Cost** O(members × values); one sum is kept, not all members.

use super::{Method, Takes};
use crate::error::{Error, Result};

pub(super) const METHOD: Method = Method {
    name: "mean",
    definition: "the mean of the members' scores; of maps the mean, then more than one half or the largest channel",
    takes: &[Takes::Scores, Takes::Maps],
    others: "",
};

/// A mean in the making.
#[derive(Clone, Debug, Default)]
pub struct Mean {
    sums: Vec<f64>,
    n_members: usize,
}

impl Mean {
    /// One more member; an error where lengths differ or a value is not finite.
    pub fn add(&mut self, values: impl ExactSizeIterator<Item = f64>) -> Result<()> {
        if self.n_members == 0 {
            self.sums = vec![0.0; values.len()];
        }
        let (n, n_before) = (values.len(), self.sums.len());
        if n != n_before {
            return Err(Error::length(format!(
                "a member has {n} values and those before {n_before}; expected as many"
            )));
        }
        for (at, (sum, value)) in self.sums.iter_mut().zip(values).enumerate() {
            if !value.is_finite() {
                return Err(Error::value(format!("value {at} (counted from 0) is {value}; expected a finite number")));
            }
            *sum += value;
        }
        self.n_members += 1;
        Ok(())
    }

    /// The mean of all members; an error without any.
    pub fn finish(mut self) -> Result<Vec<f64>> {
        if self.n_members == 0 {
            return Err(Error::length("there is no member; expected at least one"));
        }
        self.sums.iter_mut().for_each(|sum| *sum /= self.n_members as f64);
        Ok(self.sums)
    }
}
