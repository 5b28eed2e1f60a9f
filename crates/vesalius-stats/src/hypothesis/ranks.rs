//! Ranks from 1, ties sharing their mean.

use crate::rank::{ascending, ties};

/// The rank of each value, and Σ (t³ − t) over ties of t values; values are finite.
pub(super) fn midranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut ranks = vec![0.0; values.len()];
    let (mut below, mut tied) = (0, 0.0);
    for run in ties(&ascending(values)) {
        let n = run.len() as f64;
        for ranked in run {
            ranks[ranked.idx as usize] = below as f64 + f64::midpoint(n, 1.0);
        }
        tied += n * n * n - n;
        below += run.len();
    }
    (ranks, tied)
}
