//! Identical images, by decoded samples and not by file bytes: within parts, across them, and with other labels.
//!
//! Two images are identical when shape and every sample agree; a hash of 256 bits stands for them, so that the cost
//! is one pass over the images and n log n comparisons of 32 bytes.

use std::collections::BTreeMap;

use vesalius_image::Fingerprint;

use super::crossing::Crossing;
use super::{Evidence, Finding, Severity};
use crate::cohort::{Cohort, Label, Truth};

/// Groups of two or more cases with identical images, by the fingerprint of each; ascending, by their first case.
///
/// Images that cannot be read have no fingerprint and belong to no group.
pub fn duplicates(fingerprints: &[Option<Fingerprint>]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<Fingerprint, Vec<usize>> = BTreeMap::new();
    for (idx, fingerprint) in fingerprints.iter().enumerate() {
        if let Some(fingerprint) = fingerprint {
            groups.entry(*fingerprint).or_default().push(idx);
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort();
    groups
}

pub(super) fn exact_duplicates(evidence: &Evidence<'_>) -> Finding {
    let groups = evidence.duplicates;
    let (severity, message) = if groups.is_empty() {
        (Severity::Pass, "no two cases have identical images".to_owned())
    } else {
        let n_conflicts = groups.iter().filter(|group| is_conflict(evidence.cohort, group)).count();
        let n_images: usize = groups.iter().map(Vec::len).sum();
        let conflicts = match n_conflicts {
            0 => "none carries contradicting labels".to_owned(),
            1 => "1 carries contradicting labels".to_owned(),
            n => format!("{n} carry contradicting labels"),
        };
        let message = format!(
            "{} of identical images; {}; {conflicts}; they hold {n_images} cases, which are {} too many: keep one of each",
            n_groups(groups.len()),
            Crossing::of(evidence, groups).sentence(),
            n_images - groups.len()
        );
        (Severity::Warn, message)
    };
    finding("exact-duplicates", severity, message, evidence, groups.iter())
}

pub(super) fn across_splits(evidence: &Evidence<'_>) -> Finding {
    let crossing = Crossing::of(evidence, evidence.duplicates);
    let groups = crossing.all();
    let (severity, message) = if groups.is_empty() {
        let known = crossing.published.is_some() || crossing.in_use.is_some();
        let message =
            if known { "no identical images lie in more than one part" } else { "there is no split yet to cross" };
        (Severity::Pass, message.to_owned())
    } else {
        let message = format!(
            "of {} of identical images, {}; {}: leave these cases out, or split anew, which keeps duplicates together",
            n_groups(evidence.duplicates.len()),
            crossing.sentence().replace(" of them", ""),
            crossing.consequence()
        );
        (Severity::Fail, message)
    };
    let groups = groups.iter().map(|&group| &evidence.duplicates[group]);
    finding("duplicates-across-splits", severity, message, evidence, groups)
}

pub(super) fn label_conflict(evidence: &Evidence<'_>) -> Finding {
    let groups: Vec<&Vec<usize>> =
        evidence.duplicates.iter().filter(|group| is_conflict(evidence.cohort, group)).collect();
    let (severity, message) = if groups.is_empty() {
        (Severity::Pass, "no identical images carry contradicting labels".to_owned())
    } else {
        let message = format!(
            "{} of identical images with contradicting labels; at most one label can be right: \
             read these cases again, or leave them out",
            n_groups(groups.len())
        );
        (Severity::Warn, message)
    };
    finding("duplicate-label-conflict", severity, message, evidence, groups.into_iter())
}

/// Whether something is said to be there by one case of the group and not to be there by another; unknown says neither.
fn is_conflict(cohort: &Cohort, group: &[usize]) -> bool {
    let truths = || group.iter().map(|&idx| &cohort.cases[idx].truth);
    let n_labels = truths().map(|truth| if let Truth::Findings(labels) = truth { labels.len() } else { 0 }).max();
    let n_classes = n_labels.unwrap_or(0).max(cohort.header.classes.len());
    (0..n_classes).any(|class| {
        let has = |label: Label| truths().any(|truth| truth.label(class) == label);
        has(Label::Present) && has(Label::Absent)
    })
}

fn n_groups(n: usize) -> String {
    if n == 1 { "1 group".to_owned() } else { format!("{n} groups") }
}

/// A finding whose statistic is its number of groups.
fn finding<'a>(
    check: &str,
    severity: Severity,
    message: String,
    evidence: &Evidence<'_>,
    groups: impl Iterator<Item = &'a Vec<usize>>,
) -> Finding {
    let cases: Vec<Vec<String>> = groups.map(|group| evidence.names(group)).collect();
    Finding { check: check.to_owned(), severity, message, statistic: Some(cases.len() as f64), cases }
}
