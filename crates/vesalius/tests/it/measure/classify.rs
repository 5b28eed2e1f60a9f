//! Classes and findings: tables of any origin, cases without prediction, benchmark files, what is written.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vesalius::cohort::{Label, Layout, Part, ReadOptions, Task, Truth, read_source};
use vesalius::measure::classify::{
    FileOptions, MeasureConfig, Measured, Missing, TruthColumns, TruthTable, compare_files, measure_classify,
    measure_cohort, measure_files,
};
use vesalius::predictions::{Columns, Predictions, Row};

use crate::cohort::real_data;

/// Fewer replicates than reported, as nothing here looks at bootstrap intervals.
fn config() -> MeasureConfig {
    MeasureConfig { replicates: 50, ..MeasureConfig::default() }
}

fn files(truth: &str, predictions: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let [truth_path, predictions_path] = ["truth.csv", "predictions.csv"].map(|name| folder.path().join(name));
    fs::write(&truth_path, truth).unwrap();
    fs::write(&predictions_path, predictions).unwrap();
    (folder, truth_path, predictions_path)
}

fn measured(truth: &str, predictions: &str, options: &FileOptions) -> vesalius::Result<Measured> {
    let (_folder, truth, predictions) = files(truth, predictions);
    measure_files(&truth, &predictions, options, &config())
}

fn value(measured: &Measured, metric: &str, target: &str) -> f64 {
    let found = measured.estimate(metric, target).unwrap_or_else(|| panic!("no {metric} of {target}"));
    found.value.unwrap_or_else(|| panic!("{metric} of {target}: {:?}", found.undefined))
}

#[track_caller]
fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
}

const TRUTH: &str = "case,label\na,0\nb,0\nc,1\nd,1\n";

/// Every spelling of the same four cases: AUROC 0.75, accuracy 0.5, the positive class last.
#[test]
fn tables_of_two_classes_in_many_spellings() {
    let check = |truth: &str, predictions: &str, positive: &str| {
        let measured = measured(truth, predictions, &FileOptions::default()).unwrap();
        assert_eq!(measured.task, Task::Binary);
        close(value(&measured, "auroc", positive), 0.75);
        close(value(&measured, "accuracy", "all"), 0.5);
    };
    check(TRUTH, "case,score\na,0.1\nb,0.6\nc,0.4\nd,0.9\n", "1");
    check(TRUTH, "ID;Prob\nd;0.9\na;0.1\nc;0.4\nb;0.6\n", "1");
    check(TRUTH, "image\ty_score\na.png\t0.1\nb.png\t0.6\nc.png\t0.4\nd.png\t0.9\n", "1");
    check(TRUTH, ",0,1\na,0.9,0.1\nb,0.4,0.6\nc,0.6,0.4\nd,0.1,0.9\n", "1");
    check(TRUTH, "\u{feff}case,score.no,score.yes\na,0.9,0.1\nb,0.4,0.6\nc,0.6,0.4\nd,0.1,0.9\n", "yes");
    check(TRUTH, "case,prob_pneumonia\na,0.1\nb,0.6\nc,0.4\nd,0.9\n", "pneumonia");
    let words = "filename,class\nx/a.jpeg,Normal\nx/b.jpeg,Normal\ny/c.jpeg,PNEUMONIA\ny/d.jpeg,PNEUMONIA\n";
    check(words, "file,pneumonia,normal\na,0.1,0.9\nb,0.6,0.4\nc,0.4,0.6\nd,0.9,0.1\n", "PNEUMONIA");
    check(words, "file,p\nx/a,0.1\nx/b,0.6\ny/c,0.4\ny/d,0.9\n", "PNEUMONIA");
    check("case,label\na,1\nb,1\nc,2\nd,2\n", "case,score\na,0.1\nb,0.6\nc,0.4\nd,0.9\n", "2");
    let both = "case,y_true,score\na,0,0.1\nb,0,0.6\nc,1,0.4\nd,1,0.9\n";
    check(both, both, "1");
    let ours = "case,subject,fold,member,score.0,score.1\na,a,0,m,0.8,0.2\na,a,1,n,1,0\nb,b,0,m,0.4,0.6\nc,c,0,m,0.6,0.4\nd,d,0,m,0.1,0.9\n";
    check(TRUTH, ours, "1");
}

