//! MCC: Matthews' correlation coefficient of truth and call.
//!
//! **Definition.** (TP · TN − FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)), the correlation of the two as numbers 0
//! and 1 (Matthews 1975, doi:10.1016/0005-2795(75)90109-9); for K classes (p₀ − Σ rᵢ cᵢ) / √((1 − Σ rᵢ²)(1 − Σ cᵢ²)) with
//! the share p₀ called right and the shares rᵢ, cᵢ of the classes in truth and in calls (Gorodkin 2004,
//! doi:10.1016/j.compbiolchem.2004.09.006).
//! **Interval.** Delta method over the multinomial table, symmetric on Fisher's scale (Itaya et al. 2024,
//! arXiv:2405.12622). Without spread (no case called wrong) from the Wilson limits of the accuracy, margins kept.
//! **Range** −1 to 1, 0 is chance. **One class in truth or in calls, nothing:** undefined. **Cost** O(n + K²).

use super::Metric;
use super::contingency::{self, Coefficient, Shares};
use crate::estimate::Estimate;
use crate::interval::delta::Scale;
use crate::target::Study;

pub(super) const METRIC: Metric = Metric {
    name: "mcc",
    definition: "correlation of true and called class",
    range: (-1.0, 1.0),
    others: "scikit-learn gives 0 where only one class is true or called; here it is undefined",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    contingency::compute(&METRIC, study, Scale::Fisher, correlation)
}

fn correlation(shares: &Shares) -> Coefficient {
    let rest = |margin: &[f64]| 1.0 - margin.iter().map(|share| share * share).sum::<f64>();
    let (truth, call) = (rest(&shares.of_truth), rest(&shares.of_call));
    for (rest, what) in [(truth, "are"), (call, "are called")] {
        if rest <= f64::EPSILON {
            return Err(format!("all cases {what} of one class"));
        }
    }
    let norm = (truth * call).sqrt();
    let value = (shares.right - shares.by_chance) / norm;
    let (of_truth, of_call) = (shares.of_truth.clone(), shares.of_call.clone());
    let slope = move |i: usize, j: usize| {
        let numerator = f64::from(u8::from(i == j)) - of_call[i] - of_truth[j];
        numerator / norm + value * (of_truth[i] / truth + of_call[j] / call)
    };
    Ok((value, Box::new(slope)))
}
