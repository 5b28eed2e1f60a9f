//! Masks against masks: golden values of other software, shifts, rules for what is empty or missing, real masks.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vesalius::cohort::Problem;
use vesalius::measure::classify::Missing;
use vesalius::measure::segment::{
    Axial, BothEmpty, Cupped, Definition, LesionRule, Measured, Options, RegionConfig, RegionTable, SegmentConfig,
    measure_segment,
};
use vesalius_image::{Geometry, Samples, Volume};

use crate::cohort::{real_data, with_context};
use crate::{save, upright};

const SHAPE: [usize; 3] = [14, 26, 30];
/// Along x, y and z.
const SPACING_MM: [f64; 3] = [0.8, 1.1, 2.5];

fn place() -> Geometry {
    upright(SPACING_MM, [-10.0, 20.0, 30.0])
}

fn volume(labels: Vec<u8>, shape: [usize; 3], place: Option<Geometry>) -> Volume {
    Volume::new(Samples::U8(labels), [1, shape[0], shape[1], shape[2]], place).unwrap()
}

/// The label map of `golden/segment.py`.
fn label_map(shift: f64) -> Volume {
    let [n_z, n_y, n_x] = SHAPE;
    let bodies = [
        (1, [6.0, 11.0 + shift, 12.0], [4.5, 7.0, 8.0]),
        (2, [6.0, 10.0, 10.0 + shift], [2.2, 3.1, 2.7]),
        (2, [9.0, 20.0, 20.0 + shift], [2.1, 3.0, 3.2]),
        (2, [4.0, 4.0 + 3.0 * shift, 25.0], [1.5, 2.0, 2.2]),
    ];
    let label = |at: usize| {
        let voxel = [at / (n_y * n_x), at / n_x % n_y, at % n_x].map(|n| n as f64);
        let holds = |center: [f64; 3], radius: [f64; 3]| {
            (0..3).map(|axis| ((voxel[axis] - center[axis]) / radius[axis]).powi(2)).sum::<f64>() <= 1.0
        };
        bodies.iter().rev().find(|(_, center, radius)| holds(*center, *radius)).map_or(0, |body| body.0)
    };
    volume((0..n_z * n_y * n_x).map(label).collect(), SHAPE, Some(place()))
}

fn measured(truth: &Path, pred: &Path, config: &SegmentConfig) -> vesalius::Result<Measured> {
    with_context(|ctx| measure_segment(truth, pred, config, ctx))
}

#[track_caller]
fn value(measured: &Measured, metric: &str, target: &str) -> f64 {
    let found = measured.estimate(metric, target).unwrap_or_else(|| panic!("no {metric} of {target}"));
    found.value.unwrap_or_else(|| panic!("{metric} of {target}: {:?}", found.undefined))
}

#[track_caller]
fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{what}: {found} is not {expected}");
}

fn named(metrics: &[&str]) -> SegmentConfig {
    let metrics = metrics.iter().map(|name| (*name).to_owned()).collect();
    SegmentConfig { metrics: Some(metrics), ..SegmentConfig::default() }
}

/// Two empty folders.
fn folders(folder: &Path) -> [PathBuf; 2] {
    ["truth", "pred"].map(|name| {
        fs::create_dir_all(folder.join(name)).unwrap();
        folder.join(name)
    })
}

