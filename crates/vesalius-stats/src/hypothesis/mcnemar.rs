//! McNemar's test: are two classifiers right on the same cases equally often?
//!
//! **Definition.** Of the pairs on which the two differ, b are right by the first alone and c by the second alone
//! (McNemar 1947, doi:10.1007/BF02295996). **Exact:** b is binomial with share ½ of b + c, two-sided as twice the smaller
//! tail. **Asymptotic:** (|b − c| − 1)² / (b + c), χ² with one degree of freedom (Edwards 1948, doi:10.1007/BF02289261 for
//! the correction). **No pair that differs:** p is 1, as nothing speaks for a difference. **Cost** O(b + c).

use serde::Serialize;
use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

use super::Test;

pub(super) const DEFINITION: &str = "McNemar's test: whether two classifiers are right on the same cases equally often";

/// The 2 × 2 table of two classifiers on the same cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pairs {
    /// Cases on which both are right.
    pub both: u64,
    /// Cases on which only the first is right.
    pub only_first: u64,
    /// Cases on which only the second is right.
    pub only_second: u64,
    /// Cases on which neither is right.
    pub neither: u64,
}

impl Pairs {
    /// Counts pairs of right and wrong answers.
    pub fn count(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut counts = Self::default();
        for pair in pairs {
            *match pair {
                (true, true) => &mut counts.both,
                (true, false) => &mut counts.only_first,
                (false, true) => &mut counts.only_second,
                (false, false) => &mut counts.neither,
            } += 1;
        }
        counts
    }

    /// Cases in all.
    pub fn n(&self) -> u64 {
        self.both + self.only_first + self.only_second + self.neither
    }

    /// The exact test; its statistic is the smaller of the two counts of cases that differ.
    pub fn exact(&self) -> Test {
        let (smaller, n_differ) = self.differing();
        let below = Binomial::new(0.5, n_differ).map_or(1.0, |binomial| binomial.cdf(smaller));
        let p = (2.0 * below).min(1.0);
        Test::found("mcnemar", (smaller as f64, p), self.n() as usize, "McNemar, exact binomial")
    }

    /// The asymptotic test, corrected for continuity.
    pub fn asymptotic(&self) -> Test {
        let (smaller, n_differ) = self.differing();
        let gap = (n_differ - 2 * smaller) as f64;
        let statistic = if n_differ == 0 { 0.0 } else { (gap - 1.0).powi(2) / n_differ as f64 };
        let p = ChiSquared::new(1.0).map_or(1.0, |chi_squared| chi_squared.sf(statistic));
        let p = if n_differ == 0 { 1.0 } else { p };
        Test::found("mcnemar", (statistic, p), self.n() as usize, "McNemar, chi-squared with continuity correction")
    }

    fn differing(&self) -> (u64, u64) {
        (self.only_first.min(self.only_second), self.only_first + self.only_second)
    }
}
