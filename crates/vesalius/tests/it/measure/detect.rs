//! Detections: real submissions against published figures, formats of others, names that differ, what is written.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vesalius::measure::detect::{
    Between, DetectConfig, DetectFiles, Edges, Matching, Measured, OverlapBy, Repeats, RuleName, measure_detect,
};

use crate::cohort::real_data;

const EXACT: f64 = 1e-9;
/// The rates of the CPM, as names of metrics have them.
const RATES: [&str; 7] = ["0.125", "0.25", "0.5", "1", "2", "4", "8"];

/// Fewer replicates than reported, as little here looks at intervals.
fn config() -> DetectConfig {
    DetectConfig { replicates: 50, ..DetectConfig::default() }
}

fn golden(name: &str) -> Value {
    serde_json::from_str::<Value>(include_str!("../../golden/detect.json")).unwrap()[name].clone()
}

fn value(measured: &Measured, metric: &str, target: &str) -> f64 {
    let found = measured.estimate(metric, target).unwrap_or_else(|| panic!("no {metric} of {target}"));
    found.value.unwrap_or_else(|| panic!("{metric} of {target}: {:?}", found.undefined))
}

#[track_caller]
fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < EXACT, "{actual} is not {expected}");
}

/// A folder with these files, and the measurement of two of them.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn files(&self, truth: &str, predictions: &str) -> DetectFiles {
        let [truth, predictions] = [truth, predictions].map(|name| self.0.path().join(name));
        DetectFiles { truth, predictions, ignored: None, cases: None }
    }

    fn measured(&self, truth: &str, predictions: &str) -> vesalius::Result<Measured> {
        measure_detect(&self.files(truth, predictions), &config())
    }
}

/// The submission whose CPM is published as 0.842; scans are numbered with leading zeros on one side only.
#[test]
fn a_real_submission_has_its_published_cpm() {
    let Some(folder) = real_data("luna16-froc/DeepLung/evaluationScript/annotations") else { return };
    let [truth, predictions, ignored, cases] =
        ["newannotations.csv", "dpn26bs32.csv", "newannotations_excluded.csv", "newseriesuids.csv"]
            .map(|name| folder.join(name));
    let files = DetectFiles { truth, predictions, ignored: Some(ignored), cases: Some(cases) };
    let measured = measure_detect(&files, &DetectConfig { rule: Some(RuleName::Luna), ..config() }).unwrap();
    let golden = golden("luna");
    for (rate, expected) in RATES.iter().zip(golden["at_rates"].as_array().unwrap()) {
        close(value(&measured, &format!("sensitivity_at_{rate}"), "lesion"), expected.as_f64().unwrap());
    }
    close(value(&measured, "cpm", "lesion"), golden["cpm"].as_f64().unwrap());
    assert_eq!(format!("{:.3}", value(&measured, "cpm", "lesion")), "0.842");
    let sum = |count: fn(&vesalius::measure::detect::MeasuredCase) -> usize| {
        measured.cases.iter().map(count).sum::<usize>() as u64
    };
    for (name, n) in [
        ("n_cases", measured.cases.len() as u64),
        ("n_nodules", sum(|case| case.n_findings)),
        ("n_found", sum(|case| case.n_found)),
        ("n_false", sum(|case| case.n_false_positives)),
    ] {
        assert_eq!(Some(n), golden[name].as_u64(), "{name}");
    }
    let n_neither = golden["n_ignored"].as_u64().unwrap() + golden["n_repeats"].as_u64().unwrap();
    assert_eq!(sum(|case| case.n_ignored), n_neither);
    assert_eq!(measured.notes, ["cases were matched as numbers, without leading zeros", "1 case without a mark"]);
}

