//! Reader studies: the analysis of Obuchowski and Rockette written out in `golden/agree.py`, and what is undefined.

use super::estimate;
use super::golden::{golden, numbers, same};
use crate::kit::close;
use serde_json::Value;
use vesalius_stats::agree::Options;
use vesalius_stats::agree::readers::{ReaderScores, ReaderStudy, measure};
use vesalius_stats::{ErrorKind, Estimate};

const EXACT: f64 = 1e-9;
/// Ends come from other random numbers.
const BY_BOOTSTRAP: f64 = 0.015;

fn arms() -> Vec<String> {
    ["alone", "aided"].map(str::to_owned).to_vec()
}

pub(super) fn readers(n: usize) -> Vec<String> {
    (0..n).map(|reader| format!("reader {reader}")).collect()
}

fn study() -> ReaderStudy {
    let golden = &golden()["readers"];
    let truth: Vec<bool> = numbers(&golden["truth"]).into_iter().map(|truth| truth > 0.5).collect();
    let arms_of = |value: &Value| value.as_array().unwrap().clone();
    let scores: Vec<f64> = arms_of(&golden["scores"]).iter().flat_map(arms_of).flat_map(|s| numbers(&s)).collect();
    ReaderStudy::new(&arms(), &readers(5), &truth, &scores).unwrap()
}

fn in_group<'s>(scores: &'s ReaderScores, metric: &str, target: &str, group: &str) -> &'s Estimate {
    let found = scores.estimates.iter().find(|e| e.metric == metric && e.target == target && e.group == group);
    found.unwrap_or_else(|| panic!("no estimate {metric} of {target} in {group}"))
}

#[test]
fn the_analysis_is_that_of_obuchowski_and_rockette() {
    let golden = &golden()["readers"];
    let scores = measure(&study(), &Options::default()).unwrap();
    for (arm, name) in arms().iter().enumerate() {
        for (reader, area) in numbers(&golden["areas"][arm]).into_iter().enumerate() {
            let found = in_group(&scores, "reader_auroc", &format!("reader {reader}"), name);
            close(found.value.unwrap(), area, EXACT, "area");
        }
        same(in_group(&scores, "mrmc_auroc", "mean of readers", name), &golden["mrmc_auroc"][arm], EXACT);
    }
    for (idx, target) in ["other readers and cases", "these readers", "these cases"].iter().enumerate() {
        let found = in_group(&scores, "mrmc_auroc_difference", &format!("mean, {target}"), "aided - alone");
        same(found, &golden["mrmc_auroc_difference"][idx], EXACT);
    }
    let table = &scores.obuchowski_rockette[0];
    let found = [
        table.ms_arms,
        table.ms_readers,
        table.ms_interaction,
        table.variance,
        table.covariance_1,
        table.covariance_2,
        table.covariance_3,
        table.f,
        table.degrees,
        table.p_value,
    ];
    for (found, expected) in found.iter().zip(numbers(&golden["components"])) {
        close(*found, expected, 1e-8, "component");
    }
}

#[test]
fn the_paired_bootstrap_draws_the_same_cases_for_both_arms() {
    let golden = &golden()["readers"];
    let scores = measure(&study(), &Options { replicates: 4000, ..Options::default() }).unwrap();
    let targets = readers(5).into_iter().chain(["mean of readers".to_owned()]);
    for (idx, target) in targets.enumerate() {
        let found = in_group(&scores, "reader_auroc_difference", &target, "aided - alone");
        let ends = numbers(&golden["reader_auroc_difference"][idx]);
        close(found.low.unwrap(), ends[0], BY_BOOTSTRAP, "low");
        close(found.high.unwrap(), ends[1], BY_BOOTSTRAP, "high");
    }
}

#[test]
fn threads_change_no_byte() {
    let with = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| serde_json::to_string(&measure(&study(), &Options::default()).unwrap()).unwrap())
    };
    assert_eq!(with(1), with(3));
}

#[track_caller]
fn undefined(scores: &ReaderScores, metric: &str, target: &str, why: &str) {
    let found = estimate(&scores.estimates, metric, target);
    assert_eq!((found.value, found.low, found.high), (None, None, None), "{metric}");
    assert!(found.undefined.as_ref().unwrap().contains(why), "{found:?}");
}

#[test]
fn one_reader_tells_nothing_of_others() {
    let scores = [0.1, 0.4, 0.3, 0.8, 0.2, 0.1, 0.4, 0.3];
    let study = ReaderStudy::new(&arms(), &readers(1), &[false, false, true, true], &scores).unwrap();
    let scores = measure(&study, &Options::default()).unwrap();
    undefined(&scores, "mrmc_auroc", "mean of readers", "one reader");
    undefined(&scores, "mrmc_auroc_difference", "mean, other readers and cases", "one reader");
    assert!(scores.obuchowski_rockette.is_empty());
    let found = in_group(&scores, "reader_auroc_difference", "reader 0", "aided - alone");
    assert!((found.value.unwrap() - 0.0).abs() < 1e-12 || found.value.unwrap() > 0.0);
}

#[test]
fn one_class_and_no_case() {
    for truth in [vec![true, true], vec![false, false], vec![]] {
        let scores = vec![0.5; 4 * truth.len()];
        let study = ReaderStudy::new(&arms(), &readers(2), &truth, &scores).unwrap();
        for found in measure(&study, &Options::default()).unwrap().estimates {
            assert!(found.value.is_none() && found.undefined.unwrap().starts_with("there is no"));
        }
    }
}

/// All readers are perfect in both arms: their own areas have intervals, and nothing is known of other readers.
#[test]
fn perfection_has_an_interval() {
    let truth: Vec<bool> = (0..20).map(|case| case < 10).collect();
    let scores: Vec<f64> = (0..4).flat_map(|_| truth.iter().map(|&truth| f64::from(truth))).collect();
    let study = ReaderStudy::new(&arms(), &readers(2), &truth, &scores).unwrap();
    let scores = measure(&study, &Options::default()).unwrap();
    let found = in_group(&scores, "reader_auroc", "mean of readers", "aided");
    assert!(found.low.unwrap() < 0.9 && found.high.unwrap() >= 1.0);
    let found = in_group(&scores, "reader_auroc_difference", "reader 1", "aided - alone");
    assert!(found.low.unwrap() < -0.1 && found.high.unwrap() > 0.1);
    undefined(&scores, "mrmc_auroc_difference", "mean, other readers and cases", "do not vary");
}

#[test]
fn what_is_no_input_is_refused() {
    let error = |arms: &[String], readers: &[String], truth: &[bool], scores: &[f64]| {
        ReaderStudy::new(arms, readers, truth, scores).unwrap_err()
    };
    assert_eq!(error(&[], &readers(1), &[true], &[]).kind(), ErrorKind::Length);
    assert_eq!(error(&arms(), &readers(1), &[true], &[0.5]).kind(), ErrorKind::Length);
    let stray = error(&arms(), &readers(1), &[true, false], &[0.1, 0.2, 0.3, f64::NAN]);
    assert!(stray.to_string().contains("case 1 (counted from 0) in arm aided"), "{stray}");
}
