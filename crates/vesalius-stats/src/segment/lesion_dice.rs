//! Lesion-wise Dice: the mean Dice over all lesions of truth and all findings; what has no partner counts 0.
//!
//! Σ Dice of matched pairs / (TP + FN + FP), so that small lesions count as much as large ones.

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "lesion_dice",
    definition: "sum of the Dice of matched lesions / (matched + missed + false lesions): small lesions count as much as large ones",
    others: "the BraTS evaluation dilates the truth before it matches, which joins near lesions; nothing is dilated here",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Lesions,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    let lesions = facts.lesions()?;
    let n_matched = lesions.matched.len() as u64;
    let n_all = lesions.n_truth + lesions.n_pred - n_matched;
    if n_all == 0 {
        return Err("there is no lesion".into());
    }
    let sum: f64 = lesions.matched.iter().map(|pair| 2.0 * pair.both as f64 / (pair.truth + pair.pred) as f64).sum();
    Ok(sum / n_all as f64)
}
