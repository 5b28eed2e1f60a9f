//! Localization: golden values of `NumPy`, boxes and peaks by hand, what has no value, what is refused.
//!
//! `golden/localize.py` made the values and records versions. Tolerance 1e-12.

use serde_json::Value;
use vesalius_stats::detect::Shape;
use vesalius_stats::localize::{
    Coordinates, Heat, Landmark, LocalizeScores, METRICS, Options, Places, Tolerance, Unit, measure,
};
use vesalius_stats::{ErrorKind, Estimate};

use crate::kit::{close, names};

fn find<'s>(scores: &'s LocalizeScores, metric: &str, target: &str) -> &'s Estimate {
    let found = scores.estimates.iter().find(|e| e.metric == metric && e.target == target);
    found.unwrap_or_else(|| panic!("no estimate {metric} of {target}"))
}

fn square(low: f64, high: f64) -> Shape {
    Shape::Box { low: [low, low, 0.0], high: [high, high, 1.0] }
}

fn landmark(case: usize, truth: [f64; 3], found: [f64; 3]) -> Landmark {
    Landmark { case, label: 0, truth, found, spacing_mm: None, length: None }
}

fn landmarks(landmarks: Vec<Landmark>, n_labels: usize) -> Places {
    let n_cases = landmarks.iter().map(|landmark| landmark.case + 1).max().unwrap_or(0);
    Places::new(&names(n_labels), n_cases, landmarks, Vec::new()).unwrap()
}

fn tolerances() -> Vec<Tolerance> {
    [(8.0, Unit::Px), (5.0, Unit::Mm), (0.04, Unit::Normalized)].map(|(value, unit)| Tolerance { value, unit }).to_vec()
}

#[test]
fn errors_are_those_of_numpy() {
    let golden: Value = serde_json::from_str(include_str!("../golden/localize.json")).unwrap();
    let landmark = |row: &Value| {
        let at = |idx: usize| row[idx].as_f64().unwrap();
        let three = |first: usize| [at(first), at(first + 1), at(first + 2)];
        Landmark {
            case: at(0) as usize,
            label: at(1) as usize,
            truth: three(2),
            found: three(5),
            spacing_mm: Some(three(8)),
            length: Some(at(11)),
        }
    };
    let places = landmarks(golden["rows"].as_array().unwrap().iter().map(landmark).collect(), 2);
    let scores = measure(&places, &Options { tolerances: tolerances(), ..Options::default() }).unwrap();
    for (metric, expected) in golden["expected"].as_object().unwrap() {
        for (at, target) in ["class 0", "class 1", "macro"].iter().enumerate() {
            let found = find(&scores, metric, target);
            close(found.value.unwrap(), expected[at].as_f64().unwrap(), 1e-12, metric);
            assert!(found.low < found.value && found.value < found.high, "{found:?}");
            assert_eq!(found.method.contains("Wilson"), metric.starts_with("share") && *target != "macro");
        }
    }
    assert_eq!(scores.estimates.len(), 3 * golden["expected"].as_object().unwrap().len());
}

#[test]
fn every_metric_of_the_registry_is_measured() {
    let heat = Heat {
        case: 0,
        label: 0,
        peak: [5.0, 5.0, 0.5],
        found: vec![Some(square(0.0, 9.0))],
        truth: vec![square(0.0, 10.0)],
    };
    let place = Landmark { spacing_mm: Some([0.5; 3]), length: Some(10.0), ..landmark(0, [0.0; 3], [3.0, 4.0, 0.0]) };
    let places = Places::new(&names(1), 1, vec![place], vec![heat]).unwrap();
    let options = Options { tolerances: tolerances(), levels: vec![0.2], ..Options::default() };
    let scores = measure(&places, &options).unwrap();
    let registered = |name: &str| METRICS.iter().find(|metric| name.starts_with(metric.name)).unwrap().name;
    let mut measured: Vec<&str> = scores.estimates.iter().map(|estimate| registered(&estimate.metric)).collect();
    measured.dedup();
    assert_eq!(measured, METRICS.iter().map(|metric| metric.name).collect::<Vec<_>>());
    for (metric, expected) in [
        ("mean_error_px", 5.0),
        ("median_error_px", 5.0),
        ("mean_error_mm", 2.5),
        ("median_error_mm", 2.5),
        ("mean_error_normalized", 0.5),
        ("median_error_normalized", 0.5),
        ("share_within_8_px", 1.0),
        ("share_within_5_mm", 1.0),
        ("share_within_0.04_normalized", 0.0),
        ("pointing_game", 1.0),
        ("box_iou_at_0.2", 0.81),
        ("box_hit_at_0.2", 1.0),
    ] {
        let found = find(&scores, metric, "class 0");
        close(found.value.unwrap(), expected, 1e-12, metric);
        let metric = METRICS.iter().find(|metric| found.metric.starts_with(metric.name)).unwrap();
        assert!(
            metric.range.0 <= found.low.unwrap()
                && found.high.unwrap() <= metric.range.1
                && !metric.definition.is_empty()
        );
    }
}

