//! Subset accuracy: the share of cases of which every finding is called right.
//!
//! **Definition.** (cases whose calls are all right) / (cases whose labels are all known). Only for findings: of classes
//! that exclude each other it is the accuracy. Also exact match ratio (Zhang and Zhou 2014, doi:10.1109/TKDE.2013.39).
//! **Interval.** Wilson or, by option, Clopper-Pearson.
//! **Range** 0 to 1; it falls with the number of findings. **No case with all labels known, nothing:** undefined. **One
//! class:** defined. **NaN** is refused before. **Cost** O(n K).

use super::{ALL, Metric};
use crate::estimate::Estimate;
use crate::interval::wilson::proportion;
use crate::target::Study;

pub(super) const METRIC: Metric = Metric {
    name: "subset_accuracy",
    definition: "share of cases of which every finding is called right",
    range: (0.0, 1.0),
    others: "scikit-learn's accuracy_score of several labels is this one; here accuracy is the mean over findings",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    if study.exclusive().is_some() {
        return Vec::new();
    }
    let n_cases = study.cases.n_cases();
    let (mut n_known, mut n_right) = (vec![0; n_cases], vec![0; n_cases]);
    for target in &study.targets {
        for ((&case, truth), called) in target.case.iter().zip(&target.truth).zip(&target.called) {
            n_known[case as usize] += 1;
            n_right[case as usize] += usize::from(truth == called);
        }
    }
    let n_findings = study.targets.len();
    let n_whole = n_known.iter().filter(|&&n| n == n_findings).count();
    let n_hits = n_right.iter().filter(|&&n| n == n_findings).count();
    let none = "there is no case whose labels are all known";
    let outcome = proportion(n_hits, n_whole, study.options, none).decided_by(&study.rule());
    vec![outcome.named(METRIC.name, ALL, study.options.level)]
}
