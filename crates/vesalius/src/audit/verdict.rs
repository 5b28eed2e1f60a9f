//! The audit in one sentence.

use super::{Finding, Severity};

/// What the findings together mean for whoever reads the results, in one sentence.
pub fn verdict(findings: &[Finding]) -> String {
    let names = |severity: Severity| -> Vec<&str> {
        findings.iter().filter(|finding| finding.severity == severity).map(|finding| finding.check.as_str()).collect()
    };
    let (failed, warned, n_checks) = (names(Severity::Fail), names(Severity::Warn), findings.len());
    match (failed.is_empty(), warned.is_empty()) {
        (true, true) => format!("All {n_checks} checks passed: nothing was found that would make the results untrue."),
        (true, false) => format!(
            "No check failed; {} of {n_checks} warned of what to know when reading the results: {}.",
            warned.len(),
            warned.join(", ")
        ),
        (false, _) => format!(
            "{} of {n_checks} checks failed ({}){}: mend this, or weigh it, before believing the results.",
            failed.len(),
            failed.join(", "),
            if warned.is_empty() {
                String::new()
            } else {
                format!(" and {} warned ({})", warned.len(), warned.join(", "))
            }
        ),
    }
}
