//! Metrics of masks from counts and distances: closed forms, empty masks, means over cases, and the registry.

use std::collections::BTreeSet;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_stats::Estimate;
use vesalius_stats::segment::{
    Better, BothEmpty, Cupping, Distances, Facts, Lesions, METRICS, Metric, OneEmpty, Options, Overlap, POOLED, Score,
    Scored, Surfaces, metrics_named, percentile, ratio_error, summarize, vertical_cup_to_disc_ratio,
};

use crate::kit::close;

/// 8 true and 6 predicted voxels of half a milliliter, 4 of them shared; two surfaces of 4 and 6 mm².
fn facts() -> Facts {
    Facts {
        overlap: Overlap { truth: 8, pred: 6, both: 4 },
        voxel_ml: Some(0.5),
        diagonal_mm: Some(50.0),
        tolerance_mm: Some(1.0),
        surfaces: Some(Surfaces {
            from_truth: Distances { distance_mm: vec![0.0, 1.0, 3.0], size: vec![1.0, 1.0, 2.0] },
            from_pred: Distances { distance_mm: vec![1.0, 2.0], size: vec![5.0, 1.0] },
        }),
        boundary: Some(Overlap { truth: 4, pred: 4, both: 2 }),
        centerline: Some([(3, 4), (1, 2)]),
        lesions: Some(Lesions { n_truth: 3, n_pred: 2, matched: vec![Overlap { truth: 4, pred: 4, both: 2 }] }),
        is_missing: false,
    }
}

fn score(name: &str, facts: &Facts, options: &Options) -> Score {
    METRICS.iter().find(|metric| metric.name == name).unwrap().score(facts, options)
}

#[test]
fn every_metric_has_its_closed_form() {
    let expected = [
        ("dice", 8.0 / 14.0),
        ("iou", 0.4),
        ("sensitivity", 0.5),
        ("precision", 4.0 / 6.0),
        ("volume_difference_ml", -1.0),
        ("volume_difference_absolute_ml", 1.0),
        ("relative_volume_difference", -0.25),
        ("surface_dice", 0.7),
        ("hausdorff95", 3.0),
        ("hausdorff", 3.0),
        ("average_symmetric_surface_distance", 1.4),
        ("root_mean_square_surface_distance", 2.8_f64.sqrt()),
        ("boundary_iou", 2.0 / 6.0),
        ("centerline_dice", 0.6),
        ("lesion_f1", 0.4),
        ("lesion_dice", 0.125),
        ("panoptic_quality", 2.0 / 15.0),
    ];
    assert_eq!(expected.map(|(name, _)| name).to_vec(), METRICS.iter().map(|metric| metric.name).collect::<Vec<_>>());
    for (name, expected) in expected {
        let Score::Known(found) = score(name, &facts(), &Options::default()) else { panic!("{name}") };
        close(found, expected, 1e-12, name);
    }
    let names: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), METRICS.len());
    assert!(METRICS.iter().all(|metric| !metric.definition.is_empty()));
    assert_eq!(POOLED.iter().map(|metric| metric.name).collect::<Vec<_>>(), ["pooled_dice", "pooled_lesion_f1"]);
}

#[test]
fn empty_masks_score_by_the_rules() {
    let check = |truth, pred, is_missing, options: &Options, expected: &dyn Fn(&Metric) -> Option<f64>| {
        let empty = Facts { overlap: Overlap { truth, pred, both: 0 }, surfaces: None, is_missing, ..facts() };
        for metric in METRICS.iter().filter(|metric| !metric.is_on_request() && metric.better != Better::Zero) {
            let found = metric.score(&empty, options);
            assert_eq!(found.value(), expected(metric), "{} of {truth} and {pred}: {found:?}", metric.name);
        }
    };
    let default = Options::default();
    let best = Options { both_empty: BothEmpty::Best, ..Options::default() };
    let lenient = Options { one_empty: OneEmpty::LeaveOut, ..Options::default() };
    let worst = |metric: &Metric| Some(if metric.better == Better::Higher { 0.0 } else { 50.0 });
    check(0, 0, false, &default, &|_| None);
    check(0, 0, false, &best, &|metric| Some(if metric.better == Better::Higher { 1.0 } else { 0.0 }));
    check(0, 0, true, &best, &worst);
    // What was not found cannot be precise, and where there is nothing to find nothing is found.
    check(8, 0, false, &default, &|metric| if metric.name == "precision" { None } else { worst(metric) });
    check(0, 6, false, &default, &|metric| if metric.name == "sensitivity" { None } else { worst(metric) });
    check(8, 0, false, &lenient, &|metric| match metric.name {
        "precision" => None,
        _ if metric.better == Better::Nearer => None,
        _ => Some(0.0),
    });
    check(8, 0, true, &lenient, &|metric| if metric.name == "precision" { None } else { worst(metric) });
    let Score::Known(missed) =
        score("volume_difference_ml", &Facts { overlap: Overlap { truth: 8, pred: 0, both: 0 }, ..facts() }, &default)
    else {
        panic!("a missed volume is a volume")
    };
    close(missed, -4.0, 1e-12, "missed volume");
}

