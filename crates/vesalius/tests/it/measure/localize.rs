//! Localization: tables of landmarks, what errors are divided by, heat maps with boxes, what is missing.

use std::fs;

use vesalius::measure::localize::{CoordinateUnit, Length, LocalizeConfig, Measured, Missing, measure_localize};
use vesalius_image::{Samples, Volume};

use crate::save;

fn config() -> LocalizeConfig {
    LocalizeConfig { replicates: 50, ..LocalizeConfig::default() }
}

fn measured(truth: &str, predictions: &str, config: &LocalizeConfig) -> vesalius::Result<Measured> {
    let folder = tempfile::tempdir().unwrap();
    let [truth_path, predictions_path] = ["truth.csv", "pred.csv"].map(|name| folder.path().join(name));
    fs::write(&truth_path, truth).unwrap();
    fs::write(&predictions_path, predictions).unwrap();
    measure_localize(&truth_path, &predictions_path, config)
}

#[track_caller]
fn check(measured: &Measured, metric: &str, target: &str, expected: f64) {
    let found = measured.estimate(metric, target).unwrap_or_else(|| panic!("no {metric} of {target}"));
    let value = found.value.unwrap_or_else(|| panic!("{metric}: {:?}", found.undefined));
    assert!((value - expected).abs() < 1e-12, "{metric}: {value} is not {expected}");
}

/// As the fovea of GAMMA: one landmark, numbers with leading zeros on one side.
#[test]
fn one_landmark_a_case() {
    let config = LocalizeConfig {
        spacing_mm: Some(vec![0.5, 0.5]),
        length: Some(Length::Diagonal),
        within_px: vec![5.0],
        within_length: vec![0.01],
        ..config()
    };
    let truth = "data,Fovea_X,Fovea_Y,image_width,image_height\n0001,100,100,300,400\n0002,50,60,300,400\n";
    let measured = measured(truth, "data,Fovea_X,Fovea_Y\n2,50,70\n1,103,104\n", &config).unwrap();
    check(&measured, "mean_error_px", "landmark", 7.5);
    check(&measured, "median_error_px", "landmark", 7.5);
    check(&measured, "mean_error_mm", "landmark", 3.75);
    check(&measured, "mean_error_normalized", "landmark", 0.015);
    check(&measured, "share_within_5_px", "landmark", 0.5);
    check(&measured, "share_within_0.01_normalized", "landmark", 0.5);
    assert_eq!(measured.notes, ["cases were matched as numbers, without leading zeros"]);
    let folder = tempfile::tempdir().unwrap();
    measured.save(folder.path()).unwrap();
    let cases = fs::read_to_string(folder.path().join("cases.csv")).unwrap();
    let expected = "case,label,x,y,z,found_x,found_y,found_z,error_px,error_mm,error_normalized\n\
                    0001,landmark,100,100,0.5,103,104,0.5,5,2.5,0.01\n0002,landmark,50,60,0.5,50,70,0.5,10,5,0.02\n";
    assert_eq!(cases, expected);
    assert!(!folder.path().join("mismatches.csv").exists());
}

#[test]
fn several_landmarks_by_the_distance_between_two() {
    let truth = "case,landmark,x,y,z\na,left,0,0,0\na,right,10,0,0\na,nose,5,5,0\n";
    let found = "case,label,x,y,z\na,Left,0,1,0\na,right,10,0,0\na,nose,5,5,2\na,chin,9,9,9\n";
    let length = Some(Length::Between("left".to_owned(), "right".to_owned()));
    let config = LocalizeConfig { length, coordinates: CoordinateUnit::Mm, within_mm: vec![1.0], ..config() };
    let measured = measured(truth, found, &config).unwrap();
    check(&measured, "mean_error_mm", "left", 1.0);
    check(&measured, "mean_error_mm", "macro", 1.0);
    check(&measured, "mean_error_normalized", "nose", 0.2);
    check(&measured, "share_within_1_mm", "macro", 2.0 / 3.0);
    assert!(measured.estimate("mean_error_px", "left").is_none());
    assert_eq!(measured.notes, ["places of the predictions that the truth does not have: 1, left out"]);
    assert_eq!(measured.mismatches[0].case, "a (chin)");
}

