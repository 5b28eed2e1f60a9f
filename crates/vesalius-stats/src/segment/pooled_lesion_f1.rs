//! Pooled lesion-wise F1: 2 Σ TP / Σ (lesions of truth + lesions of prediction), over all cases.

use super::Pooled;

pub(super) const METRIC: Pooled = Pooled {
    name: "pooled_lesion_f1",
    definition: "2 Σ TP / Σ (lesions of truth + lesions of prediction) over all cases",
    on_request: true,
    share: |facts| {
        let lesions = facts.lesions.as_ref()?;
        Some((2.0 * lesions.matched.len() as f64, (lesions.n_truth + lesions.n_pred) as f64))
    },
};
