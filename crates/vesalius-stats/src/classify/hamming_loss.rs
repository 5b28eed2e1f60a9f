//! Hamming loss: the share of labels that are called wrong.
//!
//! **Definition.** Wrong calls / known labels, over all cases and findings (Schapire and Singer 2000,
//! doi:10.1023/A:1007649029923). Unknown labels count for nothing. Only for findings: of classes that exclude each other
//! it says no more than the accuracy.
//! **Interval.** Delta method over cases, as the labels of a case go together, on the logit scale; without spread (no label
//! wrong) the Wilson interval with the cases as its size, as if all labels of a case were one.
//! **Range** 0 (all right) to 1. Where findings are rare, calling none is a small loss: read it beside F1.
//! **One class:** defined. **Nothing:** undefined. **NaN** is refused before. **Cost** O(n K).

use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::delta::{self, Scale};
use crate::interval::wilson::wilson;
use crate::target::Study;

pub(super) const METRIC: Metric = Metric {
    name: "hamming_loss",
    definition: "share of labels that are called wrong",
    range: (0.0, 1.0),
    others: "",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    if study.exclusive().is_some() {
        return Vec::new();
    }
    let (n_cases, level) = (study.cases.n_cases(), study.options.level);
    let n_known: usize = study.targets.iter().map(crate::target::Target::n).sum();
    let outcome = if n_known == 0 {
        Outcome::undefined(n_cases, "delta method, logit scale", "there is no known label")
    } else {
        let n_wrong: usize =
            study.targets.iter().map(|target| target.counts.false_positive + target.counts.false_negative).sum();
        let value = n_wrong as f64 / n_known as f64;
        let mut deviations = vec![0.0; n_cases];
        for target in &study.targets {
            for ((&case, truth), called) in target.case.iter().zip(&target.truth).zip(&target.called) {
                let wrong = f64::from(u8::from(truth != called));
                deviations[case as usize] += (wrong - value) / n_known as f64;
            }
        }
        delta::outcome((value, delta::error_of(&deviations)), n_cases, (level, Scale::Logit), || {
            let n_wrong = (value * n_cases as f64).round() as u64;
            let (low, high) = wilson(n_wrong, n_cases as u64, level).unwrap_or((0.0, 1.0));
            ("Wilson of cases, as the delta method has no spread here", (low.min(value), high.max(value)))
        })
    };
    vec![outcome.decided_by(&study.rule()).named(METRIC.name, ALL, level)]
}
