//! Fusion of labels, scores and boxes: other software's values, closed forms, invariances, refusals.
//!
//! `golden/fuse.py` made the values and records versions. Tolerances: 1e-9 for closed forms, 1e-6 for what two programs
//! iterate to and for boxes, which `ensemble-boxes` keeps in single precision.

use std::collections::BTreeSet;

use crate::kit::close;
use serde_json::Value;
use vesalius_stats::fuse::{
    Classes, METHODS, Mean, Members, ScoredBox, Ties, Votes, cross, greedy, logit_mean, majority, rank_mean, simple,
    stack, staple, weighted_boxes,
};

const EXACT: f64 = 1e-9;
const ITERATED: f64 = 1e-6;

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/fuse.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Null => vec![f64::NAN],
        number => vec![number.as_f64().unwrap()],
    }
}

fn integers(value: &Value) -> Vec<u32> {
    numbers(value).into_iter().map(|number| number as u32).collect()
}

#[track_caller]
fn all_close(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (at, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        close(*actual, *expected, tolerance, &format!("{what} at {at}"));
    }
}

/// Label maps of all raters, and the golden output of every voxel.
fn raters(golden: &Value, output: usize) -> (Vec<Vec<u32>>, Vec<f64>) {
    let patterns = golden["patterns"].as_array().unwrap();
    let (counts, outputs) = (integers(&golden["counts"]), numbers(&golden["outputs"][output]));
    let n_raters = patterns[0].as_array().unwrap().len();
    let mut raters = vec![Vec::new(); n_raters];
    let mut expected = Vec::new();
    for ((pattern, &count), &value) in patterns.iter().zip(&counts).zip(&outputs) {
        for (rater, label) in raters.iter_mut().zip(integers(pattern)) {
            rater.extend(std::iter::repeat_n(label, count as usize));
        }
        expected.extend(std::iter::repeat_n(value, count as usize));
    }
    (raters, expected)
}

fn votes(raters: &[Vec<u32>]) -> Votes {
    Votes::of(&raters.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|rater| format!("rater {rater}")).collect()
}

#[test]
fn the_registry_names_every_method_once() {
    let registered: BTreeSet<&str> = METHODS.iter().map(|method| method.name).collect();
    let tested = [
        "cross",
        "greedy",
        "logit-mean",
        "majority",
        "mean",
        "rank-mean",
        "simple",
        "stack",
        "staple",
        "weighted-boxes",
    ];
    assert_eq!(registered, tested.into());
    assert_eq!(registered.len(), METHODS.len());
    assert!(METHODS.iter().all(|method| !method.definition.is_empty() && !method.takes.is_empty()));
}

#[test]
fn binary_staple_is_that_of_itk() {
    let golden = &golden()["staple_binary"];
    let (raters, probability) = raters(golden, 0);
    let found = staple(&votes(&raters), Ties::Background).unwrap();
    assert!(found.converged);
    let called: Vec<u32> = probability.iter().map(|p| u32::from(*p > 0.5)).collect();
    assert_eq!(found.fused, called);
    let performance = found.performance(&names(5), 0.95);
    for (metric, key) in [("staple_sensitivity", "sensitivity"), ("staple_specificity", "specificity")] {
        let of_metric: Vec<_> = performance.iter().filter(|estimate| estimate.metric == metric).collect();
        let values: Vec<f64> = of_metric.iter().map(|estimate| estimate.value.unwrap()).collect();
        all_close(&values, &numbers(&golden[key]), ITERATED, metric);
        assert!(of_metric.iter().all(|e| e.low < e.value && e.value < e.high && e.method.contains("independent")));
        assert_eq!(of_metric[3].group, "rater 3");
    }
}

#[test]
fn staple_of_several_labels_is_that_of_itk() {
    let golden = &golden()["staple_labels"];
    let (raters, fused) = raters(golden, 0);
    let found = staple(&votes(&raters), Ties::Background).unwrap();
    let fused: Vec<u32> = fused.iter().map(|label| *label as u32).collect();
    assert_eq!(found.fused, fused);
    for (rater, expected) in golden["confusion"].as_array().unwrap().iter().enumerate() {
        let cells: Vec<f64> = found.confusion[rater].iter().flatten().copied().collect();
        all_close(&cells, &numbers(expected), ITERATED, &format!("confusion of rater {rater}"));
    }
}

