//! Classes that a part does not have, and classes that are rare.

use super::{Evidence, Finding, Severity};
use crate::cohort::{Label, Part};

/// From this ratio on, accuracy says little and a rare class is easily never predicted.
const IMBALANCE_WARN: f64 = 10.0;

/// Classes without a case: a failure in training, where they cannot be learned; a warning where they cannot be measured.
pub(super) fn missing(evidence: &Evidence<'_>) -> Finding {
    let folds = evidence.folds();
    let mut missing: Vec<(Part, String)> = Vec::new();
    for (fold_idx, fold) in folds.iter().enumerate() {
        for part in Part::ALL {
            let members: Vec<usize> = (0..fold.len()).filter(|&idx| fold[idx] == Some(part)).collect();
            // A part that is not there at all is the matter of another check.
            if members.is_empty() {
                continue;
            }
            for class in absent_classes(evidence, &members) {
                let fold = if folds.len() > 1 { format!(" of fold {fold_idx}") } else { String::new() };
                missing.push((part, format!("{class:?} in {part}{fold}")));
            }
        }
    }
    let without_split = if folds.is_empty() {
        let everyone: Vec<usize> = (0..evidence.cohort.n_cases()).collect();
        absent_classes(evidence, &everyone)
    } else {
        Vec::new()
    };
    missing.extend(without_split.into_iter().map(|class| (Part::Train, format!("{class:?} in the cohort"))));
    let severity = match missing.iter().map(|(part, _)| *part).min() {
        None => Severity::Pass,
        Some(Part::Train) => Severity::Fail,
        Some(_) => Severity::Warn,
    };
    let names: Vec<&str> = missing.iter().map(|(_, name)| name.as_str()).collect();
    let message = if missing.is_empty() {
        "every class has cases in every part".to_owned()
    } else {
        format!("no case of {}; add cases, take the class out, or split with stratify = \"label\"", names.join(", "))
    };
    let statistic = Some(missing.len() as f64);
    Finding { check: "class-missing".to_owned(), severity, message, statistic, cases: Vec::new() }
}

fn absent_classes<'a>(evidence: &Evidence<'a>, members: &[usize]) -> Vec<&'a str> {
    let cohort = evidence.cohort;
    let is_absent = |class: &usize| count(evidence, members, *class, Label::Present) == 0;
    (0..cohort.header.classes.len()).filter(is_absent).map(|class| cohort.header.classes[class].as_str()).collect()
}

fn count(evidence: &Evidence<'_>, members: &[usize], class: usize, label: Label) -> usize {
    members.iter().filter(|&&idx| evidence.cohort.cases[idx].truth.label(class) == label).count()
}

/// How unequal the classes are over the whole cohort.
pub(super) fn balance(evidence: &Evidence<'_>) -> Finding {
    let header = &evidence.cohort.header;
    let everyone: Vec<usize> = (0..evidence.cohort.n_cases()).collect();
    let counts = |label| -> Vec<usize> {
        (0..header.classes.len()).map(|class| count(evidence, &everyone, class, label)).collect()
    };
    let present = counts(Label::Present);
    let (ratio, table) = if header.task.is_exclusive() {
        let known = || present.iter().copied().filter(|&n| n > 0);
        let ratio = known().max().zip(known().min()).map(|(most, least)| most as f64 / least as f64);
        let table = header.classes.iter().zip(&present).map(|(class, n)| format!("{class} {n}"));
        (ratio, table.collect::<Vec<_>>())
    } else {
        let absent = counts(Label::Absent);
        let both = || present.iter().copied().zip(absent.iter().copied());
        let ratios = both().filter(|(p, a)| *p > 0 && *a > 0).map(|(p, a)| p.max(a) as f64 / p.min(a) as f64);
        let table = header.classes.iter().zip(both()).map(|(class, (p, a))| format!("{class} {p} of {}", p + a));
        (ratios.max_by(f64::total_cmp), table.collect())
    };
    let n_unknown = evidence.cohort.cases.iter().filter(|case| case.truth.is_unknown()).count();
    let unknown = if n_unknown > 0 { format!("; {n_unknown} cases without any label") } else { String::new() };
    let (severity, message) = match ratio {
        None => (Severity::Warn, format!("no class has a labeled case that could be compared{unknown}")),
        Some(ratio) if ratio > IMBALANCE_WARN => {
            let message = format!(
                "classes are unequal by {ratio:.1} to 1 ({}){unknown}; read accuracy beside the majority baseline, \
                 and prefer AUROC and sensitivity of each class",
                table.join(", ")
            );
            (Severity::Warn, message)
        }
        Some(ratio) => {
            (Severity::Pass, format!("classes are unequal by {ratio:.1} to 1 ({}){unknown}", table.join(", ")))
        }
    };
    Finding { check: "class-balance".to_owned(), severity, message, statistic: ratio, cases: Vec::new() }
}
