//! Agreement with scikit-learn, `SciPy`, the MedMNIST evaluator and a DeLong written out pair by pair.
//!
//! `golden/classify.py` made the values and records versions. Tolerance 1e-10 for values and closed intervals; ends of
//! bootstrap intervals come from other random numbers, and F1 of few cases has steps: 0.02.

use crate::kit::{close, estimate, measured, names};
use serde_json::Value;
use vesalius_stats::Estimate;
use vesalius_stats::classify::{AurocScale, Bins, Cases, ClassifyScores, Options, auroc, measure};
use vesalius_stats::wilson;

const EXACT: f64 = 1e-10;
const BY_BOOTSTRAP: f64 = 0.02;

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/classify.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn classes(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|class| class as usize).collect()
}

fn binary_cases(golden: &Value) -> Cases {
    let scores: Vec<f64> = numbers(&golden["score"]).into_iter().flat_map(|score| [1.0 - score, score]).collect();
    Cases::exclusive(&names(2), &classes(&golden["truth"]), &scores).unwrap()
}

/// A value, or a value and both ends of its interval.
#[track_caller]
fn same(found: &Estimate, expected: &Value, tolerance: f64) {
    let what = format!("{} of {}", found.metric, found.target);
    let actual = [found.value, found.low, found.high].map(|number| number.expect(&what));
    for (actual, expected) in actual.iter().zip(numbers(expected)) {
        close(*actual, expected, tolerance, &what);
    }
}

#[track_caller]
fn same_interval(found: &Estimate, expected: &Value, tolerance: f64) {
    let ends = numbers(expected);
    close(found.low.unwrap(), ends[0], tolerance, &found.metric);
    close(found.high.unwrap(), ends[1], tolerance, &found.metric);
}

#[track_caller]
fn same_class(scores: &ClassifyScores, class: usize, expected: &Value) {
    for metric in ["auroc", "sensitivity", "specificity", "ppv", "npv", "prevalence", "f1", "brier", "ece"] {
        same(estimate(scores, metric, &format!("class {class}")), &expected[metric], EXACT);
    }
}

#[track_caller]
fn same_benchmark(scores: &ClassifyScores, expected: &Value) {
    same(estimate(scores, "medmnist_auc", "all"), &expected[0], EXACT);
    same(estimate(scores, "medmnist_acc", "all"), &expected[1], EXACT);
}

#[test]
fn wilson_is_that_of_scipy() {
    for row in golden()["wilson"].as_array().unwrap() {
        let row = numbers(row);
        let (low, high) = wilson(row[0] as u64, row[1] as u64, 0.95).unwrap();
        close(low, row[2], EXACT, "low");
        close(high, row[3], EXACT, "high");
    }
}

#[test]
fn two_classes() {
    let golden = &golden()["binary"];
    let cases = binary_cases(golden);
    let scores = measured(&cases);
    same_class(&scores, 1, &golden["classes"]);
    same_interval(estimate(&scores, "auroc", "class 1"), &golden["logit"], EXACT);
    for metric in ["accuracy", "balanced_accuracy", "majority_accuracy"] {
        same(estimate(&scores, metric, "all"), &golden[metric], EXACT);
    }
    same_interval(estimate(&scores, "f1", "class 1"), &golden["f1_interval"], BY_BOOTSTRAP);
    same_interval(estimate(&scores, "brier", "class 1"), &golden["brier_interval"], BY_BOOTSTRAP);
    same_benchmark(&scores, &golden["medmnist"]);

    let others =
        Options { auroc_scale: AurocScale::Plain, bins: Bins::EqualMass(4), replicates: 10, ..Options::default() };
    let scores = measure(&cases, &others).unwrap();
    same_interval(estimate(&scores, "auroc", "class 1"), &golden["plain"], EXACT);
    same(estimate(&scores, "ece", "class 1"), &golden["ece_equal_mass"], EXACT);
}

#[test]
fn curves_of_two_classes() {
    let golden = &golden()["binary"];
    let scores = measured(&binary_cases(golden));
    let bins = &scores.reliability[0].bins;
    let [mean, observed] = [0, 1].map(|at| numbers(&golden["reliability"][at]));
    assert_eq!(bins.len(), mean.len());
    for (bin, (mean, observed)) in bins.iter().zip(mean.iter().zip(&observed)) {
        close(bin.mean_score, *mean, EXACT, "mean score");
        close(bin.observed, *observed, EXACT, "observed share");
    }
    // Corners are a subset of all steps, and the steps that are left out lie on the lines between corners.
    let [fpr, tpr] = [0, 1].map(|at| numbers(&golden["roc"][at]));
    let points = &scores.roc[0].points;
    let corner = |point: &&vesalius_stats::classify::RocPoint, x: f64, y: f64| {
        (point.false_positive_rate - x).abs() < EXACT && (point.true_positive_rate - y).abs() < EXACT
    };
    for point in points {
        assert!(fpr.iter().zip(&tpr).any(|(&x, &y)| corner(&point, x, y)), "{point:?} is no step");
    }
    let area = |x: &[f64], y: &[f64]| -> f64 {
        x.windows(2).zip(y.windows(2)).map(|(x, y)| (x[1] - x[0]) * f64::midpoint(y[0], y[1])).sum()
    };
    let ours: (Vec<f64>, Vec<f64>) =
        points.iter().map(|point| (point.false_positive_rate, point.true_positive_rate)).unzip();
    close(area(&ours.0, &ours.1), area(&fpr, &tpr), EXACT, "area under the corners");
    assert!(points.len() < fpr.len() && points[0].threshold.is_infinite());
    let strictest = numbers(&golden["roc"][2])[0];
    assert!(points[1].threshold <= strictest);
}

