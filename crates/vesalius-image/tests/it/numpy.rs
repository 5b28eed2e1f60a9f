//! NumPy files as NumPy writes them.

use vesalius_image::npz::{Npz, read_npy};
use vesalius_image::{Dtype, ErrorKind, Limits, Samples};

use crate::golden;

fn open() -> Npz {
    Npz::open(&golden("numpy.npz"), &Limits::default()).unwrap()
}

#[test]
fn every_type_and_byte_order_is_read() {
    let npz = open();
    let counted: Vec<String> =
        npz.names().into_iter().filter(|name| name.starts_with("c_") && name != "c_bool").collect();
    assert_eq!(counted.len(), 20);
    for name in counted {
        let array = npz.array(&name).unwrap();
        assert_eq!(array.shape, [2, 3, 4], "{name}");
        let expected: Vec<f32> = (0..24_u8).map(f32::from).collect();
        assert_eq!(array.samples.to_f32(), expected, "{name}");
    }
    assert_eq!(npz.array("c_bool").unwrap().samples, Samples::U8([0, 1].repeat(12)));
    assert_eq!(npz.header("c_bool").unwrap().dtype, Dtype::Bool);
}

#[test]
fn the_last_axis_runs_fastest_whatever_the_file_says() {
    let counted = Samples::I16((0..24).collect());
    let npz = open();
    assert!(npz.header("fortran").unwrap().fortran);
    assert_eq!(npz.array("fortran").unwrap().samples, counted);
    assert_eq!(read_npy(&golden("numpy.npy"), &Limits::default()).unwrap().samples, counted);
}

#[test]
fn edge_cases_are_read() {
    let npz = open();
    let scalar = npz.array("scalar").unwrap();
    assert_eq!((scalar.shape, scalar.samples), (vec![], Samples::F32(vec![7.5])));
    let empty = npz.array("empty").unwrap();
    assert_eq!((empty.shape, empty.samples), (vec![0, 3], Samples::U8(vec![])));
    assert_eq!(npz.array("wide").unwrap().samples, Samples::F64(vec![0.0, 1_099_511_627_776.0]));
}

#[test]
fn what_cannot_be_held_is_refused_with_a_reason() {
    let npz = open();
    for name in ["too_wide", "text", "complex"] {
        let error = npz.array(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let error = npz.array("absent").unwrap_err();
    assert!(error.kind() == ErrorKind::Parameter && error.to_string().contains("c_u1"), "{error}");
}
