//! Axis codes, and turning axes: every value keeps its place in the world.

use vesalius_image::orient::{AxisCode, orient};
use vesalius_image::{Geometry, Samples, Volume};

fn code(text: &str) -> AxisCode {
    text.parse().unwrap()
}

fn every_code() -> Vec<String> {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let letters = [['L', 'R'], ['P', 'A'], ['S', 'I']];
    let codes = orders.iter().flat_map(|order| {
        (0..8).map(move |signs: usize| (0..3).map(|axis| letters[order[axis]][(signs >> axis) & 1]).collect())
    });
    codes.collect()
}

/// An oblique image, whose axes run nearest to posterior, inferior and right.
fn oblique() -> Volume {
    let (s, c) = 0.3_f64.sin_cos();
    let direction = [[0.0, 0.0, -1.0], [c, s, 0.0], [s, -c, 0.0]];
    let geometry = Geometry::new([0.5, 0.7, 3.0], [10.0, -20.0, 30.0], direction).unwrap();
    Volume::new(Samples::I16((0..2 * 3 * 4 * 70).collect()), [2, 3, 4, 70], Some(geometry)).unwrap()
}

/// Every value of every channel with its place.
fn places(volume: &Volume) -> Vec<(i64, [i64; 3])> {
    let [n_c, n_z, n_y, n_x] = volume.shape();
    let geometry = volume.geometry().unwrap();
    let mut places: Vec<_> = (0..n_c * n_z * n_y * n_x)
        .map(|idx| {
            let voxel = [idx % n_x, idx / n_x % n_y, idx / n_x / n_y % n_z].map(|v| v as f64);
            let place = geometry.world_mm(voxel).map(|mm| (mm * 1e6).round() as i64);
            (volume.samples().get(idx) as i64, place)
        })
        .collect();
    places.sort_unstable();
    places
}

#[test]
fn values_keep_their_places_in_every_orientation() {
    let volume = oblique();
    let expected = places(&volume);
    assert_eq!(AxisCode::of(volume.geometry().unwrap()).to_string(), "PIR");
    for text in every_code() {
        let turned = orient(&volume, code(&text)).unwrap();
        assert_eq!(AxisCode::of(turned.geometry().unwrap()).to_string(), text);
        assert_eq!(places(&turned), expected, "{text}");
        let back = orient(&turned, code("PIR")).unwrap();
        assert_eq!(back.samples(), volume.samples(), "{text}");
        let (a, b) = (back.geometry().unwrap().affine(), volume.geometry().unwrap().affine());
        assert!(a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-9), "{text}");
    }
}

#[test]
fn letters_name_where_axes_grow_to() {
    let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let geometry = Geometry::new([1.0; 3], [0.0; 3], identity).unwrap();
    // World coordinates are LPS, so the identity grows to the left, the back and the head.
    assert_eq!(AxisCode::of(&geometry), code("LPS"));
    let row = Volume::new(Samples::U8(vec![1, 2, 3]), [1, 1, 1, 3], Some(geometry)).unwrap();
    let ras = orient(&row, code("ras")).unwrap();
    assert_eq!(*ras.samples(), Samples::U8(vec![3, 2, 1]));
    assert!(ras.geometry().unwrap().origin_mm().iter().zip([2.0, 0.0, 0.0]).all(|(f, e)| (f - e).abs() < 1e-12));
    assert_eq!(orient(&row, code("LPS")).unwrap(), row);
}

#[test]
fn what_is_no_orientation_is_refused() {
    for text in ["", "RA", "RASL", "RAR", "RLS", "XYZ", "räs", "R S"] {
        assert!(text.parse::<AxisCode>().is_err(), "{text}");
    }
    let nowhere = Volume::new(Samples::U8(vec![0]), [1, 1, 1, 1], None).unwrap();
    assert!(orient(&nowhere, code("RAS")).is_err());
}