/// All figures that `picai_eval` expects of its own test maps.
#[test]
fn detection_maps_have_the_expected_figures() {
    let Some(folder) = real_data("picai-eval/tests") else { return };
    let text = fs::read_to_string(folder.join("output-expected/metrics-full-expected.json")).unwrap();
    // JSON has no name for what the last point of its curve is at.
    let expected: Value = serde_json::from_str(&text.replace("Infinity", "1e308")).unwrap();
    let maps = folder.join("test-maps");
    let files = DetectFiles { truth: maps.clone(), predictions: maps, ignored: None, cases: None };
    for overlap in [OverlapBy::Iou, OverlapBy::Dice] {
        let measured = measure_detect(&files, &DetectConfig { overlap, ..config() }).unwrap();
        close(value(&measured, "average_precision", "lesion"), expected["AP"].as_f64().unwrap());
        close(value(&measured, "case_auroc", "lesion"), expected["auroc"].as_f64().unwrap());
        let rows = expected["lesion_TPR"].as_array().unwrap().iter().zip(expected["lesion_FPR"].as_array().unwrap());
        let rows: Vec<(f64, f64)> = rows.map(|(y, x)| (x.as_f64().unwrap(), y.as_f64().unwrap())).collect();
        let froc: Vec<(f64, f64)> = measured.scores.froc[0]
            .points
            .iter()
            .map(|point| (point.false_positives_per_case, point.sensitivity))
            .filter(|(rate, _)| *rate > 0.0)
            .collect();
        assert_eq!(froc.len(), 2, "{froc:?}");
        for (found, expected) in froc.iter().zip(&rows) {
            assert!((found.0 - expected.0).abs() < 1e-7 && (found.1 - expected.1).abs() < 1e-7, "{froc:?} {rows:?}");
        }
        for case in &measured.cases {
            let score = expected["case_pred"][&case.case].as_f64().unwrap();
            close(case.score_max.unwrap_or(0.0), score);
            let target = expected["case_target"][&case.case].as_u64().unwrap();
            assert_eq!(u64::from(case.n_findings > 0), target, "{}", case.case);
        }
        if overlap == OverlapBy::Iou {
            let found = measured.scores.matches.lesions.iter().flatten().map(|finder| finder.nearness);
            let of_cases =
                expected["lesion_results"].as_object().unwrap().values().flat_map(|case| case.as_array().unwrap());
            let overlaps = of_cases.map(|row| row[2].as_f64().unwrap()).filter(|overlap| *overlap > 0.0);
            let mut pairs: Vec<(f64, f64)> = found.zip(overlaps).collect();
            assert_eq!(pairs.len(), 5);
            assert!(pairs.drain(..).all(|(found, expected)| (found - expected).abs() < 1e-6));
        }
        assert_eq!((measured.cases.len(), measured.notes.len()), (10, 0));
    }
}

/// The box of an annotation, and its mark by the rules of `golden/detect.py`.
fn mark_of(k: u64, edges: [f64; 4]) -> String {
    let size = [edges[2] - edges[0], edges[3] - edges[1]];
    let factors = [7919, 6007, 5003, 4001_u64];
    let moved = [0, 1, 2, 3].map(|axis| {
        let step = (k * factors[axis] % 41) as f64 - 20.0;
        edges[axis] + size[axis % 2] * step / 200.0
    });
    let score = (k * 104_729 % 1_000_003) as f64 / 1_000_003.0;
    moved.iter().chain([&score]).map(f64::to_string).collect::<Vec<_>>().join(",")
}

/// Marks on all boxes of a folder of Pascal VOC.
fn marks_on(folder: &Path) -> String {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut text = "case,label,x_min,y_min,x_max,y_max,score\n".to_owned();
    let mut k = 0;
    for path in paths {
        let case = path.file_stem().unwrap().to_string_lossy().into_owned();
        let xml = fs::read_to_string(&path).unwrap();
        for object in xml.split("<object>").skip(1) {
            let field = |name: &str| object.split(&format!("<{name}>")).nth(1).unwrap().split('<').next().unwrap();
            let edges = ["xmin", "ymin", "xmax", "ymax"].map(|name| field(name).parse::<f64>().unwrap());
            k += 1;
            let numbers = if k % 7 == 0 {
                vec![]
            } else if k % 11 == 0 {
                vec![k, k + 500_000]
            } else {
                vec![k]
            };
            for number in numbers {
                writeln!(text, "{case},{},{}", field("name"), mark_of(number, edges)).unwrap();
            }
        }
    }
    text
}

#[test]
fn blood_cells_are_measured_as_by_pycocotools() {
    let Some(folder) = real_data("bccd/BCCD") else { return };
    let marks = Folder::with(&[("marks.csv", &marks_on(&folder.join("Annotations")))]);
    let files = DetectFiles { truth: folder, ..marks.files("", "marks.csv") };
    let config = DetectConfig { marks_max: Some(100), replicates: 20, ..config() };
    let measured = measure_detect(&files, &config).unwrap();
    let golden = golden("bccd");
    let count = |name: &str| golden[name].as_u64().unwrap() as usize;
    assert_eq!(measured.cases.len(), count("n_images"));
    assert_eq!(measured.cases.iter().map(|case| case.n_findings).sum::<usize>(), count("n_boxes"));
    assert_eq!(measured.scores.matches.marks.len(), count("n_marks"));
    for metric in ["average_precision_coco_50_95", "average_precision_coco_50", "average_precision_coco_75"] {
        for (at, target) in ["WBC", "RBC", "Platelets", "macro"].iter().enumerate() {
            close(value(&measured, metric, target), golden[metric][at].as_f64().unwrap());
        }
    }
}

