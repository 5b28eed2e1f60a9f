//! NRRD: header forms, axes, geometry, what is refused.

use std::collections::BTreeMap;

use vesalius_image::{ErrorKind, Geometry, Limits, ReadOptions, Reading, Result, Samples, Source, Volume, nrrd};

use crate::every_type;
use crate::formats::{read_of, round_trip};

/// A header of 4 by 3 by 2 bytes with these lines, and what is to stand behind it.
fn file(lines: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("NRRD0004\n# a comment\ntype: uint8\ndimension: 3\nsizes: 4 3 2\n{lines}\n");
    [header.as_bytes(), data].concat()
}

fn counted() -> Vec<u8> {
    (0..24).collect()
}

fn read(bytes: &[u8]) -> Result<Reading> {
    nrrd::decode(&Source::new(bytes), &ReadOptions::default())
}

fn refused(bytes: &[u8], kind: ErrorKind, part: &str) {
    let error = read(bytes).expect_err(part);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

/// A turned, left-handed grid.
pub(crate) fn oblique() -> Geometry {
    let (sine, cosine) = 0.3_f64.sin_cos();
    Geometry::new(
        [0.7, 0.8, 3.1],
        [-120.5, 33.25, 900.0],
        [[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, -1.0]],
    )
    .unwrap()
}

/// Whether positions agree to the last digits of `f64`.
pub(crate) fn same_place(found: Option<&Geometry>, expected: &Geometry) {
    let found = found.expect("a place");
    for voxel in [[0.0; 3], [100.0, 0.0, 0.0], [0.0, 100.0, 0.0], [0.0, 0.0, 100.0]] {
        let pairs = found.world_mm(voxel).into_iter().zip(expected.world_mm(voxel));
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-10), "{found:?} is not {expected:?}");
    }
}

