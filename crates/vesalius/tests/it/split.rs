//! Splits: nothing that belongs together crosses, classes are dealt evenly, and the same seed gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use vesalius::ErrorKind;
use vesalius::cohort::{Cohort, Label, Part, Task, Truth};
use vesalius::split::{Method, Split, SplitConfig, Stratify, split};

use crate::cohort::cohort_of;

fn config(method: Method) -> SplitConfig {
    SplitConfig { method, ..SplitConfig::default() }
}

/// `n` cases, one in `every` of the second class, `a_subject` cases a subject.
fn made(n: usize, every: usize, a_subject: usize) -> Cohort {
    let subjects: Vec<String> = (0..n).map(|idx| format!("s{}", idx / a_subject)).collect();
    let cases: Vec<(Option<usize>, &str)> = subjects
        .iter()
        .enumerate()
        .map(|(idx, subject)| (Some(usize::from(idx % every == 0)), subject.as_str()))
        .collect();
    cohort_of(&["well", "sick"], &cases)
}

fn publish(cohort: &mut Cohort, part: impl Fn(usize) -> Option<Part>) {
    for (idx, case) in cohort.cases.iter_mut().enumerate() {
        case.split = part(idx);
    }
}

fn n_of_class(cohort: &Cohort, indices: &[usize], class: usize) -> usize {
    indices.iter().filter(|&&idx| cohort.cases[idx].truth.label(class) == Label::Present).count()
}

#[track_caller]
fn assert_whole(split: &Split, groups: &[Vec<usize>]) {
    for fold in &split.folds {
        for group in groups {
            let parts: BTreeSet<Part> = group.iter().filter_map(|&idx| fold[idx]).collect();
            assert!(parts.len() <= 1, "group {group:?} lies in {parts:?}");
        }
    }
}

fn by_subject(cohort: &Cohort) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (idx, case) in cohort.cases.iter().enumerate() {
        groups.entry(&case.subject).or_default().push(idx);
    }
    groups.into_values().collect()
}

#[test]
fn shares_and_classes_come_out_within_a_few_cases() {
    let check = |cohort: &Cohort, within: f64| {
        let made = split(cohort, &config(Method::Random), &[]).unwrap();
        for (part, share) in Part::ALL.into_iter().zip([0.7, 0.1, 0.2]) {
            let indices = made.indices(0, part);
            for class in 0..cohort.header.classes.len() {
                let everyone: Vec<usize> = (0..cohort.n_cases()).collect();
                let expected = n_of_class(cohort, &everyone, class) as f64 * share;
                let n = n_of_class(cohort, &indices, class) as f64;
                assert!((n - expected).abs() <= within, "{part} has {n} of class {class}, expected {expected}");
            }
        }
        assert_whole(&made, &by_subject(cohort));
    };
    check(&made(1000, 10, 1), 1.0);
    check(&made(999, 7, 3), 3.0);
    // Subjects of very different size, each of one class.
    let subjects: Vec<String> = (0..60).flat_map(|s| vec![format!("s{s}"); 1 + s % 9]).collect();
    let cases: Vec<(Option<usize>, &str)> =
        subjects.iter().map(|s| (Some(usize::from(s.len() == 2)), s.as_str())).collect();
    check(&cohort_of(&["many", "few"], &cases), 3.0);
}

#[test]
fn findings_that_occur_together_are_dealt_evenly() {
    let mut cohort = made(800, 2, 1);
    cohort.header.task = Task::MultiLabel;
    cohort.header.classes = ["common", "half", "rare"].map(str::to_owned).to_vec();
    for (idx, case) in cohort.cases.iter_mut().enumerate() {
        let label = |yes: bool| if yes { Label::Present } else { Label::Absent };
        case.truth = Truth::Findings(vec![label(idx % 5 != 0), label(idx % 2 == 0), label(idx % 40 == 0)]);
    }
    let made = split(&cohort, &config(Method::Random), &[]).unwrap();
    let test = made.indices(0, Part::Test);
    assert!(test.len().abs_diff(160) <= 5, "{} test cases", test.len());
    for (class, expected) in [(0, 128), (1, 80), (2, 4)] {
        assert!(n_of_class(&cohort, &test, class).abs_diff(expected) <= 4, "finding {class}");
    }
    assert!(n_of_class(&cohort, &test, 2).abs_diff(4) <= 1, "the rare finding");
}

#[test]
fn subjects_and_duplicates_stay_together_even_in_chains() {
    let cohort = made(300, 3, 2);
    // 1 and 2 are of two subjects, as are 2 and 9: the six cases 0-3, 8, 9 are one group.
    let duplicates = vec![vec![1, 2], vec![2, 9], vec![100, 200, 299]];
    let mut together = by_subject(&cohort);
    together.extend(duplicates.clone());
    together.push(vec![0, 1, 2, 3, 8, 9]);
    for seed in 0..20 {
        for method in [Method::Random, Method::Folds] {
            let config = SplitConfig { seed, ..config(method) };
            assert_whole(&split(&cohort, &config, &duplicates).unwrap(), &together);
        }
    }
    assert!(split(&cohort, &config(Method::Random), &[vec![0, 300]]).is_err());
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let cohort = made(200, 4, 1);
    let of_seed = |seed| split(&cohort, &SplitConfig { seed, ..config(Method::Random) }, &[]).unwrap();
    assert_eq!(of_seed(7), of_seed(7));
    assert_ne!(of_seed(7).folds, of_seed(8).folds);
}