const BOXES: &str = "case,label,x_min,y_min,x_max,y_max\na,cat,0,0,10,10\nb,cat,0,0,10,10\nb,dog,20,20,30,30\n";

/// The same three boxes and four marks in every format: two cats found, one stray; the dog found.
#[test]
fn the_same_boxes_in_every_format() {
    let marks = "case,label,score,x_min,y_min,x_max,y_max\na,cat,0.9,0,0,10,10\nb,cat,0.8,1,0,11,10\nb,cat,0.7,50,50,60,60\n\
                 b,dog,0.6,20,20,30,30\n";
    let coco = "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}, {\"id\": 2, \"file_name\": \"b.png\"}], \"categories\": \
                [{\"id\": 7, \"name\": \"cat\"}, {\"id\": 8, \"name\": \"dog\"}], \"annotations\": [{\"image_id\": 1, \
                \"category_id\": 7, \"bbox\": [0, 0, 10, 10]}, {\"image_id\": 2, \"category_id\": 7, \"bbox\": [0, 0, 10, 10]}, \
                {\"image_id\": 2, \"category_id\": 8, \"bbox\": [20, 20, 10, 10], \"iscrowd\": 0}]}";
    let results = "[{\"image_id\": 1, \"category_id\": 7, \"bbox\": [0, 0, 10, 10], \"score\": 0.9}, {\"image_id\": 2, \
                   \"category_id\": 7, \"bbox\": [1, 0, 10, 10], \"score\": 0.8}, {\"image_id\": 2, \"category_id\": 7, \"bbox\": \
                   [50, 50, 10, 10], \"score\": 0.7}, {\"image_id\": 2, \"category_id\": 8, \"bbox\": [20, 20, 10, 10], \
                   \"score\": 0.6}]";
    let object = |name: &str, edges: [u32; 4]| {
        let [x_min, y_min, x_max, y_max] = edges;
        format!(
            "<object><name>{name}</name><part><bndbox/></part><bndbox><xmin>{x_min}</xmin><ymin>{y_min}</ymin>\
             <xmax>{x_max}</xmax><ymax>{y_max}</ymax></bndbox></object>"
        )
    };
    let first = format!("<annotation>{}</annotation>", object("cat", [0, 0, 10, 10]));
    let second =
        format!("<annotation>{}{}</annotation>", object("cat", [0, 0, 10, 10]), object("dog", [20, 20, 30, 30]));
    let other_names =
        "filename;cell_type;xmin;xmax;ymin;ymax\na.jpg;cat;0;10;0;10\nb.jpg;Cat;0;10;0;10\nb.jpg;dog;20;30;20;30\n";
    let sized = "image_id,class,x,y,w,h,conf\na,cat,0,0,10,10,0.9\nb,cat,1,0,10,10,0.8\nb,cat,50,50,10,10,0.7\n\
                 b,dog,20,20,10,10,0.6\n";
    let other_names = other_names.replace("Cat", "cat");
    let folder = Folder::with(&[
        ("truth.csv", BOXES),
        ("marks.csv", marks),
        ("coco.json", coco),
        ("results.json", results),
        ("voc/a.xml", &first),
        ("voc/b.xml", &second),
        ("names.csv", &other_names),
        ("sized.csv", sized),
    ]);
    for truth in ["truth.csv", "coco.json", "voc", "names.csv"] {
        for predictions in ["marks.csv", "results.json", "sized.csv"] {
            if predictions == "results.json" && truth != "coco.json" {
                continue;
            }
            let measured = folder.measured(truth, predictions).unwrap();
            close(value(&measured, "sensitivity", "macro"), 1.0);
            close(value(&measured, "precision", "cat"), 2.0 / 3.0);
            close(value(&measured, "average_precision_coco_50", "macro"), 1.0);
            // The second cat is hit by an IoU of 9 / 11, enough for seven of ten thresholds, before the stray.
            let found = value(&measured, "average_precision_coco_50_95", "cat");
            assert!((0.8..0.9).contains(&found), "{truth} {predictions}: {found}");
            assert_eq!(measured.cases.len(), 2);
        }
    }
}

