//! What has no value says why, what is no input is refused, and perfection still has an interval.

use crate::kit::{binary, estimate, measured, names};
use vesalius_stats::ErrorKind;
use vesalius_stats::classify::{Bins, Cases, Options, auroc, measure};

#[track_caller]
fn undefined(cases: &Cases, metric: &str, target: &str, why: &str) {
    let scores = measured(cases);
    let found = estimate(&scores, metric, target);
    assert_eq!((found.value, found.low, found.high), (None, None, None), "{metric}");
    let reason = found.undefined.as_ref().unwrap();
    assert!(reason.contains(why), "{metric}: {reason}");
}

#[test]
fn one_class() {
    let cases = binary(&[true, true, true], &[0.2, 0.7, 0.9]);
    undefined(&cases, "auroc", "class 1", "no negative case of class 1");
    undefined(&cases, "specificity", "class 1", "no negative case");
    undefined(&cases, "balanced_accuracy", "all", "no negative case");
    undefined(&cases, "medmnist_auc", "all", "no negative case");
    let scores = measured(&cases);
    assert!(scores.roc.is_empty());
    assert_eq!(estimate(&scores, "sensitivity", "class 1").value, Some(2.0 / 3.0));
    assert_eq!(estimate(&scores, "majority_accuracy", "all").value, Some(1.0));
    undefined(&binary(&[false, false], &[0.2, 0.1]), "sensitivity", "class 1", "no positive case");
    undefined(&binary(&[false, false], &[0.2, 0.1]), "ppv", "class 1", "called positive");
    undefined(&binary(&[true, false], &[0.9, 0.8]), "npv", "class 1", "called negative");
    undefined(&binary(&[false, false], &[0.2, 0.1]), "f1", "class 1", "no positive case");
}

#[test]
fn a_class_that_is_missing_leaves_the_mean_undefined() {
    let cases = Cases::exclusive(&names(3), &[0, 1, 1], &[0.6, 0.3, 0.1, 0.2, 0.7, 0.1, 0.3, 0.6, 0.1]).unwrap();
    undefined(&cases, "auroc", "class 2", "no positive case of class 2");
    undefined(&cases, "auroc", "macro", "class 2");
    undefined(&cases, "medmnist_auc", "all", "class 2");
    undefined(&cases, "f1", "macro", "class 2");
    undefined(&cases, "balanced_accuracy", "all", "class 2");
}

#[test]
fn nothing() {
    for cases in [
        Cases::exclusive(&names(2), &[], &[]).unwrap(),
        Cases::exclusive(&names(3), &[], &[]).unwrap(),
        Cases::findings(&names(2), &[], &[]).unwrap(),
        Cases::findings(&names(2), &[None, None], &[0.5, 0.5]).unwrap(),
    ] {
        for found in measured(&cases).estimates {
            assert_eq!(found.value, None, "{} of {}", found.metric, found.target);
            assert!(!found.undefined.unwrap().is_empty());
        }
    }
}

#[test]
fn scores_that_are_no_probabilities_have_an_area_and_no_calibration() {
    let cases = binary(&[true, false, true, false], &[3.0, -2.0, 0.5, 1.0]);
    undefined(&cases, "brier", "class 1", "no probabilities");
    undefined(&cases, "ece", "class 1", "no probabilities");
    let scores = measured(&cases);
    assert!(scores.reliability.is_empty());
    assert_eq!(estimate(&scores, "auroc", "class 1").value, Some(0.75));
}

#[test]
fn perfection_has_an_interval() {
    let truth: Vec<bool> = (0..40).map(|case| case < 20).collect();
    let score: Vec<f64> = truth.iter().map(|&truth| f64::from(u8::from(truth))).collect();
    let many = measured(&binary(&truth, &score));
    let findings: Vec<Option<bool>> = truth.iter().map(|&truth| Some(truth)).collect();
    let findings = measured(&Cases::findings(&names(1), &findings, &score).unwrap());
    let three = Cases::exclusive(&names(3), &[0, 1, 2], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    for scores in [many, findings, measured(&three)] {
        for found in scores.estimates {
            let (low, high) = (found.low.unwrap(), found.high.unwrap());
            let value = found.value.unwrap();
            assert!(low <= value && value <= high && high - low > 0.01, "{found:?}");
            assert!(high <= 2.0 && (low >= 0.0 || found.metric == "net_benefit"), "{found:?}");
        }
    }
}

#[test]
fn what_is_no_input_is_refused() {
    let kind = |cases: vesalius_stats::Result<Cases>| cases.unwrap_err().kind();
    assert_eq!(kind(Cases::exclusive(&names(2), &[0, 1], &[0.5, 0.5, 0.5])), ErrorKind::Length);
    assert_eq!(kind(Cases::exclusive(&names(1), &[0], &[0.5])), ErrorKind::Length);
    assert_eq!(kind(Cases::exclusive(&names(2), &[2], &[0.5, 0.5])), ErrorKind::Value);
    assert_eq!(kind(Cases::findings(&names(2), &[None], &[0.5])), ErrorKind::Length);
    for stray in [f64::NAN, f64::INFINITY] {
        let error = Cases::exclusive(&names(2), &[0, 1], &[0.5, 0.5, stray, 0.5]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.to_string().contains("class 0 in case 1"), "{error}");
    }
    assert_eq!(auroc(&[true, false], &[0.5]), None);
    assert_eq!(auroc(&[true, false], &[0.5, f64::NAN]), None);
    assert_eq!(auroc(&[true, true], &[0.5, 0.6]), None);
    assert_eq!(auroc(&[], &[]), None);
}

#[test]
fn options_outside_their_range_are_refused() {
    let cases = binary(&[true, false], &[0.5, 0.6]);
    let check = |options: Options, what: &str| {
        let error = measure(&cases, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parameter);
        assert!(error.to_string().contains(what), "{error}");
    };
    check(Options { level: 1.0, ..Options::default() }, "level");
    check(Options { level: f64::NAN, ..Options::default() }, "level");
    check(Options { replicates: 0, ..Options::default() }, "replicates");
    check(Options { threshold: f64::NAN, ..Options::default() }, "threshold");
    check(Options { bins: Bins::EqualMass(0), ..Options::default() }, "bins");
}

#[test]
fn the_threshold_is_strict_and_named() {
    let scores = measured(&binary(&[true, false], &[0.5, 0.5]));
    let found = estimate(&scores, "accuracy", "all");
    assert_eq!(found.value, Some(0.5));
    assert!(found.method.contains("score > 0.5"), "{}", found.method);
    assert_eq!(estimate(&scores, "sensitivity", "class 1").value, Some(0.0));
    assert_eq!(binary(&[true], &[0.6]).called(0.5), [[1]]);
    let equal = Cases::exclusive(&names(3), &[1, 2], &[0.2, 0.4, 0.4, 0.3, 0.3, 0.3]).unwrap();
    assert_eq!(equal.called(0.5), [[1], [0]], "the first of equal scores");
}
