//! What hits what, by hand: boxes in 2-D and 3-D, centers, distances, ignored lesions, repeats, ties.

use vesalius_stats::detect::{
    Between, Detections, Lesion, Mark, Matching, Options, Repeats, Role, Rule, Shape, Verdict, measure,
};

use Verdict::{FalsePositive, Found, Ignored, Repeat};

use super::{find, lesion, mark, of, plane, quick, value};
use crate::kit::close;

fn verdicts(detections: &Detections, options: &Options) -> Vec<Verdict> {
    measure(detections, options).unwrap().matches.marks
}

#[track_caller]
fn check_hit(rule: Rule, a: Shape, b: Shape, nearness: Option<f64>) {
    let matches = measure(&of(1, &[lesion(0, a)], &[mark(0, 1.0, b)]), &quick(rule)).unwrap().matches;
    match (matches.lesions[0], nearness) {
        (Some(finder), Some(nearness)) => close(finder.nearness, nearness, 1e-12, &format!("{rule:?}")),
        (found, expected) => assert_eq!(found.is_some(), expected.is_some(), "{rule:?}"),
    }
}

#[test]
fn hits_of_each_rule() {
    let (a, b) = (plane([0.0, 0.0, 10.0, 10.0]), plane([5.0, 0.0, 15.0, 10.0]));
    check_hit(Rule::Iou(1.0 / 3.0), a, b, Some(1.0 / 3.0));
    check_hit(Rule::Iou(0.34), a, b, None);
    check_hit(Rule::Iou(1.0), a, a, Some(1.0));
    check_hit(Rule::Iou(0.1), a, plane([10.0, 0.0, 20.0, 10.0]), None);
    let flat = plane([2.0, 2.0, 2.0, 8.0]);
    check_hit(Rule::Iou(0.1), flat, flat, None);
    let cube = |at: f64| Shape::Box { low: [at; 3], high: [at + 2.0; 3] };
    check_hit(Rule::Iou(0.05), cube(0.0), cube(1.0), Some(1.0 / 15.0));
    check_hit(Rule::Center, a, plane([8.0, 8.0, 12.0, 12.0]), Some(50.0_f64.sqrt()));
    check_hit(Rule::Center, a, Shape::Point([10.1, 5.0, 0.5]), None);
    let ball = Shape::Sphere { center: [0.0; 3], radius: 5.0 };
    check_hit(Rule::Center, ball, Shape::Point([3.0, 4.0, 0.0]), Some(5.0));
    check_hit(Rule::Luna, ball, Shape::Point([3.0, 4.0, 0.0]), None);
    check_hit(Rule::Luna, ball, Shape::Point([3.0, 3.9, 0.0]), Some((9.0_f64 + 3.9 * 3.9).sqrt()));
    check_hit(Rule::Distance(5.0), Shape::Point([0.0; 3]), Shape::Point([3.0, 4.0, 0.0]), Some(5.0));
    check_hit(Rule::Distance(4.9), Shape::Point([0.0; 3]), Shape::Point([3.0, 4.0, 0.0]), None);
}

/// Two lesions side by side, one mark on both, one on the first alone.
#[test]
fn which_lesion_a_mark_finds() {
    let lesions = [lesion(0, plane([0.0, 0.0, 10.0, 10.0])), lesion(0, plane([8.0, 0.0, 18.0, 10.0]))];
    let marks = [mark(0, 0.9, plane([1.0, 0.0, 13.0, 10.0])), mark(0, 0.8, plane([0.0, 0.0, 9.0, 10.0]))];
    let finders = |matching: Matching| {
        let options = Options { matching, ..quick(Rule::Iou(0.25)) };
        let matches = measure(&of(1, &lesions, &marks), &options).unwrap().matches;
        (matches.lesions.iter().map(|finder| finder.map(|f| f.mark)).collect::<Vec<_>>(), matches.marks)
    };
    assert_eq!(finders(Matching::All), (vec![Some(0), Some(0)], vec![Found, Repeat]));
    assert_eq!(finders(Matching::Best), (vec![Some(0), None], vec![Found, Repeat]));
    assert_eq!(finders(Matching::BestFree), (vec![Some(0), None], vec![Found, Repeat]));
    assert_eq!(finders(Matching::Most), (vec![Some(1), Some(0)], vec![Found, Found]));
    let once_more = [marks[0], mark(0, 0.7, plane([1.0, 0.0, 13.0, 10.0]))];
    let options = |matching| Options { matching, ..quick(Rule::Iou(0.25)) };
    assert_eq!(verdicts(&of(1, &lesions, &once_more), &options(Matching::Best)), [Found, Repeat]);
    assert_eq!(verdicts(&of(1, &lesions, &once_more), &options(Matching::BestFree)), [Found, Found]);
}