#[test]
fn names_that_are_on_one_side_only_are_listed() {
    let marks =
        "case,label,score,x_min,y_min,x_max,y_max\na,cat,0.9,0,0,10,10\nc,cat,0.8,0,0,10,10\nd,cat,0.7,0,0,9,9\n";
    let folder = Folder::with(&[
        ("truth.csv", BOXES),
        ("marks.csv", marks),
        ("cases.csv", "a\nb\nc\n"),
        ("named.csv", "case,x\na,1\nb,1\n"),
    ]);
    let measured = folder.measured("truth.csv", "marks.csv").unwrap();
    assert_eq!(measured.cases.len(), 4, "cases of the predictions count as cases without findings");
    let what = "only in the predictions; taken as a case without findings";
    assert_eq!(measured.notes[0], format!("2 cases: \"c\", \"d\" {what}"));
    assert_eq!(measured.notes[1], "1 case without a mark");
    assert_eq!((measured.mismatches[1].case.as_str(), measured.mismatches[1].what.as_str()), ("d", what));
    close(value(&measured, "false_positives_per_case", "cat"), 0.5);

    let with_cases = |name: &str| {
        let files = DetectFiles { cases: Some(folder.0.path().join(name)), ..folder.files("truth.csv", "marks.csv") };
        measure_detect(&files, &config()).unwrap()
    };
    let measured = with_cases("cases.csv");
    assert_eq!(measured.cases.len(), 3);
    assert!(measured.notes[0].starts_with("1 case: \"d\" in ") && measured.notes[0].ends_with("left out"));
    assert_eq!(with_cases("named.csv").cases.len(), 2);
}

#[test]
fn what_is_written() {
    let marks = "case,label,score,x_min,y_min,x_max,y_max\na,cat,0.9,0,0,10,10\nx,cat,0.8,0,0,10,10\n";
    let folder = Folder::with(&[("truth.csv", BOXES), ("marks.csv", marks)]);
    let config = DetectConfig { threshold: Some(0.85), ..config() };
    let measured = measure_detect(&folder.files("truth.csv", "marks.csv"), &config).unwrap();
    let out = folder.0.path().join("scores");
    measured.save(&out).unwrap();
    let text = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    let scores: Value = serde_json::from_str(&text("scores.json")).unwrap();
    assert_eq!(scores["estimates"][0]["metric"], "cpm");
    let cases =
        "case,findings,found,false_positives,ignored_marks,score_max\na,1,1,0,0,0.9\nb,2,0,0,0,\nx,0,0,0,0,0.8\n";
    assert_eq!(text("cases.csv"), cases);
    let matches = text("matches.csv");
    assert!(matches.starts_with("case,label,x,y,z,counts,found,mark_x,mark_y,mark_z,mark_score,nearness\n"));
    assert!(matches.contains("a,cat,5,5,0.5,1,1,5,5,0.5,0.9,1\nb,cat,5,5,0.5,1,0,,,,,\n"), "{matches}");
    assert!(text("marks.csv").ends_with("a,cat,0.9,5,5,0.5,found\nx,cat,0.8,5,5,0.5,false-positive\n"));
    assert!(
        text("froc.csv").starts_with("label,threshold,false_positives_per_case,sensitivity,low,high\ncat,0.9,0,0.5,")
    );
    assert!(text("precision_recall.csv").contains("\ncat,0.9,0.5,1,"));
    assert!(text("mismatches.csv").starts_with("case,what\nx,only in the predictions"));
}

#[test]
fn rules_by_name() {
    let truth = "seriesuid,coordX,coordY,coordZ,diameter_mm\ns1,0,0,0,10\ns2,0,0,0,-1\n";
    let marks = "seriesuid,coordX,coordY,coordZ,probability\ns1,3,0,0,0.9\ns1,4,0,0,0.8\ns2,4.9,0,0,0.7\n";
    let folder = Folder::with(&[("truth.csv", truth), ("marks.csv", marks)]);
    let check = |config: DetectConfig, sensitivity: f64, false_positives: f64| {
        let measured = measure_detect(&folder.files("truth.csv", "marks.csv"), &config).unwrap();
        close(value(&measured, "sensitivity", "lesion"), sensitivity);
        close(value(&measured, "false_positives_per_case", "lesion"), false_positives);
    };
    check(config(), 1.0, 0.0);
    check(DetectConfig { repeats: Some(Repeats::FalsePositive), ..config() }, 1.0, 0.5);
    check(DetectConfig { rule: Some(RuleName::Center), ..config() }, 1.0, 0.5);
    let near = DetectConfig { rule: Some(RuleName::Distance), distance: Some(3.5), ..config() };
    check(near.clone(), 0.5, 1.0);
    check(DetectConfig { matching: Some(Matching::Best), between: Some(Between::Step), ..near }, 0.5, 1.0);
    let measure = |config: DetectConfig| measure_detect(&folder.files("truth.csv", "marks.csv"), &config);
    let message = |config: DetectConfig| measure(config).err().unwrap().to_string();
    let unsaid = DetectConfig { rule: Some(RuleName::Distance), ..config() };
    assert!(message(unsaid).contains("give it by --distance"));
    assert!(message(DetectConfig { rule: Some(RuleName::Iou), ..config() }).contains("expects boxes on both sides"));
    let points = Folder::with(&[("t.csv", "case,x,y\na,1,1\n"), ("p.csv", "case,x,y,score\na,1,1,1\n")]);
    assert!(points.measured("t.csv", "p.csv").err().unwrap().to_string().contains("choose --rule distance"));
}

