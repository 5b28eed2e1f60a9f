//! Predictions, masks, boxes and grids of several members: what is matched, fused, refused and written.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use vesalius::ensemble::{EnsembleConfig, Ensembled, Ties, ensemble};
use vesalius::predictions::Predictions;
use vesalius::progress::{Context, Silent};
use vesalius_image::{ReadOptions, Samples, Volume, format};
use vesalius_stats::fuse::{self, Votes, staple};

use crate::cohort::real_data;
use crate::{save, upright};

fn config(method: &str) -> EnsembleConfig {
    EnsembleConfig { method: method.to_owned(), ..EnsembleConfig::default() }
}

fn run(inputs: &[PathBuf], config: &EnsembleConfig, out: &Path) -> vesalius::Result<Ensembled> {
    ensemble(inputs, config, out, &Context { progress: &Silent, stop: &AtomicBool::new(false) })
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

fn refused(inputs: &[PathBuf], config: &EnsembleConfig, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let message = run(inputs, config, &folder.path().join("out")).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
    assert!(!folder.path().join("out").exists(), "something was written");
}

// --- scores ---

const A: &str = "case,subject,fold,member,score.no,score.yes\n\
                 a,pa,0,m,0.9,0.1\nb,pb,1,m,0.4,0.6\nc,pc,0,m,0.5,0.5\nx,px,0,m,0.5,0.5\n";
const B: &str = "case,score.no,score.yes\nc,0.1,0.9\na,0.5,0.5\nb,0.2,0.8\n";

#[test]
fn means_of_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = [write(folder.path(), "a/predictions.csv", A), write(folder.path(), "b/predictions.csv", B)];
    let check = |method: &str, expected: [f64; 3]| {
        let out = folder.path().join(method);
        let done = run(&inputs, &config(method), &out).unwrap();
        assert_eq!((done.n_cases, &done.members[..]), (3, &["a".to_owned(), "b".to_owned()][..]));
        assert!(done.notes[0].contains("1 cases that not all members scored left out: x"), "{:?}", done.notes);
        let written = Predictions::load(&out.join("predictions.csv")).unwrap();
        assert_eq!(written.rows.iter().map(|row| row.case.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        for (row, expected) in written.rows.iter().zip(expected) {
            assert!((row.scores[1] - expected).abs() < 1e-12, "{method}: {row:?} is not {expected}");
            assert!((row.scores[0] + row.scores[1] - 1.0).abs() < 1e-12 || method == "rank-mean");
        }
        assert_eq!((written.rows[0].subject.as_str(), written.rows[0].member.as_str()), ("pa", method));
    };
    check("mean", [0.3, 0.7, 0.7]);
    let odds = |a: f64, b: f64| (a / (1.0 - a) * b / (1.0 - b)).sqrt();
    let logit = |a, b| odds(a, b) / (1.0 + odds(a, b));
    check("logit-mean", [logit(0.1, 0.5), logit(0.6, 0.8), 0.75]);
    check("rank-mean", [1.0 / 6.0, (2.5 + 1.5) / 6.0, (1.5 + 2.5) / 6.0]);
}

/// Forty cases in four folds; one member knows, the other guesses.
fn folds(folder: &Path) -> ([PathBuf; 2], PathBuf) {
    let head = "case,subject,fold,member,score.no,score.yes\n";
    let (mut knows, mut guesses, mut truth) = (head.to_owned(), head.to_owned(), "case,label\n".to_owned());
    for case in 0..40 {
        let (fold, label) = (case % 4, if case % 3 == 0 { "yes" } else { "no" });
        let sure = f64::from(case * 7 % 10) / 40.0 + if label == "yes" { 0.6 } else { 0.1 };
        let guess = f64::from(case * 13 % 17) / 17.0;
        writeln!(knows, "c{case},,{fold},m,{},{sure}", 1.0 - sure).unwrap();
        writeln!(guesses, "c{case},,{fold},m,{},{guess}", 1.0 - guess).unwrap();
        writeln!(truth, "c{case},{label}").unwrap();
    }
    let inputs = [write(folder, "guesses.csv", &guesses), write(folder, "knows.csv", &knows)];
    (inputs, write(folder, "truth.csv", &truth))
}

#[test]
fn learned_weights_favor_who_knows() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, truth) = folds(folder.path());
    for method in ["stack", "greedy"] {
        let out = folder.path().join(method);
        let config = EnsembleConfig { truth: Some(truth.clone()), ..config(method) };
        let done = run(&inputs, &config, &out).unwrap();
        let of = |member: &str| -> Vec<f64> {
            done.weights.iter().filter(|weight| weight.member == member).map(|weight| weight.weight.abs()).collect()
        };
        assert!(of("knows").iter().zip(of("guesses")).all(|(knows, guesses)| *knows > guesses), "{:?}", done.weights);
        assert_eq!(of("knows").len(), if method == "stack" { 8 } else { 4 });
        let table = fs::read_to_string(out.join("weights.csv")).unwrap();
        assert_eq!(table.lines().count(), done.weights.len() + 1);
        assert_eq!(Predictions::load(&out.join("predictions.csv")).unwrap().rows[5].fold, "1");
    }
}

