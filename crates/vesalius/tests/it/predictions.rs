//! Predictions of other software: what their columns mean when nobody says what the classes are.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

use std::fs;

use vesalius::predictions::{Columns, Predictions};

fn read(name: &str, text: &str, classes: Option<&[String]>) -> vesalius::Result<Predictions> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    Predictions::read(&path, &Columns::default(), classes)
}

#[test]
fn labels_come_from_the_columns() {
    let check = |text: &str, labels: &[&str], scores: &[f64]| {
        let predictions = read("p.csv", text, None).unwrap();
        assert_eq!(predictions.labels, labels, "{text}");
        assert_eq!(predictions.rows[0].scores, scores, "{text}");
    };
    check("case,score.a,score.b\nx,0.25,0.75\n", &["a", "b"], &[0.25, 0.75]);
    check("case,prob_tumor\nx,0.75\n", &["not tumor", "tumor"], &[0.25, 0.75]);
    check("case,probability\nx,0.75\n", &["0", "1"], &[0.25, 0.75]);
    check("0,0.25,0.5,0.25\n", &["0", "1", "2"], &[0.25, 0.5, 0.25]);
    check("0,0.75\n", &["0", "1"], &[0.25, 0.75]);
}

#[test]
fn a_result_file_takes_classes_from_its_set() {
    let predictions = read("breastmnist_test_[AUC]0.9_[ACC]0.8@2.csv", "1,0.4\n0,0.9\n", None).unwrap();
    assert_eq!(predictions.labels, ["malignant", "normal, benign"]);
    let rows: Vec<(&str, &str)> = predictions.rows.iter().map(|row| (row.case.as_str(), row.member.as_str())).collect();
    assert_eq!(rows, [("test-00001", "2"), ("test-00000", "2")]);
    let error = read("octmnist_64_test@2.csv", "0,0.4\n", None).unwrap_err().to_string();
    assert!(error.contains("each of the 4 classes"), "{error}");
    let error = read("octmnist_test@2.csv", "0.5,0.4,0.1,0.2,0.3\n", None).unwrap_err().to_string();
    assert!(error.contains("index of a case"), "{error}");
}

#[test]
fn scores_follow_the_order_of_the_truth() {
    let classes: Vec<String> = ["lung left", "lung right"].map(str::to_owned).to_vec();
    let predictions = read("p.csv", "id,score.Lung_Right,score.Lung_Left\nx,0.75,0.25\n", Some(&classes)).unwrap();
    assert_eq!((predictions.labels, predictions.rows[0].scores.clone()), (classes.clone(), vec![0.25, 0.75]));
    let error = read("p.csv", "id,score.heart,score.liver\nx,0.75,0.25\n", Some(&classes)).unwrap_err().to_string();
    assert!(error.contains("[lung left, lung right]") && error.contains("score.heart"), "{error}");
}
