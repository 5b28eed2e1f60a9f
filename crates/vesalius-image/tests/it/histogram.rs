//! Histograms, percentiles, thresholds, matching: closed forms, NumPy, SimpleITK.

use vesalius_image::histogram::{
    MatchOptions, MatchThreshold, Within, histogram, match_histogram, otsu_threshold, percentiles,
};
use vesalius_image::{Samples, Volume};

use crate::golden;

fn line(values: Vec<f32>) -> Volume {
    let n = values.len();
    Volume::new(Samples::F32(values), [1, 1, 1, n], None).unwrap()
}

/// Two hills and a background, by the formula of `golden/histogram.py`.
fn image(seed: usize, scale: f32) -> Volume {
    let value = |idx: usize| {
        let rough = ((idx * 7919 + seed * 104_729) % 1009) as f64 / 1009.0;
        let hill = match idx % 5 {
            0 | 1 => 20.0,
            2 | 3 => 110.0 + 3.0 * seed as f64,
            _ => 190.0,
        };
        (hill + 30.0 * rough * rough + seed as f64) as f32 * scale
    };
    Volume::new(Samples::F32((0..3000).map(value).collect()), [1, 6, 20, 25], None).unwrap()
}

fn facts() -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(golden("histogram.json")).unwrap()).unwrap()
}

#[test]
fn bins_hold_what_lies_between_their_ends() {
    let volume = line(vec![0.0, 0.5, 1.0, 1.9, 4.0, f32::NAN]);
    let found = histogram(&volume, 4, Within::All).unwrap();
    assert_eq!((found.low, found.high, found.counts.as_slice()), (0.0, 4.0, &[2, 2, 0, 1][..]));
    assert!((found.upper_end(1) - 2.0).abs() < 1e-12);
    assert_eq!(histogram(&volume, 1, Within::Nonzero).unwrap().counts, [4]);
    assert_eq!(histogram(&line(vec![3.0; 5]), 3, Within::All).unwrap().counts, [5, 0, 0]);
    assert!(histogram(&volume, 0, Within::All).is_err());
    assert!(histogram(&volume, 1 << 30, Within::All).is_err());
    assert!(histogram(&line(vec![f32::NAN]), 3, Within::All).is_err());
}

#[test]
fn percentiles_are_those_of_numpy() {
    let facts = facts();
    let percents: Vec<f64> = serde_json::from_value(facts["percents"].clone()).unwrap();
    let expected: Vec<f64> = serde_json::from_value(facts["percentiles"].clone()).unwrap();
    let found = percentiles(&image(0, 1.0), &percents, Within::All).unwrap();
    assert!(found.iter().zip(&expected).all(|(f, e)| (f - e).abs() < 1e-9), "{found:?} {expected:?}");
    let halves = line(vec![0.0, 10.0, 0.0, 20.0, f32::INFINITY]);
    assert_eq!(percentiles(&halves, &[50.0, 0.0], Within::Nonzero).unwrap(), [15.0, 10.0]);
    let mask = Volume::new(Samples::U8(vec![1, 0, 0, 1, 1]), [1, 1, 1, 5], None).unwrap();
    assert_eq!(percentiles(&halves, &[100.0, 25.0], Within::Mask(&mask)).unwrap(), [20.0, 5.0]);
    assert!(percentiles(&halves, &[100.1], Within::All).is_err());
    assert!(percentiles(&halves, &[f64::NAN], Within::All).is_err());
    let small = Volume::new(Samples::U8(vec![1; 2]), [1, 1, 1, 2], None).unwrap();
    assert!(percentiles(&halves, &[50.0], Within::Mask(&small)).is_err());
}

#[test]
fn otsu_divides_two_classes_as_simpleitk_does() {
    let bin = 200.0 / 128.0;
    let expected = facts()["otsu_128"].as_f64().unwrap();
    let found = otsu_threshold(&image(0, 1.0), 128, Within::All).unwrap();
    assert!((found - expected).abs() <= bin, "{found} {expected}");
    let found = otsu_threshold(&line([vec![0.0; 30], vec![10.0; 20]].concat()), 100, Within::All).unwrap();
    assert!((0.0..10.0).contains(&found), "{found}");
    assert!((otsu_threshold(&line(vec![4.0; 9]), 128, Within::All).unwrap() - 4.0).abs() < 1e-12);
}

#[test]
fn matched_values_are_those_of_simpleitk() {
    let (one, other) = (image(0, 1.0), image(9, 1.5));
    for case in facts()["matched"].as_array().unwrap() {
        let options = MatchOptions {
            n_levels: case["levels"].as_u64().unwrap() as usize,
            n_match_points: case["points"].as_u64().unwrap() as usize,
            threshold: if case["at_mean"] == true { MatchThreshold::Mean } else { MatchThreshold::Smallest },
        };
        let found = match_histogram(&one, &other, &options).unwrap().to_f32();
        let expected: Vec<f32> = serde_json::from_value(case["values"].clone()).unwrap();
        let most = found.iter().step_by(13).zip(&expected).map(|(f, e)| (f - e).abs()).fold(0.0, f32::max);
        assert!(most < 1e-3, "{options:?}: off by {most}");
    }
}

#[test]
fn an_image_matched_to_itself_stays() {
    let image = image(3, 1.0);
    let same = match_histogram(&image, &image, &MatchOptions::default()).unwrap();
    assert!(same.to_f32().iter().zip(image.to_f32()).all(|(a, b)| (a - b).abs() < 1e-4));
    // Another scale is undone: quantiles follow any growing line.
    let brighter = line(image.to_f32().iter().map(|v| 2.0 * v + 5.0).collect());
    let back = match_histogram(&brighter, &image, &MatchOptions { n_match_points: 7, ..MatchOptions::default() });
    assert!(back.unwrap().to_f32().iter().zip(image.to_f32()).all(|(a, b)| (a - b).abs() < 1e-3));
    let bytes = Volume::new(Samples::U8(vec![0, 1, 2, 255]), [1, 1, 1, 4], None).unwrap();
    let flat = line(vec![7.0; 4]);
    assert_eq!(match_histogram(&bytes, &flat, &MatchOptions::default()).unwrap().to_f32(), [7.0; 4]);
    assert!(match_histogram(&flat, &bytes, &MatchOptions::default()).is_ok());
    for options in [(0, 1), (256, 0), (8, 9)] {
        let options = MatchOptions { n_levels: options.0, n_match_points: options.1, ..MatchOptions::default() };
        assert!(match_histogram(&bytes, &bytes, &options).is_err(), "{options:?}");
    }
}
