//! Augmentation: identity, replay, geometry, intensity, configuration.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use vesalius_image::augment::{Augment, AugmentParams, Axis, Border, Erased, Range};

const PLANE: [usize; 4] = [1, 1, 6, 6];
const COLOR: [usize; 4] = [3, 1, 5, 8];
const CUBE: [usize; 4] = [1, 5, 5, 5];
const BRICK: [usize; 4] = [2, 4, 6, 3];
const SHAPES: [[usize; 4]; 4] = [PLANE, COLOR, CUBE, BRICK];

fn image(shape: [usize; 4]) -> Vec<f32> {
    (0..shape.iter().product()).map(|idx: usize| ((idx * 7919 + 13) % 1009) as f32).collect()
}

/// One voxel of 1 in zeros.
fn delta(shape: [usize; 4], [z, y, x]: [usize; 3]) -> Vec<f32> {
    let mut image = vec![0.0; shape.iter().product()];
    image[(z * shape[2] + y) * shape[3] + x] = 1.0;
    image
}

fn applied(params: &AugmentParams, image: &[f32], shape: [usize; 4]) -> Vec<f32> {
    let mut out = vec![-1.0; 3];
    params.apply(image, shape, &mut out);
    out
}

/// Everything at once.
fn everything() -> Augment {
    Augment {
        flip: vec![Axis::X, Axis::Y, Axis::Z],
        rotate90: vec![Axis::Z, Axis::Y, Axis::X],
        crop_padding_px: 2,
        shift: Range::between(-0.1, 0.1),
        rotate_degrees: Range::between(-20.0, 20.0),
        scale: Range::between(0.8, 1.2),
        shear: Range::between(-0.1, 0.1),
        border: Border::Zero,
        gamma: Range::between(0.8, 1.25),
        contrast: Range::between(0.8, 1.2),
        brightness: Range::between(-10.0, 10.0),
        noise_sd: Range::between(0.0, 3.0),
        erase: Range::between(0.0, 0.3),
    }
}