#[test]
fn published_parts_are_kept_and_missing_ones_carved_from_whole_groups_of_train() {
    let mut cohort = made(1000, 4, 1);
    publish(&mut cohort, |idx| Some(if idx < 900 { Part::Train } else { Part::Val }));
    // The first hundred cross the published parts, 600 and 700 do not.
    let mut duplicates: Vec<Vec<usize>> = (0..100).map(|idx| vec![idx, 900 + idx]).collect();
    duplicates.push(vec![600, 700]);
    let made = split(&cohort, &config(Method::Published), &duplicates).unwrap();
    assert_eq!(made.n_folds(), 1);
    assert_eq!(made.indices(0, Part::Val), (900..1000).collect::<Vec<_>>());
    let test = made.indices(0, Part::Test);
    assert!(test.len().abs_diff(135) <= 1, "{} test cases", test.len());
    assert!(test.iter().all(|&idx| (100..900).contains(&idx)));
    assert!(n_of_class(&cohort, &test, 1).abs_diff(34) <= 1);
    assert_eq!(made.folds[0][600], made.folds[0][700]);
    assert!(made.note.contains("100 groups of cases"), "{}", made.note);
    assert!(made.note.contains("no test part"), "{}", made.note);
    publish(&mut cohort, |idx| (idx > 0).then_some(Part::Train));
    let made = split(&cohort, &config(Method::Published), &[vec![0, 1]]).unwrap();
    assert_eq!(made.folds[0][0], None);
    assert!(made.indices(0, Part::Val).len() > 70, "{}", made.note);
    assert_ne!(made.folds[0][1], Some(Part::Test), "its group does not lie wholly in train");
    assert!(made.note.contains("1 case without a published part"), "{}", made.note);
}

#[test]
fn a_whole_published_split_is_left_alone() {
    let mut cohort = made(30, 2, 1);
    publish(&mut cohort, |idx| Some(Part::ALL[idx % 3]));
    let made = split(&cohort, &config(Method::Published), &[vec![0, 1]]).unwrap();
    assert!(made.folds[0].iter().enumerate().all(|(idx, part)| *part == Some(Part::ALL[idx % 3])));
    publish(&mut cohort, |_| None);
    let error = split(&cohort, &config(Method::Published), &[]).unwrap_err();
    assert!(error.to_string().contains("choose the split method"), "{error}");
}

#[test]
fn every_case_is_tested_once_by_folds() {
    let cohort = made(101, 3, 1);
    let made = split(&cohort, &SplitConfig { folds: 4, ..config(Method::Folds) }, &[]).unwrap();
    assert_eq!(made.n_folds(), 4);
    let mut tested: Vec<usize> = (0..4).flat_map(|fold| made.indices(fold, Part::Test)).collect();
    tested.sort_unstable();
    assert_eq!(tested, (0..101).collect::<Vec<_>>());
    for fold in 0..4 {
        assert_eq!(made.indices(fold, Part::Val), made.indices((fold + 1) % 4, Part::Test));
        assert!(made.indices(fold, Part::Test).len().abs_diff(25) <= 1);
    }
    let two = SplitConfig { folds: 2, ..config(Method::Folds) };
    assert_eq!(split(&cohort, &two, &[]).unwrap_err().kind(), ErrorKind::Configuration);
}

#[test]
fn folds_leave_a_published_test_part_alone() {
    let mut cohort = made(110, 2, 1);
    publish(&mut cohort, |idx| Some(if idx < 10 { Part::Test } else { Part::Train }));
    let made = split(&cohort, &SplitConfig { folds: 2, ..config(Method::Folds) }, &[vec![0, 20]]).unwrap();
    for fold in 0..2 {
        assert_eq!(made.indices(fold, Part::Test), (0..10).collect::<Vec<_>>());
        assert_eq!(made.indices(fold, Part::Val), made.indices(1 - fold, Part::Train));
    }
    assert!(made.note.contains("1 group of cases"), "{}", made.note);
}