#[test]
fn two_label_maps_score_as_other_software_says() {
    let folder = tempfile::tempdir().unwrap();
    let truth = save(folder.path(), "truth.nii.gz", &label_map(0.0));
    let pred = save(folder.path(), "pred.nrrd", &label_map(2.0));
    let golden: Value = serde_json::from_str(include_str!("../../golden/segment.json")).unwrap();
    let ours = [
        "dice",
        "iou",
        "volume_difference_ml",
        "surface_dice",
        "hausdorff95",
        "hausdorff",
        "average_symmetric_surface_distance",
        "root_mean_square_surface_distance",
        "boundary_iou",
        "lesion_f1",
        "panoptic_quality",
    ];
    let config = SegmentConfig { tolerance_mm: Some(1.0), lesions: Some(LesionRule::Overlap(0.25)), ..named(&ours) };
    let found = measured(&truth, &pred, &config).unwrap();
    for label in ["1", "2"] {
        for metric in ours {
            close(
                value(&found, metric, label),
                golden[label][metric].as_f64().unwrap(),
                &format!("{metric} of {label}"),
            );
        }
        let [hits, extra, missed] = [0, 1, 2].map(|at| golden[label]["counts"][at].as_u64().unwrap());
        let row = found.cases.iter().find(|case| case.region == label).unwrap();
        assert_eq!(row.lesions, Some([hits + missed, hits + extra, hits]), "lesions of {label}");
    }
    let voxels = SegmentConfig { surface: Definition::Voxels, ..named(&["hausdorff"]) };
    let found = measured(&truth, &pred, &voxels).unwrap();
    for label in ["1", "2"] {
        close(value(&found, "hausdorff", label), golden[label]["voxels_hausdorff"].as_f64().unwrap(), label);
    }
}

/// A box of one label from `low` to `high` (z, y, x) in 20 voxels a side of 2 by 1 by 0.5 mm (z, y, x).
fn cube(low: [usize; 3], high: [usize; 3]) -> Volume {
    let inside = |at: usize| {
        let voxel = [at / 400, at / 20 % 20, at % 20];
        u8::from((0..3).all(|axis| (low[axis]..high[axis]).contains(&voxel[axis])))
    };
    volume((0..8000).map(inside).collect(), [20; 3], Some(upright([0.5, 1.0, 2.0], [0.0; 3])))
}

#[test]
fn a_box_that_is_moved_is_as_far_away_as_it_was_moved() {
    let folder = tempfile::tempdir().unwrap();
    let truth = save(folder.path(), "truth.nii", &cube([4; 3], [12; 3]));
    let check = |step: [usize; 3], expected_mm: f64| {
        let moved = cube(step.map(|n| 4 + n), step.map(|n| 12 + n));
        let pred = save(folder.path(), "pred.nii", &moved);
        for surface in [Definition::Elements, Definition::Voxels] {
            let config = SegmentConfig { surface, tolerance_mm: Some(expected_mm), ..SegmentConfig::default() };
            let found = measured(&truth, &pred, &config).unwrap();
            close(value(&found, "hausdorff", "1"), expected_mm, "distance");
            close(value(&found, "surface_dice", "1"), 1.0, "tolerance as large as the distance");
        }
    };
    check([0, 0, 0], 0.0);
    check([3, 0, 0], 6.0);
    check([0, 3, 0], 3.0);
    check([0, 0, 3], 1.5);
    check([0, 3, 4], 13.0_f64.sqrt());
}