#[test]
fn the_default_does_nothing_and_draws_nothing() {
    for shape in SHAPES {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut out = Vec::new();
        Augment::default().apply(&image(shape), shape, &mut rng, &mut out);
        assert_eq!(out, image(shape));
        assert_eq!(rng, ChaCha8Rng::seed_from_u64(3));
        assert_eq!(Augment::default().sample(shape, &mut rng), AugmentParams::default());
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let run = |seed, shape| {
        let mut out = Vec::new();
        everything().apply(&image(shape), shape, &mut ChaCha8Rng::seed_from_u64(seed), &mut out);
        out
    };
    for shape in SHAPES {
        assert_eq!(run(5, shape), run(5, shape));
        assert_ne!(run(5, shape), run(6, shape));
        assert_eq!(run(5, shape).len(), image(shape).len());
        assert!(run(5, shape).iter().all(|v| v.is_finite()));
    }
}

#[test]
fn drawn_parameters_can_be_stored_and_replayed() {
    for (seed, shape) in (0..20).flat_map(|seed| SHAPES.map(|shape| (seed, shape))) {
        let params = everything().sample(shape, &mut ChaCha8Rng::seed_from_u64(seed));
        let stored = serde_json::to_string(&params).unwrap();
        let again: AugmentParams = serde_json::from_str(&stored).unwrap();
        assert_eq!(again, params);
        assert_eq!(applied(&again, &image(shape), shape), applied(&params, &image(shape), shape));
    }
}

#[test]
fn twice_flipped_is_not_flipped() {
    for (shape, axis) in SHAPES.into_iter().flat_map(|shape| [0, 1, 2].map(|axis| (shape, axis))) {
        let mut params = AugmentParams::default();
        params.flip[axis] = true;
        let once = applied(&params, &image(shape), shape);
        assert_eq!(once == image(shape), shape[axis + 1] == 1);
        assert_eq!(applied(&params, &once, shape), image(shape));
    }
}

#[test]
fn a_flip_mirrors_each_row() {
    let params = AugmentParams { flip: [false, false, true], ..AugmentParams::default() };
    let expected: Vec<f32> = image(COLOR).chunks(COLOR[3]).flat_map(|row| row.iter().rev().copied()).collect();
    assert_eq!(applied(&params, &image(COLOR), COLOR), expected);
}

#[test]
fn four_quarter_turns_are_none() {
    for axis in 0..3 {
        let mut params = AugmentParams::default();
        params.quarter_turns[axis] = 1;
        let mut turned = image(CUBE);
        for n_turns in 1..=4 {
            turned = applied(&params, &turned, CUBE);
            assert_eq!(turned == image(CUBE), n_turns == 4, "axis {axis}, {n_turns} turns");
        }
    }
}

#[test]
fn a_quarter_turn_equals_a_rotation_by_90_degrees() {
    for axis in 0..3 {
        let (mut turn, mut rotation) = (AugmentParams::default(), AugmentParams::default());
        turn.quarter_turns[axis] = 1;
        rotation.rotate_degrees[axis] = 90.0;
        assert_eq!(applied(&turn, &image(CUBE), CUBE), applied(&rotation, &image(CUBE), CUBE));
    }
    // About z, what lies on +x moves to where -y was: up in a picture whose rows go down.
    let params = AugmentParams { quarter_turns: [1, 0, 0], ..AugmentParams::default() };
    assert_eq!(applied(&params, &delta(PLANE, [0, 2, 5]), PLANE), delta(PLANE, [0, 0, 2]));
}

#[test]
fn a_shift_moves_a_voxel_where_expected() {
    let check = |shape, params: AugmentParams, from, to: Option<[usize; 3]>| {
        let expected = to.map_or(vec![0.0; image(shape).len()], |to| delta(shape, to));
        assert_eq!(applied(&params, &delta(shape, from), shape), expected, "{params:?}");
    };
    let zero = AugmentParams { border: Border::Zero, ..AugmentParams::default() };
    let moved = |crop_shift_px| AugmentParams { crop_shift_px, ..zero.clone() };
    check(PLANE, moved([0, 1, -2]), [0, 3, 3], Some([0, 4, 1]));
    check(PLANE, moved([0, 3, 0]), [0, 3, 3], None);
    check(PLANE, moved([0, 100, 0]), [0, 3, 3], None);
    check(CUBE, moved([2, -1, 1]), [1, 1, 1], Some([3, 0, 2]));
    check(CUBE, AugmentParams { shift: [0.2, 0.4, 0.0], ..zero.clone() }, [1, 1, 1], Some([2, 3, 1]));
    // Shift comes after the flip: x 1 becomes 4, and then 5.
    check(PLANE, AugmentParams { flip: [false, false, true], ..moved([0, 0, 1]) }, [0, 2, 1], Some([0, 2, 5]));
}

#[test]
fn half_a_voxel_is_shared_by_two() {
    let params = AugmentParams { shift: [0.0, 0.0, 0.5 / 6.0], border: Border::Zero, ..AugmentParams::default() };
    let found = applied(&params, &delta(PLANE, [0, 2, 2]), PLANE);
    let expected: Vec<f32> =
        delta(PLANE, [0, 2, 2]).iter().zip(delta(PLANE, [0, 2, 3])).map(|(a, b)| (a + b) / 2.0).collect();
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}");
}

#[test]
fn what_comes_in_is_edge_or_zero() {
    let border = |border| AugmentParams { crop_shift_px: [0, 2, 0], border, ..AugmentParams::default() };
    let edge = applied(&border(Border::Edge), &image(PLANE), PLANE);
    let zero = applied(&border(Border::Zero), &image(PLANE), PLANE);
    assert_eq!(edge[..6], image(PLANE)[..6]);
    assert_eq!(edge[6..12], image(PLANE)[..6]);
    assert_eq!(zero[..12], [0.0; 12]);
    assert_eq!(edge[12..], image(PLANE)[..24]);
    assert_eq!(zero[12..], image(PLANE)[..24]);
    // The resampling path says the same as the copying one.
    for border in [Border::Edge, Border::Zero] {
        for shape in SHAPES {
            let whole = AugmentParams { crop_shift_px: [1, -2, 1], border, ..AugmentParams::default() };
            let nearly = AugmentParams { rotate_degrees: [1e-4, 0.0, 0.0], ..whole.clone() };
            let pair = applied(&whole, &image(shape), shape).into_iter().zip(applied(&nearly, &image(shape), shape));
            assert!(pair.into_iter().all(|(a, b)| (a - b).abs() < 0.1), "{border:?} {shape:?}");
        }
    }
}