/// Boxes and points of one plane are no farther apart than in it.
#[test]
fn boxes_and_points_in_a_plane() {
    let folder = Folder::with(&[
        ("t.csv", "case,x_min,y_min,x_max,y_max\na,0,0,10,10\n"),
        ("p.csv", "case,x,y,score\na,8,9,1\n"),
    ]);
    let nearness = |rule: RuleName| {
        let config = DetectConfig { rule: Some(rule), distance: Some(5.0), ..config() };
        measure_detect(&folder.files("t.csv", "p.csv"), &config).unwrap().scores.matches.lesions[0].unwrap().nearness
    };
    close(nearness(RuleName::Distance), 5.0);
    close(nearness(RuleName::Center), 5.0);
}

/// VOC counts whole pixels: the last one belongs to a box.
#[test]
fn boxes_that_end_with_their_last_pixel() {
    let folder = Folder::with(&[
        ("t.csv", "case,x_min,y_min,x_max,y_max\na,0,0,9,9\n"),
        ("p.csv", "case,x_min,y_min,x_max,y_max,score\na,0,0,4,9,1\n"),
    ]);
    let nearness = |edges: Edges| {
        let config = DetectConfig { edges, iou: Some(0.1), ..config() };
        measure_detect(&folder.files("t.csv", "p.csv"), &config).unwrap().scores.matches.lesions[0].unwrap().nearness
    };
    close(nearness(Edges::Exclusive), 4.0 / 9.0);
    close(nearness(Edges::Inclusive), 0.5);
}

#[test]
fn what_cannot_be_measured_says_what_was_expected() {
    let good = "case,x_min,y_min,x_max,y_max,score\na,0,0,4,9,1\n";
    let check = |truth: &str, predictions: &str, parts: &[&str]| {
        let folder = Folder::with(&[("t", truth), ("p", predictions)]);
        let error = folder.measured("t", "p").err().unwrap().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    };
    check(good, "case,x_min,y_min,x_max,y_max\na,0,0,4,9\n", &["case \"a\" without a score"]);
    check(good, "case,x_min,y_min,x_max,y_max,score\nz,0,0,4,9,1\n", &["no case of", "\"z\"", "\"a\""]);
    check(good, "case,x_min,y_min,x_max,y_max,score\na,0,0,4,x,1\n", &["\"x\" as y_max of case \"a\" in row 2"]);
    check(good, "case,x_min,y_min,x_max,y_max,score\na,5,0,4,9,1\n", &["case \"a\"", "lower edges first"]);
    check(good, "case,height,score\na,5,1\n", &["no boxes and no points", "case, height, score", "x_min"]);
    check(good, "case,x,y,z,score\na,5,0,4,1\n", &["in 3-D", "none of a z"]);
    check(good, "{\"images\": []}", &["JSON, but not of COCO"]);
    check(good, "[{\"image_id\": 1}]", &["JSON, but not of COCO"]);
    check(
        "case,label,x,y\na,cat,1,1\nb,dog,1,1\n",
        "case,x,y,score\na,1,1,1\n",
        &["classes [cat, dog]", "without a class"],
    );
    let folder =
        Folder::with(&[("voc/a.xml", "<annotation><object><name>x</name></object></annotation>"), ("p.csv", good)]);
    assert!(folder.measured("voc", "p.csv").err().unwrap().to_string().contains("has no bndbox"));
    let folder = Folder::with(&[("empty/readme", ""), ("p.csv", good)]);
    assert!(folder.measured("empty", "empty").err().unwrap().to_string().contains("holds no images"));
}
