//! Windows, z-score, clipping: closed forms and what is refused.

use vesalius_image::histogram::Within;
use vesalius_image::intensity::{WINDOWS, Window, clip_percentiles, min_max, window_u8, window_unit, z_score};
use vesalius_image::{Samples, Volume};

fn line(values: Vec<f32>) -> Volume {
    let n = values.len();
    Volume::new(Samples::F32(values), [1, 1, 1, n], None).unwrap()
}

#[test]
fn every_window_has_a_name_of_its_own() {
    for preset in WINDOWS {
        assert_eq!(Window::named(preset.name).unwrap(), preset.window);
        assert!(preset.window.width > 0.0);
    }
    let message = Window::named("spleen").unwrap_err().to_string();
    assert!(message.contains("lung, mediastinum"), "{message}");
}

#[test]
fn a_window_ends_half_its_width_from_its_level() {
    let window = Window { level: 50.0, width: 400.0 };
    let hounsfield = Volume::new(Samples::I16(vec![-1000, -150, 50, 249, 250, 3000]), [1, 1, 1, 6], None).unwrap();
    let unit = window_unit(&hounsfield, window).unwrap().to_f32();
    assert!(unit.iter().zip([0.0, 0.0, 0.5, 0.9975, 1.0, 1.0]).all(|(f, e)| (f - e).abs() < 1e-6), "{unit:?}");
    assert_eq!(*window_u8(&hounsfield, window).unwrap().samples(), Samples::U8(vec![0, 0, 128, 255, 255, 255]));
    let broken = line(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
    assert_eq!(*window_u8(&broken, window).unwrap().samples(), Samples::U8(vec![0, 255, 0]));
    assert!(window_unit(&broken, window).unwrap().to_f32()[0].is_nan());
    for wrong in [Window { level: 0.0, width: 0.0 }, Window { level: f64::NAN, width: 1.0 }] {
        assert!(window_u8(&broken, wrong).is_err() && window_unit(&broken, wrong).is_err());
    }
}

#[test]
fn z_scores_are_of_each_channel_and_of_what_counts() {
    let near = |found: &Volume, expected: &[f32]| {
        let found = found.to_f32();
        assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-6), "{found:?}");
    };
    let two = Volume::new(Samples::U8(vec![0, 2, 10, 30]), [2, 1, 1, 2], None).unwrap();
    near(&z_score(&two, Within::All).unwrap(), &[-1.0, 1.0, -1.0, 1.0]);
    let volume = line(vec![0.0, 3.0, 5.0, f32::NAN]);
    near(&z_score(&volume, Within::Nonzero).unwrap(), &[-4.0, -1.0, 1.0]);
    let mask = Volume::new(Samples::U8(vec![1, 1, 0, 1]), [1, 1, 1, 4], None).unwrap();
    let masked = z_score(&volume, Within::Mask(&mask)).unwrap();
    near(&masked, &[-1.0, 1.0, 7.0 / 3.0]);
    assert!(masked.to_f32()[3].is_nan());
    assert!(z_score(&line(vec![4.0; 3]), Within::All).is_err());
    assert!(z_score(&line(vec![0.0; 3]), Within::Nonzero).is_err());
}

#[test]
fn smallest_is_zero_and_largest_one() {
    let volume = line(vec![-2.0, 0.0, 6.0, f32::INFINITY]);
    assert_eq!(min_max(&volume, Within::All).unwrap().to_f32()[..3], [0.0, 0.25, 1.0]);
    assert!(min_max(&line(vec![1.0]), Within::All).is_err());
}

#[test]
fn clipping_keeps_the_type_and_what_lies_between() {
    let values: Vec<i16> = (0..=100).collect();
    let volume = Volume::new(Samples::I16(values), [1, 1, 1, 101], None).unwrap();
    let clipped = clip_percentiles(&volume, [2.0, 95.0], Within::All).unwrap();
    let expected: Vec<i16> = (0..=100).map(|v: i16| v.clamp(2, 95)).collect();
    assert_eq!(*clipped.samples(), Samples::I16(expected));
    assert!(clip_percentiles(&volume, [95.0, 2.0], Within::All).is_err());
    assert!(clip_percentiles(&volume, [f64::NAN, 2.0], Within::All).is_err());
    assert!(clip_percentiles(&volume, [0.0, 101.0], Within::All).is_err());
}

#[test]
fn threads_do_not_change_a_byte() {
    let values: Vec<f32> = (0..300_000_u64).map(|idx| ((idx * 7919) % 100_003) as f32 * 0.37).collect();
    let volume = line(values);
    let by = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| z_score(&volume, Within::Nonzero).unwrap())
    };
    let one = by(1);
    assert!(by(2) == one && by(5) == one);
}
