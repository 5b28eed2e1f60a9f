//! Average precision as COCO takes it: the mean of 101 precisions, at one rule of hits.
//!
//! **Definition.** The mean over r = 0, 0.01 … 1 of the greatest precision at a recall of r or more, 0 where there is none
//! (Lin et al. 2014, doi:10.1007/978-3-319-10602-1_48, and its evaluation code). Recalls are compared as floating-point
//! numbers, i times 0.01, as that code does. **Interval.** Percentile bootstrap over cases. **Range** 0 to 1.
//! **Ties** are one step. **No lesion:** undefined; no mark: 0. **NaN** is refused before.
//! **Cost** O(n log n), and O(n) for each replicate.

use super::average_precision_voc11::sampled;
use super::options::Options;
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

pub(super) const METRIC: Metric = Metric {
    name: "average_precision_coco",
    definition: "mean of the greatest precisions at recalls of 0, 0.01 to 1 or more (COCO)",
    range: (0.0, 1.0),
    others: "pycocotools takes marks of one score in the order of the images, here they are one step; it keeps 100 marks \
             of an image and class, which the option `marks-max` does",
    compute: Compute::Curves(statistics),
};

fn statistics(_: &Options) -> Vec<Statistic> {
    vec![Statistic {
        name: METRIC.name.to_owned(),
        value: Box::new(|curves| sampled(&curves.all, 100, 0.01)),
        share_of: ShareOf::Lesions,
        undefined: NO_LESION,
    }]
}
