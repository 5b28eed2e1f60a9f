//! Parts that are empty or too small to say anything.

use super::{Evidence, Finding, Severity};
use crate::cohort::Part;

/// Below this, the 95 % Wilson interval of an accuracy of 0.9 is wider than 0.2.
const N_TEST_WARN: usize = 30;

pub(super) fn split_sizes(evidence: &Evidence<'_>) -> Finding {
    let finding = |severity, message: String, statistic| Finding {
        check: "split-sizes".to_owned(),
        severity,
        message,
        statistic,
        cases: Vec::new(),
    };
    let folds = evidence.folds();
    if folds.is_empty() {
        return finding(Severity::Pass, "there is no split yet whose parts could be counted".to_owned(), None);
    }
    let n_smallest = Part::ALL.map(|part| {
        folds.iter().map(|fold| fold.iter().filter(|other| **other == Some(part)).count()).min().unwrap_or(0)
    });
    let [n_train, n_val, n_test] = n_smallest;
    let over = if folds.len() > 1 { format!(" at least, in each of {} folds", folds.len()) } else { String::new() };
    let sizes = format!("{n_train} train, {n_val} val and {n_test} test cases{over}");
    let empty: Vec<&str> =
        Part::ALL.iter().zip(n_smallest).filter(|(_, n)| *n == 0).map(|(part, _)| part.as_str()).collect();
    let statistic = Some(n_test as f64);
    if evidence.split.is_none() && !empty.is_empty() {
        let message = format!("{sizes} as published; without {}: split completes them", empty.join(" and "));
        return finding(Severity::Warn, message, statistic);
    }
    if !empty.is_empty() {
        let message = format!("{sizes}; nothing in {}: give every part a share of the split", empty.join(" and "));
        return finding(Severity::Fail, message, statistic);
    }
    if n_test < N_TEST_WARN {
        let message =
            format!("{sizes}; fewer than {N_TEST_WARN} test cases leave intervals too wide to decide by: test on more");
        return finding(Severity::Warn, message, statistic);
    }
    finding(Severity::Pass, sizes, statistic)
}
