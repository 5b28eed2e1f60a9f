//! Vertical cup-to-disc ratio: the height of the optic cup over that of the disc, and how far it is from the truth.
//!
//! A height is the largest number of voxels in one column of the image, as in the REFUGE evaluation (Orlando et al.
//! 2020, doi:10.1016/j.media.2019.101570), so that voxels need not be square.

use super::Score;

pub(super) const METRIC: (&str, &str) = (
    "vertical_cup_to_disc_ratio_error",
    "absolute difference of the ratios of cup height to disc height, where a height is the largest column of voxels",
);

/// Heights of cup and disc in voxels, of one mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cupping {
    /// Largest number of cup voxels in a column.
    pub cup: u64,
    /// Largest number of disc voxels in a column; the disc includes the cup.
    pub disc: u64,
}

/// How far the ratio of the prediction is from that of the truth; undefined where either has no disc.
pub fn vertical_cup_to_disc_ratio(truth: Cupping, pred: Cupping) -> Score {
    match [truth, pred].map(|eye| (eye.disc > 0).then(|| eye.cup as f64 / eye.disc as f64)) {
        [Some(truth), Some(pred)] => Score::Known((pred - truth).abs()),
        [None, _] => Score::Undefined("the truth has no disc".into()),
        // A ratio lies between 0 and 1, and so does its error.
        [Some(_), None] => Score::Worst(1.0),
    }
}
