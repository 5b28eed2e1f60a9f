//! Masks and grids: what fits and what is refused; volumes made by formula for the tests of mask operations.

use vesalius_image::mask::{self, Extent, Mask};
use vesalius_image::{ErrorKind, Geometry, Samples, Volume};

use crate::golden;

/// A number without pattern for each number; `golden/masks.py` has the same.
pub(crate) fn scrambled(number: usize) -> usize {
    let mut h = number as u32;
    for (shift, factor) in [(16, 0x85eb_ca6b), (13, 0xc2b2_ae35), (16, 1)] {
        h = (h ^ (h >> shift)).wrapping_mul(factor);
    }
    h as usize
}

/// Calls `value` with z, y and x of every voxel.
pub(crate) fn volume_of<T>(shape: [usize; 3], mut value: impl FnMut([usize; 3]) -> T) -> Vec<T> {
    let [n_z, n_y, n_x] = shape;
    let rows = (0..n_z).flat_map(|z| (0..n_y).map(move |y| (z, y)));
    rows.flat_map(|(z, y)| (0..n_x).map(move |x| [z, y, x])).map(&mut value).collect()
}

/// Twelve balls, and one voxel in fifty turned over.
pub(crate) fn balls(shape: [usize; 3]) -> Vec<bool> {
    let balls: Vec<([usize; 3], usize)> = (0..12)
        .map(|ball| {
            let center = std::array::from_fn(|axis| scrambled(3 * ball + axis) % shape[axis]);
            (center, 3 + scrambled(100 + ball) % 6)
        })
        .collect();
    let mut idx = 1000;
    volume_of(shape, |place| {
        idx += 1;
        let square = |center: &[usize; 3]| (0..3).map(|axis| place[axis].abs_diff(center[axis]).pow(2)).sum::<usize>();
        balls.iter().any(|(center, radius)| square(center) <= radius * radius) != scrambled(idx - 1).is_multiple_of(50)
    })
}

/// Each voxel with one of four labels, half of them 0.
pub(crate) fn labels(shape: [usize; 3]) -> Vec<u8> {
    let n = shape.iter().product();
    (5000..).take(n).map(|idx: usize| (scrambled(idx) % 6).saturating_sub(2) as u8).collect()
}

/// Noise of which this percentage is in the mask.
pub(crate) fn noise(shape: [usize; 3], percent: usize, seed: usize) -> Vec<bool> {
    (seed * 7_654_321..).take(shape.iter().product()).map(|idx: usize| scrambled(idx) % 100 < percent).collect()
}

/// One number that depends on every value and its place.
pub(crate) fn weighed<T: Copy + Into<f64>>(values: &[T]) -> f64 {
    values.iter().zip((0..251_u32).cycle()).map(|(value, weight)| (*value).into() * f64::from(weight)).sum()
}

/// Truth values as numbers.
pub(crate) fn counts(voxels: &[bool]) -> Vec<u8> {
    voxels.iter().map(|inside| u8::from(*inside)).collect()
}

/// A mask made by formula, and what others find in it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) extent: Extent,
    pub(crate) voxels: Vec<bool>,
    pub(crate) fact: serde_json::Value,
}

impl Case {
    pub(crate) fn mask(&self) -> Mask<'_> {
        Mask::new(&self.voxels, self.extent).unwrap()
    }

    /// An error of the test where a number is not what others find, by a part of its size.
    pub(crate) fn expect(&self, fact: &str, found: f64, tolerance: f64) {
        let expected = self.fact.pointer(fact).and_then(serde_json::Value::as_f64).unwrap();
        let name = &self.name;
        assert!((found - expected).abs() <= tolerance * expected.abs(), "{name}{fact}: {found} is not {expected}");
    }
}

