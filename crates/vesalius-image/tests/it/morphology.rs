//! Morphology: brute force, laws, other tools, threads.

use vesalius_image::ErrorKind;
use vesalius_image::mask::{Extent, Mask};
use vesalius_image::morphology::{Element, Holes, close, dilate, erode, fill_holes, open};

use crate::mask::{cases, counts, for_threads, noise, scrambled, volume_of, weighed};

const fn ball(radius_mm: f64) -> Element {
    Element::Ball { radius_mm }
}

fn is_reached(from: [usize; 3], to: [usize; 3], extent: Extent, element: Element) -> bool {
    let steps: [usize; 3] = std::array::from_fn(|axis| from[axis].abs_diff(to[axis]));
    match element {
        Element::Ball { radius_mm } => {
            let square: f64 = (0..3).map(|axis| (steps[axis] as f64 * extent.spacing_mm()[axis]).powi(2)).sum();
            square <= radius_mm * radius_mm * (1.0 + 1e-6)
        }
        Element::Block { radius_voxels } => (0..3).all(|axis| steps[axis] <= radius_voxels[axis]),
    }
}

#[test]
fn small_masks_are_as_by_brute_force() {
    for round in 0..300 {
        let random = |idx: usize| scrambled(round * 10 + idx);
        let shape = std::array::from_fn(|axis| 1 + random(axis) % 8);
        let spacing_mm = std::array::from_fn(|axis| 0.5 + (random(3 + axis) % 20) as f64 / 10.0);
        let extent = Extent::new(shape, spacing_mm).unwrap();
        let voxels = noise(shape, [2, 20, 60, 97][random(6) % 4], round);
        let mask = Mask::new(&voxels, extent).unwrap();
        let places = volume_of(shape, |place| place);
        let block = Element::Block { radius_voxels: std::array::from_fn(|axis| random(7 + axis) % 4) };
        for element in [ball((random(7) % 60) as f64 / 10.0), block] {
            let reaches = |from: [usize; 3], side: bool| {
                let mut others = places.iter().zip(&voxels);
                others.any(|(to, inside)| *inside == side && is_reached(from, *to, extent, element))
            };
            let dilated: Vec<bool> = places.iter().map(|place| reaches(*place, true)).collect();
            let eroded: Vec<bool> = places.iter().map(|place| !reaches(*place, false)).collect();
            assert_eq!(dilate(&mask, element).unwrap(), dilated, "{extent:?} {element:?}");
            assert_eq!(erode(&mask, element).unwrap(), eroded, "{extent:?} {element:?}");
        }
    }
}

#[test]
fn opening_is_within_the_mask_and_closing_around_it_and_both_are_final() {
    let extent = Extent::new([12, 20, 25], [2.0, 0.9, 0.9]).unwrap();
    for percent in [30, 80, 95] {
        let voxels = noise(extent.shape(), percent, percent);
        let mask = Mask::new(&voxels, extent).unwrap();
        for element in [ball(2.0), Element::Block { radius_voxels: [1, 1, 2] }] {
            let (opened, closed) = (open(&mask, element).unwrap(), close(&mask, element).unwrap());
            assert!(opened.iter().zip(&voxels).all(|(opened, inside)| opened <= inside));
            assert!(voxels.iter().zip(&closed).all(|(inside, closed)| inside <= closed));
            assert_eq!(open(&Mask::new(&opened, extent).unwrap(), element).unwrap(), opened);
            assert_eq!(close(&Mask::new(&closed, extent).unwrap(), element).unwrap(), closed);
        }
    }
}

#[test]
fn a_voxel_on_the_radius_is_within_it() {
    // 12² + 35² = 37², but not in `f32` with steps of 0.1 mm.
    let extent = Extent::new([1, 13, 36], [1.0, 0.1, 0.1]).unwrap();
    let voxels = volume_of(extent.shape(), |place| place == [0, 0, 0]);
    let dilated = dilate(&Mask::new(&voxels, extent).unwrap(), ball(3.7)).unwrap();
    assert!(dilated.iter().all(|inside| *inside));
    let smaller = dilate(&Mask::new(&voxels, extent).unwrap(), ball(3.699)).unwrap();
    assert_eq!(smaller.iter().filter(|inside| !**inside).count(), 1);
}

