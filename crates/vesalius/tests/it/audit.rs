//! Audits: what is planted is found, what is not there is not invented, and every check has a test.

use std::fs;
use std::path::Path;

use vesalius::audit::{self, CHECKS, Evidence, Finding, Findings, Severity};
use vesalius::cohort::{self, Cohort, Images, Label, Layout, Part, ReadOptions, Task, Truth, read_source};
use vesalius::split::{Method, Split, SplitConfig, split};
use vesalius_image::{Limits, Samples};

use crate::cohort::{real_data, save_npz, with_context};

/// What one check finds in a cohort.
fn found<'a>(findings: &'a [Finding], check: &str) -> &'a Finding {
    findings.iter().find(|finding| finding.check == check).expect("every check leaves a finding")
}

fn audit(cohort: &Cohort, split: Option<&Split>) -> Vec<Finding> {
    let images = Images::open(cohort, &Limits::default()).unwrap();
    let duplicates = duplicates(cohort);
    with_context(|ctx| audit::audit(&Evidence { cohort, images: &images, split, duplicates: &duplicates, ctx }))
        .unwrap()
}

fn duplicates(cohort: &Cohort) -> Vec<Vec<usize>> {
    let images = Images::open(cohort, &Limits::default()).unwrap();
    audit::duplicates(&with_context(|ctx| cohort::fingerprints(cohort, &images, ctx)).unwrap())
}

/// Train, val and test part of gray 2 × 2 images, one number an image, with these labels.
fn parts(folder: &Path, parts: [(&[u8], &[u8]); 3]) -> Cohort {
    let path = folder.join("made.npz");
    let names = [("train_images", "train_labels"), ("val_images", "val_labels"), ("test_images", "test_labels")];
    let shapes: Vec<[usize; 3]> = parts.iter().map(|(images, _)| [images.len(), 2, 2]).collect();
    let counts: Vec<[usize; 1]> = parts.iter().map(|(images, _)| [images.len()]).collect();
    let mut arrays = Vec::new();
    for (idx, (images, labels)) in parts.iter().enumerate().filter(|(_, (images, _))| !images.is_empty()) {
        let pixels = images.iter().flat_map(|&gray| [gray, 1, 2, 3]).collect();
        arrays.push((names[idx].0, &shapes[idx][..], Samples::U8(pixels)));
        arrays.push((names[idx].1, &counts[idx][..], Samples::U8(labels.to_vec())));
    }
    save_npz(&path, &arrays);
    read_source(&path, Layout::Medmnist, &ReadOptions::default()).unwrap().0
}

fn sound(folder: &Path) -> Cohort {
    let gray: Vec<u8> = (0..200).collect();
    let labels: Vec<u8> = (0..200).map(|idx| idx % 2).collect();
    let mut cohort = parts(
        folder,
        [(&gray[..100], &labels[..100]), (&gray[100..150], &labels[100..150]), (&gray[150..], &labels[150..])],
    );
    for (idx, case) in cohort.cases.iter_mut().enumerate() {
        case.subject = format!("patient-{idx}");
    }
    cohort
}

#[test]
fn a_sound_cohort_passes_every_check_in_the_order_of_the_registry() {
    let folder = tempfile::tempdir().unwrap();
    let findings = audit(&sound(folder.path()), None);
    let names: Vec<&str> = findings.iter().map(|finding| finding.check.as_str()).collect();
    assert_eq!(names, CHECKS.iter().map(|check| check.name).collect::<Vec<_>>());
    for finding in &findings {
        assert_eq!(finding.severity, Severity::Pass, "{finding:?}");
        assert_eq!(finding.cases, Vec::<Vec<String>>::new());
    }
    assert_eq!(audit::verdict(&findings), "All 7 checks passed: nothing was found that would make the results untrue.");
}

/// Every check has a test below that makes it speak.
#[test]
fn every_check_has_an_owner() {
    let tested = [
        "exact-duplicates",
        "duplicates-across-splits",
        "duplicate-label-conflict",
        "subject-across-splits",
        "class-missing",
        "class-balance",
        "split-sizes",
    ];
    assert_eq!(CHECKS.iter().map(|check| check.name).collect::<Vec<_>>(), tested);
}

