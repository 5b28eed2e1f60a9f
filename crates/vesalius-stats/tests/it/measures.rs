//! Agreement of the other metrics with scikit-learn and statsmodels, of delta-method intervals with differences of their
//! weighted values, of comparisons with a DeLong written out over all pairs.
//!
//! `golden/measures.py` made the values and records versions. Tolerance 1e-10 for values and closed intervals, 1e-5 for
//! intervals from numeric differences (their step is 1e-4), and for ends of bootstrap intervals what random numbers leave.

use crate::kit::{binary, close, estimate, measured, names};
use serde_json::Value;
use vesalius_stats::classify::{
    Cases, ClassifyScores, Groups, Interval, MACRO, MICRO, Options, WEIGHTED, auroc_estimate, compare, measure,
    measure_groups,
};
use vesalius_stats::{Estimate, clopper_pearson};

const EXACT: f64 = 1e-10;
const BY_DIFFERENCES: f64 = 1e-5;
const BY_BOOTSTRAP: f64 = 0.02;

pub(crate) fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/measures.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn truths(value: &Value) -> Vec<bool> {
    numbers(value).into_iter().map(|label| label > 0.5).collect()
}

/// Value, and ends with a tolerance of their own.
#[track_caller]
fn same(found: &Estimate, expected: &[f64], of_ends: f64) {
    let what = format!("{} of {}: {found:?}", found.metric, found.target);
    close(found.value.unwrap(), expected[0], EXACT, &what);
    if let [_, low, high] = expected[..] {
        close(found.low.unwrap(), low, of_ends, &what);
        close(found.high.unwrap(), high, of_ends, &what);
    }
}

fn binary_scores(golden: &Value, options: &Options) -> ClassifyScores {
    measure(&binary(&truths(&golden["truth"]), &numbers(&golden["score"])), options).unwrap()
}

#[test]
fn two_classes() {
    let golden = &golden()["binary"];
    let options = Options { fixed_rate: 0.9, ..Options::default() };
    let scores = binary_scores(golden, &options);
    for (metric, target, tolerance) in
        [("average_precision", "class 1", BY_DIFFERENCES), ("mcc", "all", BY_DIFFERENCES), ("kappa", "all", EXACT)]
    {
        same(estimate(&scores, metric, target), &numbers(&golden[metric]), tolerance);
    }
    for metric in ["sensitivity_at_specificity", "specificity_at_sensitivity"] {
        let expected = numbers(&golden[metric]);
        let found = estimate(&scores, metric, "class 1");
        same(found, &[expected[0], expected[2], expected[3]], 0.03);
        assert!(found.method.contains(&format!("at score >= {}", expected[1])), "{}", found.method);
    }
    let [index, threshold] = numbers(&golden["youden"])[..] else { panic!("index and threshold") };
    same(estimate(&scores, "youden", "class 1"), &[index], EXACT);
    let ends = numbers(&golden["youden_threshold_interval"]);
    same(estimate(&scores, "youden_threshold", "class 1"), &[threshold, ends[0], ends[1]], 0.03);
}

#[test]
fn partial_areas() {
    let golden = &golden()["binary"];
    for row in golden["partial"].as_array().unwrap() {
        let [limit, area, low, high, standardized] = numbers(row)[..] else { panic!("five numbers") };
        let scores = binary_scores(golden, &Options { false_positive_rate_max: limit, ..Options::default() });
        same(estimate(&scores, "partial_auroc", "class 1"), &[area, low, high], BY_DIFFERENCES);
        let found = estimate(&scores, "standardized_partial_auroc", "class 1");
        same(found, &[standardized], EXACT);
        // The scale is a straight line, so the interval is the same one.
        let chance = limit * limit / 2.0;
        close(found.low.unwrap(), f64::midpoint(1.0, (low - chance) / (limit - chance)), BY_DIFFERENCES / limit, "low");
    }
    let whole = binary_scores(golden, &Options { false_positive_rate_max: 1.0, ..Options::default() });
    let (part, area) = (estimate(&whole, "partial_auroc", "class 1"), estimate(&whole, "auroc", "class 1"));
    same(part, &[area.value.unwrap(), area.low.unwrap(), area.high.unwrap()], EXACT);
}