#[test]
fn repeats_and_ignored_lesions() {
    let ball = |x: f64| Shape::Sphere { center: [x, 0.0, 0.0], radius: 2.0 };
    let ignored = Lesion { role: Role::Ignored, ..lesion(0, ball(10.0)) };
    let at = |score: f64, x: f64| mark(0, score, Shape::Point([x, 0.0, 0.0]));
    let marks = [at(0.9, 10.0), at(0.8, 0.5), at(0.7, 0.0), at(0.6, 5.0), at(0.5, 11.0)];
    let detections = of(1, &[lesion(0, ball(0.0)), ignored], &marks);
    let scores = measure(&detections, &quick(Rule::Luna)).unwrap();
    assert_eq!(scores.matches.marks, [Ignored, Found, Repeat, FalsePositive, Ignored]);
    close(value(&scores, "false_positives_per_case"), 1.0, 1e-12, "one stray");
    close(value(&scores, "precision"), 0.5, 1e-12, "one of two");
    let strict = Options { repeats: Repeats::FalsePositive, ..quick(Rule::Luna) };
    close(value(&measure(&detections, &strict).unwrap(), "false_positives_per_case"), 2.0, 1e-12, "and a repeat");
    let few = Options { marks_max: Some(2), ..quick(Rule::Luna) };
    assert_eq!(verdicts(&detections, &few)[2..], [Verdict::Cut; 3]);
    let high = Options { threshold: Some(0.75), ..quick(Rule::Luna) };
    let scores = measure(&detections, &high).unwrap();
    assert_eq!((value(&scores, "sensitivity"), value(&scores, "false_positives_per_case")), (1.0, 0.0));
}

/// One lesion a case; three are found, the second with the same score as a false positive.
#[test]
fn curves_by_hand() {
    let here = Shape::Sphere { center: [0.0; 3], radius: 1.0 };
    let hit = |case: usize, score: f64| mark(case, score, Shape::Point([0.0; 3]));
    let miss = |case: usize, score: f64| mark(case, score, Shape::Point([9.0, 0.0, 0.0]));
    let marks = [hit(0, 0.9), hit(1, 0.8), miss(1, 0.8), miss(2, 0.7), hit(3, 0.6)];
    let lesions: Vec<Lesion> = (0..4).map(|case| lesion(case, here)).collect();
    let detections = of(4, &lesions, &marks);
    let line = Options { rates: vec![0.125, 0.25, 0.3, 10.0], ..quick(Rule::Luna) };
    let step = Options { between: Between::Step, ..line.clone() };
    let at = |options: &Options| {
        let scores = measure(&detections, options).unwrap();
        ["0.125", "0.25", "0.3", "10"].map(|rate| value(&scores, &format!("sensitivity_at_{rate}")))
    };
    for (options, expected) in [(&line, [0.375, 0.5, 0.5, 0.75]), (&step, [0.25, 0.5, 0.5, 0.75])] {
        for (actual, expected) in at(options).iter().zip(expected) {
            close(*actual, expected, 1e-9, "sensitivity");
        }
    }
    let scores = measure(&detections, &line).unwrap();
    close(value(&scores, "average_precision"), 0.25 * (1.0 + 2.0 / 3.0 + 3.0 / 5.0), 1e-12, "step");
    close(value(&scores, "average_precision_voc"), 0.25 * (1.0 + 2.0 / 3.0 + 0.6), 1e-12, "voc");
    close(value(&scores, "average_precision_voc11"), (3.0 + 3.0 * 2.0 / 3.0 + 2.0 * 0.6) / 11.0, 1e-12, "voc11");
    let froc: Vec<(f64, f64)> =
        scores.froc[0].points.iter().map(|p| (p.false_positives_per_case, p.sensitivity)).collect();
    assert_eq!(froc, [(0.0, 0.25), (0.25, 0.5), (0.5, 0.75)]);
    let precision: Vec<(f64, f64)> =
        scores.precision_recall[0].points.iter().map(|p| (p.recall, p.precision)).collect();
    assert_eq!(precision, [(0.25, 1.0), (0.5, 2.0 / 3.0), (0.75, 0.6)]);
}

