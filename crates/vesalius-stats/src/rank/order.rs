//! Order of scores with their ties, by one sort of integers: O(n log n).

use super::ranking::order_key;

/// A score and the place it came from, comparable as an integer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    key: u64,
    /// Index into the scores.
    pub(crate) idx: u32,
}

/// Scores from lowest to highest; equal ones in the order of their indices.
pub(crate) fn ascending(score: &[f64]) -> Vec<Ranked> {
    let mut order: Vec<Ranked> =
        score.iter().enumerate().map(|(idx, &score)| Ranked { key: order_key(score), idx: idx as u32 }).collect();
    order.sort_unstable();
    order
}

/// Runs of equal scores, from lowest to highest.
pub(crate) fn ties(order: &[Ranked]) -> impl DoubleEndedIterator<Item = &[Ranked]> {
    order.chunk_by(|a, b| a.key == b.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_together_and_in_order() {
        let order = super::ascending(&[0.5, -0.0, 0.5, 0.0]);
        let runs: Vec<Vec<u32>> = ties(&order).map(|run| run.iter().map(|ranked| ranked.idx).collect()).collect();
        assert_eq!(runs, [[1, 3], [0, 2]]);
    }
}