#[test]
fn missing_and_empty_cases_follow_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let [truth, pred] = folders(folder.path());
    let (full, empty) = (cube([4; 3], [12; 3]), cube([0; 3], [0; 3]));
    for name in ["a", "b", "c", "d"] {
        save(&truth, &format!("{name}.nii"), if name == "c" { &empty } else { &full });
    }
    // One is perfect, of one nothing is found, of one there is nothing to find, and one is not there.
    for (name, volume) in [("a", &full), ("b", &empty), ("c", &empty), ("extra", &full)] {
        save(&pred, &format!("{name}.mha"), volume);
    }
    let diagonal_mm = (40.0_f64.powi(2) + 20.0_f64.powi(2) + 10.0_f64.powi(2)).sqrt();
    let check = |config: SegmentConfig, n: u64, dice: f64, hausdorff: f64| {
        let found = measured(&truth, &pred, &config).unwrap();
        let estimate = found.estimate("dice", "1").unwrap();
        assert_eq!(estimate.n, n);
        close(estimate.value.unwrap(), dice, "dice");
        close(value(&found, "hausdorff95", "1"), hausdorff, "distance");
        assert!(found.notes.iter().any(|note| note.contains("extra")), "{:?}", found.notes);
        found
    };
    let found = check(SegmentConfig::default(), 3, 1.0 / 3.0, diagonal_mm * 2.0 / 3.0);
    assert!(found.notes.iter().any(|note| note.contains("scored worst") && note.contains('d')), "{:?}", found.notes);
    let best = Options { both_empty: BothEmpty::Best, ..Options::default() };
    check(SegmentConfig { scoring: best, ..SegmentConfig::default() }, 4, 0.5, diagonal_mm / 2.0);
    let lenient = SegmentConfig { missing: Some(Missing::LeaveOut), ..SegmentConfig::default() };
    check(lenient, 2, 0.5, diagonal_mm / 2.0);
    let strict = SegmentConfig { missing: Some(Missing::Error), ..SegmentConfig::default() };
    let error = measured(&truth, &pred, &strict).unwrap_err().to_string();
    assert!(error.contains("1 case without a prediction: d"), "{error}");
}

#[test]
fn a_mask_on_another_grid_is_no_mask_of_the_case() {
    let folder = tempfile::tempdir().unwrap();
    let [truth, pred] = folders(folder.path());
    let full = cube([4; 3], [12; 3]);
    let moved = full.clone().with_geometry(upright([0.5, 1.0, 2.0], [0.0, 0.0, 1.0]));
    save(&truth, "a.nii", &full);
    save(&truth, "b.nii", &full);
    save(&pred, "a.nii", &full);
    save(&pred, "b.nii", &moved);
    let found = measured(&truth, &pred, &SegmentConfig::default()).unwrap();
    let [Problem { case, message, .. }] = &found.problems[..] else { panic!("{:?}", found.problems) };
    assert!(case == "b" && message.contains("origin") && message.contains("--like"), "{message}");
    close(value(&found, "dice", "1"), 0.5, "a case on another grid counts as missing");
    let error = measured(&truth.join("b.nii"), &pred.join("b.nii"), &SegmentConfig::default()).unwrap_err();
    assert!(error.to_string().contains("origin"), "{error}");
    fs::write(pred.join("b.nii"), b"no image").unwrap();
    assert_eq!(measured(&truth, &pred, &SegmentConfig::default()).unwrap().problems.len(), 1);
}

