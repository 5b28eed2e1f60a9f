//! MetaImage: header forms, geometry, what is refused.

use std::collections::BTreeMap;

use vesalius_image::{ErrorKind, ReadOptions, Reading, Result, Samples, Source, Values, Volume, metaimage};

use crate::every_type;
use crate::formats::{read_of, round_trip};
use crate::nrrd::{oblique, same_place};

/// A header of 4 by 3 by 2 bytes with these lines, and what is to stand behind it.
fn file(lines: &str, data: &[u8]) -> Vec<u8> {
    let header = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = 4 3 2\nElementType = MET_UCHAR\n{lines}ElementDataFile = LOCAL\n"
    );
    [header.as_bytes(), data].concat()
}

fn counted() -> Vec<u8> {
    (0..24).collect()
}

fn read(bytes: &[u8]) -> Result<Reading> {
    metaimage::decode(&Source::new(bytes), &ReadOptions::default())
}

#[test]
fn every_type_and_place_makes_the_round_trip() {
    for samples in every_type() {
        for shape in [[1, 2, 3, 4], [3, 2, 2, 2], [24, 1, 1, 1], [1, 1, 4, 6]] {
            for (name, geometry) in [("a.mha", None), ("a.mhd", Some(oblique())), ("a.mha", Some(oblique()))] {
                let volume = Volume::new(samples.clone(), shape, geometry).unwrap();
                let reading = round_trip(&volume, name).unwrap();
                assert_eq!(reading.volume.samples(), &samples);
                assert_eq!((reading.volume.shape(), reading.dtype), (shape, samples.dtype()));
                match volume.geometry() {
                    Some(expected) => same_place(reading.volume.geometry(), expected),
                    None => assert_eq!((reading.volume.geometry(), reading.spacing_mm), (None, None)),
                }
            }
        }
    }
}

#[test]
fn samples_begin_where_the_header_says() {
    let check = |lines: &str, data: &[u8]| {
        let reading = read(&file(lines, data)).unwrap_or_else(|error| panic!("{lines}: {error}"));
        assert_eq!(reading.volume.samples(), &Samples::U8(counted()), "{lines}");
    };
    check("", &counted());
    check("BinaryData = True\nCompressedData = False\nHeaderSize = 0\n", &counted());
    check("HeaderSize = -1\n", &[b"abc".to_vec(), counted()].concat());
    let n_header = file("HeaderSize = 100\n", b"").len() + 3;
    check(&format!("HeaderSize = {n_header}\n"), &[b"abc".to_vec(), counted()].concat());
    let text: Vec<String> = counted().iter().map(u8::to_string).collect();
    check("BinaryData = False\n", text.join(" ").as_bytes());
    for name in ["MET_UCHAR_ARRAY", "MET_UCHAR"] {
        let bytes = String::from_utf8(file("", b"")).unwrap().replace("MET_UCHAR", name).into_bytes();
        assert!(read(&[bytes, counted()].concat()).is_ok());
    }
}

#[test]
fn several_files_are_joined_and_paths_are_refused() {
    let files = |place: &str| {
        let header = format!("NDims = 3\nDimSize = 4 3 2\nElementType = MET_UCHAR\nElementDataFile = {place}");
        let mut files: BTreeMap<String, Vec<u8>> = [("a.mhd".to_owned(), header.into_bytes())].into();
        files.insert("s1.raw".to_owned(), counted()[..12].to_vec());
        files.insert("s2.raw".to_owned(), counted()[12..].to_vec());
        files.insert("two words.raw".to_owned(), counted());
        files
    };
    for place in ["LIST\ns1.raw\ns2.raw\n", "LIST 2D\ns1.raw\ns2.raw", "s%d.raw 1 2 1\n", "two words.raw\n"] {
        let reading = read_of(&files(place), "a.mhd").unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(reading.volume.samples(), &Samples::U8(counted()), "{place}");
    }
    for place in
        ["../s1.raw", "/etc/passwd", "LIST\n../s1.raw\ns2.raw\n", "s%d.raw 1 99999999 1", "LIST 1D\ns1.raw\n", "LIST\n"]
    {
        assert!(read_of(&files(place), "a.mhd").is_err(), "{place}");
    }
}

