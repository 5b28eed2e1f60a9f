//! What has no value says why, perfection and failure still have intervals, and what is no input is refused.

use vesalius_stats::ErrorKind;
use vesalius_stats::detect::{Detections, Lesion, Options, Overlap, Role, Rule, Shape, measure};

use super::{find, lesion, mark, names, of, plane, quick};

const BALL: Shape = Shape::Sphere { center: [0.0; 3], radius: 1.0 };
const MIDDLE: Shape = Shape::Point([0.0; 3]);

#[test]
fn without_lesions_there_is_no_sensitivity() {
    let scores = measure(&of(3, &[], &[mark(0, 0.5, MIDDLE)]), &quick(Rule::Luna)).unwrap();
    for metric in ["cpm", "sensitivity_at_1", "average_precision", "average_precision_coco", "sensitivity", "f1"] {
        let found = find(&scores, metric, "class 0");
        assert_eq!((found.value, found.low, found.high), (None, None, None), "{metric}");
        assert_eq!(found.undefined.as_deref(), Some("there is no lesion that counts of class 0"));
    }
    assert_eq!(find(&scores, "precision", "class 0").value, Some(0.0));
    assert!(find(&scores, "case_auroc", "class 0").undefined.as_ref().unwrap().contains("no positive case"));
    assert!(scores.froc.is_empty() && scores.precision_recall.is_empty());
}

#[test]
fn without_marks_nothing_is_found() {
    let lesions: Vec<Lesion> = (0..9).map(|case| lesion(case, BALL)).collect();
    let scores = measure(&of(20, &lesions, &[]), &quick(Rule::Luna)).unwrap();
    for metric in ["cpm", "average_precision", "average_precision_voc", "sensitivity"] {
        let found = find(&scores, metric, "class 0");
        assert_eq!((found.value, found.low), (Some(0.0), Some(0.0)));
        assert!(found.high.unwrap() > 0.2 && found.method.contains("no spread"), "{found:?}");
    }
    // No false positive in twenty cases: 3.69 / 20.
    let false_positives = find(&scores, "false_positives_per_case", "class 0");
    assert!((false_positives.high.unwrap() - 3.688_879 / 20.0).abs() < 1e-6, "{false_positives:?}");
    assert!(find(&scores, "precision", "class 0").undefined.is_some());
    assert_eq!(find(&scores, "case_auroc", "class 0").value, Some(0.5));
}

#[test]
fn perfection_has_an_interval() {
    let lesions: Vec<Lesion> = (0..20).map(|case| lesion(case, BALL)).collect();
    let marks: Vec<_> = (0..20).map(|case| mark(case, 1.0, MIDDLE)).collect();
    let scores = measure(&of(40, &lesions, &marks), &quick(Rule::Luna)).unwrap();
    for metric in ["cpm", "average_precision", "average_precision_coco", "sensitivity", "precision", "f1", "case_auroc"]
    {
        let found = find(&scores, metric, "class 0");
        assert_eq!(found.value, Some(1.0), "{metric}");
        assert!((0.5..0.95).contains(&found.low.unwrap()), "{found:?}");
    }
}

#[test]
fn no_case_at_all() {
    let scores = measure(&of(0, &[], &[]), &quick(Rule::Iou(0.5))).unwrap();
    for found in scores.estimates {
        assert!(found.value.is_none() && !found.undefined.unwrap().is_empty(), "{}", found.metric);
    }
}

/// As COCO: the mean is over the classes that have lesions.
#[test]
fn a_class_without_lesions_is_left_out_of_the_mean() {
    let detections = Detections::new(&names(2), 2, vec![lesion(0, BALL)], vec![mark(0, 1.0, MIDDLE)]).unwrap();
    let scores = measure(&detections, &quick(Rule::Luna)).unwrap();
    assert_eq!(find(&scores, "cpm", "macro").value, Some(1.0));
    assert!(find(&scores, "cpm", "macro").method.ends_with("mean of 1 of 2 classes"));
    assert_eq!(find(&scores, "cpm", "class 1").value, None);
}

#[test]
fn what_is_no_input_is_refused() {
    let kind = |lesions: &[Lesion], score: f64, shape: Shape| {
        let marks = vec![mark(0, score, shape)];
        Detections::new(&names(1), 1, lesions.to_vec(), marks).map_err(|error| error.kind()).err()
    };
    assert_eq!(kind(&[lesion(0, BALL)], 0.5, MIDDLE), None);
    for shape in [
        Shape::Point([f64::NAN, 0.0, 0.0]),
        plane([2.0, 0.0, 1.0, 1.0]),
        plane([0.0, 0.0, f64::INFINITY, 1.0]),
        Shape::Sphere { center: [0.0; 3], radius: -1.0 },
    ] {
        assert_eq!(kind(&[], 0.5, shape), Some(ErrorKind::Value), "{shape:?}");
    }
    assert_eq!(kind(&[], f64::NAN, MIDDLE), Some(ErrorKind::Value));
    assert_eq!(kind(&[lesion(1, BALL)], 0.5, MIDDLE), Some(ErrorKind::Value));
    let stray = Lesion { class: 1, role: Role::Ignored, ..lesion(0, BALL) };
    assert_eq!(kind(&[stray], 0.5, MIDDLE), Some(ErrorKind::Value));
    let regions = of(1, &[lesion(0, Shape::Region)], &[mark(0, 1.0, Shape::Region)]);
    for value in [f64::NAN, 1.5] {
        assert!(regions.clone().with_overlaps(vec![Overlap { mark: 0, lesion: 0, value }]).is_err());
    }
    assert!(regions.with_overlaps(vec![Overlap { mark: 1, lesion: 0, value: 0.5 }]).is_err());
}

#[test]
fn a_rule_that_does_not_fit_the_shapes_says_what_it_expects() {
    let points = of(1, &[lesion(0, MIDDLE)], &[mark(0, 1.0, MIDDLE)]);
    let message = |rule: Rule| measure(&points, &quick(rule)).unwrap_err().to_string();
    assert!(message(Rule::Iou(0.5)).contains("a lesion is a point; the rule of hits \"IoU >= 0.5\" expects boxes"));
    assert!(message(Rule::Center).contains("expects lesions with a box or a radius"));
    assert!(message(Rule::Luna).contains("expects lesions with a radius"));
    assert!(message(Rule::Overlap(0.1)).contains("regions of voxels"));
    assert!(measure(&points, &quick(Rule::Distance(1.0))).is_ok());
}

#[test]
fn options_outside_their_range_are_refused() {
    let points = of(1, &[lesion(0, BALL)], &[mark(0, 1.0, MIDDLE)]);
    let check = |options: Options, what: &str| {
        let error = measure(&points, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parameter);
        assert!(error.to_string().contains(what), "{error}");
    };
    check(quick(Rule::Iou(0.0)), "least overlap");
    check(quick(Rule::Overlap(f64::NAN)), "least overlap");
    check(quick(Rule::Distance(-1.0)), "greatest distance");
    check(Options { rates: vec![-1.0], ..quick(Rule::Luna) }, "a rate of false positives");
    check(Options { rates: vec![1.0; 101], ..quick(Rule::Luna) }, "number of rates");
    check(Options { threshold: Some(f64::NAN), ..quick(Rule::Luna) }, "threshold");
    check(Options { level: 1.0, ..quick(Rule::Luna) }, "level");
    check(Options { replicates: 0, ..quick(Rule::Luna) }, "replicates");
}