/// A slide with many cells is no matter of all pairs; places that are all the same are a mistake.
#[test]
fn many_in_one_case() {
    let cell = |idx: u32| {
        let (x, y) = (f64::from(idx % 1000) * 12.0, f64::from(idx / 1000) * 12.0);
        plane([x, y, x + 10.0, y + 10.0])
    };
    let shifted = |idx: u32| {
        let Shape::Box { low, high } = cell(idx) else { return cell(idx) };
        Shape::Box { low: [low[0] + 1.0, low[1], 0.0], high: [high[0] + 1.0, high[1], 1.0] }
    };
    let lesions: Vec<Lesion> = (0..30_000).map(|idx| lesion(0, cell(idx))).collect();
    let marks: Vec<Mark> = (0..30_000).rev().map(|idx| mark(0, f64::from(idx % 7), shifted(idx))).collect();
    let options = Options { replicates: 2, ..quick(Rule::Iou(0.5)) };
    let scores = measure(&of(1, &lesions, &marks), &options).unwrap();
    close(value(&scores, "f1"), 1.0, 1e-12, "every cell by its own mark");
    let near = scores.matches.lesions.iter().enumerate().all(|(idx, f)| f.is_some_and(|f| f.mark == 29_999 - idx));
    assert!(near && scores.matches.marks.iter().all(|verdict| *verdict == Found));
    let heap: Vec<Lesion> = (0..8000).map(|_| lesion(0, cell(0))).collect();
    let marks: Vec<Mark> = (0..8000).map(|_| mark(0, 1.0, cell(0))).collect();
    let error = measure(&of(1, &heap, &marks), &options).unwrap_err().to_string();
    assert!(error.contains("near each other"), "{error}");
}

/// The order in which cases, lesions and marks are given, and any increasing change of scores, change no value.
#[test]
fn order_and_scale_of_scores_do_not_matter() {
    let detections = |scale: f64, is_reversed: bool| {
        let golden = super::agreement::boxes();
        let (mut lesions, mut marks) = (golden.lesions().to_vec(), golden.marks().to_vec());
        if is_reversed {
            lesions.reverse();
            marks.reverse();
        }
        let marks: Vec<Mark> = marks.iter().map(|m| Mark { score: (m.score * scale).exp(), ..*m }).collect();
        Detections::new(golden.classes(), 14, lesions, marks).unwrap()
    };
    let values = |detections: &Detections| {
        let scores = measure(detections, &quick(Rule::Iou(0.5))).unwrap();
        scores.estimates.iter().map(|estimate| estimate.value.unwrap()).collect::<Vec<f64>>()
    };
    let plain = values(&detections(1.0, false));
    for other in [values(&detections(0.3, false)), values(&detections(1.0, true))] {
        for (a, b) in plain.iter().zip(&other) {
            close(*a, *b, 1e-12, "invariance");
        }
    }
}

#[test]
fn threads_change_no_byte() {
    let detections = super::agreement::boxes();
    let text = |n_threads: usize| {
        let pool = rayon_pool(n_threads);
        pool.install(|| serde_json::to_string(&measure(&detections, &quick(Rule::Iou(0.5))).unwrap()).unwrap())
    };
    assert_eq!(text(1), text(3));
    let scores = measure(&detections, &Options { replicates: 200, ..Options::of(Rule::Iou(0.5)) }).unwrap();
    let found = find(&scores, "average_precision_coco", "macro");
    assert!(found.high.unwrap() - found.low.unwrap() > 0.02, "{found:?}");
    assert!(found.method.contains("200 replicates, over cases; hit by IoU >= 0.5"), "{}", found.method);
    assert!(found.method.ends_with("mean of 3 of 3 classes"), "{}", found.method);
}

fn rayon_pool(n_threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
}