#[test]
fn majority_is_that_of_itk() {
    let golden = &golden()["staple_labels"];
    let (raters, voted) = raters(golden, 1);
    let voted: Vec<u32> = voted.iter().map(|label| *label as u32).collect();
    assert_eq!(majority(&votes(&raters), Ties::Background).unwrap(), voted);
}

#[test]
fn simple_weights_are_those_of_whole_arrays() {
    let golden = &golden()["staple_labels"];
    let (raters, _) = raters(golden, 0);
    let found = simple(&votes(&raters), Ties::Background).unwrap();
    assert_eq!(found.labels, [1, 2, 3]);
    for (weights, expected) in found.weights.iter().zip(golden["simple"].as_array().unwrap()) {
        let expected = numbers(expected);
        assert!(expected.iter().any(|weight| weight.is_nan()), "nobody left");
        for (weight, expected) in weights.iter().zip(expected) {
            assert_eq!(weight.is_none(), expected.is_nan());
            close(weight.unwrap_or(0.0), if expected.is_nan() { 0.0 } else { expected }, EXACT, "weight");
        }
    }
}

#[test]
fn ties_are_decided_by_a_named_rule() {
    let two = votes(&[vec![0, 1, 2, 2, 3], vec![0, 3, 1, 2, 0]]);
    let check = |ties, expected: [u32; 5]| assert_eq!(majority(&two, ties).unwrap(), expected, "{}", ties.name());
    check(Ties::Background, [0, 0, 0, 2, 0]);
    check(Ties::Highest, [0, 3, 2, 2, 3]);
    check(Ties::First, [0, 1, 2, 2, 3]);
    assert_eq!(Ties::ALL.len(), 3);
}

/// Which rater comes first, and how often voxels are repeated, changes nothing.
#[test]
fn order_of_raters_and_number_of_voxels_do_not_matter() {
    let golden = &golden()["staple_labels"];
    let (raters, _) = raters(golden, 0);
    let found = staple(&votes(&raters), Ties::Highest).unwrap();
    let mut turned = raters.clone();
    turned.reverse();
    let other = staple(&votes(&turned), Ties::Highest).unwrap();
    assert_eq!(found.fused, other.fused);
    all_close(&found.confusion[0].concat(), &other.confusion[4].concat(), 1e-6, "confusion");
    let tripled: Vec<Vec<u32>> = raters.iter().map(|rater| rater.repeat(3)).collect();
    let tripled = staple(&votes(&tripled), Ties::Highest).unwrap();
    assert_eq!(tripled.fused, found.fused.repeat(3));
    assert_eq!(
        simple(&votes(&turned), Ties::Highest).unwrap().fused,
        simple(&votes(&raters), Ties::Highest).unwrap().fused
    );
}

#[test]
fn raters_who_agree_are_perfect() {
    let same = votes(&[vec![0, 1, 1, 0, 2], vec![0, 1, 1, 0, 2]]);
    let found = staple(&same, Ties::Background).unwrap();
    assert_eq!(found.fused, [0, 1, 1, 0, 2]);
    assert!(found.performance(&names(2), 0.95).iter().all(|estimate| estimate.value == Some(1.0)));
    assert_eq!(simple(&same, Ties::Background).unwrap().fused, [0, 1, 1, 0, 2]);
    let empty = votes(&[vec![0; 4], vec![0; 4]]);
    assert_eq!(staple(&empty, Ties::Background).unwrap().fused, [0; 4]);
    assert_eq!(simple(&empty, Ties::Background).unwrap().fused, [0; 4]);
    assert!(staple(&votes(&[vec![0, 1]]), Ties::Background).unwrap_err().to_string().contains("expected 2 or more"));
}

/// Sixty raters with tiny probabilities: a product of their likelihoods would underflow.
#[test]
fn many_raters_do_not_underflow() {
    let rater =
        |seed: u32| (0..5000).map(|v: u32| u32::from((v * 7919 + seed * 104_729).is_multiple_of(1000))).collect();
    let raters: Vec<Vec<u32>> = (0..60).map(rater).collect();
    let found = staple(&votes(&raters), Ties::Background).unwrap();
    assert!(found.confusion.iter().flatten().flatten().all(|cell| (0.0..=1.0).contains(cell)));
}

