//! Permutation test of paired differences: how often would signs by chance give so great a mean?
//!
//! **Definition.** If the two are alike, each difference is as likely to have either sign; the p value is the share of all
//! choices of signs whose mean is at least as great (Fisher 1935, The Design of Experiments). **Exact** where there are no
//! more than 2¹⁶ choices; else from random ones, (b + 1) / (B + 1) with b of B as great, which is valid for any B
//! (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585). Ties with the mean found count, with a tolerance for rounding.
//! **Nothing:** undefined. **NaN** is an error. **Cost** O(n B).

use rand::Rng as _;
use rayon::prelude::*;

use super::{Permutations, Test, check_finite};
use crate::error::Result;
use crate::interval::bootstrap::stream;

pub(super) const DEFINITION: &str = "permutation test of paired differences by their mean, signs flipped at random";

/// Up to so many differences every choice of signs is tried.
const N_EXACT_MAX: usize = 16;

/// Tests the mean of paired differences, first minus second.
pub fn sign_flip(differences: &[f64], options: &Permutations) -> Result<Test> {
    check_finite("difference", differences)?;
    let n = differences.len();
    if n == 0 {
        return Ok(Test::undefined("sign_flip", 0, "signs flipped", "there are no differences"));
    }
    let sum: f64 = differences.iter().sum();
    let size: f64 = differences.iter().map(|difference| difference.abs()).sum();
    let sum_of = |is_flipped: &dyn Fn(usize) -> bool| -> f64 {
        differences
            .iter()
            .enumerate()
            .map(|(idx, difference)| if is_flipped(idx) { -difference } else { *difference })
            .sum()
    };
    let (tail, method) = if n <= N_EXACT_MAX {
        let sums = (0..1_u32 << n).into_par_iter().map(|flips| sum_of(&|idx| flips >> idx & 1 == 1));
        (Tail::exact(sums, sum, size), "mean, all signs flipped".to_owned())
    } else {
        let drawn = |replicate: u32| {
            let mut rng = stream(options.seed, replicate);
            let words: Vec<u64> = (0..n.div_ceil(64)).map(|_| rng.next_u64()).collect();
            sum_of(&|idx| words[idx / 64] >> (idx % 64) & 1 == 1)
        };
        let sums = (0..options.replicates).into_par_iter().map(drawn);
        (Tail::drawn(sums, sum, size), format!("mean, signs flipped {} times", options.replicates))
    };
    Ok(Test::found("sign_flip", (sum / n as f64, options.alternative.p(tail.at_least, tail.at_most)), n, method))
}

/// Shares of permutations with a statistic at least, and at most, as great as the one found.
pub(super) struct Tail {
    pub(super) at_least: f64,
    pub(super) at_most: f64,
}

impl Tail {
    /// From all permutations, the one found among them.
    pub(super) fn exact(statistics: impl ParallelIterator<Item = f64>, found: f64, size: f64) -> Self {
        Self::count(statistics, found, size, 0)
    }

    /// From random ones, to which the one found is added.
    pub(super) fn drawn(statistics: impl ParallelIterator<Item = f64>, found: f64, size: f64) -> Self {
        Self::count(statistics, found, size, 1)
    }

    /// `size` is the greatest statistic that could be, against which rounding is judged.
    fn count(statistics: impl ParallelIterator<Item = f64>, found: f64, size: f64, n_added: u64) -> Self {
        let tolerance = 1e-12 * size;
        let one =
            |statistic: f64| [1, u64::from(statistic >= found - tolerance), u64::from(statistic <= found + tolerance)];
        let add = |a: [u64; 3], b: [u64; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
        let [n, n_at_least, n_at_most] = statistics.map(one).reduce(|| [0; 3], add);
        let share = |count: u64| (count + n_added) as f64 / (n + n_added) as f64;
        Self { at_least: share(n_at_least), at_most: share(n_at_most) }
    }
}