#[test]
fn options_name_what_tables_do_not_say() {
    let options = FileOptions {
        predictions: Columns { case: Some("who".to_owned()), scores: Some(vec!["odds".to_owned()]) },
        truth: TruthColumns { case: Some("nr".to_owned()), labels: Some(vec!["outcome".to_owned()]) },
        classes: Some(vec!["well".to_owned(), "ill".to_owned()]),
        part: None,
    };
    let truth = "nr,case,outcome\n1,x,ill\n2,x,well\n3,x,\n";
    let measured = measured(truth, "who,score,odds\n1,0,3.5\n2,9,-1\n3,9,2\n", &options).unwrap();
    close(value(&measured, "auroc", "ill"), 1.0);
    assert_eq!(measured.notes, ["1 case without a known label left out"]);
    assert!(measured.estimate("brier", "ill").unwrap().undefined.as_ref().unwrap().contains("no probabilities"));
}

#[test]
fn which_class_is_positive_is_said_where_nothing_but_the_alphabet_tells() {
    let scores = "case,score\na,0.1\nb,0.9\n";
    let notes = |truth: &str| measured(truth, scores, &FileOptions::default()).unwrap().notes;
    let by_alphabet = notes("case,label\na,sick\nb,fine\n");
    assert!(by_alphabet[0].contains("\"sick\" counts as positive"), "{by_alphabet:?}");
    assert!(notes("case,label\na,no\nb,yes\n").is_empty());
    assert!(notes("case,label\na,0\nb,1\n").is_empty());
}

#[test]
fn several_classes_and_findings() {
    let truth = "case,class\na,cat\nb,dog\nc,owl\nd,owl\n";
    let scores = "case,score.owl,score.cat,score.dog\na,0.1,0.8,0.1\nb,0.2,0.2,0.6\nc,0.9,0.05,0.05\nd,0.3,0.4,0.3\n";
    let several = measured(truth, scores, &FileOptions::default()).unwrap();
    assert_eq!(several.task, Task::MultiClass);
    close(value(&several, "accuracy", "all"), 0.75);
    close(value(&several, "sensitivity", "owl"), 0.5);
    close(value(&several, "medmnist_auc", "all"), value(&several, "auroc", "macro"));

    let truth = "case,label.mass,label.nodule\na,1,0\nb,0,\nc,1,1\nd,0,-1\n";
    let scores = "case,nodule,mass\na,0.1,0.8\nb,0.2,0.2\nc,0.9,0.7\nd,0.3,0.4\n";
    let findings = measured(truth, scores, &FileOptions::default()).unwrap();
    assert_eq!((findings.task, findings.scores.confusion.is_none()), (Task::MultiLabel, true));
    close(value(&findings, "auroc", "mass"), 1.0);
    assert_eq!(findings.estimate("auroc", "nodule").unwrap().n, 2, "unknown labels count for nothing");
    assert_eq!(findings.cases[1].truth, Truth::Findings(vec![Label::Absent, Label::Unknown]));
}

#[test]
fn errors_say_what_was_expected_and_what_to_do() {
    let check = |truth: &str, predictions: &str, parts: &[&str]| {
        let error = measured(truth, predictions, &FileOptions::default()).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{part:?} is not in: {error}");
        }
    };
    let good = "case,score\na,0.1\nb,0.6\nc,0.4\nd,0.9\n";
    check(TRUTH, "case,score\na,0.1\nb,0.6\n", &["2 cases", "\"c\", \"d\"", "leave-out", "worst"]);
    check(TRUTH, "case,score\na,0.1\nx,0.6\n", &["1 of 2 cases that it does not have", "\"x\"", "\"a\""]);
    check(TRUTH, "case,score\na,0.1\na,0.2\n", &["case \"a\" twice", "rows 1 and 2"]);
    check(TRUTH, "case,score\na,nan\n", &["\"nan\"", "case \"a\"", "finite number"]);
    check(TRUTH, "case,score\na,\n", &["\"\" as score of case \"a\""]);
    check(TRUTH, "case,opinion\na,0.1\n", &["no scores", "[case, opinion]", "by option"]);
    check(TRUTH, "person,score\na,0.1\n", &["names cases", "[person, score]"]);
    check(TRUTH, "", &["empty"]);
    check(TRUTH, "case,score\n", &["no rows"]);
    check("case,label\na,0\na,1\n", good, &["case \"a\" again", "row 3"]);
    check("case,score\na,0\n", good, &["no labels", "label.<finding>"]);
    check("case,label\na,x\nb,x\nc,x\nd,x\n", good, &["has only one class", "name all classes"]);
    check("case,label.mass\na,7\n", good, &["\"7\" as label of mass", "row 2"]);
    check("case,label\na,\nb,\nc,0\nd,nan\n", "case,score\na,1\nb,1\n", &["1 case of"]);
    check("case,label\na,0\nb,1\nc,2\nd,3\n", good, &["no scores", "[0, 1, 2, 3]"]);
    let missing = measure_files(Path::new("nowhere.csv"), Path::new("nowhere.csv"), &FileOptions::default(), &config());
    assert!(missing.unwrap_err().to_string().contains("nowhere.csv"));
}