fn scores() -> (Vec<Vec<f64>>, Vec<Option<bool>>, Value) {
    let golden = golden()["scores"].clone();
    let members: Vec<Vec<f64>> = golden["members"].as_array().unwrap().iter().map(numbers).collect();
    let truth = numbers(&golden["truth"]).into_iter().map(|t| (!t.is_nan()).then_some(t > 0.5)).collect();
    (members, truth, golden)
}

#[test]
fn means_of_scores() {
    let (scores, _, golden) = scores();
    let members = Members::new(scores.clone(), 3, Classes::Findings).unwrap();
    let mut mean = Mean::default();
    scores.iter().try_for_each(|member| mean.add(member.iter().copied())).unwrap();
    all_close(&mean.finish().unwrap(), &numbers(&golden["mean"]), EXACT, "mean");
    all_close(&logit_mean(&members).unwrap(), &numbers(&golden["logit_mean"]), EXACT, "logit mean");
    all_close(&rank_mean(&members), &numbers(&golden["rank_mean"]), EXACT, "rank mean");
    let exclusive: Vec<Vec<f64>> = golden["exclusive"].as_array().unwrap().iter().map(numbers).collect();
    let members = Members::new(exclusive, 3, Classes::Exclusive).unwrap();
    all_close(&logit_mean(&members).unwrap(), &numbers(&golden["exclusive_logit_mean"]), EXACT, "geometric mean");
}

#[test]
fn stacking_is_the_regression_of_scikit_learn() {
    let (scores, truth, golden) = scores();
    let members = Members::new(scores, 3, Classes::Findings).unwrap();
    let fitted = stack(&members, &truth).unwrap();
    all_close(&fitted.coefficients.concat(), &numbers(&golden["stack"]), ITERATED, "coefficients");
    let fused = fitted.apply(&members).unwrap();
    assert!(fused.iter().all(|score| (0.0..=1.0).contains(score)));
    // Classes that separate perfectly keep finite weights.
    let separable = Members::new(vec![vec![0.0, 0.1, 0.9, 1.0]], 1, Classes::Findings).unwrap();
    let fitted = stack(&separable, &[Some(false), Some(false), Some(true), Some(true)]).unwrap();
    assert!(fitted.coefficients[0].iter().all(|w| w.is_finite() && w.abs() < 10.0));
}

#[test]
fn greedy_selection_case_by_case() {
    let (scores, truth, golden) = scores();
    let members = Members::new(scores, 3, Classes::Findings).unwrap();
    let found = greedy(&members, &truth).unwrap();
    close(found.reached, numbers(&golden["greedy"]["reached"])[0], EXACT, "reached");
    all_close(&found.weights, &numbers(&golden["greedy"]["weights"]), EXACT, "weights");
    close(found.weights.iter().sum(), 1.0, EXACT, "sum of weights");
}

fn scored(rows: &Value) -> Vec<ScoredBox> {
    let scored = |row: &Value| {
        let row = numbers(row);
        let (corners, n_axes) = (&row[2..], (row.len() - 2) / 2);
        let corner = |from: usize, flat: f64| {
            std::array::from_fn(|axis| if axis < n_axes { corners[from + axis] } else { flat })
        };
        ScoredBox { label: row[0] as usize, score: row[1], min: corner(0, 0.0), max: corner(n_axes, 1.0) }
    };
    rows.as_array().unwrap().iter().map(scored).collect()
}

#[test]
fn boxes_are_those_of_ensemble_boxes() {
    for golden in golden()["boxes"].as_array().unwrap() {
        let models: Vec<Vec<ScoredBox>> = golden["models"].as_array().unwrap().iter().map(scored).collect();
        let (found, expected) = (weighted_boxes(&models).unwrap(), scored(&golden["fused"]));
        assert_eq!(found.len(), expected.len());
        assert!(found.len() < models.iter().map(Vec::len).sum());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.label, expected.label);
            close(found.score, expected.score, ITERATED, "score");
            all_close(&[found.min, found.max].concat(), &[expected.min, expected.max].concat(), ITERATED, "corners");
        }
    }
    assert_eq!(weighted_boxes(&[]).unwrap(), []);
}

