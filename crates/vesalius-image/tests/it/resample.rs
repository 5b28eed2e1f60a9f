//! Resampling: closed forms, SimpleITK and SciPy, places in the world, threads.

use serde_json::Value;
use vesalius_image::resample::{
    Antialias, Interpolation, Output, Outside, ResampleOptions, resample, resample_to_spacing,
};
use vesalius_image::{ErrorKind, Geometry, Grid, Limits, Samples, Volume};

use crate::golden;

const ALL: [Interpolation; 3] = [Interpolation::Nearest, Interpolation::Linear, Interpolation::Cubic];

fn product(a: [[f64; 3]; 3], b: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|at| a[row][at] * b[at][column]).sum()))
}

/// A turn about z, then half of it about x.
fn direction(degrees: f64) -> [[f64; 3]; 3] {
    let ((s, c), (t, d)) = (degrees.to_radians().sin_cos(), (degrees / 2.0).to_radians().sin_cos());
    product([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0], [0.0, d, -t], [0.0, t, d]])
}

fn grid(shape: [usize; 3], spacing_mm: [f64; 3], origin_mm: [f64; 3], degrees: f64) -> Grid {
    Grid::new(shape, Geometry::new(spacing_mm, origin_mm, direction(degrees)).unwrap()).unwrap()
}

fn volume(grid: &Grid, value: impl Fn([usize; 3]) -> f32) -> Volume {
    let [n_z, n_y, n_x] = grid.shape();
    let voxels = (0..n_z * n_y * n_x).map(|idx| [idx / n_x / n_y, idx / n_x % n_y, idx % n_x]);
    let samples = Samples::F32(voxels.map(value).collect());
    Volume::new(samples, [1, n_z, n_y, n_x], Some(grid.geometry().clone())).unwrap()
}

/// A repeatable image without symmetry.
fn rough([z, y, x]: [usize; 3]) -> f32 {
    ((3 * x * x + 7 * y + 5 * z * x + 2 * y * y * z) % 251) as f32
}

fn plain(interpolation: Interpolation) -> ResampleOptions {
    ResampleOptions { interpolation, antialias: Antialias::Never, ..ResampleOptions::default() }
}

fn grid_of(case: &Value) -> Grid {
    let numbers = |name: &str| -> [f64; 3] { serde_json::from_value(case[name].clone()).unwrap() };
    let shape: [usize; 3] = serde_json::from_value(case["shape"].clone()).unwrap();
    grid(shape, numbers("spacing"), numbers("origin"), case["turn"].as_f64().unwrap())
}

#[test]
fn values_are_those_of_simpleitk_and_scipy() {
    let facts: Value = serde_json::from_slice(&std::fs::read(golden("resample.json")).unwrap()).unwrap();
    let old = volume(&grid_of(&facts["old"]), rough);
    for case in facts["cases"].as_array().unwrap() {
        let interpolation = match case["interpolation"].as_str().unwrap() {
            "nearest" => Interpolation::Nearest,
            "linear" => Interpolation::Linear,
            _ => Interpolation::Cubic,
        };
        let antialias = if case["antialias"] == true { Antialias::WhenShrinking } else { Antialias::Never };
        let options =
            ResampleOptions { interpolation, antialias, outside: Outside::Value(-7.0), ..ResampleOptions::default() };
        let new = resample(&old, &grid_of(case), &options).unwrap();
        let expected: Vec<f64> = serde_json::from_value(case["values"].clone()).unwrap();
        assert_eq!(new.samples().len(), expected.len());
        let most = new.samples().to_f64().iter().zip(&expected).map(|(f, e)| (f - e).abs()).fold(0.0, f64::max);
        assert!(most < 2e-4, "{interpolation:?} {antialias:?} turned {}: off by {most}", case["turn"]);
    }
}

