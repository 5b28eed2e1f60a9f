//! Pooled (aggregated) Dice: 2 Σ |T ∩ P| / Σ (|T| + |P|), summed over cases before it is divided.
//!
//! Large regions count more than small ones, and cases without the region count by what was found in them: the measure
//! of the HECKTOR challenge of 2022 (Andrearczyk et al. 2023, doi:10.1007/978-3-031-27420-6_1).

use super::Pooled;

pub(super) const METRIC: Pooled = Pooled {
    name: "pooled_dice",
    definition: "2 Σ |T ∩ P| / Σ (|T| + |P|) over all cases: large regions count more than small ones",
    on_request: false,
    share: |facts| {
        let overlap = facts.overlap;
        Some((2.0 * overlap.both as f64, (overlap.truth + overlap.pred) as f64))
    },
};
