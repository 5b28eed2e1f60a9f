//! Confusion matrix: how many cases of each class were called what.
//!
//! **Definition.** Counts by true and called class, for classes that exclude each other; two classes are decided by
//! the threshold, more by the highest score (the first of equal ones). Its rows and columns carry intervals as
//! sensitivity and predictive values. **Findings** that may be present together have none. **Nothing:** all zero.

use serde::Serialize;

use crate::target::Study;

pub(super) const DEFINITION: &str = "counts of cases by true and called class";

/// Counts by true and called class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// The classes, in the order of rows and columns.
    pub classes: Vec<String>,
    /// `counts[truth][called]`.
    pub counts: Vec<Vec<u64>>,
}

pub(super) fn matrix(study: &Study<'_>) -> Option<Confusion> {
    let truth = study.exclusive()?;
    let classes = study.cases.classes().to_vec();
    let mut counts = vec![vec![0; classes.len()]; classes.len()];
    for (case, &class) in truth.iter().enumerate() {
        counts[class][study.cases.called_class(case, study.options.threshold)] += 1;
    }
    Some(Confusion { classes, counts })
}
