//! Subjects whose cases lie in more than one part of a split: the model then knows the patient, not the disease.

use std::collections::BTreeMap;

use super::crossing::Crossing;
use super::{Evidence, Finding, Severity};

pub(super) fn subject_across_splits(evidence: &Evidence<'_>) -> Finding {
    let cases = &evidence.cohort.cases;
    let finding = |severity, message: String, statistic, cases| Finding {
        check: "subject-across-splits".to_owned(),
        severity,
        message,
        statistic,
        cases,
    };
    // Where every case is its own subject, nobody said which cases are of one patient.
    if cases.iter().all(|case| case.subject == case.case) {
        let message = "subjects are not known, so each case counts as its own; whether one patient lies in two parts \
                       cannot be told: add a column subject if the source knows";
        return finding(Severity::Warn, message.to_owned(), None, Vec::new());
    }
    let mut of_subject: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (idx, case) in cases.iter().enumerate() {
        of_subject.entry(&case.subject).or_default().push(idx);
    }
    let groups: Vec<Vec<usize>> = of_subject.into_values().collect();
    let crossing = Crossing::of(evidence, &groups);
    let crossed = crossing.all();
    let n_subjects = groups.len();
    if crossed.is_empty() {
        let message = format!("{n_subjects} subjects, {}", crossing.sentence());
        return finding(Severity::Pass, message, Some(0.0), Vec::new());
    }
    let message = format!(
        "{n_subjects} subjects; {}; {}: split anew with group = \"subject\"",
        crossing.sentence(),
        crossing.consequence()
    );
    let cases: Vec<Vec<String>> = crossed.iter().map(|&group| evidence.names(&groups[group])).collect();
    finding(Severity::Fail, message, Some(cases.len() as f64), cases)
}