#[test]
fn net_benefit_and_the_decision_curve() {
    let golden = &golden()["binary"];
    for row in golden["net_benefit"].as_array().unwrap() {
        let [threshold, value, low, high, all] = numbers(row)[..] else { panic!("five numbers") };
        let scores = binary_scores(golden, &Options { threshold, ..Options::default() });
        same(estimate(&scores, "net_benefit", "class 1"), &[value, low, high], EXACT);
        let points = &scores.decision[0].points;
        let point = points.iter().find(|point| (point.threshold - threshold).abs() < 1e-9).unwrap();
        for (found, expected) in [(point.net_benefit, value), (point.low, low), (point.high, high), (point.all, all)] {
            close(found, expected, EXACT, "decision curve");
        }
    }
}

#[test]
fn the_precision_recall_curve_is_made_of_steps() {
    let golden = &golden()["binary"];
    let scores = binary_scores(golden, &Options::default());
    let [thresholds, recall, precision] = [0, 1, 2].map(|at| numbers(&golden["precision_recall"][at]));
    let points = &scores.precision_recall[0].points;
    for point in points {
        let at = thresholds.iter().position(|threshold| (threshold - point.threshold).abs() < EXACT).unwrap();
        close(point.recall, recall[at], EXACT, "recall");
        close(point.precision, precision[at], EXACT, "precision");
        assert!(point.low <= point.precision && point.precision <= point.high);
    }
    let mut before = 0.0;
    let area: f64 = points.iter().map(|p| (p.recall - std::mem::replace(&mut before, p.recall)) * p.precision).sum();
    same(estimate(&scores, "average_precision", "class 1"), &[area], EXACT);
}

#[track_caller]
fn same_averages(scores: &ClassifyScores, golden: &Value) {
    for (name, expected) in golden["averages"].as_object().unwrap() {
        let (metric, target) = name.split_once(' ').unwrap();
        same(estimate(scores, metric, target), &numbers(expected), BY_DIFFERENCES);
    }
    for target in [WEIGHTED, MICRO] {
        same(estimate(scores, "auroc", target), &numbers(&golden["auroc"][target]), EXACT);
    }
    let expected = numbers(&golden["auroc"]["average_precision"]);
    same(estimate(scores, "average_precision", MACRO), &expected, BY_DIFFERENCES);
}

#[test]
fn several_classes() {
    let golden = &golden()["multi_class"];
    let truth: Vec<usize> = numbers(&golden["truth"]).into_iter().map(|class| class as usize).collect();
    let cases = Cases::exclusive(&names(4), &truth, &numbers(&golden["score"])).unwrap();
    let scores = measured(&cases);
    same(estimate(&scores, "mcc", "all"), &numbers(&golden["mcc"]), BY_DIFFERENCES);
    same(estimate(&scores, "kappa", "all"), &numbers(&golden["kappa"]), EXACT);
    same_averages(&scores, golden);
    for row in golden["top_k"].as_array().unwrap() {
        let [k, share] = numbers(row)[..] else { panic!("k and share") };
        let scores = measure(&cases, &Options { top_k: k as usize, replicates: 10, ..Options::default() }).unwrap();
        same(estimate(&scores, "top_k_accuracy", "all"), &[share], EXACT);
    }
}

#[test]
fn findings() {
    let golden = &golden()["multi_label"];
    let truth: Vec<Option<bool>> = truths(&golden["truth"]).into_iter().map(Some).collect();
    let scores = measured(&Cases::findings(&names(3), &truth, &numbers(&golden["score"])).unwrap());
    same(estimate(&scores, "hamming_loss", "all"), &numbers(&golden["hamming_loss"]), BY_DIFFERENCES);
    same(estimate(&scores, "subset_accuracy", "all"), &numbers(&golden["subset_accuracy"]), EXACT);
    for class in 0..3 {
        let expected = numbers(&golden["mcc"][class]);
        same(estimate(&scores, "mcc", &format!("class {class}")), &expected, BY_DIFFERENCES);
    }
    same_averages(&scores, golden);
}

#[test]
fn clopper_pearson_is_that_of_statsmodels() {
    for row in golden()["clopper_pearson"].as_array().unwrap() {
        let [hits, n, low, high] = numbers(row)[..] else { panic!("four numbers") };
        let found = clopper_pearson(hits as u64, n as u64, 0.95).unwrap();
        close(found.0, low, EXACT, "low");
        close(found.1, high, EXACT, "high");
    }
    assert_eq!((clopper_pearson(0, 0, 0.95), clopper_pearson(2, 1, 0.95)), (None, None));
    let golden = &golden()["binary"];
    let exact = binary_scores(golden, &Options { interval: Interval::Exact, ..Options::default() });
    let found = estimate(&exact, "sensitivity", "class 1");
    assert!(found.method.starts_with("Clopper-Pearson"), "{}", found.method);
    let wilson = binary_scores(golden, &Options::default());
    let own = estimate(&wilson, "sensitivity", "class 1");
    assert!(found.low.unwrap() < own.low.unwrap() && own.high.unwrap() < found.high.unwrap());
}

