//! Average precision of COCO at `IoU` 0.50, at 0.75, and its mean over 0.50, 0.55 … 0.95.
//!
//! **Definition.** As `average_precision_coco`, with matches made anew at each least `IoU`, whatever that of the rule; the
//! mean over ten of them is what COCO calls AP (Lin et al. 2014, doi:10.1007/978-3-319-10602-1_48). Only where hits are
//! decided by the `IoU` of boxes. **Interval.** Percentile bootstrap over cases. **Range** 0 to 1. **Ties** are one step.
//! **No lesion:** undefined; no mark: 0. **NaN** is refused before. **Cost** ten times that of one threshold.

use super::average_precision_voc11::sampled;
use super::curve::Curves;
use super::options::{Options, Rule};
use super::sensitivity_at_rate::NO_LESION;
use super::{Compute, Metric, ShareOf, Statistic};

/// The least `IoU` of a hit.
pub(super) const IOU_THRESHOLDS: [f64; 10] = [0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95];

pub(super) const RANGE: Metric = Metric {
    name: "average_precision_coco_50_95",
    definition: "mean of average_precision_coco over hits by IoU >= 0.50, 0.55 to 0.95: the AP of COCO",
    range: (0.0, 1.0),
    others: "as for average_precision_coco",
    compute: Compute::Curves(|options| statistics(RANGE.name, options, |_| true)),
};

pub(super) const AT_50: Metric = Metric {
    name: "average_precision_coco_50",
    definition: "average_precision_coco with hits by IoU >= 0.50",
    range: (0.0, 1.0),
    others: "as for average_precision_coco",
    compute: Compute::Curves(|options| statistics(AT_50.name, options, |idx| idx == 0)),
};

pub(super) const AT_75: Metric = Metric {
    name: "average_precision_coco_75",
    definition: "average_precision_coco with hits by IoU >= 0.75",
    range: (0.0, 1.0),
    others: "as for average_precision_coco",
    compute: Compute::Curves(|options| statistics(AT_75.name, options, |idx| idx == 5)),
};

fn statistics(name: &str, options: &Options, is_wanted: fn(usize) -> bool) -> Vec<Statistic> {
    if !matches!(options.rule, Rule::Iou(_)) {
        return Vec::new();
    }
    let value = move |curves: &Curves| {
        let wanted = curves.by_iou.iter().enumerate().filter(|(idx, _)| is_wanted(*idx));
        let values = wanted.map(|(_, curve)| sampled(curve, 100, 0.01)).collect::<Option<Vec<f64>>>()?;
        Some(values.iter().sum::<f64>() / values.len() as f64)
    };
    vec![Statistic { name: name.to_owned(), value: Box::new(value), share_of: ShareOf::Lesions, undefined: NO_LESION }]
}