#[test]
fn several_classes() {
    let golden = &golden()["multi_class"];
    let cases = Cases::exclusive(&names(4), &classes(&golden["truth"]), &numbers(&golden["score"])).unwrap();
    let scores = measured(&cases);
    for class in 0..4 {
        same_class(&scores, class, &golden["classes"][class]);
    }
    same(estimate(&scores, "auroc", "macro"), &golden["macro_auroc"], EXACT);
    same(estimate(&scores, "f1", "macro"), &golden["macro_f1"], EXACT);
    same_interval(estimate(&scores, "f1", "macro"), &golden["macro_f1_interval"], BY_BOOTSTRAP);
    for metric in ["accuracy", "balanced_accuracy", "brier", "ece"] {
        same(estimate(&scores, metric, "all"), &golden[metric], EXACT);
    }
    same_benchmark(&scores, &golden["medmnist"]);
    let counts = &scores.confusion.unwrap().counts;
    assert_eq!(serde_json::to_value(counts).unwrap(), golden["confusion"]);
}

#[test]
fn findings_with_and_without_unknown_labels() {
    let golden = &golden()["multi_label"];
    let truth: Vec<Option<bool>> = numbers(&golden["truth"]).into_iter().map(|label| Some(label > 0.5)).collect();
    let score = numbers(&golden["score"]);
    let scores = measured(&Cases::findings(&names(3), &truth, &score).unwrap());
    for class in 0..3 {
        same_class(&scores, class, &golden["classes"][class]);
    }
    same(estimate(&scores, "auroc", "macro"), &golden["macro_auroc"], EXACT);
    same_benchmark(&scores, &golden["medmnist"]);
    assert_eq!(scores.confusion, None);

    let unknown = numbers(&golden["unknown"]);
    let partial: Vec<Option<bool>> = truth.iter().zip(&unknown).map(|(t, u)| t.filter(|_| *u < 0.5)).collect();
    let scores = measured(&Cases::findings(&names(3), &partial, &score).unwrap());
    same(estimate(&scores, "auroc", "macro"), &golden["partial_macro_auroc"], EXACT);
    let n_known = (0..70).filter(|case| partial[case * 3].is_some()).count();
    assert_eq!(estimate(&scores, "accuracy", "class 0").n, n_known as u64);
    assert!(estimate(&scores, "medmnist_auc", "all").undefined.as_ref().unwrap().contains("unknown"));
}

#[test]
fn areas_without_variance_have_the_score_interval() {
    let golden = golden();
    for row in golden["newcombe"].as_array().unwrap() {
        let row = numbers(row);
        let (area, m, n) = (row[0], row[1] as usize, row[2] as usize);
        let truth: Vec<bool> = (0..m + n).map(|case| case < m).collect();
        let score: Vec<f64> = truth.iter().map(|&truth| if truth { 0.5 * area } else { 0.5 - 0.5 * area }).collect();
        let score: Vec<f64> = score.iter().map(|s| if (area - 0.5).abs() < 0.1 { 0.3 } else { *s }).collect();
        assert_eq!(auroc(&truth, &score), Some(area));
        let cases = crate::kit::binary(&truth, &score);
        let scores = measured(&cases);
        let found = estimate(&scores, "auroc", "class 1");
        assert!(found.method.contains("Newcombe"), "{}", found.method);
        same_interval(found, &serde_json::json!([row[3], row[4]]), 1e-8);
    }
}

/// The external confusion matrix of three classes of chest CT that Suba et al. 2022 (arXiv 2212.13929) published, and the
/// bounds that follow from it by Wilson's formula.
#[test]
fn a_published_matrix_has_its_bounds() {
    let matrix = [[9092, 2334, 670], [264, 11954, 27], [88, 302, 7005]];
    let (mut truth, mut scores) = (Vec::new(), Vec::new());
    for (class, row) in matrix.iter().enumerate() {
        for (called, n) in row.iter().enumerate() {
            truth.extend(std::iter::repeat_n(class, *n));
            scores.extend((0..*n).flat_map(|_| (0..3).map(|other| f64::from(u8::from(other == called)))));
        }
    }
    let cases = Cases::exclusive(&names(3), &truth, &scores).unwrap();
    let scores = measure(&cases, &Options { replicates: 1, ..Options::default() }).unwrap();
    same(estimate(&scores, "accuracy", "all"), &serde_json::json!([0.8839, 0.8803, 0.8874]), 5e-5);
    let recalls = [[0.7517, 0.7439, 0.7593], [0.9762, 0.9734, 0.9788], [0.9473, 0.9419, 0.9521]];
    for (class, (recall, precision)) in recalls.iter().zip([0.963, 0.819, 0.910]).enumerate() {
        let target = format!("class {class}");
        same(estimate(&scores, "sensitivity", &target), &serde_json::json!(recall), 5e-5);
        close(estimate(&scores, "ppv", &target).value.unwrap(), precision, 5e-4, &target);
    }
}