#[test]
fn each_site_is_tested_once_without_its_subjects() {
    let mut cohort = made(60, 2, 1);
    for (idx, case) in cohort.cases.iter_mut().enumerate() {
        case.site = Some(["north", "south", "west"][idx % 3].to_owned());
    }
    // One subject was seen in north (0) and south (1).
    cohort.cases[1].subject = cohort.cases[0].subject.clone();
    let made = split(&cohort, &config(Method::Site), &[]).unwrap();
    assert_eq!(made.n_folds(), 3);
    assert_eq!(made.indices(0, Part::Test), (0..60).step_by(3).collect::<Vec<_>>());
    assert_eq!((made.folds[0][1], made.folds[1][0]), (None, None));
    assert!(made.folds[2][0].is_some());
    assert!((0..3).all(|fold| made.indices(fold, Part::Val).len().abs_diff(4) <= 1), "{}", made.note);
    assert_whole(&made, &by_subject(&cohort));
    cohort.cases[5].site = None;
    let error = split(&cohort, &config(Method::Site), &[]).unwrap_err();
    assert!(error.to_string().contains("1 cases without one"), "{error}");
}

#[test]
fn sites_can_be_what_is_dealt_evenly() {
    let mut cohort = made(300, 2, 1);
    for (idx, case) in cohort.cases.iter_mut().enumerate() {
        case.site = (idx % 10 != 0).then(|| "north".to_owned());
    }
    let made = split(&cohort, &SplitConfig { stratify: Stratify::Site, ..config(Method::Random) }, &[]).unwrap();
    let n_without = made.indices(0, Part::Test).iter().filter(|&&idx| cohort.cases[idx].site.is_none()).count();
    assert_eq!(n_without, 6);
}

#[test]
fn only_training_cases_are_in_a_train_set() {
    let cohort = made(40, 4, 1);
    let made = split(&cohort, &config(Method::Random), &[]).unwrap();
    let train = made.train_set(&cohort, 0).unwrap();
    assert_eq!(train.indices(), made.indices(0, Part::Train));
    assert_eq!(train.cohort(), &cohort);
    assert!(made.train_set(&cohort, 1).unwrap_err().to_string().contains("no fold 1"));
}

#[test]
fn a_class_that_cannot_be_learned_is_named() {
    let mut cohort = made(40, 4, 1);
    publish(&mut cohort, |idx| Some(if idx % 4 == 0 { Part::Test } else { Part::Train }));
    let made = split(&cohort, &config(Method::Published), &[]).unwrap();
    let error = made.train_set(&cohort, 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("\"sick\"") && error.to_string().contains("add cases"), "{error}");
}

#[test]
fn a_split_survives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let cohort = made(50, 4, 1);
    let config = SplitConfig { folds: 3, seed: 9, ..config(Method::Folds) };
    let mut made = split(&cohort, &config, &[]).unwrap();
    made.folds[1][7] = None;
    made.save(&cohort, &config, folder.path()).unwrap();
    assert_eq!(Split::load(folder.path(), &cohort).unwrap(), made);
    assert_eq!(Split::load(&folder.path().join("split.csv"), &cohort).unwrap(), made);
    let sidecar = fs::read_to_string(folder.path().join("split.toml")).unwrap();
    assert!(sidecar.contains("method = \"folds\"") && sidecar.contains("seed = 9"), "{sidecar}");
}

#[test]
fn a_bad_split_file_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let cohort = made(3, 2, 1);
    let file = folder.path().join("split.csv");
    let check = |text: &str, expected: &str| {
        fs::write(&file, text).unwrap();
        let error = Split::load(&file, &cohort).unwrap_err().to_string();
        assert!(error.contains("split.csv") && error.contains(expected), "{error:?} does not say {expected:?}");
    };
    check("case,split\na,train\n", "no column fold");
    check("case,fold,split\nnobody,0,train\n", "\"nobody\"");
    check("case,fold,split\ncase-00000,-1,train\n", "number from 0");
    check("case,fold,split\ncase-00000,99999999999,train\n", "number from 0");
    check("case,fold,split\ncase-00000,0,training\n", "train, val or test");
    check("case,fold,split\ncase-00000,0,train\ncase-00000,0,test\n", "twice");
    check("case,fold,split\ncase-00000,1,train\n", "no case in fold 0");
    check("case,fold,split\n", "no rows");
    fs::write(&file, "case,fold,split\ncase-00001,0,test\n").unwrap();
    let foreign = Split::load(&file, &cohort).unwrap();
    assert_eq!(foreign.folds, [[None, Some(Part::Test), None]]);
}

#[test]
fn impossible_configurations_are_refused() {
    let cohort = made(30, 2, 1);
    let check = |config: SplitConfig, expected: &str| {
        let error = split(&cohort, &config, &[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(expected), "{error}");
    };
    let random = || config(Method::Random);
    check(SplitConfig { fractions: [0.5, 0.1, 0.1], ..random() }, "add up to 1");
    check(SplitConfig { fractions: [f64::NAN, 0.5, 0.5], ..random() }, "add up to 1");
    check(SplitConfig { fractions: [0.0, 0.5, 0.5], ..random() }, "train fraction");
    check(SplitConfig { test_fraction: 1.0, ..random() }, "test_fraction");
    check(SplitConfig { val_fraction: 0.0, ..random() }, "val_fraction");
    check(SplitConfig { folds: 1, ..random() }, "at least 2");
    check(SplitConfig { folds: 31, ..config(Method::Folds) }, "of which there are 30");
}
