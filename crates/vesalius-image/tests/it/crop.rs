//! Cropping and padding: what stays, where it is, what comes around it.

use vesalius_image::crop::{Margins, Padding, Region, crop, crop_to_mask, mask_region, pad};
use vesalius_image::{ErrorKind, Geometry, Limits, Samples, Volume};

const DIRECTION: [[f64; 3]; 3] = [[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, -1.0]];

fn volume(samples: Samples, shape: [usize; 4]) -> Volume {
    let geometry = Geometry::new([0.5, 2.0, 3.0], [1.0, 2.0, 3.0], DIRECTION).unwrap();
    Volume::new(samples, shape, Some(geometry)).unwrap()
}

fn counted() -> Volume {
    volume(Samples::I16((0..2 * 3 * 4 * 5).collect()), [2, 3, 4, 5])
}

fn mask(places: &[[usize; 3]]) -> Volume {
    let mut values = vec![0; 60];
    for [z, y, x] in places {
        values[(z * 4 + y) * 5 + x] = 7;
    }
    volume(Samples::U8(values), [1, 3, 4, 5])
}

#[test]
fn a_box_keeps_values_and_places() {
    let old = counted();
    let region = Region { start: [1, 2, 3], size: [2, 1, 2] };
    let new = crop(&old, &region).unwrap();
    assert_eq!(*new.samples(), Samples::I16(vec![33, 34, 53, 54, 93, 94, 113, 114]));
    let (here, there) = (new.geometry().unwrap().origin_mm(), old.geometry().unwrap().world_mm([3.0, 2.0, 1.0]));
    assert!(here.iter().zip(there).all(|(a, b)| (a - b).abs() < 1e-12));
    for (start, size) in [([0; 3], [0, 1, 1]), ([1; 3], [3, 1, 1]), ([usize::MAX; 3], [1; 3]), ([3, 0, 0], [1; 3])] {
        assert!(crop(&old, &Region { start, size }).is_err(), "{start:?} {size:?}");
    }
}

#[test]
fn a_mask_is_cropped_to_with_a_margin_in_millimeters() {
    let check = |margin_mm: f64, start: [usize; 3], size: [usize; 3]| {
        let found = mask_region(&mask(&[[1, 1, 2], [1, 2, 2]]), margin_mm).unwrap();
        assert_eq!(found, Region { start, size }, "{margin_mm}");
    };
    check(0.0, [1, 1, 2], [1, 2, 1]);
    check(0.5, [0, 0, 1], [3, 4, 3]);
    check(1e9, [0, 0, 0], [3, 4, 5]);
    assert!(mask_region(&mask(&[]), 0.0).is_err());
    for margin in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(mask_region(&mask(&[[0, 0, 0]]), margin).is_err());
    }
    let cropped = crop_to_mask(&counted(), &mask(&[[2, 3, 4]]), 0.0).unwrap();
    assert_eq!(*cropped.samples(), Samples::I16(vec![59, 119]));
    let elsewhere = Geometry::new([0.5, 2.0, 3.0], [9.0, 2.0, 3.0], DIRECTION).unwrap();
    let elsewhere = Volume::new(Samples::U8(vec![1; 60]), [1, 3, 4, 5], Some(elsewhere)).unwrap();
    let message = crop_to_mask(&counted(), &elsewhere, 0.0).unwrap_err().to_string();
    assert!(message.contains("origin by 8.000 mm"), "{message}");
    let nowhere = Volume::new(Samples::F32(vec![f32::NAN, 1.0]), [1, 1, 1, 2], None).unwrap();
    assert_eq!(mask_region(&nowhere, 0.0).unwrap(), Region { start: [0, 0, 1], size: [1, 1, 1] });
    assert!(mask_region(&nowhere, 1.0).is_err());
    assert!(crop_to_mask(&counted(), &nowhere, 0.0).is_err());
}

#[test]
fn padding_goes_around_and_leaves_places() {
    let row = volume(Samples::U8(vec![1, 2, 3]), [1, 1, 1, 3]);
    let margins = Margins { before: [0, 0, 3], after: [0, 0, 1] };
    let check = |padding, expected: [u8; 7]| {
        let new = pad(&row, &margins, padding, &Limits::default()).unwrap();
        assert_eq!(*new.samples(), Samples::U8(expected.to_vec()), "{padding:?}");
        let (here, there) = (new.geometry().unwrap().world_mm([3.0, 0.0, 0.0]), row.geometry().unwrap().origin_mm());
        assert!(here.iter().zip(there).all(|(a, b)| (a - b).abs() < 1e-12));
    };
    check(Padding::Value(9.0), [9, 9, 9, 1, 2, 3, 9]);
    check(Padding::Edge, [1, 1, 1, 1, 2, 3, 3]);
    check(Padding::Mirror, [2, 3, 2, 1, 2, 3, 2]);
}

#[test]
fn cropping_undoes_padding() {
    let old = counted();
    let margins = Margins { before: [1, 0, 4], after: [2, 3, 0] };
    for padding in [Padding::Value(-5.0), Padding::Edge, Padding::Mirror] {
        let padded = pad(&old, &margins, padding, &Limits::default()).unwrap();
        assert_eq!(padded.shape(), [2, 6, 7, 9]);
        let back = crop(&padded, &Region { start: margins.before, size: [3, 4, 5] }).unwrap();
        assert_eq!(back.samples(), old.samples(), "{padding:?}");
    }
    let two = pad(&old, &Margins { before: [1, 1, 1], after: [0; 3] }, Padding::Value(-5.0), &Limits::default());
    assert_eq!(two.unwrap().samples().to_f64().iter().filter(|v| **v < 0.0).count(), 2 * (4 * 5 * 6 - 60));
}

#[test]
fn padding_meets_limits() {
    let old = counted();
    let far = |n: usize| Margins { before: [0, 0, n], after: [0; 3] };
    for n in [usize::MAX, 1 << 62, 1 << 40, 1 << 25] {
        let error = pad(&old, &far(n), Padding::Edge, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{n}");
    }
    assert!(pad(&old, &far(1), Padding::Value(1e9), &Limits::default()).is_err());
}
