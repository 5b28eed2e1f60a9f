//! NumPy files as NumPy writes them.

use vesalius_image::npz::{Npz, decode_npy, read_npy, write_npy, write_npz};
use vesalius_image::{Dtype, ErrorKind, Limits, ReadOptions, Samples, Source, Volume, format};

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

#[test]
fn images_have_the_axes_that_users_of_numpy_expect() {
    let check = |shape: [usize; 4], samples: Samples, expected: &[usize]| {
        let volume = Volume::new(samples, shape, None).unwrap();
        for name in ["a.npy", "a.npz"] {
            let format = format::of_name(name).unwrap();
            let bytes = format.encode.unwrap()(&volume, name).unwrap().remove(0).bytes;
            let back = (format.decode)(&Source::new(&bytes), &ReadOptions::default()).unwrap();
            assert_eq!(back.volume, volume, "{name}");
            if name == "a.npy" {
                assert_eq!(decode_npy(&bytes, &Limits::default()).unwrap().shape, expected);
            }
        }
    };
    check([1, 1, 4, 5], Samples::I16((0..20).collect()), &[4, 5]);
    check([1, 3, 4, 5], Samples::I16((0..60).collect()), &[3, 4, 5]);
    check([3, 1, 4, 5], Samples::U8((0..60).collect()), &[4, 5, 3]);
    check([3, 2, 4, 5], Samples::U16((0..120).collect()), &[2, 4, 5, 3]);
    check([2, 3, 4, 5], Samples::I16((0..120).collect()), &[2, 3, 4, 5]);
    check([3, 3, 4, 5], Samples::F32((0..180_u8).map(f32::from).collect()), &[3, 3, 4, 5]);
    // Color lies pixel by pixel: the second sample is the green of the first pixel.
    let color = Volume::new(Samples::U8((0..60).collect()), [3, 1, 4, 5], None).unwrap();
    let bytes = format::of_name("a.npy").unwrap().encode.unwrap()(&color, "a.npy").unwrap().remove(0).bytes;
    assert_eq!(decode_npy(&bytes, &Limits::default()).unwrap().samples.to_f64()[..4], [0.0, 20.0, 40.0, 1.0]);
}

#[test]
fn arrays_that_are_no_image_are_refused() {
    let check = |shape: &[usize], part: &str| {
        let mut bytes = Vec::new();
        let n = shape.iter().product();
        write_npy(&mut bytes, shape, &Samples::U8(vec![0; n])).unwrap();
        let decode = format::of_name("a.npy").unwrap().decode;
        let error = decode(&Source::new(&bytes), &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    };
    check(&[], "of 0 axes");
    check(&[7], "of 1 axes");
    check(&[1, 1, 1, 2, 2], "of 5 axes");
    check(&[0, 4], "samples");
    let mut archive = std::io::Cursor::new(Vec::new());
    let arrays = ["a", "b"].map(|name| (name.to_owned(), vec![2, 2], Samples::U8(vec![0; 4])));
    write_npz(&mut archive, &arrays).unwrap();
    let decode = format::of_name("a.npz").unwrap().decode;
    let error = decode(&Source::new(archive.get_ref()), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("2 arrays (a, b)"), "{error}");
}