#[test]
fn identical_images_are_found_within_and_across_parts() {
    let folder = tempfile::tempdir().unwrap();
    // 1 twice in train with two labels, 2 in train and val, 3 in all three.
    let cohort =
        parts(folder.path(), [(&[1, 1, 2, 3, 4], &[0, 1, 0, 1, 1]), (&[2, 5, 3], &[0, 1, 1]), (&[6, 3], &[0, 1])]);
    let findings = audit(&cohort, None);
    let all = found(&findings, "exact-duplicates");
    assert_eq!((all.severity, all.statistic), (Severity::Warn, Some(3.0)));
    assert_eq!(all.cases[0], ["train-00000", "train-00001"]);
    assert_eq!(all.cases[2], ["train-00003", "val-00002", "test-00001"]);
    assert!(
        all.message.starts_with("3 groups of identical images; 2 of them cross the published split"),
        "{}",
        all.message
    );
    assert!(all.message.contains("1 carries contradicting labels"), "{}", all.message);
    let across = found(&findings, "duplicates-across-splits");
    assert_eq!((across.severity, across.statistic), (Severity::Fail, Some(2.0)));
    assert_eq!(across.cases[0], ["train-00002", "val-00000"]);
    assert!(across.message.contains("(train/val, train/val/test)"), "{}", across.message);
    let conflict = found(&findings, "duplicate-label-conflict");
    assert_eq!((conflict.severity, conflict.statistic), (Severity::Warn, Some(1.0)));
    assert_eq!(conflict.cases, [["train-00000", "train-00001"]]);
    let verdict = audit::verdict(&findings);
    assert!(verdict.starts_with("1 of 7 checks failed (duplicates-across-splits) and 4 warned"), "{verdict}");
}

#[test]
fn the_split_in_use_is_judged_beside_the_published_one() {
    let folder = tempfile::tempdir().unwrap();
    let gray: Vec<u8> = (0..60).map(|idx| idx / 2).collect();
    let labels: Vec<u8> = (0..60).map(|idx| (idx / 2) % 2).collect();
    let cohort = parts(folder.path(), [(&gray[..31], &labels[..31]), (&gray[31..], &labels[31..]), (&[], &[])]);
    let groups = duplicates(&cohort);
    assert_eq!(groups.len(), 30);
    let random = SplitConfig { method: Method::Random, ..SplitConfig::default() };
    let kept = split(&cohort, &random, &groups).unwrap();
    let findings = audit(&cohort, Some(&kept));
    let message = &found(&findings, "exact-duplicates").message;
    assert!(
        message.contains("1 of them crosses the published split (train/val); none of them crosses the split in use"),
        "{message}"
    );
    let message = &found(&findings, "duplicates-across-splits").message;
    assert!(message.contains("those on the split in use do not"), "{message}");
    let mut folds = Split { folds: vec![kept.folds[0].clone(); 2], note: String::new() };
    folds.folds[1][0] = Some(if kept.folds[0][1] == Some(Part::Train) { Part::Test } else { Part::Train });
    let findings = audit(&cohort, Some(&folds));
    let finding = found(&findings, "duplicates-across-splits");
    assert_eq!(finding.statistic, Some(2.0), "one crosses as published, one in the second fold");
    assert!(finding.message.contains("1 crosses the split in use"), "{}", finding.message);
    let careless = split(&cohort, &random, &[]).unwrap();
    let across = audit(&cohort, Some(&careless));
    let across = found(&across, "duplicates-across-splits");
    assert!(across.statistic > Some(5.0) && across.message.contains("cross the split in use"), "{}", across.message);
}

#[test]
fn unknown_contradicts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut cohort = parts(folder.path(), [(&[1, 1, 2, 2], &[0, 0, 1, 1]), (&[], &[]), (&[], &[])]);
    cohort.header.task = Task::MultiLabel;
    let set = |cohort: &mut Cohort, idx: usize, labels: [Label; 2]| {
        cohort.cases[idx].truth = Truth::Findings(labels.to_vec());
    };
    set(&mut cohort, 0, [Label::Present, Label::Unknown]);
    set(&mut cohort, 1, [Label::Unknown, Label::Absent]);
    set(&mut cohort, 2, [Label::Present, Label::Absent]);
    set(&mut cohort, 3, [Label::Present, Label::Present]);
    let findings = audit(&cohort, None);
    assert_eq!(found(&findings, "duplicate-label-conflict").cases, [["train-00002", "train-00003"]]);
}

#[test]
fn a_subject_in_two_parts_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut cohort = sound(folder.path());
    cohort.cases[120].subject = "patient-3".to_owned();
    cohort.cases[4].subject = "patient-5".to_owned();
    let findings = audit(&cohort, None);
    let finding = found(&findings, "subject-across-splits");
    assert_eq!((finding.severity, finding.statistic), (Severity::Fail, Some(1.0)));
    assert_eq!(finding.cases, [["train-00003", "val-00020"]]);
    for case in &mut cohort.cases {
        case.subject.clone_from(&case.case);
    }
    let findings = audit(&cohort, None);
    let finding = found(&findings, "subject-across-splits");
    assert_eq!((finding.severity, finding.statistic), (Severity::Warn, None));
    assert!(finding.message.contains("not known"), "{}", finding.message);
    let verdict = audit::verdict(&findings);
    assert!(verdict.starts_with("No check failed; 1 of 7 warned"), "{verdict}");
}

