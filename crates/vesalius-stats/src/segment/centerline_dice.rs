//! Centerline Dice: do the masks run through each other's centerlines (Shit et al. 2021,
//! doi:10.1109/CVPR46437.2021.01629).
//!
//! The harmonic mean of the share of the prediction's centerline in the truth and of the truth's in the prediction;
//! for vessels and airways, where a gap matters more than a wall.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "centerline_dice",
    definition: "harmonic mean of the shares of each centerline that lie in the other mask, for tubes (Shit et al. 2021)",
    others: "values depend on how masks are thinned; differences of a few hundredths between tools are usual",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Centerline,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    if facts.overlap.truth == 0 || facts.overlap.pred == 0 {
        return Ok(0.0);
    }
    let [truth, pred] = facts.centerline.ok_or("centerlines were not measured")?;
    let shares = [truth, pred].map(|(inside, n)| share(inside, n, "a centerline is empty"));
    let [sensitivity, precision] = shares;
    let (sensitivity, precision) = (sensitivity?, precision?);
    Ok(if sensitivity + precision > 0.0 { 2.0 * sensitivity * precision / (sensitivity + precision) } else { 0.0 })
}