#[test]
fn cases_without_prediction_are_what_the_option_says() {
    let (_folder, truth, predictions) = files(TRUTH, "case,score\na,0.1\nb,0.2\nd,0.9\n");
    let measured = |missing| {
        let config = MeasureConfig { missing, ..config() };
        measure_files(&truth, &predictions, &FileOptions::default(), &config)
    };
    assert!(measured(Missing::Error).is_err());
    let left_out = measured(Missing::LeaveOut).unwrap();
    close(value(&left_out, "auroc", "1"), 1.0);
    assert_eq!(left_out.notes, ["1 case without prediction left out"]);
    let worst = measured(Missing::Worst).unwrap();
    close(value(&worst, "auroc", "1"), 0.5);
    close(value(&worst, "accuracy", "all"), 0.75);
    assert_eq!(worst.cases.len(), 4);
}

#[test]
fn a_configuration_outside_its_range_is_refused() {
    let (_folder, truth, predictions) = files(TRUTH, "case,score\na,0.1\nb,0.2\nc,0.3\nd,0.9\n");
    let config = MeasureConfig { level: 95.0, ..config() };
    let error = measure_files(&truth, &predictions, &FileOptions::default(), &config).unwrap_err();
    assert_eq!(error.kind(), vesalius::ErrorKind::Configuration);
    assert!(toml::from_str::<MeasureConfig>("levle = 0.9").unwrap_err().to_string().contains("levle"));
}

#[test]
fn what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let measured = measured(TRUTH, "case,score\na,0.1\nb,0.6\nc,0.4\nd,0.9\n", &FileOptions::default()).unwrap();
    measured.save(folder.path()).unwrap();
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let scores: Value = serde_json::from_str(&text("scores.json")).unwrap();
    assert_eq!(text("scores.json"), measured.to_json().unwrap());
    assert_eq!(scores["schema"], 1);
    let keys = ["group", "high", "level", "low", "method", "metric", "n", "target", "undefined", "value"];
    let first: Vec<&String> = scores["estimates"][0].as_object().unwrap().keys().collect();
    assert!(keys.iter().all(|key| first.iter().any(|found| found == key)) && first.len() == keys.len());
    assert_eq!(text("cases.csv").lines().nth(1), Some("a,0,0,1,0.9,0.1"));
    assert_eq!(text("cases.csv").lines().next(), Some("case,truth,predicted,correct,score.0,score.1"));
    assert_eq!(text("confusion.csv"), "truth,predicted,n\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n");
    let roc = text("roc.csv");
    assert!(roc.starts_with("target,threshold,false_positive_rate,true_positive_rate,low,high\n1,inf,0,0,0,"), "{roc}");
    assert!(text("reliability.csv").starts_with("target,bin,mean_score,observed,low,high,n\n1,1,0.1,0,0,"));
}

/// Twelve cases of six patients in two hospitals; the second model is wrong about two cases more.
const GROUPED: &str = "case,label,site,subject\n\
    a,0,x,1\nb,1,x,1\nc,0,x,2\nd,1,x,2\ne,1,x,3\nf,0,x,3\ng,0,y,4\nh,1,y,4\ni,1,y,5\nj,0,y,5\nk,1,y,6\nl,0,,6\n";
const FIRST: &str = "case,score\na,0.1\nb,0.8\nc,0.3\nd,0.7\ne,0.4\nf,0.2\ng,0.6\nh,0.9\ni,0.7\nj,0.1\nk,0.8\nl,0.3\n";
const SECOND: &str = "case,score\na,0.2\nb,0.4\nc,0.3\nd,0.6\ne,0.4\nf,0.6\ng,0.6\nh,0.9\ni,0.7\nj,0.1\nk,0.8\nl,0.3\n";