#[test]
fn a_table_merges_labels_and_cuts_tubes_where_the_truth_ends() {
    let folder = tempfile::tempdir().unwrap();
    let slab = |low: usize, high: usize, label: u8| {
        let labels = (0..8000).map(|at| if (low..high).contains(&(at / 400)) && at % 20 < 5 { label } else { 0 });
        volume(labels.collect(), [20; 3], Some(upright([1.0; 3], [0.0; 3])))
    };
    let truth = save(folder.path(), "truth.nii", &slab(5, 10, 1));
    let pred = save(folder.path(), "pred.nii", &slab(3, 15, 2));
    let region =
        |name: &str, axial| RegionConfig { name: name.into(), labels: vec![1, 2], tolerance_mm: Some(0.5), axial };
    let table = RegionTable { regions: vec![region("whole", Axial::All), region("tube", Axial::Reference)] };
    let config = SegmentConfig { table: Some(table), ..SegmentConfig::default() };
    let found = measured(&truth, &pred, &config).unwrap();
    close(value(&found, "dice", "whole"), 10.0 / 17.0, "all slices");
    close(value(&found, "dice", "tube"), 1.0, "both ends of the truth count");
    close(value(&found, "hausdorff", "tube"), 0.0, "slices of the truth");
    close(value(&found, "dice", "macro"), f64::midpoint(1.0, 10.0 / 17.0), "mean of regions");
    let own = Path::new("../../recipes/tolerances/amos.toml");
    let amos = RegionTable::read(own).unwrap();
    let labels: Vec<u16> = amos.regions.iter().flat_map(|region| region.labels.clone()).collect();
    assert_eq!(labels, (1..=15).collect::<Vec<u16>>());
    assert_eq!(amos.regions.iter().filter(|region| region.axial == Axial::Reference).count(), 3);
    let bad = folder.path().join("bad.toml");
    for (text, expected) in [
        ("regions = []", "no region"),
        ("[[regions]]\nname = \"a\"\nlabels = [0]", "none of them 0"),
        ("[[regions]]\nname = \"a\"\nlabels = [1]\ntolerance_mm = -1.0", "-1 mm"),
        ("[[regions]]\nname = \"a\"\nlabels = [1]\ncolour = 3", "colour"),
    ] {
        fs::write(&bad, text).unwrap();
        let error = RegionTable::read(&bad).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn pictures_have_pixels_and_no_millimeters_unless_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let eye = |cup: usize| {
        let pixel = |at: usize| {
            let (y, x) = (at / 30, at % 30);
            let within = |half: usize| y.abs_diff(15) < half && x.abs_diff(15) < half;
            if within(cup) { 2 } else { u8::from(within(10)) }
        };
        volume((0..900).map(pixel).collect(), [1, 30, 30], None)
    };
    let truth = save(folder.path(), "truth.png", &eye(5));
    let pred = save(folder.path(), "pred.png", &eye(6));
    let region = |name: &str, labels| RegionConfig { name: name.into(), labels, tolerance_mm: None, axial: Axial::All };
    let table = RegionTable { regions: vec![region("disc", vec![1, 2]), region("cup", vec![2])] };
    let cupped = Some(Cupped { cup: "cup".into(), disc: "disc".into() });
    let config = SegmentConfig { table: Some(table), cupped, tolerance_mm: Some(1.0), ..SegmentConfig::default() };
    let found = measured(&truth, &pred, &config).unwrap();
    close(value(&found, "vertical_cup_to_disc_ratio_error", "all"), 11.0 / 19.0 - 9.0 / 19.0, "heights");
    close(value(&found, "dice", "disc"), 1.0, "disc");
    let undefined = found.estimate("hausdorff", "cup").unwrap().undefined.clone().unwrap();
    assert!(undefined.contains("spacing"), "{undefined}");
    let known = SegmentConfig { spacing_mm: Some([0.5, 0.5, 1.0]), ..config };
    let found = measured(&truth, &pred, &known).unwrap();
    close(value(&found, "hausdorff", "cup"), 0.5_f64.hypot(0.5), "the corner of the contour");
    let out = folder.path().join("scores");
    found.save(&out).unwrap();
    let table = fs::read_to_string(out.join("cases.csv")).unwrap();
    assert!(table.starts_with("case,region,truth_voxels,pred_voxels,truth_ml,pred_ml,dice,"), "{table}");
    assert_eq!(table.lines().count(), 4);
    assert!(!out.join("problems.csv").exists());
}

#[test]
fn centerlines_notice_a_gap_that_volumes_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let tube = |gap: bool| {
        let inside = |at: usize| {
            let (z, y, x) = (at / 900, at / 30 % 30, at % 30);
            let is_near = z.abs_diff(4) < 2 && y.abs_diff(15) < 2 && (3..27).contains(&x);
            u8::from(is_near && !(gap && (12..18).contains(&x)))
        };
        volume((0..8100).map(inside).collect(), [9, 30, 30], Some(upright([1.0; 3], [0.0; 3])))
    };
    let [whole, cut] = [false, true].map(|gap| save(folder.path(), &format!("{gap}.nii"), &tube(gap)));
    let config = named(&["centerline_dice"]);
    let found = |pred: &PathBuf| value(&measured(&whole, pred, &config).unwrap(), "centerline_dice", "1");
    close(found(&whole), 1.0, "itself");
    let broken = found(&cut);
    assert!((0.8..0.95).contains(&broken), "{broken}");
}

