//! Label maps: what is a label, boxes, parts; and how far surfaces are apart.

use vesalius_image::labels::{LabelMap, Part};
use vesalius_image::mask::{Extent, Mask};
use vesalius_image::surface::{Definition, apart};
use vesalius_image::{ErrorKind, Samples, Volume};

use crate::every_type;
use crate::mask::volume_of;

fn map(samples: Samples, shape: [usize; 4]) -> vesalius_image::Result<LabelMap> {
    LabelMap::of(Volume::new(samples, shape, None).unwrap())
}

#[test]
fn labels_are_whole_numbers_of_any_type() {
    let check = |samples: Samples, expected: Option<u16>| {
        let found = map(samples.clone(), [1, 1, 1, samples.len()]);
        assert_eq!(found.ok().and_then(|map| map.boxes().keys().next_back().copied()), expected, "{samples:?}");
    };
    check(Samples::F32(vec![0.0, 3.0]), Some(3));
    check(Samples::I16(vec![-0, 300]), Some(300));
    check(Samples::F64(vec![-0.0, 65535.0]), Some(65535));
    for stray in [0.5, -1.0, 65536.0, f64::NAN, f64::INFINITY] {
        check(Samples::F64(vec![0.0, stray]), None);
    }
    for samples in every_type() {
        // The ends of signed and wide types are no labels; unsigned bytes and words are.
        let is_narrow = matches!(samples, Samples::U8(_) | Samples::U16(_));
        assert_eq!(map(samples, [1, 2, 3, 4]).is_ok(), is_narrow);
    }
    let error = map(Samples::U8(vec![0; 2]), [2, 1, 1, 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parameter);
}

#[test]
fn a_box_is_the_smallest_around_its_label() {
    let shape = [5, 6, 40];
    let is_in = |[z, y, x]: [usize; 3]| (1..4).contains(&z) && (2..5).contains(&y) && (7..33).contains(&x);
    let inside = volume_of(shape, is_in);
    let mut labels: Vec<u8> = inside.iter().map(|inside| if *inside { 9 } else { 0 }).collect();
    labels[0] = 2;
    let wide: Vec<u16> = labels.iter().map(|label| u16::from(*label)).collect();
    for samples in [Samples::U8(labels), Samples::U16(wide)] {
        let map = map(samples, [1, 5, 6, 40]).unwrap();
        let boxes = map.boxes();
        assert_eq!(boxes[&2], Part { low: [0; 3], high: [1; 3] });
        assert_eq!(boxes[&9], Part { low: [1, 2, 7], high: [4, 5, 33] });
        assert_eq!(boxes[&9].around(boxes[&2]), Part { low: [0; 3], high: [4, 5, 33] });
        assert!(map.map_part(boxes[&9], |label| label == 9).iter().all(|inside| *inside));
        assert_eq!(map.map_part(Part::whole(shape), |label| label == 9), inside);
    }
}

#[test]
fn a_surface_is_nowhere_from_itself_and_nothing_has_no_distance() {
    let extent = Extent::new([6, 7, 8], [2.0, 1.0, 0.5]).unwrap();
    let voxels = volume_of([6, 7, 8], |[z, y, x]| z + y + x > 9);
    let empty = vec![false; voxels.len()];
    let [mask, nothing] = [&voxels, &empty].map(|voxels| Mask::new(voxels, extent).unwrap());
    for definition in [Definition::Elements, Definition::Voxels] {
        let [a, b] = apart(&mask, &mask, definition).unwrap();
        assert_eq!(a, b);
        assert!(a.distance_mm.iter().all(|mm| *mm == 0.0) && !a.size.is_empty());
        assert!(apart(&mask, &nothing, definition).is_err() && apart(&nothing, &mask, definition).is_err());
    }
    let other = Extent::new([6, 7, 8], [1.0; 3]).unwrap();
    assert!(apart(&mask, &Mask::new(&voxels, other).unwrap(), Definition::Elements).is_err());
}