#[test]
fn a_linear_ramp_is_resampled_exactly() {
    // Linear interpolation keeps linear images: the center voxel of a turned and enlarged ramp stays what it was.
    let shape = [1, 9, 9, 9];
    let ramp: Vec<f32> =
        (0..729).map(|idx| (idx / 81) as f32 + 2.0 * (idx / 9 % 9) as f32 + 3.0 * (idx % 9) as f32).collect();
    let params = AugmentParams {
        rotate_degrees: [10.0, -7.0, 5.0],
        scale: 1.5,
        shear: [0.1, 0.0, 0.05],
        ..AugmentParams::default()
    };
    let found = applied(&params, &ramp, shape);
    let at = |z: usize, y: usize, x: usize| found[(z * 9 + y) * 9 + x];
    assert!((at(4, 4, 4) - 24.0).abs() < 1e-4);
    // And steps are equal along any line of voxels that stays inside.
    let steps = [at(4, 4, 5) - at(4, 4, 4), at(4, 4, 4) - at(4, 4, 3), at(4, 4, 6) - at(4, 4, 5)];
    assert!(steps.iter().all(|step| (step - steps[0]).abs() < 1e-4), "{steps:?}");
}

#[test]
fn scale_enlarges_and_rotation_turns() {
    let shape = [1, 1, 9, 9];
    let params = AugmentParams { scale: 2.0, ..AugmentParams::default() };
    let found = applied(&params, &delta(shape, [0, 4, 6]), shape);
    // Two voxels from the center become four.
    assert!((found[4 * 9 + 8] - 1.0).abs() < 1e-6);
    let params = AugmentParams { rotate_degrees: [45.0, 0.0, 0.0], ..AugmentParams::default() };
    let found = applied(&params, &delta(shape, [0, 4, 4]), shape);
    assert!((found[4 * 9 + 4] - 1.0).abs() < 1e-6);
}

