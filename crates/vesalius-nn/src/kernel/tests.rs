//! Convolutions of random shapes against the definition in double precision.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{ConvShape, Convolution};

const N_SHAPES: usize = 300;
/// Products of the largest shape that is tried, so that a build without optimization finishes too.
const PRODUCTS_MAX: usize = 1 << 18;

#[derive(Clone, Copy, Debug)]
struct Case {
    x: [usize; 5],
    weight: [usize; 5],
    shape: ConvShape,
}

/// A shape that some layer could have, and a few that none would.
fn draw(rng: &mut ChaCha8Rng) -> Case {
    let flat = rng.random_bool(0.4);
    let groups = if rng.random_bool(0.6) { 1 } else { rng.random_range(1..=20) };
    let depthwise = groups > 1 && rng.random_bool(0.5);
    let per_in = if depthwise { 1 } else { rng.random_range(1..=if groups == 1 { 40 } else { 5 }) };
    let per_out = if depthwise { 1 } else { rng.random_range(1..=if groups == 1 { 70 } else { 5 }) };
    let batch_max = if rng.random_bool(0.3) { 20 } else { 3 };
    let mut case = Case {
        x: [rng.random_range(1..=batch_max), groups * per_in, 1, 1, 1],
        weight: [groups * per_out, per_in, 1, 1, 1],
        shape: ConvShape { stride: [1; 3], padding: [0; 3], dilation: [1; 3], groups },
    };
    for axis in usize::from(flat)..3 {
        let (kernel, dilation, padding) = (rng.random_range(1..=4), rng.random_range(1..=2), rng.random_range(0..=3));
        let reach = dilation * (kernel - 1) + 1;
        case.weight[axis + 2] = kernel;
        case.shape.dilation[axis] = dilation;
        case.shape.padding[axis] = padding;
        case.shape.stride[axis] = rng.random_range(1..=3);
        case.x[axis + 2] = rng.random_range(reach.saturating_sub(2 * padding).max(1)..=11);
    }
    case
}

fn noise(shape: [usize; 5], rng: &mut ChaCha8Rng) -> Vec<f32> {
    (0..shape.iter().product()).map(|_| rng.random_range(-1.0..1.0)).collect()
}

/// Calls `visit(x index, weight index, y index)` for every product of a convolution.
fn for_each_product(case: &Case, output: [usize; 5], mut visit: impl FnMut(usize, usize, usize)) {
    let (image, kernel) = (case.x, case.weight);
    let per_out = kernel[0] / case.shape.groups;
    let per_kernel: usize = kernel[1..].iter().product();
    let reads = |axis: usize, out: usize, tap: usize| {
        (out * case.shape.stride[axis] + tap * case.shape.dilation[axis])
            .checked_sub(case.shape.padding[axis])
            .filter(|&read| read < image[axis + 2])
    };
    for y_idx in 0..output.iter().product() {
        let [sample, out_channel, out @ ..] = place(y_idx, output);
        for tap_idx in 0..per_kernel {
            let [_, channel, tap @ ..] = place(tap_idx, [1, kernel[1], kernel[2], kernel[3], kernel[4]]);
            let read = [0, 1, 2].map(|axis| reads(axis, out[axis], tap[axis]));
            if let [Some(z), Some(y), Some(x)] = read {
                let channel = out_channel / per_out * kernel[1] + channel;
                let x_idx = [sample, channel, z, y, x].iter().zip(image).fold(0, |idx, (at, n)| idx * n + at);
                visit(x_idx, out_channel * per_kernel + tap_idx, y_idx);
            }
        }
    }
}

/// Where the value of this index lies.
fn place(mut idx: usize, shape: [usize; 5]) -> [usize; 5] {
    let mut place = [0; 5];
    for (at, n) in place.iter_mut().zip(shape).rev() {
        *at = idx % n;
        idx /= n;
    }
    place
}

