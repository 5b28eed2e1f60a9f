//! Agreement with pycocotools, the rules of Pascal VOC and LUNA16 written out, and `picai_eval`.
//!
//! `golden/detect.py` made the values and records versions. Tolerance 1e-9, as pycocotools adds 2e-16 to denominators;
//! 1e-7 for the sensitivities of `picai_eval`, which are of single precision.

use serde_json::Value;
use vesalius_stats::detect::{
    DetectScores, Detections, Lesion, Mark, Matching, Options, Overlap, Role, Rule, Shape, measure,
};

use super::{find, names, plane, quick};
use crate::kit::close;

const EXACT: f64 = 1e-9;
const SINGLE: f64 = 1e-7;

fn golden() -> Value {
    serde_json::from_str(include_str!("../../golden/detect.json")).unwrap()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// Numbers of a row; true is 1.
fn numbers(value: &Value) -> Vec<f64> {
    let number = |cell: &Value| cell.as_f64().unwrap_or_else(|| f64::from(u8::from(cell.as_bool().unwrap())));
    value.as_array().unwrap().iter().map(number).collect()
}

fn role(flag: f64, role: Role) -> Role {
    if flag > 0.5 { role } else { Role::Counted }
}

/// Boxes of three classes; some lesions are crowds, or difficult.
pub(super) fn boxes_with(special: Role) -> Detections {
    let golden = &golden()["boxes"];
    let shape = |row: &[f64]| plane([row[2], row[3], row[4], row[5]]);
    let lesion = |row: &Vec<f64>| Lesion {
        case: row[0] as usize,
        class: row[1] as usize,
        shape: shape(row),
        role: role(row[6], special),
    };
    let mark =
        |row: &Vec<f64>| Mark { case: row[0] as usize, class: row[1] as usize, score: row[6], shape: shape(row) };
    let lesions = rows(&golden["lesions"]).iter().map(lesion).collect();
    let marks = rows(&golden["marks"]).iter().map(mark).collect();
    Detections::new(&names(3), golden["n_cases"].as_u64().unwrap() as usize, lesions, marks).unwrap()
}

pub(super) fn boxes() -> Detections {
    boxes_with(Role::Crowd)
}

#[track_caller]
fn same(scores: &DetectScores, metric: &str, target: &str, expected: f64) {
    close(find(scores, metric, target).value.unwrap(), expected, EXACT, &format!("{metric} of {target}"));
}

#[test]
fn average_precision_is_that_of_pycocotools() {
    let scores = measure(&boxes(), &Options { marks_max: Some(100), ..quick(Rule::Iou(0.5)) }).unwrap();
    let golden = &golden()["boxes"]["coco"];
    for (metric, name) in [
        ("average_precision_coco_50_95", "50_95"),
        ("average_precision_coco_50", "50"),
        ("average_precision_coco_75", "75"),
        ("average_precision_coco", "50"),
    ] {
        let expected = numbers(&golden[name]);
        for (target, expected) in ["class 0", "class 1", "class 2", "macro"].iter().zip(expected) {
            same(&scores, metric, target, expected);
        }
    }
}

#[test]
fn average_precision_is_that_of_voc() {
    let options = Options { matching: Matching::Best, ..quick(Rule::Iou(0.5)) };
    let scores = measure(&boxes_with(Role::Ignored), &options).unwrap();
    for (class, expected) in rows(&golden()["boxes"]["voc"]).iter().enumerate() {
        let target = format!("class {class}");
        same(&scores, "average_precision_voc11", &target, expected[0]);
        same(&scores, "average_precision_voc", &target, expected[1]);
        same(&scores, "average_precision", &target, expected[2]);
    }
}

fn points() -> Detections {
    let golden = &golden()["points"];
    let at = |row: &[f64]| [row[1], row[2], row[3]];
    let lesion = |row: &Vec<f64>| Lesion {
        case: row[0] as usize,
        class: 0,
        shape: Shape::Sphere { center: at(row), radius: row[4] / 2.0 },
        role: role(row[5], Role::Ignored),
    };
    let mark = |row: &Vec<f64>| Mark { case: row[0] as usize, class: 0, score: row[4], shape: Shape::Point(at(row)) };
    let lesions = rows(&golden["lesions"]).iter().map(lesion).collect();
    let marks = rows(&golden["marks"]).iter().map(mark).collect();
    Detections::new(&names(1), golden["n_cases"].as_u64().unwrap() as usize, lesions, marks).unwrap()
}

#[test]
fn sensitivities_are_those_of_luna16() {
    let scores = measure(&points(), &quick(Rule::Luna)).unwrap();
    let golden = &golden()["points"]["luna"];
    let number = |name: &str| golden[name].as_f64().unwrap();
    for (rate, expected) in [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0].iter().zip(numbers(&golden["at_rates"])) {
        same(&scores, &format!("sensitivity_at_{rate}"), "class 0", expected);
    }
    same(&scores, "cpm", "class 0", number("cpm"));
    same(&scores, "sensitivity", "class 0", number("n_found") / number("n"));
    same(&scores, "false_positives_per_case", "class 0", number("n_false") / 40.0);
    same(&scores, "precision", "class 0", number("n_found") / (number("n_found") + number("n_false")));
    same(&scores, "f1", "class 0", 2.0 * number("n_found") / (number("n_found") + number("n_false") + number("n")));
    same(&scores, "case_auroc", "class 0", number("auroc"));
    assert_eq!(Some(find(&scores, "cpm", "class 0").n), golden["n"].as_u64());
}

#[test]
fn regions_are_judged_as_by_picai_eval() {
    let golden = &golden()["regions"];
    let (mut lesions, mut marks, mut overlaps) = (Vec::new(), Vec::new(), Vec::new());
    let cases = golden["cases"].as_array().unwrap();
    for (case, of_case) in cases.iter().enumerate() {
        let first = marks.len();
        let mark = |score: f64| Mark { case, class: 0, score, shape: Shape::Region };
        marks.extend(numbers(&of_case["scores"]).into_iter().map(mark));
        for row in rows(&of_case["overlaps"]) {
            let lesion = lesions.len();
            overlaps.extend(row.iter().enumerate().map(|(at, &value)| Overlap { mark: first + at, lesion, value }));
            lesions.push(Lesion { case, class: 0, shape: Shape::Region, role: Role::Counted });
        }
    }
    let detections = Detections::new(&names(1), cases.len(), lesions, marks).unwrap().with_overlaps(overlaps).unwrap();
    let scores = measure(&detections, &quick(Rule::Overlap(0.1))).unwrap();
    let expected = &golden["picai"];
    same(&scores, "average_precision", "class 0", expected["ap"].as_f64().unwrap());
    same(&scores, "case_auroc", "class 0", expected["auroc"].as_f64().unwrap());
    for (rate, expected) in [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0].iter().zip(numbers(&expected["at_rates"])) {
        let found = find(&scores, &format!("sensitivity_at_{rate}"), "class 0");
        close(found.value.unwrap(), expected, SINGLE, "sensitivity");
    }
}
