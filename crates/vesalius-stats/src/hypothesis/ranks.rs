//! Ranks from 1, ties sharing their mean.

/// The rank of each value, and Σ (t³ − t) over ties of t values; values are finite.
pub(super) fn midranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let (mut below, mut ties) = (0, 0.0);
    for run in order.chunk_by(|&a, &b| values[a] >= values[b]) {
        let n = run.len() as f64;
        for &idx in run {
            ranks[idx] = below as f64 + f64::midpoint(n, 1.0);
        }
        ties += n * n * n - n;
        below += run.len();
    }
    (ranks, ties)
}