#[test]
fn peaks_and_boxes_by_hand() {
    let truth = vec![square(0.0, 10.0), square(20.0, 30.0)];
    let heat = |case: usize, at: f64, found: Option<Shape>| Heat {
        case,
        label: 0,
        peak: [at, at, 0.5],
        found: vec![found],
        truth: truth.clone(),
    };
    let heats =
        vec![heat(0, 25.0, Some(square(20.0, 30.0))), heat(1, 10.0, Some(square(0.0, 5.0))), heat(2, 13.0, None)];
    let places = Places::new(&names(1), 3, Vec::new(), heats).unwrap();
    let value = |margin: f64, iou: f64, metric: &str| {
        let options = Options { margin, iou, levels: vec![0.5], ..Options::default() };
        find(&measure(&places, &options).unwrap(), metric, "class 0").value.unwrap()
    };
    close(value(0.0, 0.5, "pointing_game"), 2.0 / 3.0, 1e-12, "an edge belongs to its box");
    close(value(4.24, 0.5, "pointing_game"), 2.0 / 3.0, 1e-12, "3 and 3 pixels off the corner");
    close(value(4.25, 0.5, "pointing_game"), 1.0, 1e-12, "within the margin");
    close(value(0.0, 0.5, "box_iou_at_0.5"), 1.25 / 3.0, 1e-12, "the nearest box counts, and none is 0");
    close(value(0.0, 0.5, "box_hit_at_0.5"), 1.0 / 3.0, 1e-12, "strict");
    close(value(0.0, 0.25, "box_hit_at_0.5"), 2.0 / 3.0, 1e-12, "lax");
}

#[test]
fn what_is_unknown_is_undefined_and_says_what_is_missing() {
    let known = Landmark { spacing_mm: Some([1.0; 3]), ..landmark(0, [0.0; 3], [1.0, 0.0, 0.0]) };
    let places = landmarks(vec![known, landmark(1, [0.0; 3], [2.0, 0.0, 0.0])], 2);
    let options = Options { tolerances: tolerances(), ..Options::default() };
    let scores = measure(&places, &options).unwrap();
    let why = |metric: &str, target: &str| find(&scores, metric, target).undefined.clone().unwrap();
    assert_eq!(why("mean_error_mm", "class 0"), "1 of 2 places of class 0 have no spacing");
    assert_eq!(why("share_within_0.04_normalized", "class 0"), "2 of 2 places of class 0 have no length");
    assert_eq!(why("mean_error_px", "class 1"), "there is no place of class 1");
    assert_eq!(why("mean_error_px", "macro"), "there is no place of class 1");
    assert!(!scores.estimates.iter().any(|estimate| estimate.metric == "mean_error_normalized"));
    let in_mm = measure(&places, &Options { coordinates: Coordinates::Mm, ..Options::default() }).unwrap();
    close(find(&in_mm, "mean_error_mm", "class 0").value.unwrap(), 1.5, 1e-12, "millimeters as given");
    assert!(!in_mm.estimates.iter().any(|estimate| estimate.metric == "mean_error_px"));
    assert!(measure(&landmarks(Vec::new(), 1), &options).unwrap().estimates.is_empty());
}

#[test]
fn shares_without_spread_have_an_interval() {
    let two_a_case: Vec<Landmark> = (0..20).map(|idx| landmark(idx / 2, [0.0; 3], [0.0; 3])).collect();
    let options = Options { tolerances: tolerances(), ..Options::default() };
    let scores = measure(&landmarks(two_a_case, 1), &options).unwrap();
    let found = find(&scores, "share_within_8_px", "class 0");
    assert!(found.value == Some(1.0) && (0.6..0.8).contains(&found.low.unwrap()), "{found:?}");
    assert!(found.method.contains("no spread") && found.n == 20, "{found:?}");
}

#[test]
fn what_is_no_input_is_refused() {
    let kind = |landmark: Landmark| Places::new(&names(1), 1, vec![landmark], Vec::new()).unwrap_err().kind();
    let good = landmark(0, [0.0; 3], [0.0; 3]);
    assert_eq!(kind(Landmark { case: 1, ..good }), ErrorKind::Value);
    assert_eq!(kind(Landmark { label: 1, ..good }), ErrorKind::Value);
    assert_eq!(kind(Landmark { found: [f64::NAN; 3], ..good }), ErrorKind::Value);
    assert_eq!(kind(Landmark { length: Some(0.0), ..good }), ErrorKind::Value);
    assert_eq!(kind(Landmark { spacing_mm: Some([1.0, -1.0, 1.0]), ..good }), ErrorKind::Value);
    let heat = Heat { case: 0, label: 0, peak: [0.0; 3], found: Vec::new(), truth: Vec::new() };
    assert!(Places::new(&names(1), 1, Vec::new(), vec![heat]).is_err());
    let check = |options: Options, what: &str| {
        let error = measure(&landmarks(vec![good], 1), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parameter);
        assert!(error.to_string().contains(what), "{error}");
    };
    check(Options { margin: -1.0, ..Options::default() }, "margin");
    check(Options { levels: vec![0.0], ..Options::default() }, "level of heat");
    check(Options { levels: vec![0.5; 101], ..Options::default() }, "at most 100");
    check(Options { iou: f64::NAN, ..Options::default() }, "least overlap");
    check(Options { tolerances: vec![Tolerance { value: -1.0, unit: Unit::Px }], ..Options::default() }, "tolerance");
}