#[test]
fn what_nobody_knows_is_said() {
    let check = |name: &str, facts: Facts, expected: &str| match score(name, &facts, &Options::default()) {
        Score::Undefined(why) => assert!(why.contains(expected), "{why}"),
        other => panic!("{name}: {other:?}"),
    };
    check("surface_dice", Facts { tolerance_mm: None, ..facts() }, "no tolerance");
    check("hausdorff", Facts { diagonal_mm: None, surfaces: None, ..facts() }, "how far apart voxels are");
    check("volume_difference_ml", Facts { voxel_ml: None, ..facts() }, "how far apart voxels are");
    check(
        "relative_volume_difference",
        Facts { overlap: Overlap { truth: 0, pred: 1, both: 0 }, ..facts() },
        "the truth",
    );
    check("lesion_f1", Facts { lesions: None, ..facts() }, "lesions were not matched");
    let error = metrics_named(&["dice".into(), "dise".into()]).unwrap_err().to_string();
    assert!(error.contains("dise") && error.contains("hausdorff95"), "{error}");
}

/// By sorting and adding up.
fn slow_percentile(side: &Distances, share: f64) -> f64 {
    let mut pieces: Vec<(f32, f64)> = side.distance_mm.iter().copied().zip(side.size.iter().copied()).collect();
    pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted = share * pieces.iter().map(|piece| piece.1).sum::<f64>();
    let mut sum = 0.0;
    for (mm, size) in &pieces {
        sum += size;
        if sum >= wanted * (1.0 - 1e-12) {
            return f64::from(*mm);
        }
    }
    f64::from(pieces[pieces.len() - 1].0)
}

#[test]
fn a_percentile_is_that_of_sorted_pieces() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for n in 1..400 {
        // Whole sizes, so that shares that end exactly at a piece occur; few distances, so that there are ties.
        let side = Distances {
            distance_mm: (0..n).map(|_| (rng.random::<f32>() * 20.0).round()).collect(),
            size: (0..n).map(|_| f64::from(rng.random_range(1..4_u32))).collect(),
        };
        for share in [0.0, 0.5, 0.95, 1.0] {
            let (found, expected) = (percentile(&side, share).unwrap(), slow_percentile(&side, share));
            close(found, expected, 0.0, &format!("{share} of {n}"));
        }
    }
    assert_eq!(percentile(&Distances::default(), 0.95), None);
}

fn case(both: u64) -> Facts {
    Facts { overlap: Overlap { truth: 10, pred: 10, both }, ..Facts::default() }
}

fn estimates(cases: &[Vec<Facts>], names: &[&str], options: &Options) -> Vec<Estimate> {
    let metrics = metrics_named(&["dice".to_owned()]).unwrap();
    let rows: Vec<Vec<Scored>> =
        cases.iter().map(|case| case.iter().map(|facts| Scored::of(facts, &metrics, options)).collect()).collect();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    summarize(&rows, &names, &metrics, options).unwrap()
}

#[test]
fn means_are_over_cases_and_sums_are_divided_once() {
    let empty = Facts::default();
    let large = Facts { overlap: Overlap { truth: 1000, pred: 1000, both: 0 }, ..Facts::default() };
    let cases = [vec![case(10), case(5)], vec![case(5), empty.clone()], vec![large, empty]];
    let found = estimates(&cases, &["a", "b"], &Options::default());
    let of = |metric: &str, target: &str| found.iter().find(|e| e.metric == metric && e.target == target).unwrap();
    close(of("dice", "a").value.unwrap(), 0.5, 1e-12, "mean of three");
    assert_eq!((of("dice", "a").n, of("dice", "b").n), (3, 1));
    assert!(of("dice", "b").low.is_none() && of("dice", "b").method.contains("2 without a score left out"));
    close(of("dice", "macro").value.unwrap(), (0.75 + 0.5 + 0.0) / 3.0, 1e-12, "regions first");
    close(of("pooled_dice", "a").value.unwrap(), 30.0 / 2040.0, 1e-12, "sums");
    assert!(of("pooled_dice", "a").low.is_some());
    let [low, high] = [of("dice", "a").low.unwrap(), of("dice", "a").high.unwrap()];
    assert!((0.0..0.5).contains(&low) && (0.5..=1.0).contains(&high), "{low} to {high}");
    let undefined = estimates(&[vec![Facts::default()]], &["a"], &Options::default());
    assert!(undefined.iter().all(|estimate| estimate.value.is_none() && estimate.undefined.is_some()));
}

#[test]
fn the_order_of_cases_changes_no_value_and_threads_change_no_byte() {
    let cases: Vec<Vec<Facts>> = (0..40).map(|n| vec![case(n % 11)]).collect();
    let backwards: Vec<Vec<Facts>> = cases.iter().rev().cloned().collect();
    let [one, other] = [cases.clone(), backwards].map(|cases| estimates(&cases, &["a"], &Options::default()));
    for (one, other) in one.iter().zip(&other) {
        close(one.value.unwrap(), other.value.unwrap(), 1e-12, &one.metric);
    }
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(alone.install(|| estimates(&cases, &["a"], &Options::default())), one);
}

#[test]
fn a_cup_is_compared_with_its_disc() {
    let eye = |cup, disc| Cupping { cup, disc };
    let check = |truth, pred, expected| assert_eq!(vertical_cup_to_disc_ratio(truth, pred).value(), expected);
    check(eye(3, 6), eye(3, 4), Some(0.25));
    check(eye(3, 6), eye(0, 0), Some(1.0));
    check(eye(0, 0), eye(3, 4), None);
    let scores = [Score::Known(0.25), Score::Known(0.05)];
    let found = ratio_error(&scores, &Options::default());
    assert_eq!((found.metric.as_str(), found.n), ("vertical_cup_to_disc_ratio_error", 2));
    close(found.value.unwrap(), 0.15, 1e-12, "mean error");
}
