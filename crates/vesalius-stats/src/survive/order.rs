//! The order of cases by what is predicted of them.

use crate::rank::{ascending, ties};

/// The place of each case among the distinct predictions, from the lowest.
pub(crate) struct Order {
    pub(crate) rank: Vec<u32>,
    pub(crate) n_ranks: usize,
}

impl Order {
    pub(crate) fn new(predicted: &[f64]) -> Self {
        let mut rank = vec![0; predicted.len()];
        let mut n_ranks = 0;
        for run in ties(&ascending(predicted)) {
            for ranked in run {
                rank[ranked.idx as usize] = n_ranks as u32;
            }
            n_ranks += 1;
        }
        Self { rank, n_ranks }
    }
}