#[test]
fn bootstraps_of_cases_and_of_clusters() {
    let golden = &golden()["binary"];
    let (truth, score) = (truths(&golden["truth"]), numbers(&golden["score"]));
    let cases = binary(&truth, &score);
    for (interval, expected) in [(Interval::Percentile, "auroc_percentile"), (Interval::Bca, "auroc_bca")] {
        let options = Options { interval, ..Options::default() };
        let ends = numbers(&golden[expected]);
        let area = auroc_estimate(&truth, &score, &options);
        let scores = measure(&cases, &options).unwrap();
        for found in [&area, estimate(&scores, "auroc", "class 1")] {
            same(found, &[area.value.unwrap(), ends[0], ends[1]], BY_BOOTSTRAP);
            assert!(found.method.contains("bootstrap, 2000 replicates"), "{}", found.method);
        }
    }
    let clusters: Vec<usize> = numbers(&golden["clusters"]).into_iter().map(|cluster| 7 * cluster as usize).collect();
    let scores = measure(&cases.clustered(&clusters).unwrap(), &Options::default()).unwrap();
    for (metric, target, expected) in
        [("auroc", "class 1", "auroc_clustered"), ("accuracy", "all", "accuracy_clustered")]
    {
        let found = estimate(&scores, metric, target);
        let ends = numbers(&golden[expected]);
        same(found, &[found.value.unwrap(), ends[0], ends[1]], BY_BOOTSTRAP);
        assert!(found.method.contains("30 clusters"), "{}", found.method);
    }
}

#[test]
fn two_models_on_the_same_cases() {
    let golden = &golden()["comparison"];
    let truth = truths(&golden["truth"]);
    let [first, second] = ["first", "second"].map(|model| binary(&truth, &numbers(&golden[model])));
    let found = compare(&first, &second, &Options::default()).unwrap();
    let [value, low, high, z, p] = numbers(&golden["auroc"])[..] else { panic!("five numbers") };
    let of = |metric: &str| found.estimates.iter().find(|estimate| estimate.metric == metric).unwrap();
    same(of("auroc_difference"), &[value, low, high], EXACT);
    let delong = &found.tests[0];
    close(delong.statistic.unwrap(), z, 1e-9, "z");
    close(delong.p.unwrap(), p, EXACT, "p");
    let pairs = found.pairs[0].1;
    let counts = [[pairs.both, pairs.only_first], [pairs.only_second, pairs.neither]];
    assert_eq!(serde_json::to_value(counts).unwrap(), golden["table"]);
    let expected = numbers(&golden["mcnemar"]);
    for (test, expected) in found.tests[1..].iter().zip(expected.chunks(2)) {
        close(test.statistic.unwrap(), expected[0], EXACT, &test.method);
        close(test.p.unwrap(), expected[1], EXACT, &test.method);
    }
    for name in ["accuracy", "sensitivity", "specificity"] {
        same(of(&format!("{name}_difference")), &numbers(&golden["shares"][name]), 0.025);
    }
}

/// Cases whose accuracy, sensitivity and so on differ as proportions do.
#[test]
fn groups_differ_as_independent_proportions_do() {
    for row in golden()["newcombe_differences"].as_array().unwrap() {
        let row = numbers(row);
        let [hits, m, others, n] = [0, 1, 2, 3].map(|at| row[at] as usize);
        let called = (0..m).map(|case| case < hits).chain((0..n).map(|case| case < others));
        let score: Vec<f64> = called.map(|called| if called { 0.9 } else { 0.1 }).collect();
        let groups = Groups {
            names: vec!["old".to_owned(), "young".to_owned()],
            of_case: (0..m + n).map(|case| Some(usize::from(case < m))).collect(),
            reference: None,
        };
        let estimates = measure_groups(&binary(&vec![true; m + n], &score), &groups, &Options::default()).unwrap();
        let find = |metric: &str, group: &str| {
            estimates.iter().find(|found| found.metric == metric && found.group == group).unwrap()
        };
        let found = find("sensitivity_difference", "young - old");
        same(found, &[hits as f64 / m as f64 - others as f64 / n as f64, row[4], row[5]], EXACT);
        assert_eq!(find("sensitivity", "young").n, m as u64);
        assert_eq!(find("prevalence", "old").value, Some(1.0));
        assert!(find("auroc_difference", "young - old").undefined.as_ref().unwrap().contains("no negative case"));
    }
}
