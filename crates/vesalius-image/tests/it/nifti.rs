//! NIfTI files as nibabel writes them, and geometry round trips.

use vesalius_image::{Geometry, Limits, Samples, Volume, nifti};

use crate::golden;

/// What `f32` headers keep of positions around 100 mm.
const TOLERANCE_MM: f64 = 1e-4;

fn read(name: &str) -> Volume {
    nifti::decode(&std::fs::read(golden(name)).unwrap(), &Limits::default()).unwrap()
}

fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut plain).unwrap();
    plain
}

#[test]
fn positions_are_those_of_nibabel_in_lps() {
    let facts: serde_json::Value = serde_json::from_slice(&std::fs::read(golden("nifti.json")).unwrap()).unwrap();
    let voxels: Vec<[f64; 3]> = serde_json::from_value(facts["voxels_xyz"].clone()).unwrap();
    for name in ["sform", "qform"] {
        let volume = read(&format!("{name}.nii"));
        let ras_mm: Vec<[f64; 3]> = serde_json::from_value(facts["ras_mm"][name].clone()).unwrap();
        for (voxel, [right, anterior, superior]) in voxels.iter().zip(ras_mm) {
            let found = volume.geometry().unwrap().world_mm(*voxel);
            for (found, expected) in found.iter().zip([-right, -anterior, superior]) {
                assert!((found - expected).abs() < TOLERANCE_MM, "{name} {voxel:?}: {found} is not {expected}");
            }
        }
        let spacing = volume.geometry().unwrap().spacing_mm();
        assert!(spacing.iter().zip([0.5, 0.75, 2.5]).all(|(a, b)| (a - b).abs() < 1e-6), "{spacing:?}");
    }
    assert_eq!(read("neither.nii").geometry(), None);
}

#[test]
fn values_are_scaled_and_in_order() {
    let volume = read("sform.nii");
    assert_eq!(volume.shape(), [1, 2, 3, 4]);
    let expected: Vec<f64> = (0..24_u8).map(|stored| f64::from(stored) * 2.0 - 5.0).collect();
    assert_eq!(volume.samples(), &Samples::F64(expected));
}

#[test]
fn geometry_makes_the_round_trip() {
    let (sine, cosine) = 0.3_f64.sin_cos();
    let directions = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]],
        [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]],
        [[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, -1.0]],
        [[cosine, 0.0, sine], [0.0, -1.0, 0.0], [sine, 0.0, -cosine]],
    ];
    for direction in directions {
        let geometry = Geometry::new([0.7, 0.8, 3.0], [-120.5, 33.25, 900.0], direction).unwrap();
        let volume = Volume::new(Samples::U8(vec![1; 24]), [1, 2, 3, 4], Some(geometry.clone())).unwrap();
        let bytes = nifti::encode(&volume).unwrap();
        check(&bytes, &geometry);
        // Without the sform the quaternion must say the same.
        let mut plain = unzipped(&bytes);
        plain[254..256].copy_from_slice(&[0, 0]);
        check(&plain, &geometry);
    }
}

fn check(bytes: &[u8], expected: &Geometry) {
    let volume = nifti::decode(bytes, &Limits::default()).unwrap();
    for voxel in [[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]] {
        let pair = volume.geometry().unwrap().world_mm(voxel).into_iter().zip(expected.world_mm(voxel));
        for (found, expected) in pair {
            assert!((found - expected).abs() < TOLERANCE_MM, "{voxel:?}: {found} is not {expected}");
        }
    }
}

#[test]
fn a_long_axis_makes_version_2() {
    let geometry = Geometry::new([0.1, 0.2, 0.3], [1.1, 2.2, 3.3], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    let long = Volume::new(Samples::U8(vec![3; 40_000]), [1, 1, 1, 40_000], geometry.ok()).unwrap();
    let bytes = nifti::encode(&long).unwrap();
    assert_eq!(&unzipped(&bytes)[..8], b"\x1c\x02\0\0n+2\0");
    let read = nifti::decode(&bytes, &Limits::default()).unwrap();
    assert_eq!((read.shape(), read.samples()), (long.shape(), long.samples()));
    // Numbers of 64 bits keep what 32 would round.
    assert!(read.geometry().unwrap().spacing_mm().iter().zip([0.1, 0.2, 0.3]).all(|(a, b)| (a - b).abs() < 1e-15));
    assert!(read.geometry().unwrap().origin_mm().iter().zip([1.1, 2.2, 3.3]).all(|(a, b)| (a - b).abs() < 1e-15));
}

#[test]
fn high_byte_first_is_read() {
    let volume = read("neither.nii");
    let mut bytes = std::fs::read(golden("neither.nii")).unwrap();
    // Turns every field that is read, and the samples, around.
    let mut turn = |at: usize, n_bytes: usize, n_values: usize| {
        bytes[at..at + n_bytes * n_values].chunks_exact_mut(n_bytes).for_each(<[u8]>::reverse);
    };
    turn(0, 4, 1);
    turn(40, 2, 8);
    turn(70, 2, 2);
    turn(76, 4, 11);
    turn(252, 2, 2);
    turn(256, 4, 18);
    turn(352, 2, 24);
    assert_eq!(nifti::decode(&bytes, &Limits::default()).unwrap(), volume);
}
