//! Registry and tests are in bijection: every metric has a golden value or a reason, and nothing is computed unlisted.

use std::collections::BTreeSet;

use crate::kit::{binary, measured, random_binary};
use vesalius_stats::classify::{CURVES, METRICS};

/// What other tests compare with golden values, by the names of the registry.
const GOLDEN: &[&str] = &[
    "accuracy",
    "auroc",
    "balanced_accuracy",
    "brier",
    "ece",
    "f1",
    "majority_accuracy",
    "medmnist_acc",
    "medmnist_auc",
    "npv",
    "ppv",
    "prevalence",
    "sensitivity",
    "specificity",
];

#[test]
fn every_metric_has_a_golden_value_and_the_other_way_round() {
    let registered: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(registered, GOLDEN.iter().copied().collect());
    assert_eq!(registered.len(), METRICS.len(), "two metrics share a name");
    let golden = include_str!("golden.rs");
    for name in GOLDEN {
        assert!(golden.contains(&format!("\"{name}\"")), "golden.rs does not compare {name}");
    }
    assert_eq!(CURVES.iter().map(|curve| curve.0).collect::<Vec<_>>(), ["roc", "reliability", "confusion"]);
}

#[test]
fn every_metric_is_measured_within_its_range() {
    let (truth, score) = random_binary(100, 3, 100.0);
    let scores = measured(&binary(&truth, &score));
    let measured: BTreeSet<&str> = scores.estimates.iter().map(|estimate| estimate.metric.as_str()).collect();
    assert_eq!(measured, METRICS.iter().map(|metric| metric.name).collect());
    for metric in METRICS {
        assert!(!metric.definition.is_empty());
        for found in scores.estimates.iter().filter(|estimate| estimate.metric == metric.name) {
            for number in [found.low, found.value, found.high] {
                let number = number.unwrap();
                assert!(metric.range.0 <= number && number <= metric.range.1, "{found:?}");
            }
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