#[test]
fn every_type_and_place_makes_the_round_trip() {
    for samples in every_type() {
        for shape in [[1, 2, 3, 4], [3, 2, 2, 2], [24, 1, 1, 1], [1, 1, 4, 6]] {
            for (name, geometry) in [("a.nrrd", None), ("a.nhdr", Some(oblique())), ("a.nrrd", Some(oblique()))] {
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
    let behind = |front: &[u8]| [front, &counted()].concat();
    check("encoding: raw\n", &counted());
    check("encoding: raw\nkey:=value\ncontent: x\n", &counted());
    check("Encoding: RAW\r\n", &counted());
    check("encoding: raw\nbyte skip: 3\n", &behind(b"abc"));
    check("encoding: raw\nline skip: 2\nbyte skip: 1\n", &behind(b"a\nb\nc"));
    check("encoding: raw\nbyteskip: -1\n", &behind(b"of any length"));
    let text: Vec<String> = counted().iter().map(u8::to_string).collect();
    check("encoding: ascii\n", text.join(" ").as_bytes());
    check("encoding: txt\n", text.join(",\n").as_bytes());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &behind(b"abc")).unwrap();
    let packed = packed.finish().unwrap();
    check("encoding: gz\nbyte skip: 3\n", &packed);
    check("encoding: gzip\nbyte skip: 3\nline skip: 1\n", &[b"line\n", packed.as_slice()].concat());
    refused(&file("encoding: gzip\nbyte skip: -1\n", &packed), ErrorKind::Unsupported, "from the end");
    refused(&file("encoding: raw\nline skip: 9\n", &counted()), ErrorKind::Format, "9 lines");
}

#[test]
fn several_files_are_joined_and_paths_are_refused() {
    let files = |lines: &str| {
        let header = format!("NRRD0004\ntype: uint8\ndimension: 3\nsizes: 4 3 2\nencoding: raw\n{lines}");
        let mut files: BTreeMap<String, Vec<u8>> = [("a.nhdr".to_owned(), header.into_bytes())].into();
        files.insert("s01.raw".to_owned(), counted()[..12].to_vec());
        files.insert("s02.raw".to_owned(), counted()[12..].to_vec());
        files.insert("two words.raw".to_owned(), counted());
        files
    };
    for lines in [
        "data file: s%02d.raw 1 2 1\n",
        "data file: s%02d.raw 1 2 1 2\n",
        "data file: LIST\ns01.raw\ns02.raw\n",
        "datafile: LIST 2\ns01.raw\ns02.raw",
        "data file: two words.raw\n",
    ] {
        let reading = read_of(&files(lines), "a.nhdr").unwrap_or_else(|error| panic!("{lines}: {error}"));
        assert_eq!(reading.volume.samples(), &Samples::U8(counted()), "{lines}");
    }
    let backwards = read_of(&files("data file: s%02d.raw 2 1 -1\n"), "a.nhdr").unwrap();
    assert_eq!(backwards.volume.samples().get(0).to_bits(), 12.0_f64.to_bits());
    for (lines, part) in [
        ("data file: ../s01.raw\n", "plain file name"),
        ("data file: /etc/passwd\n", "plain file name"),
        ("data file: LIST\n../s01.raw\ns02.raw\n", "plain file name"),
        ("data file: s%02d.raw 1 9999999999 1\n", "at most"),
        ("data file: s%02d.raw 1 2 0\n", "at most"),
        ("data file: s%99999999d.raw 1 2 1\n", "%d or %03d"),
        ("data file: s%s.raw 1 2 1\n", "%d or %03d"),
        ("data file: LIST\n", "0 data files"),
        ("data file: LIST 1\ns01.raw\ns02.raw\n", "whole slices"),
    ] {
        let error = read_of(&files(lines), "a.nhdr").expect_err(lines).to_string();
        assert!(error.contains(part), "{lines}: {error}");
    }
}

#[test]
fn the_channel_axis_stands_anywhere() {
    let read_axes = |sizes: &str, lines: &str| {
        let header = format!("NRRD0005\ntype: uint8\ndimension: 4\nsizes: {sizes}\nencoding: raw\n{lines}\n");
        read(&[header.as_bytes(), &counted()].concat())
    };
    // Channel c of voxel (x, y, z) is sample c + 2 x, with the axis of 2 first, and so on.
    let first = read_axes("2 4 3 1", "kinds: vector domain domain domain\n").unwrap().volume;
    assert_eq!(first.shape(), [2, 1, 3, 4]);
    assert_eq!(first.samples().to_f32()[..3], [0.0, 2.0, 4.0]);
    let directions = "space: LPS\nspace origin: (0,0,0)\nspace directions: (1,0,0) none (0,1,0) (0,0,1)\n";
    let second = read_axes("4 2 3 1", directions).unwrap().volume;
    assert_eq!(second.shape(), [2, 1, 3, 4]);
    assert_eq!(second.samples().to_f32()[2..6], [2.0, 3.0, 8.0, 9.0]);
    assert!(second.geometry().is_some());
    let last = read_axes("4 3 1 2", "kinds: space space space list\n").unwrap().volume;
    assert_eq!((last.shape(), last.samples()), ([2, 1, 3, 4], &Samples::U8(counted())));
    let unnamed = read_axes("4 3 1 2", "").unwrap().volume;
    assert_eq!(unnamed.shape(), [2, 1, 3, 4]);
    let error = read_axes("2 2 3 2", "kinds: vector domain domain list\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[test]
fn what_the_header_does_not_say_is_not_filled_in() {
    let problem = |lines: &str| {
        let reading = read(&file(&format!("encoding: raw\n{lines}"), &counted())).unwrap();
        assert_eq!(reading.volume.geometry(), None, "{lines}");
        (reading.problems[0].code, reading.spacing_mm)
    };
    let directions = "space directions: (1,0,0) (0,2,0) (0,0,3)\n";
    let known = Some([1.0, 2.0, 3.0]);
    assert_eq!(problem(""), ("no-spacing", None));
    assert_eq!(problem("spacings: 1 2 nan\n"), ("no-spacing", None));
    assert_eq!(problem("spacings: 1 2 3\n"), ("no-orientation", known));
    assert_eq!(problem(directions), ("no-orientation", known));
    assert_eq!(problem(&format!("{directions}space: scanner-xyz\nspace origin: (0,0,0)\n")), ("no-orientation", known));
    assert_eq!(problem(&format!("{directions}space: LPS\n")), ("no-orientation", known));
    assert_eq!(problem("spacings: 1 2 3\nunits: \"parsec\" \"parsec\" \"parsec\"\n"), ("unknown-unit", None));
    assert_eq!(problem("spacings: 1000 2000 3000\nunits: \"um\" \"um\" \"um\"\n"), ("no-orientation", known));
    let sheared = "space: LPS\nspace origin: (0,0,0)\nspace directions: (1,0,0) (0.5,2,0) (0,0,3)\n";
    assert_eq!(problem(sheared).0, "sheared-grid");
    let two = b"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 6 4\nencoding: raw\nspacings: 1 2\n\n";
    let plane = read(&[&two[..], &counted()].concat()).unwrap();
    assert_eq!((plane.volume.shape(), plane.spacing_mm), ([1, 1, 4, 6], None));
    assert_eq!(plane.problems[0].code, "no-slice-spacing");
    let placed = format!(
        "{directions}space: RAS\nspace origin: (1, 2, 3)\nsample units: \"HU\"\nspace units: \"cm\" \"cm\" \"cm\"\n"
    );
    let reading = read(&file(&format!("encoding: raw\n{placed}"), &counted())).unwrap();
    assert_eq!(reading.units.as_deref(), Some("HU"));
    let origin = reading.volume.geometry().unwrap().origin_mm();
    assert!(origin.iter().zip([-10.0, -20.0, 30.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{origin:?}");
    assert_eq!(reading.spacing_mm, Some([10.0, 20.0, 30.0]));
}

#[test]
fn hostile_headers_are_refused_before_memory_is_taken() {
    let with = |from: &str, to: &str| {
        let text =
            "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\nendian: little\nencoding: gzip\nspacings: 1 2 3\n\n";
        assert!(text.contains(from), "{from}");
        text.replace(from, to).into_bytes()
    };
    refused(&with("4 3 2", "4294967296 4294967296 2"), ErrorKind::Limit, "larger than any memory");
    refused(&with("4 3 2", "2000000 2000000 2"), ErrorKind::Limit, "allowed");
    refused(&with("4 3 2", "2000 2000 2"), ErrorKind::Format, "truncated");
    refused(&with("4 3 2", "4 0 2"), ErrorKind::Format, "above 0");
    refused(&with("4 3 2", "4 -3 2"), ErrorKind::Format, "above 0");
    refused(&with("4 3 2", "4 3"), ErrorKind::Format, "above 0");
    refused(&with("4 3 2", "4 3 99999999999999999999"), ErrorKind::Format, "above 0");
    refused(&with("dimension: 3", "dimension: 999999999"), ErrorKind::Format, "1 to 16");
    refused(&with("spacings: 1 2 3", "spacings: 1 0 3"), ErrorKind::Format, "above 0");
    refused(&with("spacings: 1 2 3", "spacings: 1 inf 3"), ErrorKind::Format, "above 0");
    let space = "space: LPS\nspace origin: (0,0,0)\nspace directions: ";
    refused(&with("spacings: 1 2 3", &format!("{space}(1,0,0) (0,nan,0) (0,0,1)")), ErrorKind::Format, "above 0");
    refused(&with("spacings: 1 2 3", &format!("{space}(1,0,0) (0,0,0) (0,0,1)")), ErrorKind::Format, "above 0");
    refused(&with("spacings: 1 2 3", &format!("{space}(1,0,0) (0,1,0)")), ErrorKind::Format, "one for each");
    refused(&with("spacings: 1 2 3", &format!("{space}(1,0,0 (0,1,0)")), ErrorKind::Format, "vectors");
    refused(&with("spacings: 1 2 3", "sizes: 1 1 1"), ErrorKind::Format, "twice");
    refused(&with("spacings: 1 2 3", "nonsense"), ErrorKind::Format, "field: value");
    refused(&with("type: short", "type: block"), ErrorKind::Unsupported, "blocks");
    refused(&with("type: short\n", ""), ErrorKind::Format, "no field");
    refused(&with("endian: little\n", ""), ErrorKind::Format, "endian");
    refused(&with("gzip", "bzip2"), ErrorKind::Unsupported, "bzip2");
    refused(&with("gzip", "hex"), ErrorKind::Unsupported, "hex");
    refused(&with("NRRD0004", "NRRD0009"), ErrorKind::Unsupported, "version 9");
    refused(&with("NRRD0004", "NRRDXXXX"), ErrorKind::Format, "begin");
    refused(&with("spacings: 1 2 3", "space: right-anterior-superior-time"), ErrorKind::Unsupported, "time");
    refused(&[b"NRRD0004\n# ".to_vec(), vec![b'x'; 2 << 20]].concat(), ErrorKind::Limit, "no real one");
    refused(&file("encoding: ascii\n", b"1 2 3"), ErrorKind::Format, "24 numbers");
    refused(
        &file("encoding: ascii\n", b"1 2 3 a 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
        ErrorKind::Format,
        "no number",
    );
    refused(&file("encoding: raw\ndata file: a.raw\n", b""), ErrorKind::Parameter, "only the header");
}

#[test]
fn a_bomb_is_refused() {
    let zeros = Volume::new(Samples::U8(vec![0; 8 << 20]), [1, 2, 2048, 2048], None).unwrap();
    for (name, encode) in
        [("a.nrrd", nrrd::encode as fn(&Volume, &str) -> _), ("a.mha", vesalius_image::metaimage::encode)]
    {
        let bytes = encode(&zeros, name).unwrap().remove(0).bytes;
        let decode = vesalius_image::format::of_name(name).unwrap().decode;
        let read = |limits| decode(&Source::new(&bytes), &ReadOptions { limits, ..ReadOptions::default() });
        assert!(read(Limits::default()).is_ok());
        for limits in [
            Limits { bytes_max: 1 << 20, ..Limits::default() },
            Limits { samples_max: 1 << 20, ..Limits::default() },
            Limits { expansion_exempt_bytes: 1 << 20, ..Limits::default() },
        ] {
            assert_eq!(read(limits).unwrap_err().kind(), ErrorKind::Limit, "{name}");
        }
    }
}
