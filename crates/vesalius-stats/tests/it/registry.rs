//! Registry and tests are in bijection: every metric has a golden value or a reason, and nothing is computed unlisted.

use std::collections::BTreeSet;

use crate::kit::{binary, measured, names, random_binary};
use vesalius_stats::classify::{CURVES, Cases, ClassifyScores, METRICS};

/// What other tests compare with golden values, by the names of the registry.
const GOLDEN: &[&str] = &[
    "accuracy",
    "auroc",
    "average_precision",
    "balanced_accuracy",
    "brier",
    "ece",
    "f1",
    "hamming_loss",
    "kappa",
    "majority_accuracy",
    "mcc",
    "medmnist_acc",
    "medmnist_auc",
    "net_benefit",
    "npv",
    "partial_auroc",
    "ppv",
    "prevalence",
    "sensitivity",
    "sensitivity_at_specificity",
    "specificity",
    "specificity_at_sensitivity",
    "standardized_partial_auroc",
    "subset_accuracy",
    "top_k_accuracy",
    "youden",
    "youden_threshold",
];

#[test]
fn every_metric_has_a_golden_value_and_the_other_way_round() {
    let registered: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(registered, GOLDEN.iter().copied().collect());
    assert_eq!(registered.len(), METRICS.len(), "two metrics share a name");
    let golden = [include_str!("golden.rs"), include_str!("measures.rs")].concat();
    for name in GOLDEN {
        assert!(golden.contains(&format!("\"{name}\"")), "no golden value is compared with {name}");
    }
    let curves = ["roc", "precision_recall", "reliability", "decision", "confusion"];
    assert_eq!(CURVES.iter().map(|curve| curve.0).collect::<Vec<_>>(), curves);
}

/// Some metrics are of two classes, some of several, and some of findings.
fn scores_of_every_task() -> [ClassifyScores; 3] {
    let (truth, score) = random_binary(100, 3, 100.0);
    let classes: Vec<usize> = (0..100).map(|case| case % 4).collect();
    let of_classes: Vec<f64> =
        (0..400).map(|at| score[at * 7 % 100] * if at % 4 == at / 4 % 4 { 1.0 } else { 0.8 }).collect();
    let labels: Vec<Option<bool>> = (0..200).map(|at| Some(truth[at * 7 % 100])).collect();
    let of_labels: Vec<f64> = (0..200).map(|at| score[at * 3 % 100]).collect();
    let several = Cases::exclusive(&names(4), &classes, &of_classes).unwrap();
    let findings = Cases::findings(&names(2), &labels, &of_labels).unwrap();
    [binary(&truth, &score), several, findings].map(|cases| measured(&cases))
}

#[test]
fn every_metric_is_measured_within_its_range() {
    let scores = scores_of_every_task();
    let estimates = || scores.iter().flat_map(|scores| &scores.estimates);
    let measured: BTreeSet<&str> = estimates().map(|estimate| estimate.metric.as_str()).collect();
    assert_eq!(measured, METRICS.iter().map(|metric| metric.name).collect());
    for metric in METRICS {
        assert!(!metric.definition.is_empty());
        for found in estimates().filter(|estimate| estimate.metric == metric.name) {
            let [low, value, high] =
                [found.low, found.value, found.high].map(|end| end.unwrap_or_else(|| panic!("{found:?}")));
            assert!(metric.range.0 <= low && low <= value && value <= high && high <= metric.range.1, "{found:?}");
            assert_eq!((found.group.as_str(), found.level), ("all", 0.95));
        }
    }
}

#[test]
fn a_long_curve_is_thinned_and_keeps_its_ends() {
    let (truth, score) = random_binary(20_000, 4, 1e9);
    let points = &measured(&binary(&truth, &score)).roc[0].points;
    assert!((500..=1000).contains(&points.len()), "{} points", points.len());
    let ends = [&points[0], &points[points.len() - 1]].map(|p| (p.false_positive_rate, p.true_positive_rate));
    assert_eq!(ends, [(0.0, 0.0), (1.0, 1.0)]);
    assert!(points.windows(2).all(|pair| pair[0].threshold > pair[1].threshold));
    assert!(points.iter().all(|p| p.low <= p.true_positive_rate && p.true_positive_rate <= p.high));
}
