//! Detection: golden values of other software, closed forms, invariances, what has no value.

mod agreement;
mod rules;
mod undefined;

use std::collections::BTreeSet;

use vesalius_stats::Estimate;
use vesalius_stats::detect::{
    CURVES, DetectScores, Detections, Lesion, METRICS, Mark, Options, Role, Rule, Shape, measure,
};

/// Fewer replicates than reported, where nothing looks at intervals.
fn quick(rule: Rule) -> Options {
    Options { replicates: 20, ..Options::of(rule) }
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|class| format!("class {class}")).collect()
}

fn plane(edges: [f64; 4]) -> Shape {
    let [x_min, y_min, x_max, y_max] = edges;
    Shape::Box { low: [x_min, y_min, 0.0], high: [x_max, y_max, 1.0] }
}

fn lesion(case: usize, shape: Shape) -> Lesion {
    Lesion { case, class: 0, shape, role: Role::Counted }
}

fn mark(case: usize, score: f64, shape: Shape) -> Mark {
    Mark { case, class: 0, score, shape }
}

fn of(n_cases: usize, lesions: &[Lesion], marks: &[Mark]) -> Detections {
    Detections::new(&names(1), n_cases, lesions.to_vec(), marks.to_vec()).unwrap()
}

fn find<'s>(scores: &'s DetectScores, metric: &str, target: &str) -> &'s Estimate {
    let found = scores.estimates.iter().find(|e| e.metric == metric && e.target == target);
    found.unwrap_or_else(|| panic!("no estimate {metric} of {target}"))
}

fn value(scores: &DetectScores, metric: &str) -> f64 {
    find(scores, metric, "class 0").value.unwrap_or_else(|| panic!("{metric} is undefined"))
}

/// By the names of the registry; the rate of `sensitivity_at_rate` stands in its name.
#[test]
fn every_metric_is_measured_within_its_range() {
    let scores = measure(&agreement::boxes(), &Options { threshold: Some(0.5), ..quick(Rule::Iou(0.5)) }).unwrap();
    let registered =
        |name: &str| if name.starts_with("sensitivity_at_") { "sensitivity_at_rate" } else { name }.to_owned();
    let measured: BTreeSet<String> = scores.estimates.iter().map(|estimate| registered(&estimate.metric)).collect();
    assert_eq!(measured, METRICS.iter().map(|metric| metric.name.to_owned()).collect());
    for metric in METRICS {
        assert!(!metric.definition.is_empty());
        for found in scores.estimates.iter().filter(|estimate| registered(&estimate.metric) == metric.name) {
            let numbers = [found.low, found.value, found.high].map(Option::unwrap);
            assert!(metric.range.0 <= numbers[0] && numbers[2] <= metric.range.1, "{found:?}");
            assert!(numbers[0] <= numbers[1] && numbers[1] <= numbers[2] && found.n > 0, "{found:?}");
        }
    }
    assert_eq!(CURVES.iter().map(|curve| curve.0).collect::<Vec<_>>(), ["froc", "precision_recall"]);
    assert_eq!((scores.froc.len(), scores.precision_recall.len()), (3, 3));
    for point in scores.froc.iter().flat_map(|curve| &curve.points) {
        assert!(point.low <= point.sensitivity && point.sensitivity <= point.high, "{point:?}");
    }
    for point in scores.precision_recall.iter().flat_map(|curve| &curve.points) {
        assert!(point.low <= point.precision && point.precision <= point.high, "{point:?}");
    }
}