#[test]
fn crosses_are_eroded_grids() {
    let golden = &golden()["cross"];
    let found = cross(&numbers(&golden["grid"]), [10, 7], 0.5).unwrap();
    let centers: Vec<u32> = found.centers.iter().map(|&center| u32::from(center)).collect();
    assert_eq!(centers, integers(&golden["centers"]));
    assert!(found.is_positive());
    // A bar of any length, and a cross on the border, are no cross.
    let none = |grid: &[f64], shape| assert!(!cross(grid, shape, 0.5).unwrap().is_positive());
    none(&[1.0; 12], [2, 6]);
    none(&[0.9, 0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], [3, 3]);
}

#[test]
fn what_cannot_be_fused_is_refused() {
    let refused = |found: vesalius_stats::Result<()>, expected: &str| {
        let message = found.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    let members = |scores: &[&[f64]]| Members::new(scores.iter().map(|s| s.to_vec()).collect(), 1, Classes::Findings);
    refused(members(&[]).map(|_| ()), "at least one");
    refused(members(&[&[0.1], &[0.1, 0.2]]).map(|_| ()), "one for each case and class");
    refused(members(&[&[f64::NAN]]).map(|_| ()), "finite");
    let wide = members(&[&[0.5, 3.0]]).unwrap();
    refused(logit_mean(&wide).map(|_| ()), "rank-mean");
    refused(stack(&wide, &[Some(true), Some(false)]).map(|_| ()), "rank-mean");
    let fine = members(&[&[0.5, 0.3]]).unwrap();
    refused(stack(&fine, &[Some(true), Some(true)]).map(|_| ()), "present in 2 of 2");
    refused(stack(&fine, &[Some(true)]).map(|_| ()), "as many");
    refused(greedy(&fine, &[Some(true), None]).map(|_| ()), "no class has both");
    let fitted = stack(&fine, &[Some(true), Some(false)]).unwrap();
    refused(fitted.apply(&members(&[&[0.5], &[0.5]]).unwrap()).map(|_| ()), "as were fitted on");
    let found = ScoredBox { label: 0, score: 0.5, min: [0.0; 3], max: [1.0; 3] };
    refused(weighted_boxes(&[vec![ScoredBox { score: 1.5, ..found }]]).map(|_| ()), "from 0 to 1");
    refused(weighted_boxes(&[vec![ScoredBox { max: [0.0; 3], ..found }]]).map(|_| ()), "first corner");
    refused(weighted_boxes(&[vec![ScoredBox { min: [f64::NAN; 3], ..found }]]).map(|_| ()), "first corner");
    refused(cross(&[0.1; 5], [2, 3], 0.5).map(|_| ()), "do not fill");
    refused(cross(&[f64::NAN], [1, 1], 0.5).map(|_| ()), "NaN");
    refused(cross(&[0.5], [1, 1], f64::NAN).map(|_| ()), "threshold");
    refused(Mean::default().finish().map(|_| ()), "at least one");
    let mut mean = Mean::default();
    mean.add([0.5].into_iter()).unwrap();
    refused(mean.add([0.5, 0.5].into_iter()), "as many");
    refused(mean.add([f64::NAN].into_iter()), "finite");
    refused(majority(&Votes::new(3).unwrap(), Ties::Background).map(|_| ()), "expected 1 or more");
}

/// Twenty raters of fifteen labels on four million voxels: the votes are grouped once, whatever is estimated of them.
#[test]
fn many_voxels_cost_no_more_than_their_patterns() {
    let n = 1 << 22;
    let rater = |seed: u32| -> Vec<u32> {
        let label = |voxel: u32| {
            let is_wrong = (voxel / 64 * 7919 + seed * 104_729).is_multiple_of(97);
            (voxel / 8192 + u32::from(is_wrong)) % 15
        };
        (0..n).map(label).collect()
    };
    let mut votes = Votes::new(n as usize).unwrap();
    (0..20).try_for_each(|seed| votes.add(&rater(seed))).unwrap();
    assert!(votes.n_patterns() < 1000, "{}", votes.n_patterns());
    let found = staple(&votes, Ties::Background).unwrap();
    let n_right = found.fused.iter().zip(0..n).filter(|(label, voxel)| **label == voxel / 8192 % 15).count();
    assert!(found.converged && n_right == n as usize, "{n_right} of {n}");
}
