//! Permutation test of two samples: how often would a division by chance give means so far apart?
//!
//! **Definition.** If both samples are from one population, every division of all values into samples of these sizes is as
//! likely; the p value is the share of divisions whose difference of means is at least as great (Pitman 1937,
//! doi:10.2307/2984124). **Exact** where there are no more than 2¹⁶ divisions; else from random ones, (b + 1) / (B + 1) with
//! b of B as great (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585). Ties with the difference found count, with a
//! tolerance for rounding. **An empty sample:** undefined. **NaN** is an error. **Cost** O(n B).

use rand::RngExt;
use rayon::prelude::*;

use super::sign_flip::Tail;
use super::{Permutations, Test, check_finite};
use crate::error::Result;
use crate::interval::bootstrap::stream;

pub(super) const DEFINITION: &str = "permutation test of two samples by the difference of their means";

/// Up to so many divisions every one of them is tried.
const N_DIVISIONS_MAX: f64 = 65_536.0;

/// Tests the difference of means of two independent samples, first minus second.
pub fn permutation(first: &[f64], second: &[f64], options: &Permutations) -> Result<Test> {
    check_finite("value of the first sample", first)?;
    check_finite("value of the second sample", second)?;
    let (m, n) = (first.len(), second.len());
    if m == 0 || n == 0 {
        return Ok(Test::undefined("permutation", m + n, "samples divided anew", "one of the samples is empty"));
    }
    let values = [first, second].concat();
    // The difference of means grows with the sum of the first sample, all else being fixed.
    let found: f64 = first.iter().sum();
    let size: f64 = values.iter().map(|value| value.abs()).sum();
    let (tail, method) = if n_divisions(m, n) <= N_DIVISIONS_MAX {
        let sums = divisions(&values, m);
        (Tail::exact(sums.into_par_iter(), found, size), "difference of means, all divisions".to_owned())
    } else {
        let drawn = |replicate: u32| {
            let mut rng = stream(options.seed, replicate);
            let mut values = values.clone();
            for idx in 0..m {
                values.swap(idx, rng.random_range(idx..m + n));
            }
            values[..m].iter().sum()
        };
        let sums = (0..options.replicates).into_par_iter().map(drawn);
        (Tail::drawn(sums, found, size), format!("difference of means, {} divisions at random", options.replicates))
    };
    let difference = found / m as f64 - second.iter().sum::<f64>() / n as f64;
    Ok(Test::found("permutation", (difference, options.alternative.p(tail.at_least, tail.at_most)), m + n, method))
}

fn n_divisions(m: usize, n: usize) -> f64 {
    let smaller = m.min(n);
    (1..=smaller).map(|idx| (m + n - smaller + idx) as f64 / idx as f64).product()
}

/// The sum of the first sample in every division.
fn divisions(values: &[f64], m: usize) -> Vec<f64> {
    let mut sums = Vec::new();
    let mut chosen: Vec<usize> = (0..m).collect();
    loop {
        sums.push(chosen.iter().map(|&idx| values[idx]).sum());
        // The last place that can still move on does, and those behind it follow closely.
        let Some(place) = (0..m).rev().find(|&place| chosen[place] < values.len() - m + place) else { return sums };
        let start = chosen[place] + 1;
        for (next, idx) in chosen[place..].iter_mut().zip(start..) {
            *next = idx;
        }
    }
}