#[test]
fn labels_that_are_none_and_names_that_do_not_match_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let half = Volume::new(Samples::F32(vec![0.5; 8]), [1, 2, 2, 2], Some(place())).unwrap();
    let half = save(folder.path(), "half.nii", &half);
    let error = measured(&half, &half, &SegmentConfig::default()).unwrap_err().to_string();
    assert!(error.contains("0.5") && error.contains("binarize"), "{error}");
    let [truth, pred] = folders(folder.path());
    save(&truth, "a.nii", &cube([4; 3], [12; 3]));
    save(&pred, "b.nii", &cube([4; 3], [12; 3]));
    let refused = |truth: &Path, pred: &Path, config: &SegmentConfig, expected: &str| {
        let error = measured(truth, pred, config).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let default = SegmentConfig::default();
    refused(&truth, &pred, &default, "called alike");
    refused(&truth, &pred.join("b.nii"), &default, "is a folder");
    refused(&truth, &folder.path().join("absent"), &default, "could not read");
    refused(&half, &half, &named(&["dise"]), "dise");
    refused(&half, &half, &SegmentConfig { tolerance_mm: Some(-2.0), ..SegmentConfig::default() }, "-2 mm");
}

#[test]
fn kidneys_that_are_moved_by_a_known_vector_are_as_far_away() {
    let Some(path) = real_data("kits19-masks/case_00002/segmentation.nii.gz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let volume = vesalius_image::format::read(&path, &vesalius_image::ReadOptions::default()).unwrap().volume;
    let spacing_mm = volume.geometry().unwrap().spacing_mm();
    let [_, _, n_y, n_x] = volume.shape();
    let stored: Vec<u8> = (0..volume.samples().len()).map(|at| volume.samples().get(at) as u8).collect();
    for (step, expected_mm) in [(2, 2.0 * spacing_mm[0]), (3 * n_x, 3.0 * spacing_mm[1]), (n_y * n_x, spacing_mm[2])] {
        // The kidneys are far from the edges, so that a shift of the memory is one of the image.
        let mut moved = stored.clone();
        moved.rotate_right(step);
        let moved = Volume::new(Samples::U8(moved), volume.shape(), volume.geometry().cloned()).unwrap();
        let pred = save(folder.path(), "pred.nii", &moved);
        let config = SegmentConfig { tolerance_mm: Some(expected_mm), binary: true, ..SegmentConfig::default() };
        let found = measured(&path, &pred, &config).unwrap();
        close(value(&found, "hausdorff", "foreground"), expected_mm, "distance");
        close(value(&found, "surface_dice", "foreground"), 1.0, "tolerance");
        assert!(value(&found, "average_symmetric_surface_distance", "foreground") < expected_mm);
    }
}

#[test]
fn vertebrae_have_the_counts_of_panoptica() {
    let Some(folder) = real_data("eval-refs/panoptica/examples/spine_seg") else { return };
    // Found by panoptica 2.1.7 with its default threshold: matched, false, missed, and panoptic quality.
    let check = |name: &str, lesions: LesionRule, [hits, extra, missed]: [u64; 3], quality: f64| {
        let config = SegmentConfig { lesions: Some(lesions), binary: true, ..named(&["panoptic_quality"]) };
        let found =
            measured(&folder.join(name).join("ref.nii.gz"), &folder.join(name).join("pred.nii.gz"), &config).unwrap();
        assert_eq!(found.cases[0].lesions, Some([hits + missed, hits + extra, hits]), "{name}");
        close(value(&found, "panoptic_quality", "foreground"), quality, name);
    };
    check("unmatched_instance", LesionRule::Instances(0.5), [19, 3, 3], 0.719_252_280);
}
