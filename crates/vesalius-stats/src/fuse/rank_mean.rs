//! Rank mean: the average of ranks, for members whose scores have no common scale.
//!
//! **Definition.** `Σ (R − ½) / (n M)` over the M members for each class, R the midrank of a case among the n cases of a member. Only the
//! order of cases is left: it is the score of a case among these cases, no probability, and changes with them.
//! **Range** 0 to 1, without the ends. **Ties** share their mean rank. **Cost** O(members × n log n).

use super::{Members, Method, Takes};
use crate::rank::{ascending, ties};

pub(super) const METHOD: Method = Method {
    name: "rank-mean",
    definition: "the mean of each case's rank among the cases, as a share of them; ties share their mean rank",
    takes: &[Takes::Scores],
    others: "",
};

/// Fused scores, `[case, class]`.
pub fn rank_mean(members: &Members) -> Vec<f64> {
    let (n, n_classes) = (members.n_cases(), members.n_classes());
    let mut fused = vec![0.0; n * n_classes];
    let unit = 1.0 / (n * members.n_members()).max(1) as f64;
    for member in 0..members.n_members() {
        for class in 0..n_classes {
            let scores: Vec<f64> = members.of_class(member, class).collect();
            let mut n_below = 0;
            for run in ties(&ascending(&scores)) {
                let middle = n_below as f64 + run.len() as f64 / 2.0;
                for ranked in run {
                    fused[ranked.idx as usize * n_classes + class] += unit * middle;
                }
                n_below += run.len();
            }
        }
    }
    fused
}
