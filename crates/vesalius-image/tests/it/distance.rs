//! Distances: brute force, closed forms, invariance, SciPy, threads.

use vesalius_image::distance::{nearest, signed, squared_to_background, squared_to_mask, to_background, to_mask};
use vesalius_image::mask::{Extent, Mask};

use crate::mask::{cases, for_threads, noise, scrambled, volume_of, weighed};

/// Distances are exact but for the rounding of a few `f32`.
const TOLERANCE: f64 = 1e-6;

fn squares(mask: &Mask, side: bool) -> Vec<f64> {
    let places = volume_of(mask.extent().shape(), |place| place);
    let spacing_mm = mask.extent().spacing_mm();
    let goals: Vec<_> =
        places.iter().zip(mask.voxels()).filter(|(_, inside)| **inside == side).map(|(p, _)| p).collect();
    let square = |a: &[usize; 3], b: &[usize; 3]| -> f64 {
        (0..3).map(|axis| (a[axis].abs_diff(b[axis]) as f64 * spacing_mm[axis]).powi(2)).sum()
    };
    places.iter().map(|a| goals.iter().map(|b| square(a, b)).fold(f64::INFINITY, f64::min)).collect()
}

fn check_close(found: &[f32], expected: impl IntoIterator<Item = f64>, what: &str) {
    for (idx, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(*found) - expected).abs();
        assert!(error <= TOLERANCE * expected.abs(), "{what}: voxel {idx} has {found}, not {expected}");
    }
}

fn check_brute(voxels: &[bool], extent: Extent) {
    let mask = Mask::new(voxels, extent).unwrap();
    let what = format!("{extent:?} {:?}", crate::mask::counts(voxels));
    let (inner, outer) = (squares(&mask, false), squares(&mask, true));
    let (has_inside, has_outside) = (voxels.contains(&true), voxels.contains(&false));
    assert_eq!(to_mask(&mask).is_some(), has_inside);
    assert_eq!(nearest(&mask).is_some(), has_inside);
    assert_eq!(to_background(&mask).is_some(), has_outside);
    assert_eq!(signed(&mask).is_some(), has_inside && has_outside);
    if has_inside {
        check_close(&to_mask(&mask).unwrap(), outer.iter().map(|square| square.sqrt()), &what);
        check_close(&squared_to_mask(&mask).unwrap(), outer.iter().copied(), &what);
        let nearest = nearest(&mask).unwrap();
        check_close(&nearest.squared_mm2, outer.iter().copied(), &what);
        let places = volume_of(extent.shape(), |place| place);
        let reached = nearest.voxels.iter().zip(&places).map(|(goal, from)| {
            assert!(voxels[*goal as usize], "{what}");
            let goal = places[*goal as usize];
            (0..3).map(|axis| (goal[axis].abs_diff(from[axis]) as f64 * extent.spacing_mm()[axis]).powi(2)).sum::<f64>()
        });
        check_close(&reached.map(|square| square as f32).collect::<Vec<_>>(), outer.iter().copied(), &what);
    }
    if has_outside {
        check_close(&to_background(&mask).unwrap(), inner.iter().map(|square| square.sqrt()), &what);
        check_close(&squared_to_background(&mask).unwrap(), inner.iter().copied(), &what);
    }
    if has_inside && has_outside {
        let both = inner.iter().zip(&outer).map(|(inner, outer)| outer.sqrt() - inner.sqrt());
        check_close(&signed(&mask).unwrap(), both, &what);
    }
}

#[test]
fn a_thousand_small_masks_are_as_by_brute_force() {
    for round in 0..1000 {
        let random = |idx: usize| scrambled(round * 10 + idx);
        let shape = std::array::from_fn(|axis| 1 + random(axis) % 9);
        let spacing_mm = std::array::from_fn(|axis| 0.1 + (random(3 + axis) % 50) as f64 / 10.0);
        let percent = [1, 10, 50, 90, 99][random(6) % 5];
        check_brute(&noise(shape, percent, round), Extent::new(shape, spacing_mm).unwrap());
    }
}

#[test]
fn long_columns_are_as_by_brute_force() {
    for (round, shape) in
        [[1, 1, 300], [1, 300, 1], [300, 1, 1], [2, 130, 3], [65, 2, 18], [3, 2, 129]].iter().enumerate()
    {
        for percent in [1, 20, 98] {
            for spacing_mm in [[1.0; 3], [0.01, 3.0, 0.7], [1e-9, 1e6, 1.0], [5.0, 0.001, 900.0]] {
                check_brute(&noise(*shape, percent, round), Extent::new(*shape, spacing_mm).unwrap());
            }
        }
    }
}