#[test]
fn groups_are_measured_and_compared() {
    let (_folder, truth, predictions) = files(GROUPED, FIRST);
    let with = |groups: &str, reference: Option<&str>| {
        let config =
            MeasureConfig { groups: Some(groups.to_owned()), reference: reference.map(str::to_owned), ..config() };
        measure_files(&truth, &predictions, &FileOptions::default(), &config)
    };
    let measured = with("site", Some("y")).unwrap();
    let find = |metric: &str, group: &str| {
        measured.scores.estimates.iter().find(|e| e.metric == metric && e.group == group).unwrap()
    };
    close(find("sensitivity", "x").value.unwrap(), 2.0 / 3.0);
    close(find("prevalence", "y").value.unwrap(), 0.6);
    close(find("specificity_difference", "x - y").value.unwrap(), 0.5);
    assert_eq!((find("auroc", "all").n, find("auroc", "x").n, find("f1", "y").n), (12, 6, 5));
    assert!(
        measured.notes.iter().any(|note| note.contains("1 case without a value of \"site\"")),
        "{:?}",
        measured.notes
    );
    for (error, part) in [
        (with("site", Some("z")), "no group \"z\""),
        (with("ward", None), "no column \"ward\""),
        (with("label", None), "2 to 50"),
    ] {
        match error {
            Err(error) => assert!(error.to_string().contains(part), "{error}"),
            // Labels are groups like others, of which none has both sides.
            Ok(of_labels) => assert!(of_labels.scores.estimates.iter().any(|e| e.group == "0" && e.value.is_none())),
        }
    }
}

#[test]
fn cases_of_a_patient_are_drawn_together() {
    let (_folder, truth, predictions) = files(GROUPED, FIRST);
    let config = MeasureConfig { cluster: Some("subject".to_owned()), ..config() };
    let measured = measure_files(&truth, &predictions, &FileOptions::default(), &config).unwrap();
    let found = measured.estimate("accuracy", "all").unwrap();
    assert!(found.method.contains("6 clusters"), "{}", found.method);
    assert!(found.low < found.value && found.value < found.high);
}

#[test]
fn a_second_model_is_compared_on_the_cases_that_both_scored() {
    let (folder, truth, first) = files(GROUPED, FIRST);
    let second = folder.path().join("second.csv");
    fs::write(&second, SECOND.replace("l,0.3\n", "")).unwrap();
    let compared = |missing| {
        let config = MeasureConfig { missing, ..config() };
        compare_files(&truth, [&first, &second], &FileOptions::default(), &config)
    };
    assert!(compared(Missing::Error).unwrap_err().to_string().contains("\"l\""));
    let measured = compared(Missing::LeaveOut).unwrap();
    assert!(measured.notes.iter().any(|note| note.contains("only one of the models")), "{:?}", measured.notes);
    close(value(&measured, "accuracy_difference", "all"), 2.0 / 11.0);
    let pairs = measured.against.as_ref().unwrap().comparison.pairs[0].1;
    assert_eq!([pairs.both, pairs.only_first, pairs.only_second, pairs.neither], [7, 2, 0, 2]);
    let out = folder.path().join("scores");
    measured.save(&out).unwrap();
    let text = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(text("mcnemar.csv"), "target,both,only_first,only_second,neither\nall,7,2,0,2\n");
    let rows = text("comparison.csv");
    assert!(rows.starts_with("metric,target,first,second,difference,low,high,level,n,method\nauroc,1,"), "{rows}");
    let scores: Value = serde_json::from_str(&text("scores.json")).unwrap();
    close(scores["tests"][1]["p"].as_f64().unwrap(), 0.5);
    assert!(text("precision_recall.csv").starts_with("target,threshold,recall,precision,low,high\n1,0.9,0.16"));
    assert!(text("decision.csv").starts_with("target,threshold,net_benefit,low,high,all\n1,0.01,"));
}