#[test]
fn a_missing_class_fails_in_train_and_warns_in_test() {
    let folder = tempfile::tempdir().unwrap();
    let mut cohort = sound(folder.path());
    for case in &mut cohort.cases[150..] {
        case.truth = Truth::Class(Some(0));
    }
    let findings = audit(&cohort, None);
    let finding = found(&findings, "class-missing");
    assert_eq!((finding.severity, finding.statistic), (Severity::Warn, Some(1.0)));
    assert!(finding.message.contains("\"1\" in test"), "{}", finding.message);
    cohort.cases[..100].iter_mut().for_each(|case| case.truth = Truth::Class(Some(1)));
    let findings = audit(&cohort, None);
    assert_eq!(found(&findings, "class-missing").severity, Severity::Fail);
}

#[test]
fn unequal_classes_warn_with_their_ratio() {
    let folder = tempfile::tempdir().unwrap();
    let mut cohort = sound(folder.path());
    cohort
        .cases
        .iter_mut()
        .enumerate()
        .for_each(|(idx, case)| case.truth = Truth::Class(Some(usize::from(idx % 20 == 0))));
    let findings = audit(&cohort, None);
    let finding = found(&findings, "class-balance");
    assert_eq!((finding.severity, finding.statistic), (Severity::Warn, Some(19.0)));
    assert!(finding.message.contains("0 190, 1 10"), "{}", finding.message);
    cohort.cases.iter_mut().for_each(|case| case.truth = Truth::Class(None));
    let findings = audit(&cohort, None);
    assert_eq!(found(&findings, "class-balance").statistic, None);
}

#[test]
fn empty_and_small_parts_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut cohort = sound(folder.path());
    let check = |cohort: &Cohort, made: Option<&Split>, severity: Severity, statistic: f64| {
        let findings = audit(cohort, made);
        let finding = found(&findings, "split-sizes");
        assert_eq!((finding.severity, finding.statistic), (severity, Some(statistic)), "{}", finding.message);
    };
    check(&cohort, None, Severity::Pass, 50.0);
    cohort.cases.truncate(155);
    check(&cohort, None, Severity::Warn, 5.0);
    cohort.cases.truncate(150);
    check(&cohort, None, Severity::Warn, 0.0);
    let mut made = split(&cohort, &SplitConfig::default(), &[]).unwrap();
    check(&cohort, Some(&made), Severity::Warn, 15.0);
    made.folds[0].iter_mut().filter(|part| **part == Some(Part::Val)).for_each(|part| *part = None);
    check(&cohort, Some(&made), Severity::Fail, 15.0);
}

#[test]
fn findings_survive_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let findings = Findings::new(audit(&sound(folder.path()), None));
    let path = folder.path().join("audit/findings.json");
    findings.save(&path).unwrap();
    assert_eq!(Findings::load(&path).unwrap(), findings);
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with("{\n  \"schema\": 1,\n  \"findings\": ["), "{text}");
    assert!(text.contains("\"severity\": \"pass\""));
}

// --- real data ---

#[test]
fn pneumoniamnist_has_24_groups_of_which_8_cross() {
    let Some(path) = real_data("pneumoniamnist/dev_trainval.npz") else { return };
    let (cohort, _) = read_source(&path, Layout::Medmnist, &ReadOptions::default()).unwrap();
    let groups = duplicates(&cohort);
    assert_eq!(groups.len(), 24);
    let made = split(&cohort, &SplitConfig::default(), &groups).unwrap();
    assert!(made.note.contains("8 groups of cases") && made.note.contains("no test part"), "{}", made.note);
    let test = made.indices(0, Part::Test);
    assert!(test.len().abs_diff(706) <= 2, "{} test cases", test.len());
    let crossing = |part: Part, other: Part| {
        let lies = |group: &Vec<usize>, part| group.iter().any(|&idx| made.folds[0][idx] == Some(part));
        groups.iter().filter(|group| lies(group, part) && lies(group, other)).count()
    };
    assert_eq!(crossing(Part::Train, Part::Val), 8);
    assert_eq!((crossing(Part::Train, Part::Test), crossing(Part::Val, Part::Test)), (0, 0));
    let findings = audit(&cohort, Some(&made));
    let all = found(&findings, "exact-duplicates");
    assert_eq!(all.statistic, Some(24.0));
    assert!(
        all.message.starts_with("24 groups of identical images; 8 of them cross the published split (train/val)"),
        "{}",
        all.message
    );
    assert_eq!(found(&findings, "duplicates-across-splits").statistic, Some(8.0));
}

#[test]
fn medical_mnist_has_four_pairs() {
    let Some(path) = real_data("medical-mnist") else { return };
    let layout = Layout::guess(&path).unwrap();
    let (cohort, problems) = read_source(&path, layout, &ReadOptions::default()).unwrap();
    assert_eq!(problems, []);
    assert_eq!((cohort.n_cases(), cohort.header.classes.len()), (1800, 6));
    let sizes: Vec<usize> = duplicates(&cohort).iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 2, 2]);
}