#[test]
fn the_same_grid_changes_nothing() {
    for degrees in [0.0, 10.0] {
        let grid = grid([5, 6, 7], [0.7, 0.8, 2.5], [-3.0, 400.0, 12.3], degrees);
        let old = volume(&grid, rough);
        for interpolation in ALL {
            let options = ResampleOptions { interpolation, ..ResampleOptions::default() };
            let new = resample(&old, &grid, &options).unwrap();
            let most = new.to_f32().iter().zip(old.to_f32()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // The spline goes through coefficients, which round.
            assert!(most <= if interpolation == Interpolation::Cubic { 1e-4 } else { 0.0 }, "{most}");
        }
    }
}

#[test]
fn linear_functions_of_the_world_are_reproduced() {
    let wanted = |[x, y, z]: [f64; 3]| 2.0 + 0.25 * x - 0.5 * y + 0.125 * z;
    let old_grid = grid([30, 31, 32], [1.1, 1.3, 1.2], [5.0, -3.0, 2.0], 15.0);
    let old = volume(&old_grid, |[z, y, x]| wanted(old_grid.geometry().world_mm([x, y, z].map(|v| v as f64))) as f32);
    for degrees in [15.0, -20.0] {
        // Well inside, since the spline's mirror bends a ramp at its ends.
        let center = old_grid.geometry().world_mm([13.0, 12.0, 13.0]);
        let new_grid = grid([4, 4, 5], [0.9, 1.7, 1.0], center, degrees);
        for (interpolation, tolerance) in [(Interpolation::Linear, 1e-5), (Interpolation::Cubic, 1e-4)] {
            let new = resample(&old, &new_grid, &plain(interpolation)).unwrap();
            let expected =
                volume(&new_grid, |[z, y, x]| wanted(new_grid.geometry().world_mm([x, y, z].map(|v| v as f64))) as f32);
            for (found, expected) in new.to_f32().iter().zip(expected.to_f32()) {
                assert!((found - expected).abs() < tolerance, "{interpolation:?} {degrees}: {found} {expected}");
            }
        }
    }
}

#[test]
fn a_constant_stays_constant_whatever_happens_to_it() {
    let old = volume(&grid([8, 9, 10], [1.0, 1.0, 3.0], [0.0; 3], 0.0), |_| 1000.1);
    for (degrees, spacing) in [(0.0, [2.7, 0.4, 5.0]), (30.0, [2.7, 0.4, 5.0])] {
        let new_grid = grid([5, 6, 7], spacing, [1.0; 3], degrees);
        for interpolation in ALL {
            let options = ResampleOptions { interpolation, outside: Outside::Edge, ..ResampleOptions::default() };
            let new = resample(&old, &new_grid, &options).unwrap();
            assert!(new.to_f32().iter().all(|v| (v - 1000.1).abs() < 1e-3), "{interpolation:?} {degrees}");
        }
    }
}

#[test]
fn the_field_of_view_stays_when_the_spacing_changes() {
    let old = grid([160, 256, 256], [0.9375, 0.9375, 1.2], [-119.0, -120.0, 7.0], 5.0);
    let new = old.with_spacing([1.0, 1.0, 1.0]).unwrap();
    assert_eq!(new.shape(), [192, 240, 240]);
    let ends = |grid: &Grid, at: fn(usize) -> f64| {
        let [z, y, x] = grid.shape();
        grid.geometry().world_mm([x, y, z].map(at))
    };
    for at in [|_| -0.5, |n| n as f64 - 0.5, |n| (n as f64 - 1.0) / 2.0] {
        let (a, b) = (ends(&old, at), ends(&new, at));
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9), "{a:?} {b:?}");
    }
    // What does not divide is shared by both sides, and an axis never vanishes.
    let odd = grid([1, 3, 3], [1.0; 3], [0.0; 3], 0.0).with_spacing([2.0, 9.0, 5.0]).unwrap();
    assert_eq!(odd.shape(), [1, 1, 2]);
    assert!(odd.geometry().origin_mm().iter().zip([0.0, 1.0, 0.0]).all(|(f, e)| (f - e).abs() < 1e-12));
    assert!(old.with_spacing([0.0, 1.0, 1.0]).is_err());
    assert!(old.with_spacing([1e-9, 1e-9, 1e-9]).is_err());
}

#[test]
fn what_lies_outside_is_said() {
    let old = volume(&grid([1, 1, 3], [1.0; 3], [0.0; 3], 0.0), |[_, _, x]| x as f32 + 1.0);
    let check = |interpolation, degrees: f64, outside, expected: [f32; 5]| {
        let new_grid = grid([1, 1, 5], [1.0; 3], [-1.25, 0.0, 0.0], degrees);
        let new = resample(&old, &new_grid, &ResampleOptions { outside, ..plain(interpolation) }).unwrap();
        let found = new.to_f32();
        assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-5), "{interpolation:?} {found:?}");
    };
    // A turn too small to matter, large enough for the way of turned grids.
    for degrees in [0.0, 1e-2] {
        check(Interpolation::Linear, degrees, Outside::Value(-9.0), [-9.0, 1.0, 1.75, 2.75, -9.0]);
        check(Interpolation::Linear, degrees, Outside::Edge, [1.0, 1.0, 1.75, 2.75, 3.0]);
        check(Interpolation::Nearest, degrees, Outside::Value(-9.0), [-9.0, 1.0, 2.0, 3.0, -9.0]);
        check(Interpolation::Nearest, degrees, Outside::Edge, [1.0, 1.0, 2.0, 3.0, 3.0]);
    }
    let far = grid([2, 2, 2], [1.0; 3], [1e12, 0.0, 0.0], 40.0);
    for interpolation in ALL {
        let new = resample(&old, &far, &ResampleOptions { outside: Outside::Value(5.0), ..plain(interpolation) });
        assert_eq!(new.unwrap().to_f32(), [5.0; 8]);
    }
}