/// The dataset itself says which cases are whose; scores that know the truth in part, by formula.
#[test]
fn real_labels_are_grouped_by_the_split_of_the_publisher() {
    let Some(truth) = real_data("pneumoniamnist/dev_trainval.npz") else { return };
    let (cohort, _) = read_source(&truth, Layout::Medmnist, &ReadOptions::default()).unwrap();
    let row = |(at, case): (usize, &vesalius::cohort::Case)| {
        let is_ill = case.truth == Truth::Class(Some(1));
        let score = f64::from((at as u32 * 7919) % 1000) / 1500.0 + if is_ill { 0.33 } else { 0.0 };
        let (case, subject) = (case.case.clone(), case.subject.clone());
        Row { case, subject, fold: "0".to_owned(), member: "m".to_owned(), scores: vec![1.0 - score, score] }
    };
    let rows = cohort.cases.iter().enumerate().map(row).collect();
    let predictions = Predictions { labels: cohort.header.classes.clone(), rows };
    let config = MeasureConfig { groups: Some("split".to_owned()), ..config() };
    let measured = measure_cohort(&cohort, &predictions, &config).unwrap();
    let find = |metric: &str, group: &str| {
        let found = measured.scores.estimates.iter().find(|e| e.metric == metric && e.group == group);
        found.unwrap_or_else(|| panic!("no {metric} in {group}"))
    };
    assert_eq!((find("prevalence", "train").n, find("prevalence", "val").n), (4708, 524));
    let gap = find("auroc_difference", "val - train");
    assert!(gap.low.unwrap() < 0.0 && 0.0 < gap.high.unwrap(), "parts drawn alike do not differ: {gap:?}");
}

#[test]
fn a_cohort_is_measured_where_it_was_predicted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cohort.csv");
    fs::write(
        &path,
        "case,split,image,label.class\na,train,a.png,no\nb,test,b.png,no\nc,test,c.png,yes\nd,test,d.png,yes\n",
    )
    .unwrap();
    let (cohort, _) = read_source(&path, Layout::Csv, &ReadOptions::default()).unwrap();
    let row = |case: &str, score: f64| Row {
        case: case.to_owned(),
        subject: case.to_owned(),
        fold: "0".to_owned(),
        member: "m".to_owned(),
        scores: vec![1.0 - score, score],
    };
    let labels = cohort.header.classes.clone();
    let predictions = Predictions { labels, rows: vec![row("b", 0.2), row("c", 0.7)] };
    let measured = measure_cohort(&cohort, &predictions, &config()).unwrap();
    assert_eq!((measured.cases.len(), measured.notes.len()), (2, 0));
    // As files, case d is missing, and case a is not, as it is of another part.
    let error = measure_classify(&TruthTable::of(&cohort), &predictions, &config()).unwrap_err().to_string();
    assert!(error.contains("1 case of") && error.contains("\"d\""), "{error}");
    let swapped = Predictions { labels: vec!["yes".to_owned(), "no".to_owned()], ..predictions };
    assert!(measure_cohort(&cohort, &swapped, &config()).unwrap_err().to_string().contains("same order"));
}

#[test]
fn result_files_of_the_benchmark_are_written_and_read() {
    let Some(truth) = real_data("pneumoniamnist/dev_trainval.npz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::new();
    for case in 0..524 {
        writeln!(rows, "{case},{}", f64::from((case * 37) % 524) / 524.0).unwrap();
    }
    let named = folder.path().join("pneumoniamnist_val_[AUC]0.5_[ACC]0.5@theirs.csv");
    fs::write(&named, &rows).unwrap();
    let options = FileOptions::default();
    let theirs = measure_files(&truth, &named, &options, &config()).unwrap();
    assert_eq!(theirs.cases.len(), 524);

    let out = folder.path().join("scores");
    theirs.save(&out).unwrap();
    let (auc, acc) = (value(&theirs, "medmnist_auc", "all"), value(&theirs, "medmnist_acc", "all"));
    let ours = out.join(format!("pneumoniamnist_val_[AUC]{auc:.3}_[ACC]{acc:.3}@vesalius.csv"));
    assert!(fs::read_to_string(&ours).unwrap().starts_with("0,1,0\n1,"));
    let again = measure_files(&truth, &ours, &options, &config()).unwrap();
    assert_eq!(again.scores, theirs.scores);

    // Without a telling name the size of the part tells, or the option does; the wrong part has not those cases.
    let bare = folder.path().join("numbers.csv");
    fs::write(&bare, &rows).unwrap();
    let by_size = measure_files(&truth, &bare, &options, &config()).unwrap();
    assert_eq!(by_size.scores, theirs.scores);
    assert!(by_size.notes[0].contains("cases of val"), "{:?}", by_size.notes);
    fs::write(&bare, "0,0.5\n1,0.7\n").unwrap();
    let error = |options: &FileOptions| measure_files(&truth, &bare, options, &config()).unwrap_err().to_string();
    assert!(error(&options).contains("name the part"));
    assert!(error(&FileOptions { part: Some(Part::Train), ..options }).contains("4706 cases"));
}
