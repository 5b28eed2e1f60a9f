//! Tests of hypotheses, and what becomes of p values when there are many of them.
//!
//! A test is one file with its definition and one line of [`TESTS`]. Every p value is of the stated [`Alternative`]; a test
//! that the data cannot answer has no p value and says why. Where a p value can be exact it is, and the method says so.

mod adjust;
mod mcnemar;
mod permutation;
mod rank_sum;
mod ranks;
mod sign_flip;
mod signed_rank;

use serde::Serialize;

use crate::error::{Error, Result};

pub use adjust::{benjamini_hochberg, holm};
pub use mcnemar::Pairs;
pub use permutation::permutation;
pub use rank_sum::rank_sum;
pub use sign_flip::sign_flip;
pub use signed_rank::signed_rank;

/// All tests and adjustments: name and definition.
pub const TESTS: &[(&str, &str)] = &[
    ("sign_flip", sign_flip::DEFINITION),
    ("permutation", permutation::DEFINITION),
    ("signed_rank", signed_rank::DEFINITION),
    ("rank_sum", rank_sum::DEFINITION),
    ("mcnemar", mcnemar::DEFINITION),
    ("holm", adjust::HOLM),
    ("benjamini_hochberg", adjust::BENJAMINI_HOCHBERG),
];

/// What the p value speaks against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alternative {
    /// The two differ, either way: twice the smaller of the one-sided p values, at most 1.
    #[default]
    TwoSided,
    /// The first is greater, or differences lie above 0.
    Greater,
    /// The first is less, or differences lie below 0.
    Less,
}

impl Alternative {
    /// The p value from the probabilities of a statistic at least, and at most, as great as the one found.
    fn p(self, at_least: f64, at_most: f64) -> f64 {
        match self {
            Self::TwoSided => (2.0 * at_least.min(at_most)).min(1.0),
            Self::Greater => at_least.min(1.0),
            Self::Less => at_most.min(1.0),
        }
    }
}

/// How a permutation test is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permutations {
    /// Random permutations, where there are more than can be tried one by one; default 10 000.
    pub replicates: u32,
    /// Seed of them; default 0. The result does not depend on the number of threads.
    pub seed: u64,
    /// What the p value speaks against; default either way.
    pub alternative: Alternative,
}

impl Default for Permutations {
    fn default() -> Self {
        Self { replicates: 10_000, seed: 0, alternative: Alternative::TwoSided }
    }
}

/// What a test found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// Name of the test, as in [`TESTS`] or of the estimate that is tested.
    pub test: String,
    /// What it is about, such as a class; empty where there is only one thing.
    pub target: String,
    /// The statistic; `None` where it is undefined.
    pub statistic: Option<f64>,
    /// The p value.
    pub p: Option<f64>,
    /// Cases that count.
    pub n: u64,
    /// Which statistic, and how its distribution was had.
    pub method: String,
    /// Why there is no p value.
    pub undefined: Option<String>,
}

impl Test {
    pub(crate) fn found(test: &str, (statistic, p): (f64, f64), n: usize, method: impl Into<String>) -> Self {
        Self {
            test: test.to_owned(),
            target: String::new(),
            statistic: Some(statistic),
            p: Some(p),
            n: n as u64,
            method: method.into(),
            undefined: None,
        }
    }

    pub(crate) fn undefined(test: &str, n: usize, method: impl Into<String>, why: impl Into<String>) -> Self {
        let undefined = Some(why.into());
        Self { statistic: None, p: None, undefined, ..Self::found(test, (0.0, 0.0), n, method) }
    }

    /// The same result, about this target.
    #[must_use]
    pub fn about(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }
}

/// An error that says which number is none.
fn check_finite(what: &str, values: &[f64]) -> Result<()> {
    values.iter().position(|value| !value.is_finite()).map_or(Ok(()), |at| {
        let value = values[at];
        Err(Error::value(format!(
            "{what} {at} (counted from 0) is {value}; expected a finite number; leave the pair out"
        )))
    })
}
