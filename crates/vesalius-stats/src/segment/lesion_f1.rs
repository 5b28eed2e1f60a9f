//! Lesion-wise F1: how many lesions were found and how many findings are lesions, whatever their size.
//!
//! 2 TP / (lesions of truth + lesions of prediction), where TP are the matched pairs; undefined where there are none.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "lesion_f1",
    definition: "2 TP / (lesions of truth + lesions of prediction) with TP matched pairs: detection of lesions, whatever their size",
    others: "",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Lesions,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    let lesions = facts.lesions()?;
    share(2 * lesions.matched.len() as u64, lesions.n_truth + lesions.n_pred, "there is no lesion")
}
