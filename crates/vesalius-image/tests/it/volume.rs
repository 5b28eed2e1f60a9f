//! Shape, range, fingerprint, geometry.

use vesalius_image::{Fingerprint, Geometry, Samples, Volume};

const STRAIGHT: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn fingerprint(samples: Samples, shape: [usize; 4]) -> Fingerprint {
    Volume::new(samples, shape, None).unwrap().fingerprint()
}

#[test]
fn samples_must_fill_the_shape() {
    for shape in [[1, 1, 2, 2], [1, 1, 1, 0], [usize::MAX, 2, 1, 1], [0, 0, 0, 0]] {
        assert!(Volume::new(Samples::U8(vec![0; 3]), shape, None).is_err(), "{shape:?}");
    }
    assert!(Volume::new(Samples::U8(Vec::new()), [1, 1, 0, 1], None).is_err());
    assert!(Volume::new(Samples::U8(vec![0; 3]), [1, 1, 1, 3], None).is_ok());
}

#[test]
fn fingerprint_knows_values_and_not_types() {
    let shape = [1, 1, 1, 3];
    let same = [
        Samples::U8(vec![0, 7, 255]),
        Samples::U16(vec![0, 7, 255]),
        Samples::I16(vec![0, 7, 255]),
        Samples::U32(vec![0, 7, 255]),
        Samples::I32(vec![0, 7, 255]),
        Samples::F32(vec![-0.0, 7.0, 255.0]),
        Samples::F64(vec![0.0, 7.0, 255.0]),
    ];
    let first = fingerprint(same[0].clone(), shape);
    for samples in same {
        assert_eq!(fingerprint(samples.clone(), shape), first, "{samples:?}");
    }
    let halves = fingerprint(Samples::F32(vec![0.5, -0.0, f32::NAN]), shape);
    assert_eq!(halves, fingerprint(Samples::F64(vec![0.5, 0.0, f64::NAN]), shape));
    let negative = fingerprint(Samples::I8(vec![-1, 0, 1]), shape);
    assert_eq!(negative, fingerprint(Samples::F64(vec![-1.0, 0.0, 1.0]), shape));
    let tenths = fingerprint(Samples::F64(vec![0.1, 0.2, 0.3]), shape);
    assert_ne!(tenths, fingerprint(Samples::F32(vec![0.1, 0.2, 0.3]), shape));
}

#[test]
fn fingerprint_changes_with_one_sample_and_with_the_shape() {
    let mut seen = vec![fingerprint(Samples::U8(vec![9; 64]), [1, 1, 8, 8])];
    seen.push(fingerprint(Samples::U8(vec![9; 64]), [1, 4, 4, 4]));
    seen.push(fingerprint(Samples::U8(vec![9; 64]), [4, 1, 4, 4]));
    for idx in 0..64 {
        let mut values = vec![9; 64];
        values[idx] = 10;
        seen.push(fingerprint(Samples::U8(values), [1, 1, 8, 8]));
    }
    let n_all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), n_all);
    assert_eq!(seen[0].to_string().len(), 64);
}

#[test]
fn range_is_of_finite_samples() {
    let range = |samples: Samples| {
        let n = samples.len();
        Volume::new(samples, [1, 1, 1, n], None).unwrap().range()
    };
    assert_eq!(range(Samples::I16(vec![3, -5, 0])), (-5.0, 3.0));
    assert_eq!(range(Samples::F32(vec![f32::NAN, 1.0, f32::INFINITY])), (1.0, 1.0));
    let (low, high) = range(Samples::F64(vec![f64::NAN]));
    assert!(low.is_nan() && high.is_nan());
    let broken = Volume::new(Samples::F32(vec![f32::NAN, 1.0, f32::INFINITY]), [1, 1, 1, 3], None).unwrap();
    assert_eq!(broken.n_nonfinite(), 2);
}

#[test]
fn geometry_is_checked() {
    let origin = [1.0, 2.0, 3.0];
    assert!(Geometry::new([1.0; 3], origin, STRAIGHT).is_ok());
    for spacing in [[0.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, f64::NAN], [f64::INFINITY, 1.0, 1.0]] {
        assert!(Geometry::new(spacing, origin, STRAIGHT).is_err(), "{spacing:?}");
    }
    assert!(Geometry::new([1.0; 3], [f64::NAN; 3], STRAIGHT).is_err());
    let mut sheared = STRAIGHT;
    sheared[0][1] = 0.1;
    assert!(Geometry::new([1.0; 3], origin, sheared).is_err());
    let mut mirrored = STRAIGHT;
    mirrored[2][2] = -1.0;
    let geometry = Geometry::new([1.0, 2.0, 3.0], origin, mirrored).unwrap();
    let found = geometry.world_mm([1.0, 1.0, 1.0]);
    assert!(found.iter().zip([2.0, 4.0, 0.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
}
