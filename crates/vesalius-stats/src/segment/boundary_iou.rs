//! Boundary `IoU`: intersection over union of the parts of both masks near their boundaries (Cheng et al. 2021,
//! doi:10.1109/CVPR46437.2021.01508).
//!
//! Large masks do not hide a bad boundary. Near is within 2 % of the diagonal of the image, in millimeters.

use super::facts::share;
use super::{Better, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "boundary_iou",
    definition: "intersection over union of the voxels that are within 2 % of the image diagonal of the boundary of their own mask (Cheng et al. 2021)",
    others: "the authors erode by whole pixels, so that their band has steps; ours is a distance in mm",
    range: (0.0, 1.0),
    better: Better::Higher,
    needs: Needs::Boundary,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    if facts.overlap.truth == 0 || facts.overlap.pred == 0 {
        return Ok(0.0);
    }
    let band = facts.boundary.ok_or("boundaries were not measured")?;
    share(band.both, band.either(), "neither mask has a boundary")
}