/// Every case of `golden/masks.json`.
pub(crate) fn cases() -> Vec<Case> {
    let facts: serde_json::Value = serde_json::from_slice(&std::fs::read(golden("masks.json")).unwrap()).unwrap();
    let case = |(name, fact): (&String, &serde_json::Value)| {
        let shape: [usize; 3] = serde_json::from_value(fact["shape"].clone()).unwrap();
        let spacing_mm = serde_json::from_value(fact["spacing_mm"].clone()).unwrap();
        let extent = Extent::new(shape, spacing_mm).unwrap();
        Case { name: name.clone(), extent, voxels: balls(shape), fact: fact.clone() }
    };
    facts.as_object().unwrap().iter().map(case).collect()
}

/// The same result for pools of one, two and five threads.
pub(crate) fn for_threads<T: PartialEq + Send>(work: impl Fn() -> T + Sync) {
    let run = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(&work);
    let alone = run(1);
    assert!(run(2) == alone && run(5) == alone, "the number of threads changes the result");
}

#[test]
fn the_formula_is_that_of_the_script() {
    for case in cases() {
        case.expect("/n_inside", case.mask().n_inside() as f64, 0.0);
    }
}

#[test]
fn an_extent_is_checked() {
    let check = |shape, spacing_mm, kind| {
        assert_eq!(Extent::new(shape, spacing_mm).unwrap_err().kind(), kind, "{shape:?} {spacing_mm:?}");
    };
    check([0, 4, 4], [1.0; 3], ErrorKind::Parameter);
    check([1 << 16, 1 << 8, 1 << 8], [1.0; 3], ErrorKind::Limit);
    check([3, 5, 17 * 257 * 65_537], [1.0; 3], ErrorKind::Limit);
    check([usize::MAX, 2, 2], [1.0; 3], ErrorKind::Limit);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7, 1e-10] {
        check([4, 4, 4], [1.0, bad, 1.0], ErrorKind::Parameter);
    }
    assert!(Extent::new([1 << 16, (1 << 16) - 1, 1], [1e-9, 1.0, 1e6]).is_ok());
}

#[test]
fn a_mask_fills_its_extent() {
    let extent = Extent::new([1, 2, 2], [1.0; 3]).unwrap();
    assert_eq!(Mask::new(&[true; 3], extent).unwrap_err().kind(), ErrorKind::Parameter);
    assert!(Mask::new(&[true; 4], extent).is_ok());
}

#[test]
fn the_extent_of_a_volume_turns_its_axes() {
    let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let geometry = Geometry::new([0.5, 1.0, 4.0], [0.0; 3], identity).unwrap();
    let samples = Samples::F32(vec![0.0, f32::NAN, 2.0, -0.0, 1.0, 2.0]);
    let volume = Volume::new(samples, [1, 1, 2, 3], Some(geometry.clone())).unwrap();
    let extent = Extent::of(&volume).unwrap();
    assert_eq!((extent.shape(), extent.spacing_mm()), ([1, 2, 3], [4.0, 1.0, 0.5]));
    let voxels = mask::foreground(&volume).unwrap();
    assert_eq!(voxels, [false, false, true, false, true, true]);
    assert_eq!(mask::of_label(&volume, 2.0).unwrap(), [false, false, true, false, false, true]);
    assert_eq!(mask::of_label(&volume, -0.0).unwrap(), [true, false, false, true, false, false]);
    let mask = Mask::new(&voxels, extent).unwrap();
    assert_eq!(mask.n_inside(), 3);
    assert!((mask.ml() - 0.006).abs() < 1e-12);
    let again = mask::to_volume(&voxels, &volume).unwrap();
    assert_eq!((again.samples(), again.geometry()), (&Samples::U8(vec![0, 0, 1, 0, 1, 1]), Some(&geometry)));
    assert!(mask::to_volume(&voxels[..5], &volume).is_err());
}

#[test]
fn spacing_is_not_invented_and_channels_are_not_mixed() {
    let plain = Volume::new(Samples::U8(vec![1; 4]), [1, 1, 2, 2], None).unwrap();
    assert_eq!(Extent::of(&plain).unwrap_err().kind(), ErrorKind::Parameter);
    let colors = Volume::new(Samples::U8(vec![1; 12]), [3, 1, 2, 2], None).unwrap();
    assert_eq!(mask::foreground(&colors).unwrap_err().kind(), ErrorKind::Parameter);
}
