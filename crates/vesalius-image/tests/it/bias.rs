//! Bias-field correction: the true field of a phantom, SimpleITK, threads.

use vesalius_image::bias::{BiasOptions, Unbiased, correct_bias};
use vesalius_image::{Samples, Volume};

use crate::golden;

const SHAPE: [usize; 3] = [30, 36, 40];

/// Image, mask and the logarithm of the true field, by the formula of `golden/bias.py`.
fn phantom() -> (Volume, Volume, Vec<f64>) {
    let [n_z, n_y, n_x] = SHAPE;
    let (mut image, mut mask, mut truth) = (Vec::new(), Vec::new(), Vec::new());
    for idx in 0..n_z * n_y * n_x {
        let place = [idx / n_x / n_y, idx / n_x % n_y, idx % n_x];
        let centered = [0, 1, 2].map(|axis| 2.0 * place[axis] as f64 / (SHAPE[axis] as f64 - 1.0) - 1.0);
        let radius = centered.iter().map(|v| v * v).sum::<f64>().sqrt();
        let [w, v, u] = centered;
        let folds = radius + 0.08 * (9.0 * u).sin() * (8.0 * v).sin() * (7.0 * w).sin();
        let tissue = if folds < 0.45 {
            900.0
        } else if folds < 0.7 {
            600.0
        } else {
            300.0
        };
        let mixed = 7 * place[2] + 13 * place[1] + 29 * place[0] + place[2] * place[1];
        let texture = 30.0 * (mixed % 17) as f64 / 17.0;
        let field = 0.25 * u - 0.2 * v * v + 0.15 * w * u + 0.1 * w;
        image.push(if radius < 0.95 { ((tissue + texture) * field.exp()) as f32 } else { 10.0 });
        mask.push(u8::from(radius < 0.95));
        truth.push(field);
    }
    let shape = [1, n_z, n_y, n_x];
    (
        Volume::new(Samples::F32(image), shape, None).unwrap(),
        Volume::new(Samples::U8(mask), shape, None).unwrap(),
        truth,
    )
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |of: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| of(a - mean_a, b - mean_b)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// Root mean square of found over true field less 1, both scaled alike.
fn rms_relative_error(found: &[f64], truth: &[f64]) -> f64 {
    let differences: Vec<f64> = found.iter().zip(truth).map(|(f, t)| f - t).collect();
    let shift = mean(&differences);
    mean(&differences.iter().map(|d| ((d - shift).exp() - 1.0).powi(2)).collect::<Vec<_>>()).sqrt()
}

fn log_field(unbiased: &Unbiased) -> Vec<f64> {
    unbiased.field.samples().to_f64().iter().map(|v| v.ln()).collect()
}

fn inside(values: &[f64], mask: &Volume) -> Vec<f64> {
    values.iter().enumerate().filter(|(idx, _)| mask.samples().get(*idx) > 0.0).map(|(_, value)| *value).collect()
}

#[test]
fn the_field_is_that_of_simpleitk_and_near_the_truth() {
    let facts: serde_json::Value = serde_json::from_slice(&std::fs::read(golden("bias.json")).unwrap()).unwrap();
    let (image, mask, truth) = phantom();
    for (name, mask_given, tolerance) in [("masked", Some(&mask), 1e-4), ("otsu", None, 0.02)] {
        let unbiased = correct_bias(&image, mask_given, &BiasOptions::default()).unwrap();
        let found = log_field(&unbiased);
        let [n_z, n_y, n_x] = SHAPE;
        let every = (0..n_z).step_by(3).flat_map(|z| (0..n_y).step_by(3).map(move |y| (z, y)));
        let places = every.flat_map(|(z, y)| (0..n_x).step_by(3).map(move |x| (z * n_y + y) * n_x + x));
        let expected: Vec<f64> = serde_json::from_value(facts[name]["log_field"].clone()).unwrap();
        let pairs: Vec<(f64, f64)> = places
            .zip(expected)
            .filter(|(at, _)| mask.samples().get(*at) > 0.0)
            .map(|(at, expected)| (found[at], expected))
            .collect();
        let most = pairs.iter().map(|(f, e)| (f - e).abs()).fold(0.0, f64::max);
        let (ours, theirs): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let alike = correlation(&ours, &theirs);
        let (found, truth) = (inside(&found, &mask), inside(&truth, &mask));
        let error = rms_relative_error(&found, &truth);
        let error_itk = facts[name]["rms_relative_error"].as_f64().unwrap();
        let to_truth = correlation(&found, &truth);
        assert!(alike > 0.999 && most < tolerance, "{name}: {alike} {most}");
        assert!(to_truth > 0.99, "{name}: {to_truth}");
        assert!(error < 1.1 * error_itk, "{name}: {error}, SimpleITK {error_itk}");
    }
}

#[test]
fn image_is_unbiased_times_field() {
    let (image, mask, _) = phantom();
    let options = BiasOptions { shrink_factor: 3, iterations: vec![5, 5], ..BiasOptions::default() };
    let unbiased = correct_bias(&image, Some(&mask), &options).unwrap();
    let both = unbiased.volume.to_f32().into_iter().zip(unbiased.field.to_f32());
    for ((value, field), old) in both.zip(image.to_f32()) {
        assert!((value * field - old).abs() <= old * 1e-6);
    }
    assert!(unbiased.n_steps.len() == 2 && unbiased.n_steps.iter().all(|n| (1..=5).contains(n)));
}

#[test]
fn fewer_voxels_find_nearly_the_same_field() {
    let (image, mask, truth) = phantom();
    let options = BiasOptions { shrink_factor: 2, ..BiasOptions::default() };
    let found = inside(&log_field(&correct_bias(&image, Some(&mask), &options).unwrap()), &mask);
    assert!(correlation(&found, &inside(&truth, &mask)) > 0.98);
}

#[test]
fn what_cannot_be_is_refused() {
    let (image, mask, _) = phantom();
    let refused = |mask: Option<&Volume>, options: BiasOptions| {
        assert!(correct_bias(&image, mask, &options).is_err(), "{options:?}");
    };
    let default = BiasOptions::default;
    refused(None, BiasOptions { width: 0.0, ..default() });
    refused(None, BiasOptions { n_bins: 1, ..default() });
    refused(None, BiasOptions { shrink_factor: 0, ..default() });
    refused(None, BiasOptions { iterations: Vec::new(), ..default() });
    refused(None, BiasOptions { iterations: vec![1; 64], ..default() });
    refused(None, BiasOptions { n_control_points: [4, 3, 4], ..default() });
    refused(None, BiasOptions { n_control_points: [usize::MAX; 3], ..default() });
    let nothing = Volume::new(Samples::U8(vec![0; mask.samples().len()]), mask.shape(), None).unwrap();
    refused(Some(&nothing), default());
    let other = Volume::new(Samples::U8(vec![1; 8]), [1, 2, 2, 2], None).unwrap();
    refused(Some(&other), default());
    let flat = Volume::new(Samples::U8(vec![7; 27]), [1, 3, 3, 3], None).unwrap();
    assert!(correct_bias(&flat, None, &default()).is_err());
    let odd =
        Volume::new(Samples::F32(vec![f32::NAN, 1.0, 2.0, -5.0, 3.0, f32::INFINITY]), [1, 1, 1, 6], None).unwrap();
    assert!(correct_bias(&odd, None, &default()).is_ok());
}

#[test]
fn threads_do_not_change_a_byte() {
    let (image, mask, _) = phantom();
    let options = BiasOptions { iterations: vec![3, 3], ..BiasOptions::default() };
    let by = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| correct_bias(&image, Some(&mask), &options).unwrap())
    };
    let one = by(1);
    assert!(by(2) == one && by(5) == one);
}