#[test]
fn one_voxel_is_as_far_as_pythagoras_says() {
    for (shape, spacing_mm) in [([40, 50, 60], [2.5, 0.8, 0.7]), ([1, 3, 20_000], [1.0, 0.3, 0.01])] {
        let center = shape.map(|n| n / 3);
        let voxels = volume_of(shape, |place| place == center);
        let expected = volume_of(shape, |place| {
            let steps = (0..3).map(|axis| place[axis].abs_diff(center[axis]) as f64 * spacing_mm[axis]);
            steps.map(|step| step * step).sum::<f64>().sqrt()
        });
        let mask = Mask::new(&voxels, Extent::new(shape, spacing_mm).unwrap());
        check_close(&to_mask(&mask.unwrap()).unwrap(), expected, "one voxel");
    }
}

#[test]
fn a_slab_is_as_far_as_its_nearer_face() {
    let (shape, spacing_mm) = ([30, 20, 25], [2.5, 0.8, 0.7]);
    for axis in 0..3 {
        let voxels = volume_of(shape, |place| (6..14).contains(&place[axis]));
        let expected = volume_of(shape, |place| {
            let at = place[axis];
            let steps = if at < 6 {
                6 - at as i64
            } else if at >= 14 {
                at as i64 - 13
            } else {
                -(at as i64 - 5).min(14 - at as i64)
            };
            steps as f64 * spacing_mm[axis]
        });
        let mask = Mask::new(&voxels, Extent::new(shape, spacing_mm).unwrap()).unwrap();
        check_close(&signed(&mask).unwrap(), expected, "slab");
    }
}

#[test]
fn flips_move_distances_and_change_none() {
    let (shape, spacing_mm) = ([17, 20, 35], [2.5, 0.8, 0.7]);
    let extent = Extent::new(shape, spacing_mm).unwrap();
    let voxels = noise(shape, 3, 1);
    let distances = signed(&Mask::new(&voxels, extent).unwrap()).unwrap();
    for axis in 0..3 {
        let idx = |mut place: [usize; 3]| {
            place[axis] = shape[axis] - 1 - place[axis];
            (place[0] * shape[1] + place[1]) * shape[2] + place[2]
        };
        let flipped = volume_of(shape, |place| voxels[idx(place)]);
        let found = signed(&Mask::new(&flipped, extent).unwrap()).unwrap();
        assert!(found == volume_of(shape, |place| distances[idx(place)]), "axis {axis}");
    }
}

#[test]
fn the_order_of_axes_does_not_matter() {
    let (shape, spacing_mm) = ([17, 20, 35], [2.5, 0.8, 0.7]);
    let voxels = noise(shape, 3, 2);
    let distances = to_mask(&Mask::new(&voxels, Extent::new(shape, spacing_mm).unwrap()).unwrap()).unwrap();
    // Axis `i` of the turned volume is axis `order[i]` of the other.
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let idx = |turned: [usize; 3]| {
            let mut place = [0; 3];
            (0..3).for_each(|axis| place[order[axis]] = turned[axis]);
            (place[0] * shape[1] + place[1]) * shape[2] + place[2]
        };
        let extent = Extent::new(order.map(|axis| shape[axis]), order.map(|axis| spacing_mm[axis])).unwrap();
        let turned = volume_of(extent.shape(), |place| voxels[idx(place)]);
        let expected = volume_of(extent.shape(), |place| f64::from(distances[idx(place)]));
        check_close(&to_mask(&Mask::new(&turned, extent).unwrap()).unwrap(), expected, "turned");
    }
}

#[test]
fn distances_are_those_of_scipy() {
    for case in cases() {
        let mask = case.mask();
        case.expect("/to_background", weighed(&to_background(&mask).unwrap()), TOLERANCE);
        case.expect("/to_mask", weighed(&to_mask(&mask).unwrap()), TOLERANCE);
        case.expect("/squared_to_mask", weighed(&squared_to_mask(&mask).unwrap()), TOLERANCE);
    }
}

#[test]
fn threads_do_not_matter() {
    for (shape, percent) in [([19, 70, 83], 2), ([1, 150, 333], 40), ([67, 1, 90], 5)] {
        let voxels = noise(shape, percent, 9);
        let mask = Mask::new(&voxels, Extent::new(shape, [2.0, 0.7, 0.9]).unwrap()).unwrap();
        for_threads(|| signed(&mask));
        for_threads(|| nearest(&mask));
    }
}