#[test]
fn every_sample_type_is_rounded_and_kept() {
    let geometry = Geometry::new([1.0; 3], [0.0; 3], direction(0.0)).unwrap();
    let finer = grid([1, 1, 3], [0.5, 1.0, 1.0], [0.0; 3], 0.0);
    for samples in crate::every_type() {
        let old = Volume::new(samples.clone(), [2, 1, 1, 12], Some(geometry.clone())).unwrap();
        for interpolation in ALL {
            let new = resample(&old, &finer, &plain(interpolation)).unwrap();
            assert_eq!((new.samples().dtype(), new.shape()), (samples.dtype(), [2, 1, 1, 3]));
            let wide = resample(&old, &finer, &ResampleOptions { output: Output::F32, ..plain(interpolation) });
            assert!(matches!(wide.unwrap().samples(), Samples::F32(_)));
        }
    }
    let old = Volume::new(Samples::I16(vec![0, 5, 8]), [1, 1, 1, 3], Some(geometry)).unwrap();
    let middle = grid([1, 1, 2], [1.0; 3], [0.5, 0.0, 0.0], 0.0);
    assert_eq!(*resample(&old, &middle, &plain(Interpolation::Linear)).unwrap().samples(), Samples::I16(vec![2, 6]));
    let steep = volume(&grid([1, 1, 4], [1.0; 3], [0.0; 3], 0.0), |[_, _, x]| if x < 2 { 0.0 } else { 255.0 });
    let steep = Volume::new(
        Samples::U8(steep.to_f32().iter().map(|v| *v as u8).collect()),
        steep.shape(),
        steep.geometry().cloned(),
    );
    let over = resample(
        &steep.unwrap(),
        &grid([1, 1, 2], [2.0, 1.0, 1.0], [0.5, 0.0, 0.0], 0.0),
        &plain(Interpolation::Cubic),
    );
    // The spline overshoots to -33 and 288.
    assert_eq!(*over.unwrap().samples(), Samples::U8(vec![0, 255]));
}

#[test]
fn what_cannot_be_is_refused() {
    let old_grid = grid([2, 2, 2], [1.0; 3], [0.0; 3], 0.0);
    let bytes = Volume::new(Samples::U8(vec![0; 8]), [1, 2, 2, 2], Some(old_grid.geometry().clone())).unwrap();
    let outside = |value| ResampleOptions { outside: Outside::Value(value), ..ResampleOptions::default() };
    assert_eq!(resample(&bytes, &old_grid, &outside(-1024.0)).unwrap_err().kind(), ErrorKind::Parameter);
    let tight = ResampleOptions { limits: Limits { samples_max: 7, ..Limits::default() }, ..outside(0.0) };
    assert_eq!(resample(&bytes, &old_grid, &tight).unwrap_err().kind(), ErrorKind::Limit);
    let huge = grid([1 << 20, 1 << 20, 1 << 20], [1.0; 3], [0.0; 3], 0.0);
    assert_eq!(resample(&bytes, &huge, &outside(0.0)).unwrap_err().kind(), ErrorKind::Limit);
    let long = grid([1, 1, 1 << 21], [1.0; 3], [0.0; 3], 0.0);
    assert_eq!(resample(&bytes, &long, &outside(0.0)).unwrap_err().kind(), ErrorKind::Limit);
    let nowhere = Volume::new(Samples::U8(vec![0; 8]), [1, 2, 2, 2], None).unwrap();
    assert_eq!(resample_to_spacing(&nowhere, [1.0; 3], &outside(0.0)).unwrap_err().kind(), ErrorKind::Parameter);
}

#[test]
fn no_grid_is_too_strange() {
    let old = volume(&grid([3, 4, 5], [1.0; 3], [0.0; 3], 0.0), |_| 7.0);
    for spacing in [1e-300, 1e-12, 1e9, 1e300] {
        for (degrees, origin) in [(0.0, 0.0), (20.0, 0.0), (0.0, 1e300), (45.0, -1e300)] {
            let new_grid = grid([2, 1, 2], [spacing, 1.0, spacing], [origin, 0.0, 0.0], degrees);
            for interpolation in ALL {
                for outside in [Outside::Edge, Outside::Value(7.0)] {
                    let options = ResampleOptions { interpolation, outside, ..ResampleOptions::default() };
                    assert_eq!(resample(&old, &new_grid, &options).unwrap().shape(), [1, 2, 1, 2]);
                    let tiny = volume(&new_grid, |_| 7.0);
                    assert_eq!(resample(&tiny, &Grid::of(&old).unwrap(), &options).unwrap().shape(), old.shape());
                }
            }
        }
    }
    // Far coarser than the image is long: its mean.
    let far = grid([1, 1, 1], [1e9; 3], [2.0, 1.5, 1.0], 0.0);
    let mean = resample(&old, &far, &ResampleOptions::default()).unwrap();
    assert!((mean.to_f32()[0] - 7.0).abs() < 1e-5);
}

#[test]
fn threads_do_not_change_a_byte() {
    let old = volume(&grid([21, 22, 23], [1.0, 1.2, 2.0], [0.0; 3], 0.0), rough);
    for degrees in [0.0, 33.0] {
        let new_grid = grid([19, 13, 17], [1.6, 1.5, 1.4], [1.0, 2.0, 3.0], degrees);
        for interpolation in ALL {
            let options = ResampleOptions { interpolation, ..ResampleOptions::default() };
            let by = |n_threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                pool.install(|| resample(&old, &new_grid, &options).unwrap())
            };
            let one = by(1);
            assert!(by(2) == one && by(5) == one, "{interpolation:?} {degrees}");
        }
    }
}
