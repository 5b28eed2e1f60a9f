//! Survival: spellings of tables, directions that must be said, cases without prediction, what is written, real tables.

use std::fs;
use std::path::{Path, PathBuf};

use vesalius::measure::classify::Missing;
use vesalius::measure::survive::{Direction, FileOptions, Measured, Options, measure_files};

use crate::cohort::real_data;

const TRUTH: &str = "case,time,event\na,5,1\nb,8,0\nc,3,1\nd,9,1\n";

fn files(truth: &str, predictions: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let [truth_path, predictions_path] = ["truth.csv", "predictions.csv"].map(|name| folder.path().join(name));
    fs::write(&truth_path, truth).unwrap();
    fs::write(&predictions_path, predictions).unwrap();
    (folder, truth_path, predictions_path)
}

fn measured(truth: &str, predictions: &str, options: &FileOptions) -> vesalius::Result<Measured> {
    let (_folder, truth, predictions) = files(truth, predictions);
    measure_files(&truth, &predictions, options, &Options::default())
}

fn harrell(measured: &Measured) -> f64 {
    measured.estimate("harrell_c", "all").unwrap().value.unwrap()
}

#[track_caller]
fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
}

/// Pairs: c before a, b, d; a before b, d. One of five is in the wrong order.
#[test]
fn tables_in_many_spellings() {
    let check = |truth: &str, predictions: &str, direction: Option<Direction>| {
        let options = FileOptions { direction, ..FileOptions::default() };
        close(harrell(&measured(truth, predictions, &options).unwrap()), 0.8);
    };
    let risk = "case,risk\na,4\nb,2\nc,3\nd,1\n";
    check(TRUTH, risk, None);
    check(TRUTH, risk, Some(Direction::Risk));
    check("ID;Days;Death\nd;9;true\nc;3;yes\nb;8;no\na;5;1.0\n", "id;hazard\na;4\nb;2\nc;3\nd;1\n", None);
    check(TRUTH, "case,predicted_time\na,1\nb,3\nc,2\nd,4\n", None);
    check(TRUTH, "case,time\na,1\nb,3\nc,2\nd,4\n", None);
    check(TRUTH, "case,score\na,1\nb,3\nc,2\nd,4\n", Some(Direction::Time));
    check(TRUTH, "case,risk,time\na,4,9\nb,2,9\nc,3,9\nd,1,9\n", Some(Direction::Risk));
    let survival = "case,survival.4,survival.6\na,0.3,0.2\nb,0.8,0.7\nc,0.5,0.4\nd,0.9,0.8\n";
    check(TRUTH, survival, None);
    check("case,time,event\na,5,1\nb,8,0\nc,3,1\nd,9,1\ne,,\n", risk, None);
}

#[test]
fn truth_and_prediction_in_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both.csv");
    fs::write(&path, "case,time,event,risk\na,5,1,4\nb,8,0,2\nc,3,1,3\nd,9,1,1\n").unwrap();
    let measured = measure_files(&path, &path, &FileOptions::default(), &Options::default()).unwrap();
    assert_eq!(measured.direction, Some(Direction::Risk), "the time is what happened, not what was predicted");
    close(harrell(&measured), 0.8);
}