/// The largest difference as a part of the largest value.
fn distance(got: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(got.len(), expected.len());
    let scale = expected.iter().fold(1e-30, |m: f64, e| m.max(e.abs()));
    got.iter().zip(expected).fold(0.0, |m: f64, (g, e)| m.max((f64::from(*g) - e).abs())) / scale
}

fn check(case: &Case, rng: &mut ChaCha8Rng) {
    let conv = Convolution::new(case.x, case.weight, case.shape);
    let (x, w, dy) = (noise(case.x, rng), noise(case.weight, rng), noise(conv.output_shape(), rng));
    let (mut y, mut dx, mut dw) = (vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; w.len()]);
    for_each_product(case, conv.output_shape(), |i, j, k| {
        y[k] += f64::from(x[i]) * f64::from(w[j]);
        dx[i] += f64::from(dy[k]) * f64::from(w[j]);
        dw[j] += f64::from(dy[k]) * f64::from(x[i]);
    });
    for (name, got, expected) in [
        ("forward", conv.forward(&x, &w), &y),
        ("input gradient", conv.input_gradient(&dy, &w), &dx),
        ("weight gradient", conv.weight_gradient(&x, &dy), &dw),
    ] {
        let distance = distance(&got, expected);
        assert!(distance < 1e-5, "{name} of {case:?} is off by {distance}");
    }
}

#[test]
fn agrees_with_the_definition_on_random_shapes() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut n_checked = 0;
    while n_checked < N_SHAPES {
        let case = draw(&mut rng);
        let output = Convolution::new(case.x, case.weight, case.shape).output_shape();
        if output.iter().chain(&case.weight[1..]).product::<usize>() <= PRODUCTS_MAX {
            check(&case, &mut rng);
            n_checked += 1;
        }
    }
}

/// Sums too long for one panel, and a batch large enough to be cut into parts.
#[test]
fn agrees_with_the_definition_where_work_is_cut() {
    let shape = ConvShape { stride: [1; 3], padding: [0; 3], dilation: [1; 3], groups: 1 };
    let padded = ConvShape { padding: [0, 1, 1], ..shape };
    for (x, weight, shape) in [
        ([2, 1200, 1, 3, 3], [5, 1200, 1, 1, 1], shape),
        ([1, 120, 1, 5, 4], [35, 120, 1, 3, 3], padded),
        ([1, 2, 1, 40, 41], [3, 2, 1, 3, 3], padded),
        ([40, 3, 1, 4, 4], [70, 3, 1, 3, 3], padded),
    ] {
        check(&Case { x, weight, shape }, &mut ChaCha8Rng::seed_from_u64(12));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let shape = ConvShape { stride: [1, 2, 1], padding: [1; 3], dilation: [1; 3], groups: 1 };
    for (batch, groups, per_group) in [(1, 1, 33), (3, 1, 40), (30, 2, 20), (9, 24, 1)] {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let shape = ConvShape { groups, ..shape };
        let (x_shape, w_shape) = ([batch, groups * per_group, 3, 9, 10], [groups * per_group, per_group, 3, 3, 3]);
        let conv = Convolution::new(x_shape, w_shape, shape);
        let (x, w) = (noise(x_shape, &mut rng), noise(w_shape, &mut rng));
        let dy = noise(conv.output_shape(), &mut rng);
        let run = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads start");
            pool.install(|| [conv.forward(&x, &w), conv.input_gradient(&dy, &w), conv.weight_gradient(&x, &dy)])
                .map(|floats| floats.iter().map(|f| f.to_bits()).collect::<Vec<_>>())
        };
        let one = run(1);
        assert!(run(2) == one && run(3) == one, "{batch} samples, {groups} groups of {per_group}");
    }
}

#[test]
#[should_panic(expected = "does not fit an image")]
fn a_kernel_larger_than_the_image_is_refused() {
    let shape = ConvShape { stride: [1; 3], padding: [0; 3], dilation: [1; 3], groups: 1 };
    Convolution::new([1, 1, 1, 2, 5], [1, 1, 1, 3, 3], shape);
}