#[test]
fn nothing_and_everything_stay() {
    let extent = Extent::new([3, 4, 5], [1.0; 3]).unwrap();
    for voxels in [[false; 60], [true; 60]] {
        let mask = Mask::new(&voxels, extent).unwrap();
        for element in [ball(1.5), ball(0.0), Element::Block { radius_voxels: [usize::MAX; 3] }] {
            for change in [dilate, erode, open, close] {
                assert_eq!(change(&mask, element).unwrap(), voxels);
            }
        }
    }
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let mask = Mask::new(&[true; 60], extent).unwrap();
        assert_eq!(dilate(&mask, ball(bad)).unwrap_err().kind(), ErrorKind::Parameter);
    }
}

#[test]
fn morphology_is_that_of_scipy_and_simpleitk() {
    for case in cases() {
        let mask = case.mask();
        let expect = |fact: &str, found: Vec<bool>| case.expect(fact, weighed(&counts(&found)), 0.0);
        let element = ball(case.fact["radius_mm"].as_f64().unwrap());
        expect("/dilated", dilate(&mask, element).unwrap());
        expect("/eroded", erode(&mask, element).unwrap());
        expect("/opened", open(&mask, element).unwrap());
        expect("/closed", close(&mask, element).unwrap());
        let block = Element::Block { radius_voxels: [1, 2, 1] };
        expect("/dilated_by_block", dilate(&mask, block).unwrap());
        expect("/eroded_by_block", erode(&mask, block).unwrap());
        expect("/filled", fill_holes(&case.voxels, case.extent.shape(), Holes::Volume).unwrap());
        expect("/filled_slices", fill_holes(&case.voxels, case.extent.shape(), Holes::Slices).unwrap());
    }
}

#[test]
fn a_tunnel_is_a_hole_of_its_slices_only() {
    let shape = [5, 6, 7];
    let tube = volume_of(shape, |[_, y, x]| (1..5).contains(&y) && (1..6).contains(&x) && !(y == 2 && x == 3));
    let rod = volume_of(shape, |[_, y, x]| (1..5).contains(&y) && (1..6).contains(&x));
    assert_eq!(fill_holes(&tube, shape, Holes::Volume).unwrap(), tube);
    assert_eq!(fill_holes(&tube, shape, Holes::Slices).unwrap(), rod);
    // Closed at both ends it is one of the volume.
    let closed: Vec<bool> =
        volume_of(shape, |[z, _, _]| z == 0 || z == 4).iter().zip(&tube).map(|(a, b)| a | b).collect();
    let filled = fill_holes(&closed, shape, Holes::Volume).unwrap();
    assert_eq!(filled.iter().filter(|inside| **inside).count(), closed.iter().filter(|inside| **inside).count() + 3);
    // A way over an edge is no way.
    let leaning = volume_of([1, 3, 3], |[_, y, x]| !matches!((y, x), (0, 0) | (1, 1)));
    let n_filled = fill_holes(&leaning, [1, 3, 3], Holes::Volume).unwrap().iter().filter(|inside| **inside).count();
    assert_eq!(n_filled, 8);
    assert_eq!(fill_holes(&[false], [1, 1, 1], Holes::Volume).unwrap(), [false]);
    assert!(fill_holes(&[false], [1, 1, 2], Holes::Volume).is_err());
}

#[test]
fn threads_do_not_matter() {
    let extent = Extent::new([20, 40, 60], [2.0, 0.9, 0.9]).unwrap();
    let voxels = noise(extent.shape(), 70, 5);
    let mask = Mask::new(&voxels, extent).unwrap();
    for_threads(|| close(&mask, ball(1.9)).unwrap());
    for_threads(|| open(&mask, Element::Block { radius_voxels: [1, 1, 1] }).unwrap());
    for_threads(|| fill_holes(&voxels, extent.shape(), Holes::Volume).unwrap());
}