#[test]
fn what_cannot_be_told_is_asked_for() {
    let check = |truth: &str, predictions: &str, options: &FileOptions, what: &str| {
        let error = measured(truth, predictions, options).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    let plain = &FileOptions::default();
    check(TRUTH, "case,score\na,1\nb,2\nc,3\nd,4\n", plain, "--direction risk if more is sooner");
    check(TRUTH, "case,risk,time\na,1,1\n", plain, "both \"risk\" and \"time\"");
    check(TRUTH, "case,size\na,1\n", plain, "expected risk, predicted_time, or survival.<horizon>");
    let late = FileOptions { direction: Some(Direction::Time), ..FileOptions::default() };
    check(TRUTH, "case,risk\na,1\n", &late, "the other direction");
    let named = FileOptions { prediction: Some("size".to_owned()), ..FileOptions::default() };
    check(TRUTH, "case,size\na,1\n", &named, "does not say what it means");
    check(TRUTH, "case,risk\na,1\nx,2\n", plain, "1 predictions are of cases that");
    check(TRUTH, "case,risk\na,1\na,2\n", plain, "twice");
    check(TRUTH, "case,risk\na,1\nb,nan\nc,3\nd,1\n", plain, "expected a finite number");
    check(TRUTH, "case,survival.4\na,1.2\nb,1\nc,1\nd,1\n", plain, "probability from 0 to 1");
    check("case,time,status\na,5,2\n", "case,risk\na,1\n", plain, "1 is an event and 0 none");
    check("case,time,event\na,-5,1\n", "case,risk\na,1\n", plain, "a number of at least 0");
    check("case,week,event\na,5,1\n", "case,risk\na,1\n", plain, "name the column by option");
    check("case,time,event\na,5,1\na,6,1\n", "case,risk\na,1\n", plain, "again");
}

#[test]
fn cases_without_prediction_are_an_error_or_left_out() {
    let some = "case,risk\na,4\nc,3\n";
    let error = measured(TRUTH, some, &FileOptions::default()).unwrap_err().to_string();
    assert!(error.contains("2 cases have no prediction: b, d"), "{error}");
    let options = FileOptions { missing: Missing::LeaveOut, ..FileOptions::default() };
    let left = measured(TRUTH, some, &options).unwrap();
    assert_eq!((left.cases.len(), left.notes.len()), (2, 1));
    let worst = FileOptions { missing: Missing::Worst, ..FileOptions::default() };
    assert!(measured(TRUTH, some, &worst).unwrap_err().to_string().contains("worst of all"));
}

#[test]
fn what_is_written() {
    let predictions = "case,risk,survival.4,survival.6\na,4,0.3,0.2\nb,2,0.8,0.7\nc,3,0.5,0.4\nd,1,0.9,0.8\n";
    let measured = measured(TRUTH, predictions, &FileOptions::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    measured.save(folder.path()).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("cases.csv").starts_with("case,time,event,risk,survival.4,survival.6\na,5,1,4,0.3,0.2\n"));
    assert!(
        read("kaplan_meier.csv").starts_with("time,n_at_risk,n_events,n_censored,survival,low,high\n3,4,1,0,0.75,")
    );
    assert!(read("time_auc.csv").starts_with("time,auc,low,high\n4,"));
    assert!(read("calibration.csv").starts_with("horizon,group,n,predicted,observed,low,high\n4,0,1,"));
    assert!(read("scores.json").contains("\"metric\": \"integrated_brier\""));
}

/// Recidivism of 432 released convicts by their prior convictions: 0.5879 in lifelines and scikit-survival.
#[test]
fn a_published_table() {
    let Some(path) = real_data("lifelines-data/lifelines/datasets/rossi.csv") else { return };
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().enumerate().map(|(at, line)| {
        let name = if at == 0 { "case".to_owned() } else { at.to_string() };
        format!("{name},{line}\n")
    });
    let folder = tempfile::tempdir().unwrap();
    let table: &Path = &folder.path().join("rossi.csv");
    fs::write(table, rows.collect::<String>()).unwrap();
    let options = FileOptions {
        time: Some("week".to_owned()),
        event: Some("arrest".to_owned()),
        prediction: Some("prio".to_owned()),
        direction: Some(Direction::Risk),
        ..FileOptions::default()
    };
    let measured =
        measure_files(table, table, &options, &Options { horizons: vec![28.0], ..Options::default() }).unwrap();
    close(harrell(&measured), 0.587_936_217_181);
    let survival = measured.estimate("km_survival", "at 28").unwrap();
    close(survival.value.unwrap(), 0.865_740_740_741);
}