#[test]
fn lengths_of_the_truth() {
    let found = "case,x,y\na,8,9\n";
    let by =
        |truth: &str, length: Option<Length>| measured(truth, found, &LocalizeConfig { length, ..config() }).unwrap();
    let boxes = "case,x_min,y_min,x_max,y_max\na,0,0,6,8\n";
    check(&by(boxes, Some(Length::Box)), "mean_error_normalized", "landmark", 50.0_f64.sqrt() / 10.0);
    check(&by("case,x,y,length\na,8,4,20\n", None), "mean_error_normalized", "landmark", 0.25);
    check(&by("case,x,y,eye\na,8,4,10\n", Some("eye".parse().unwrap())), "mean_error_normalized", "landmark", 0.5);
    assert_eq!("between:l,r".parse(), Ok(Length::Between("l".to_owned(), "r".to_owned())));
    assert!("between:l".parse::<Length>().is_err());
}

#[test]
fn what_is_missing_or_twice_is_an_error() {
    let truth = "case,x,y\na,1,1\nb,1,1\n";
    let message = |truth: &str, found: &str| measured(truth, found, &config()).err().unwrap().to_string();
    assert!(message(truth, "case,x,y\na,1,1\n").contains("1 places of the truth have no prediction: \"b (landmark)\""));
    assert!(message(truth, "case,x,y\na,1,1\na,2,2\nb,1,1\n").contains("has landmark of case \"a\" twice"));
    assert!(message("case,x,y\na,1,1\na,1,2\n", "case,x,y\na,1,1\n").contains("twice"));
    let lenient = LocalizeConfig { missing: Missing::LeaveOut, ..config() };
    let left = measured(truth, "case,x,y\na,1,2\n", &lenient).unwrap();
    check(&left, "mean_error_px", "landmark", 1.0);
    assert_eq!(left.notes, ["without a prediction and left out: 1, \"b (landmark)\""]);
    assert!(measured(truth, "case,x,y\nz,1,2\n", &lenient).err().unwrap().to_string().contains("no place of"));
}

/// A map of 10 by 8 pixels: a hot spot of 4 by 2 in the box, and a larger one at a third of the heat.
fn map(with_spot: bool) -> Volume {
    let mut values = vec![0.0_f32; 80];
    for (y, x) in (5..8).flat_map(|y| (0..9).map(move |x| (y, x))) {
        values[y * 10 + x] = 1.0;
    }
    if with_spot {
        for (y, x) in (1..3).flat_map(|y| (2..6).map(move |x| (y, x))) {
            values[y * 10 + x] = 3.0;
        }
    }
    Volume::new(Samples::F32(values), [1, 1, 8, 10], None).unwrap()
}

#[test]
fn heat_maps_against_boxes() {
    let folder = tempfile::tempdir().unwrap();
    let maps = folder.path().join("maps");
    fs::create_dir(&maps).unwrap();
    save(&maps, "a_mass.npy", &map(true));
    save(&maps, "b_mass.npy", &map(false));
    save(&maps, "c_mass.npy", &map(true));
    let truth = folder.path().join("boxes.csv");
    fs::write(&truth, "image,finding,x_min,y_min,x_max,y_max\na.png,mass,2,1,6,3\nb.png,mass,2,1,6,3\n").unwrap();
    let measured = measure_localize(&truth, &maps, &config()).unwrap();
    check(&measured, "pointing_game", "mass", 0.5);
    // At 0.2 of the greatest value the colder piece is the larger one.
    check(&measured, "box_iou_at_0.2", "mass", 0.0);
    check(&measured, "box_iou_at_0.5", "mass", 0.5);
    check(&measured, "box_hit_at_0.5", "mass", 0.5);
    assert_eq!(measured.mismatches[0].case, "c_mass");
    let out = folder.path().join("scores");
    measured.save(&out).unwrap();
    let cases = fs::read_to_string(out.join("cases.csv")).unwrap();
    let expected = "case,label,peak_x,peak_y,peak_z,iou_at_0.2,iou_at_0.5\na.png,mass,2.5,1.5,0.5,0,1\nb.png,mass,0.5,5.5,0.5,0,0\n";
    assert_eq!(cases, expected);
    let wide = LocalizeConfig { margin: 3.0, ..config() };
    check(&measure_localize(&truth, &maps, &wide).unwrap(), "pointing_game", "mass", 1.0);
    fs::write(&truth, "image,x,y\na.png,1,1\n").unwrap();
    let error = measure_localize(&truth, &maps, &config()).err().unwrap().to_string();
    assert!(error.contains("heat maps are measured against boxes"), "{error}");
}