#[test]
fn what_the_header_does_not_say_is_not_filled_in() {
    let read_lines = |lines: &str| read(&file(lines, &counted())).unwrap();
    let problem = |lines: &str| {
        let reading = read_lines(lines);
        assert_eq!(reading.volume.geometry(), None, "{lines}");
        (reading.problems[0].code, reading.spacing_mm)
    };
    let matrix = "TransformMatrix = 0 1 0 1 0 0 0 0 1\n";
    assert_eq!(problem(""), ("no-spacing", None));
    assert_eq!(problem("ElementSpacing = 1 2 3\n"), ("no-orientation", Some([1.0, 2.0, 3.0])));
    assert_eq!(problem("ElementSize = 1 2 3\n"), ("no-orientation", Some([1.0, 2.0, 3.0])));
    assert_eq!(problem(&format!("ElementSpacing = 1 2 3\n{matrix}")), ("no-orientation", Some([1.0, 2.0, 3.0])));
    let sheared = "ElementSpacing = 1 2 3\nOffset = 0 0 0\nTransformMatrix = 1 0 0 1 1 0 0 0 1\n";
    assert_eq!(problem(sheared).0, "sheared-grid");
    // The distance of voxels counts, and not their size.
    let lines = "ElementSize = 9 9 9\nElementSpacing = 1 2 3\nPosition = 4 5 6\nRotation = 0 1 0 0 0 1 1 0 0\n";
    let placed = read_lines(lines);
    let geometry = placed.volume.geometry().unwrap();
    assert_eq!((geometry.spacing_mm(), geometry.origin_mm()), ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]));
    // The first row of the file is the direction of x.
    let is =
        |found: [f64; 3], expected: [f64; 3]| assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
    is(geometry.world_mm([1.0, 0.0, 0.0]), [4.0, 6.0, 6.0]);
    is(geometry.world_mm([0.0, 1.0, 0.0]), [4.0, 5.0, 8.0]);
}

#[test]
fn intensity_is_scaled_unless_stored_values_are_wanted() {
    let bytes = file("ElementToIntensityFunctionSlope = 2\nElementToIntensityFunctionOffset = -5\n", &counted());
    let expected = (0..24).map(|v| f64::from(v) * 2.0 - 5.0).collect();
    assert_eq!(read(&bytes).unwrap().volume.samples(), &Samples::F64(expected));
    let stored = ReadOptions { values: Values::Stored, ..ReadOptions::default() };
    let reading = metaimage::decode(&Source::new(&bytes), &stored).unwrap();
    assert_eq!(reading.volume.samples(), &Samples::U8(counted()));
}

#[test]
fn four_axes_and_two_are_read() {
    let header = |n: usize, sizes: &str| {
        format!("NDims = {n}\nDimSize = {sizes}\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n").into_bytes()
    };
    assert_eq!(read(&[header(4, "4 3 1 2"), counted()].concat()).unwrap().volume.shape(), [2, 1, 3, 4]);
    assert_eq!(read(&[header(2, "6 4"), counted()].concat()).unwrap().volume.shape(), [1, 1, 4, 6]);
    assert_eq!(read(&[header(5, "1 1 1 1 1"), counted()].concat()).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn hostile_headers_are_refused_before_memory_is_taken() {
    let with = |from: &str, to: &str, kind: ErrorKind| {
        let text = "ObjectType = Image\nNDims = 3\nCompressedData = True\nElementSpacing = 1 2 3\nDimSize = 4 3 2\n\
                    ElementType = MET_SHORT\nElementDataFile = LOCAL\n";
        assert!(text.contains(from), "{from}");
        let error = read(text.replace(from, to).as_bytes()).expect_err(to);
        assert_eq!(error.kind(), kind, "{to}: {error}");
    };
    with("4 3 2", "4294967296 4294967296 2", ErrorKind::Limit);
    with("4 3 2", "2000000 2000000 2", ErrorKind::Limit);
    with("4 3 2", "2000 2000 2", ErrorKind::Format);
    with("4 3 2", "4 0 2", ErrorKind::Format);
    with("4 3 2", "4 -3 2", ErrorKind::Format);
    with("4 3 2", "4 3", ErrorKind::Format);
    with("1 2 3", "1 nan 3", ErrorKind::Format);
    with("1 2 3", "1 -2 3", ErrorKind::Format);
    with("1 2 3", "1 2 3\nOffset = 0 inf 0", ErrorKind::Format);
    with("1 2 3", "1 2 3\nTransformMatrix = 1 0 0", ErrorKind::Format);
    with("1 2 3", "1 2 3\nDimSize = 1 1 1", ErrorKind::Format);
    with("1 2 3", "1 2 3\nElementNumberOfChannels = 0", ErrorKind::Format);
    with("1 2 3", "1 2 3\nElementNumberOfChannels = 18446744073709551615", ErrorKind::Limit);
    with("1 2 3", "1 2 3\nHeaderSize = -1", ErrorKind::Unsupported);
    with("1 2 3", "1 2 3\nHeaderSize = -7", ErrorKind::Format);
    with("1 2 3", "1 2 3\nHeaderSize = 18446744073709551615", ErrorKind::Unsupported);
    with("True", "False\nHeaderSize = 18446744073709551615", ErrorKind::Format);
    with("True", "False\nHeaderSize = 7", ErrorKind::Format);
    with("True", "perhaps", ErrorKind::Format);
    with("MET_SHORT", "MET_STRING", ErrorKind::Format);
    with("= Image", "= Tube", ErrorKind::Unsupported);
    with("NDims = 3", "NDims = many", ErrorKind::Format);
    with("NDims = 3", "no key", ErrorKind::Format);
    with("ElementDataFile = LOCAL\n", "", ErrorKind::Format);
    with("LOCAL\n", "LOCAL", ErrorKind::Format);
    with("LOCAL", "a.raw", ErrorKind::Parameter);
    let long = [b"NDims = ".to_vec(), vec![b'3'; 2 << 20]].concat();
    assert_eq!(read(&long).unwrap_err().kind(), ErrorKind::Format);
}
