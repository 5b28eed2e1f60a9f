//! Panoptic quality: Σ `IoU` of matched lesions / (TP + FP / 2 + FN / 2) (Kirillov et al. 2019,
//! doi:10.1109/CVPR.2019.00963).
//!
//! The product of detection (F1) and of the mean `IoU` of what was detected.

use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "panoptic_quality",
    definition: "sum of the IoU of matched lesions / (TP + FP / 2 + FN / 2): F1 of lesions times their mean IoU (Kirillov et al. 2019)",
    others: "",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Lesions,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    let lesions = facts.lesions()?;
    let n_both = lesions.n_truth + lesions.n_pred;
    if n_both == 0 {
        return Err("there is no lesion".into());
    }
    let sum: f64 = lesions.matched.iter().map(|pair| pair.both as f64 / pair.either() as f64).sum();
    Ok(2.0 * sum / n_both as f64)
}
