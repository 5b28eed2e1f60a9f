//! Orders of numbers: midranks, the ranks of a table of results, the median, Kendall's tau.

use super::Better;
use crate::rank::{ascending, ties};

/// Ranks from 1 for the best; equal values share the mean of their ranks.
pub(super) fn midranks(values: &[f64], better: Better) -> Vec<f64> {
    shared(values, better, |n_before, n_tied| n_before as f64 + f64::midpoint(n_tied as f64, 1.0))
}

/// Ranks from 1 for the best; equal values share the smallest of their ranks, as in sports.
pub(super) fn competition(values: &[f64], better: Better) -> Vec<usize> {
    shared(values, better, |n_before, _| n_before + 1)
}

fn shared<R: Copy + Default>(values: &[f64], better: Better, rank: impl Fn(usize, usize) -> R) -> Vec<R> {
    let signed: Vec<f64> = values.iter().map(|value| if better == Better::Higher { -value } else { *value }).collect();
    let mut ranks = vec![R::default(); values.len()];
    let mut n_before = 0;
    for run in ties(&ascending(&signed)) {
        for ranked in run {
            ranks[ranked.idx as usize] = rank(n_before, run.len());
        }
        n_before += run.len();
    }
    ranks
}

/// The middle value, or the mean of both middle ones; `None` of nothing.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    match (n, n % 2) {
        (0, _) => None,
        (_, 1) => Some(values[n / 2]),
        _ => Some(f64::midpoint(values[n / 2 - 1], values[n / 2])),
    }
}

/// Kendall's tau-b of two rankings (Kendall 1945, doi:10.1093/biomet/33.3.239); `None` where one is all ties.
pub(super) fn tau(a: &[usize], b: &[usize]) -> Option<f64> {
    let (mut agree, mut pairs_a, mut pairs_b) = (0_i64, 0_i64, 0_i64);
    for i in 0..a.len() {
        for j in 0..i {
            let (of_a, of_b) = (a[i].cmp(&a[j]) as i64, b[i].cmp(&b[j]) as i64);
            agree += of_a * of_b;
            pairs_a += of_a.abs();
            pairs_b += of_b.abs();
        }
    }
    (pairs_a > 0 && pairs_b > 0).then(|| agree as f64 / (pairs_a as f64 * pairs_b as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_rank() {
        let values = [0.5, 0.9, 0.5, f64::INFINITY];
        assert_eq!(competition(&values, Better::Higher), [3, 2, 3, 1]);
        assert_eq!(midranks(&values, Better::Lower), [1.5, 3.0, 1.5, 4.0]);
    }

    #[test]
    fn middles() {
        assert_eq!(median(&mut [3.0, 1.0, f64::INFINITY]), Some(3.0));
        assert_eq!(median(&mut [4.0, 1.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn tau_is_that_of_scipy() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/golden/leaderboard.json")).unwrap();
        for row in golden["taus"].as_array().unwrap() {
            let ranks = |key: &str| -> Vec<usize> {
                row[key].as_array().unwrap().iter().map(|rank| rank.as_u64().unwrap() as usize).collect()
            };
            let found = tau(&ranks("a"), &ranks("b")).unwrap();
            assert!((found - row["tau"].as_f64().unwrap()).abs() < 1e-12, "{found}");
        }
        assert_eq!(tau(&[1, 1], &[1, 2]), None);
    }
}