#[test]
fn two_dimensional_images_stay_in_their_plane() {
    let augment = Augment { rotate_degrees: Range::fixed(30.0), shear: Range::fixed(0.2), ..everything() };
    for seed in 0..50 {
        let params = augment.sample(PLANE, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!((params.crop_shift_px[0], params.quarter_turns[1], params.quarter_turns[2]), (0, 0, 0));
        assert!(params.shift[0].abs() < f64::MIN_POSITIVE);
        assert!(params.rotate_degrees[1].abs() < f64::MIN_POSITIVE && params.shear[0].abs() < f64::MIN_POSITIVE);
    }
}

#[test]
fn planes_that_are_not_square_turn_only_by_half() {
    let augment = Augment { rotate90: vec![Axis::X, Axis::Y, Axis::Z], ..Augment::default() };
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let params = augment.sample(BRICK, &mut ChaCha8Rng::seed_from_u64(seed));
        seen.extend(params.quarter_turns);
        let mut before = image(BRICK);
        let mut after = applied(&params, &before, BRICK);
        before.sort_by(f32::total_cmp);
        after.sort_by(f32::total_cmp);
        assert_eq!(before, after);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn draws_fill_their_ranges() {
    let augment =
        Augment { crop_padding_px: 2, flip: vec![Axis::X], scale: Range::between(0.5, 2.0), ..Augment::default() };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let drawn: Vec<_> = (0..2000).map(|_| augment.sample(PLANE, &mut rng)).collect();
    for shift in -2..=2 {
        let n = drawn.iter().filter(|params| params.crop_shift_px[1] == shift).count();
        assert!((300..500).contains(&n), "{shift}: {n} of 2000, expected 400");
    }
    let n_flipped = drawn.iter().filter(|params| params.flip[2]).count();
    assert!((900..1100).contains(&n_flipped), "{n_flipped}");
    let mean = drawn.iter().map(|params| params.scale).sum::<f64>() / 2000.0;
    assert!(drawn.iter().all(|params| (0.5..2.0).contains(&params.scale)) && (mean - 1.25).abs() < 0.05, "{mean}");
}

#[test]
fn intensity_follows_its_formulas() {
    let shape = [1, 1, 1, 4];
    let values = [0.0, 1.0, 3.0, 4.0];
    let check = |params: AugmentParams, expected: [f32; 4]| {
        let found = applied(&params, &values, shape);
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{params:?}: {found:?}");
    };
    check(AugmentParams { brightness: 0.5, ..AugmentParams::default() }, [0.5, 1.5, 3.5, 4.5]);
    check(AugmentParams { contrast: 2.0, ..AugmentParams::default() }, [-2.0, 0.0, 4.0, 6.0]);
    check(AugmentParams { contrast: 0.0, ..AugmentParams::default() }, [2.0; 4]);
    check(AugmentParams { gamma: 2.0, ..AugmentParams::default() }, [0.0, 0.25, 2.25, 4.0]);
    let erased = Some(Erased { start: [0, 0, 1], size: [1, 1, 2] });
    check(AugmentParams { erased, ..AugmentParams::default() }, [0.0, 2.0, 2.0, 4.0]);
    let flat = applied(&AugmentParams { gamma: 2.0, ..AugmentParams::default() }, &[5.0; 4], shape);
    assert_eq!(flat, [5.0; 4]);
}

#[test]
fn noise_has_its_standard_deviation() {
    let shape = [1, 1, 200, 200];
    let params = AugmentParams { noise_sd: 2.0, noise_seed: 7, ..AugmentParams::default() };
    let noise = applied(&params, &vec![0.0; 40_000], shape);
    let mean = noise.iter().map(|v| f64::from(*v)).sum::<f64>() / 40_000.0;
    let variance = noise.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / 40_000.0;
    // Four standard errors.
    assert!(mean.abs() < 0.04 && (variance.sqrt() - 2.0).abs() < 0.03, "{mean} {variance}");
}

#[test]
fn every_image_has_its_own_noise() {
    let augment = Augment { noise_sd: Range::fixed(2.0), ..Augment::default() };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    augment.apply(&image(PLANE), PLANE, &mut rng, &mut first);
    augment.apply(&image(PLANE), PLANE, &mut rng, &mut second);
    assert_ne!(first, second);
}

#[test]
fn what_is_erased_has_its_size() {
    for (fraction, shape) in [(0.25, [1, 1, 64, 64]), (0.1, [1, 32, 32, 32])] {
        let augment = Augment { erase: Range::fixed(fraction), ..Augment::default() };
        let mut mean = 0.0;
        for seed in 0..100 {
            let erased = augment.sample(shape, &mut ChaCha8Rng::seed_from_u64(seed)).erased.unwrap();
            for axis in 0..3 {
                assert!(erased.start[axis] + erased.size[axis] <= shape[axis + 1] && erased.size[axis] > 0);
            }
            mean += erased.size.iter().product::<usize>() as f64 / shape.iter().product::<usize>() as f64 / 100.0;
        }
        assert!((mean - fraction).abs() < 0.02, "{mean} is not {fraction}");
    }
}

#[test]
fn configuration_is_read_and_checked() {
    let read = |text: &str| serde_json::from_str::<Augment>(text);
    let augment = read(r#"{"flip": ["x"], "scale": [0.9, 1.1], "rotate_degrees": 5, "border": "zero"}"#).unwrap();
    assert_eq!(augment.flip, [Axis::X]);
    assert_eq!((augment.scale, augment.rotate_degrees), (Range::between(0.9, 1.1), Range::fixed(5.0)));
    assert_eq!(read(&serde_json::to_string(&augment).unwrap()).unwrap(), augment);
    assert_eq!(read("{}").unwrap(), Augment::default());
    for wrong in
        [r#"{"flips": []}"#, r#"{"scale": [1]}"#, r#"{"scale": [1, 2, 3]}"#, r#"{"scale": "1"}"#, r#"{"flip": ["w"]}"#]
    {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    assert!(read(r#"{"scale": "1"}"#).unwrap_err().to_string().contains("a number (fixed) or a pair"));
    for wrong in [
        "scale\": 0",
        "scale\": [2, 1]",
        "gamma\": 0",
        "noise_sd\": -1",
        "erase\": 1.5",
        "shift\": 2",
        "contrast\": -1",
    ] {
        let error = read(&format!("{{\"{wrong}}}")).unwrap().check().unwrap_err();
        assert!(error.to_string().starts_with(wrong.split('"').next().unwrap()), "{error}");
    }
    assert!(Augment::default().check().is_ok() && everything().check().is_ok());
    assert!(Augment { scale: Range::fixed(f64::NAN), ..Augment::default() }.check().is_err());
}
