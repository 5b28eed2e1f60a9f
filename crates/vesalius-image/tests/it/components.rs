//! Connected components: brute force, other tools, order, threads.

use vesalius_image::Samples;
use vesalius_image::components::{Components, Connectivity};

use crate::mask::{cases, for_threads, labels, noise, scrambled, volume_of, weighed};

const ALL: [Connectivity; 3] = [Connectivity::Faces, Connectivity::Edges, Connectivity::Corners];

/// Floods from every voxel in order.
fn flooded(voxels: &[u8], shape: [usize; 3], connectivity: Connectivity) -> Vec<u32> {
    let idx = |place: [usize; 3]| (place[0] * shape[1] + place[1]) * shape[2] + place[2];
    let steps_max = 1 + ALL.iter().position(|one| *one == connectivity).unwrap();
    let mut numbers = vec![0; voxels.len()];
    let mut n = 0;
    for start in volume_of(shape, |place| place) {
        if voxels[idx(start)] == 0 || numbers[idx(start)] != 0 {
            continue;
        }
        n += 1;
        numbers[idx(start)] = n;
        let mut waiting = vec![start];
        while let Some(place) = waiting.pop() {
            for step in volume_of([3; 3], |step| step) {
                let next: [usize; 3] = std::array::from_fn(|axis| (place[axis] + step[axis]).wrapping_sub(1));
                let n_steps = step.iter().filter(|step| **step != 1).count();
                if n_steps <= steps_max
                    && (0..3).all(|axis| next[axis] < shape[axis])
                    && voxels[idx(next)] == voxels[idx(start)]
                    && numbers[idx(next)] == 0
                {
                    numbers[idx(next)] = n;
                    waiting.push(next);
                }
            }
        }
    }
    numbers
}

#[test]
fn many_small_label_maps_are_as_flooded() {
    for round in 0..600 {
        let shape = std::array::from_fn(|axis| 1 + scrambled(round * 10 + axis) % [4, 6, 12][round % 3]);
        let n_labels = 1 + round % 4;
        let percent = [5, 30, 50, 70, 95][scrambled(round * 10 + 5) % 5];
        let voxels: Vec<u8> = noise(shape, percent, round)
            .iter()
            .enumerate()
            .map(|(idx, inside)| if *inside { 1 + (scrambled(idx + round) % n_labels) as u8 } else { 0 })
            .collect();
        for connectivity in ALL {
            let found = Components::find(&voxels, shape, connectivity).unwrap();
            assert!(
                found.labels() == flooded(&voxels, shape, connectivity),
                "{shape:?} {connectivity:?} {voxels:?} {:?}",
                found.labels()
            );
        }
    }
}

#[test]
fn what_is_told_of_each_component_is_true() {
    let shape = [9, 14, 21];
    let voxels = labels(shape);
    let found = Components::find(&voxels, shape, Connectivity::Edges).unwrap();
    let numbers = found.labels();
    let places = volume_of(shape, |place| place);
    for (idx, component) in found.components().iter().enumerate() {
        let own: Vec<usize> = (0..numbers.len()).filter(|voxel| numbers[*voxel] as usize == idx + 1).collect();
        assert_eq!((component.n_voxels, component.first), (own.len() as u64, own[0]));
        let axes = component.low.iter().zip(component.high).zip(component.centroid).enumerate();
        for (axis, ((low, high), center)) in axes {
            let along = || own.iter().map(|voxel| places[*voxel][axis]);
            assert_eq!((*low, high), (along().min().unwrap(), along().max().unwrap() + 1));
            assert!((center - along().sum::<usize>() as f64 / own.len() as f64).abs() < 1e-12);
        }
    }
}

#[test]
fn components_are_those_of_scipy_and_cc3d() {
    for case in cases() {
        let shape = case.extent.shape();
        for (connectivity, n) in ALL.into_iter().zip([6, 18, 26]) {
            let found = Components::find(&case.voxels, shape, connectivity).unwrap();
            let sizes: Vec<f64> = found.components().iter().map(|component| component.n_voxels as f64).collect();
            case.expect(&format!("/components/{n}/n"), sizes.len() as f64, 0.0);
            case.expect(&format!("/components/{n}/labels"), weighed(&found.labels()), 0.0);
            case.expect(&format!("/components/{n}/sizes"), weighed(&sizes), 0.0);
            let of_labels = Components::find(&labels(shape), shape, connectivity).unwrap();
            case.expect(&format!("/components/{n}/of_labels"), weighed(&of_labels.labels()), 0.0);
        }
    }
}

#[test]
fn the_largest_and_the_large_are_kept() {
    let voxels = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1].map(|inside| inside == 1);
    let found = Components::find(&voxels, [1, 1, 13], Connectivity::Corners).unwrap();
    let check = |kept: Vec<bool>, expected: [u8; 13]| assert_eq!(crate::mask::counts(&kept), expected);
    check(found.largest(0), [0; 13]);
    check(found.largest(1), [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
    // Of equally large ones the first.
    check(found.largest(2), [0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
    check(found.at_least(2), [0, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0]);
    check(found.largest(9), [1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1]);
    check(found.keep(|component| component.low[2] > 5), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1]);
}

#[test]
fn numbers_have_the_smallest_type_that_holds_them() {
    let check = |n: usize, expected: fn(&Samples) -> bool| {
        let voxels: Vec<bool> = (0..2 * n).map(|idx| idx % 2 == 0).collect();
        let found = Components::find(&voxels, [1, 1, 2 * n], Connectivity::Faces).unwrap();
        let samples = found.label_samples();
        assert!(expected(&samples), "{n}");
        assert_eq!(samples.to_f64(), found.labels().iter().map(|label| f64::from(*label)).collect::<Vec<_>>());
    };
    check(255, |samples| matches!(samples, Samples::U8(_)));
    check(256, |samples| matches!(samples, Samples::U16(_)));
    check(65_535, |samples| matches!(samples, Samples::U16(_)));
    check(65_536, |samples| matches!(samples, Samples::U32(_)));
}

#[test]
fn nothing_and_everything_are_components_too() {
    let shape = [3, 4, 5];
    assert!(Components::find(&[0_i16; 60], shape, Connectivity::Faces).unwrap().components().is_empty());
    let all = Components::find(&[7_i16; 60], shape, Connectivity::Faces).unwrap();
    assert_eq!(all.components().len(), 1);
    assert_eq!((all.components()[0].low, all.components()[0].high), ([0; 3], shape));
    assert!(Components::find(&[true; 59], shape, Connectivity::Faces).is_err());
}

#[test]
fn threads_do_not_matter() {
    for shape in [[30, 40, 50], [1, 400, 70], [200, 1, 30], [3, 900, 2]] {
        let voxels = labels(shape);
        for connectivity in ALL {
            for_threads(|| Components::find(&voxels, shape, connectivity).unwrap().labels());
        }
        let voxels = noise(shape, 55, 3);
        for_threads(|| Components::find(&voxels, shape, Connectivity::Corners).unwrap().components().to_vec());
    }
}