/// What scores a fold must not know its truth: turning the labels of one fold changes the scores of all others only.
#[test]
fn no_case_teaches_the_method_that_scores_it() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, truth) = folds(folder.path());
    let text = fs::read_to_string(&truth).unwrap();
    let turned: String = text
        .lines()
        .map(|line| match line.split_once(',') {
            Some((case, label)) if case.starts_with('c') && case[1..].parse().is_ok_and(|n: u32| n % 4 == 2) => {
                format!("{case},{}\n", if label == "yes" { "no" } else { "yes" })
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let turned = write(folder.path(), "turned.csv", &turned);
    let scores = |truth: &PathBuf, name: &str| {
        let config = EnsembleConfig { truth: Some(truth.clone()), ..config("stack") };
        run(&inputs, &config, &folder.path().join(name)).unwrap();
        Predictions::load(&folder.path().join(name).join("predictions.csv")).unwrap().rows
    };
    for (before, after) in scores(&truth, "before").iter().zip(scores(&turned, "after")) {
        assert_eq!(before.fold == "2", before.scores == after.scores, "{before:?} and {after:?}");
    }
}

#[test]
fn predictions_that_cannot_be_combined() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| write(folder.path(), name, text);
    let (a, b) = (path("a.csv", A), path("b.csv", B));
    let (inputs, truth) = folds(folder.path());
    let with_truth = |method: &str| EnsembleConfig { truth: Some(truth.clone()), ..config(method) };
    refused(&[a.clone(), b.clone()], &config("median"), "there is no method \"median\"; there is: mean");
    refused(
        &[a.clone(), b.clone()],
        &config("staple"),
        "does not combine predictions; expected one of mean, logit-mean",
    );
    refused(std::slice::from_ref(&a), &config("mean"), "at least two inputs");
    refused(&[], &config("mean"), "nothing was named");
    refused(&inputs, &config("stack"), "name it by --truth");
    refused(&inputs, &with_truth("mean"), "leave --truth out");
    refused(&[path("n.csv", "case,no,yes\nc0,0.1,0.9\n"), inputs[0].clone()], &with_truth("stack"), "for another");
    let other = path("o.csv", "case,score.no,score.maybe\na,0.5,0.5\n");
    refused(&[a.clone(), other], &config("mean"), "maybe");
    refused(&[a.clone(), path("z.csv", "case,score.no,score.yes\nz,0.5,0.5\n")], &config("mean"), "no case is scored");
    refused(&[a, path("boxes.csv", BOXES)], &config("mean"), "expected inputs of one kind");
    refused(&[folder.path().join("none.csv"), b], &config("mean"), "does not exist");
}

// --- boxes ---

const BOXES: &str = "case,label,score,x_min,y_min,x_max,y_max\n1,node,0.8,0,0,10,10\n1,mass,0.9,0,0,10,10\n";

#[test]
fn boxes_of_models() {
    let folder = tempfile::tempdir().unwrap();
    let a = write(folder.path(), "a/boxes.csv", BOXES);
    let b = write(
        folder.path(),
        "b/boxes.csv",
        "case,label,score,x_min,y_min,x_max,y_max\n1,node,0.4,0,0,10,13\n2,node,0.5,1,1,2,2\n",
    );
    let out = folder.path().join("out");
    let done = run(&[folder.path().join("a"), b.clone()], &config("weighted-boxes"), &out).unwrap();
    assert_eq!((done.n_cases, &done.members[..]), (2, &["a".to_owned(), "b".to_owned()][..]));
    let text = fs::read_to_string(out.join("boxes.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "case,label,score,x_min,y_min,x_max,y_max");
    let fused: Vec<f64> = lines[1].split(',').skip(2).map(|number| number.parse().unwrap()).collect();
    let expected = [0.6, 0.0, 0.0, 10.0, 11.0];
    assert!(fused.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{}", lines[1]);
    assert_eq!(lines[2..], ["1,mass,0.45,0,0,10,10", "2,node,0.25,1,1,2,2"]);
    let deep = write(folder.path(), "deep.csv", "case,score,x_min,y_min,x_max,y_max,z_min,z_max\n1,0.5,0,0,1,1,0,1\n");
    let boxes = config("weighted-boxes");
    refused(&[a.clone(), deep], &boxes, "boxes of one kind");
    refused(&[a.clone(), write(folder.path(), "w.csv", "case,x_min,y_min,x_max,y_max\n1,0,0,1,1\n")], &boxes, "score");
    let turned = write(folder.path(), "t.csv", "case,score,x_min,y_min,x_max,y_max\n7,0.5,3,0,1,1\n");
    refused(&[a, turned], &boxes, "7: a box reaches from");
}

// --- grids ---

#[test]
fn grids_are_called_by_crosses() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "case,row,column,score\n".to_owned();
    for (case, low) in [("bar", 1), ("cross", 0)] {
        for row in 0..4 {
            for column in 0..5 {
                let is_high = row == 1 || (row + low > 0 && low == 0 && column == 2);
                writeln!(text, "{case},{row},{column},{}", if is_high { 0.9 } else { 0.2 }).unwrap();
            }
        }
    }
    text = text.replace("cross,0,2,0.2", "cross,0,2,0.9");
    let grid = write(folder.path(), "grid.csv", &text);
    let out = folder.path().join("out");
    run(std::slice::from_ref(&grid), &config("cross"), &out).unwrap();
    assert_eq!(fs::read_to_string(out.join("calls.csv")).unwrap(), "case,positive,n_centers\nbar,0,0\ncross,1,1\n");
    let strict = EnsembleConfig { threshold: 0.95, ..config("cross") };
    run(&[grid.clone(), grid.clone()], &strict, &out).unwrap();
    assert!(fs::read_to_string(out.join("calls.csv")).unwrap().contains("cross,0,0"));
    let torn = write(folder.path(), "torn.csv", &text.replace("bar,3,4,0.2\n", ""));
    refused(&[torn], &config("cross"), "case bar has 19 of 4 x 5 cells");
    refused(
        &[write(folder.path(), "w.csv", "case,row,column,score\na,-1,0,0.5\n")],
        &config("cross"),
        "whole number from 0",
    );
    refused(&[grid], &EnsembleConfig { threshold: 1.5, ..config("cross") }, "the threshold is 1.5");
}

// --- masks ---

fn mask(labels: &[u8], origin_mm: f64) -> Volume {
    let geometry = upright([1.0, 1.0, 2.0], [origin_mm, 0.0, 0.0]);
    Volume::new(Samples::U8(labels.to_vec()), [1, 1, 2, 3], Some(geometry)).unwrap()
}

fn read(path: &Path) -> Volume {
    format::read(path, &ReadOptions::default()).unwrap().volume
}

fn folder_of(root: &Path, rater: &str, masks: &[(&str, Volume)]) -> PathBuf {
    let folder = root.join(rater);
    fs::create_dir_all(&folder).unwrap();
    for (name, volume) in masks {
        save(&folder, name, volume);
    }
    folder
}

#[test]
fn folders_of_masks_are_matched_by_case() {
    let root = tempfile::tempdir().unwrap();
    let raters = [
        folder_of(root.path(), "a", &[("one.nii.gz", mask(&[0, 1, 2, 2, 0, 3], 0.0)), ("two.nii", mask(&[1; 6], 0.0))]),
        folder_of(root.path(), "b", &[("one.mha", mask(&[0, 1, 2, 1, 0, 4], 0.0)), ("two.nii", mask(&[1; 6], 9.0))]),
        folder_of(
            root.path(),
            "c/masks",
            &[
                ("one.nrrd", mask(&[0, 1, 1, 2, 2, 5], 0.0)),
                ("two.nii", mask(&[1; 6], 0.0)),
                ("three.nii", mask(&[1; 6], 0.0)),
            ],
        ),
    ];
    fs::write(raters[0].join("dataset.json"), "{}").unwrap();
    let inputs = [raters[0].clone(), raters[1].clone(), root.path().join("c")];
    let out = root.path().join("out");
    let done = run(&inputs, &EnsembleConfig { ties: Ties::Highest, ..config("majority") }, &out).unwrap();
    assert_eq!((done.n_cases, &done.members[..]), (1, &["a", "b", "c"].map(str::to_owned)[..]));
    assert_eq!(
        done.notes,
        [
            "1 cases left out, since a has no mask of them: three",
            "1 cases left out, since b has no mask of them: three"
        ]
    );
    let fused = read(&out.join("masks/one.nii.gz"));
    assert_eq!(fused.samples(), &Samples::U8(vec![0, 1, 2, 2, 0, 5]));
    assert_eq!(fused.geometry().map(vesalius_image::Geometry::origin_mm), Some([0.0; 3]));
    let [problem] = &done.problems[..] else { panic!("{:?}", done.problems) };
    assert_eq!(problem.case, "two");
    assert!(problem.message.contains("origin by 9.000 mm; bring it there by `vesalius convert"), "{}", problem.message);
    assert!(problem.message.contains("--interpolation nearest"), "{}", problem.message);
    assert!(fs::read_to_string(out.join("problems.csv")).unwrap().contains("two,"));
}

#[test]
fn staple_tells_performance() {
    let root = tempfile::tempdir().unwrap();
    let file = |name: &str, labels: &[u8]| save(root.path(), name, &mask(labels, 0.0));
    let inputs =
        [file("a.nii", &[0, 1, 1, 0, 0, 1]), file("b.nii", &[0, 1, 1, 0, 0, 1]), file("c.nii", &[0, 1, 0, 0, 0, 1])];
    let out = root.path().join("out/fused.nii.gz");
    let done = run(&inputs, &config("staple"), &out).unwrap();
    assert_eq!(done.written, [out.clone(), root.path().join("out/performance.csv")]);
    assert_eq!(read(&out).samples(), &Samples::U8(vec![0, 1, 1, 0, 0, 1]));
    assert_eq!(done.performance.len(), 3 * 2);
    let worst = done.performance.iter().find(|p| p.estimate.group == "c" && p.estimate.metric == "staple_sensitivity");
    assert!(worst.unwrap().estimate.value.unwrap() < 0.9);
    let table = fs::read_to_string(root.path().join("out/performance.csv")).unwrap();
    assert!(
        table.starts_with(
            "case,rater,label,metric,value,low,high,level,n,method,undefined\nfused,a,1,staple_sensitivity,"
        )
    );
}

#[test]
fn maps_of_probabilities() {
    let root = tempfile::tempdir().unwrap();
    let map = |name: &str, values: &[f32], shape: [usize; 4]| {
        let volume = Volume::new(Samples::F32(values.to_vec()), shape, Some(upright([1.0; 3], [0.0; 3]))).unwrap();
        save(root.path(), name, &volume)
    };
    let out = root.path().join("fused.nii");
    let plain = [map("a.nii", &[0.2, 0.9, 0.6], [1, 1, 1, 3]), map("b.nii", &[0.4, 0.7, 0.3], [1, 1, 1, 3])];
    run(&plain, &config("mean"), &out).unwrap();
    assert_eq!(read(&out).samples(), &Samples::U8(vec![0, 1, 0]));
    let channels = [0.5, 0.1, 0.5, 0.2, 0.0, 0.7];
    let channels = [map("c.nii", &channels, [3, 1, 1, 2]), map("d.nii", &channels, [3, 1, 1, 2])];
    run(&channels, &config("mean"), &out).unwrap();
    assert_eq!(read(&out).samples(), &Samples::U8(vec![0, 2]));
    let nine = [map("e.nii", &[0.1, 0.8, 0.1, 0.8, 0.8, 0.8, 0.1, 0.8, 0.1], [1, 1, 3, 3])];
    run(&nine, &config("cross"), &out).unwrap();
    assert_eq!(read(&out).samples(), &Samples::U8(vec![0, 0, 0, 0, 1, 0, 0, 0, 0]));
    refused(&plain, &config("majority"), "expected labels, whole numbers from 0; method mean takes probabilities");
    refused(&channels, &config("staple"), "3 channels; expected one of labels");
    let labels = [save(root.path(), "l.nii", &mask(&[0, 1, 2, 2, 0, 3], 0.0)), plain[0].clone()];
    refused(&labels, &config("mean"), "holds the value 2; expected probabilities");
    refused(&[plain[0].clone(), channels[0].clone()], &config("mean"), "does not lie on the voxels of");
}

/// What the reference package wrote of two raters of one patient: where ours is the same, and why elsewhere it is not.
#[test]
fn fusions_of_the_reference_package() {
    let Some(data) = real_data("staple-labelfusion/data") else { return };
    let folder = tempfile::tempdir().unwrap();
    let inputs = ["resunet", "unet"].map(|name| data.join(format!("{name}.nii.gz")));
    let labels = |path: &Path| read(path).samples().to_f32().iter().map(|label| *label as u32).collect::<Vec<u32>>();
    let [a, b] = inputs.clone().map(|path| labels(&path));
    let reference = |name: &str| labels(&data.join(format!("baseline_{name}.nii.gz")));
    let differing = |method: &str, name: &str| {
        let out = folder.path().join(format!("{method}.nii.gz"));
        run(&inputs, &config(method), &out).unwrap();
        let pairs = labels(&out).into_iter().zip(reference(name));
        let differing: Vec<usize> =
            pairs.enumerate().filter(|(_, (ours, theirs))| ours != theirs).map(|(at, _)| at).collect();
        assert!(differing.iter().all(|&at| a[at] != b[at]), "{method} differs where both raters agree");
        differing.len()
    };
    assert_eq!((a.len(), (0..a.len()).filter(|&at| a[at] != b[at]).count()), (8_928_000, 13_080));
    assert_eq!(differing("majority", "majorityvoting"), 0);
    assert_eq!(differing("majority", "itkvoting"), 0);
    // Of labels the reference decides nothing that was never voted together; label by label both are the same.
    assert_eq!(differing("staple", "staple"), 963);
    let theirs = reference("staple");
    for label in [1, 2, 4] {
        let is_label = |rater: &[u32]| rater.iter().map(|said| u32::from(*said == label)).collect::<Vec<u32>>();
        let votes = Votes::of(&[&is_label(&a), &is_label(&b)]).unwrap();
        assert_eq!(staple(&votes, fuse::Ties::Background).unwrap().fused, is_label(&theirs), "label {label}");
    }
    // The reference adds up what its two raters say wherever they differ, also to labels that neither gave.
    assert_eq!(differing("simple", "simple"), 7636);
    let theirs = reference("simple");
    assert!((0..a.len()).all(|at| theirs[at] == if a[at] == b[at] { a[at] } else { a[at] + b[at] }));
}
