//! NIfTI, Analyze and MGH as nibabel reads them (`golden/neuro.py`), and what is hostile or odd about them.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;
use vesalius_image::format::{self, FORMATS, Format};
use vesalius_image::{
    Dtype, ErrorKind, Geometry, Limits, ReadOptions, Reading, Samples, Source, Values, Volume, nifti,
};

use crate::real_data::folder;
use crate::{every_type, golden};

/// Of the largest entry of an affine: spacing and direction are kept apart, and multiplied again.
const AFFINE_TOLERANCE: f64 = 1e-6;

/// Values that are hashed at a time.
const CHUNK: usize = 1 << 14;

fn facts() -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(golden("neuro.json")).unwrap()).unwrap()
}

fn read(path: &Path) -> vesalius_image::Result<Reading> {
    format::read(path, &ReadOptions::default())
}

/// Of all values as `f64`, low byte first.
fn crc(samples: &Samples) -> u64 {
    let mut crc = libdeflater::Crc::new();
    let mut bytes = Vec::new();
    for first in (0..samples.len()).step_by(CHUNK) {
        let chunk = first..(first + CHUNK).min(samples.len());
        bytes.clear();
        bytes.extend(chunk.flat_map(|idx| samples.get(idx).to_le_bytes()));
        crc.update(&bytes);
    }
    u64::from(crc.sum())
}

/// Compares a geometry with rows of voxel to RAS.
fn check_affine(name: &str, geometry: Option<&Geometry>, expected: &serde_json::Value) {
    let Ok(expected) = serde_json::from_value::<[[f64; 4]; 3]>(expected.clone()) else {
        assert!(geometry.is_none(), "{name} does not tell its place");
        return;
    };
    let found = geometry.unwrap_or_else(|| panic!("{name} has a place")).affine();
    let largest = expected.as_flattened().iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
    for (found, expected) in found.iter().zip([expected[0].map(|v| -v), expected[1].map(|v| -v), expected[2]]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= AFFINE_TOLERANCE * largest, "{name}: {found} is not {expected}");
        }
    }
}

fn check(name: &str, reading: &Reading, shape: &serde_json::Value, expected_crc: &serde_json::Value) {
    assert_eq!(serde_json::json!(reading.volume.shape()), *shape, "{name}");
    assert_eq!(crc(reading.volume.samples()), expected_crc.as_u64().unwrap(), "values of {name}");
}

fn bytes_of_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Every small file of the script: its name there, and where it lies now with what belongs to it.
fn made(folder: &Path) -> Vec<(String, PathBuf, serde_json::Value)> {
    let facts = facts();
    let mut made = Vec::new();
    for (idx, (name, expected)) in facts["made"].as_object().unwrap().iter().enumerate() {
        let folder = folder.join(idx.to_string());
        std::fs::create_dir(&folder).unwrap();
        let files = expected["files"].as_object().unwrap();
        for (file, hex) in files {
            std::fs::write(folder.join(file), bytes_of_hex(hex.as_str().unwrap())).unwrap();
        }
        let by_samples = files.keys().find(|file| file.contains(".img") && name.contains("samples"));
        let first = by_samples.or_else(|| files.keys().next()).unwrap();
        made.push((name.clone(), folder.join(first), expected.clone()));
    }
    made
}

#[test]
fn every_kind_is_what_nibabel_reads() {
    let folder = tempfile::tempdir().unwrap();
    let made = made(folder.path());
    assert_eq!(made.len(), 55);
    for (name, path, expected) in made {
        let reading = read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        check(&name, &reading, &expected["shape"], &expected["crc"]);
        check_affine(&name, reading.volume.geometry(), &expected["affine"]);
        let codes: Vec<&str> = reading.problems.iter().map(|problem| problem.code).collect();
        let mut expected_codes = Vec::new();
        if expected["affine"].is_null() {
            expected_codes.push("no-orientation");
        }
        if name == "nifti-1 sform" {
            // nibabel leaves the spacing fields alone where it sets the sform alone.
            expected_codes.push("spacing-apart");
        }
        if name.contains("spm") {
            expected_codes.extend(["origin-untold", "scale-untold"]);
        }
        if name.contains("c8") || name.contains("c16") {
            expected_codes.push("complex");
        }
        assert_eq!(codes, expected_codes, "{name}");
    }
}

#[test]
fn stored_values_are_not_scaled() {
    let folder = tempfile::tempdir().unwrap();
    for (name, path, _) in made(folder.path()) {
        let options = ReadOptions { values: Values::Stored, ..ReadOptions::default() };
        let stored = format::read(&path, &options).unwrap();
        let real = read(&path).unwrap();
        let is_scaled = name.contains("scaled") || name.contains("spm") || name.contains("by its samples");
        assert_eq!(stored.volume.samples() != real.volume.samples(), is_scaled, "{name}");
        let is_wide = matches!(stored.dtype, Dtype::I64 | Dtype::U64);
        assert!(is_wide || stored.volume.samples().dtype() == stored.dtype, "{name}");
    }
}

#[test]
fn published_files_are_what_nibabel_reads() {
    let Some(misc) = folder("nifti-misc") else { return };
    let data = misc.parent().unwrap();
    let facts = facts();
    let files: Vec<_> = facts["files"].as_object().unwrap().iter().collect();
    files.par_iter().for_each(|(name, expected)| {
        let reading = read(&data.join(name)).unwrap();
        check(name, &reading, &expected[0], &expected[1]);
        check_affine(name, reading.volume.geometry(), &facts["affines"][expected[2].as_u64().unwrap() as usize]);
    });
}

#[test]
fn what_is_not_read_of_published_files_says_why() {
    let Some(misc) = folder("nifti-misc") else { return };
    let folder = misc.join("nibabel/nibabel/tests/data");
    // Headers without their samples; a matrix over points of the cortex; formats that are not read.
    let expected = [
        ("analyze.hdr", ErrorKind::Read, "analyze.img"),
        ("nifti1.hdr", ErrorKind::Read, "nifti1.img"),
        ("nifti2.hdr", ErrorKind::Read, "nifti2.img"),
        // Axes that are not at right angles.
        ("test.mgz", ErrorKind::Format, "right angles"),
        ("row_major.dconn.nii", ErrorKind::Unsupported, "one of time and vector"),
        ("minc1_1_scale.mnc", ErrorKind::Unsupported, "MINC 1"),
        ("minc1_4d.mnc", ErrorKind::Unsupported, "MINC 1"),
        ("minc1-no-att.mnc", ErrorKind::Unsupported, "MINC 1"),
        ("tiny.mnc", ErrorKind::Unsupported, "MINC 1"),
        ("minc2_1_scale.mnc", ErrorKind::Unsupported, "MINC 2"),
        ("minc2_4d.mnc", ErrorKind::Unsupported, "MINC 2"),
        ("minc2-4d-d.mnc", ErrorKind::Unsupported, "MINC 2"),
        ("minc2-no-att.mnc", ErrorKind::Unsupported, "MINC 2"),
        ("minc2_baddim.mnc", ErrorKind::Unsupported, "MINC 2"),
        ("small.mnc", ErrorKind::Unsupported, "MINC 2"),
        ("bad_datatype+orig.HEAD", ErrorKind::Unsupported, "AFNI"),
        ("bad_attribute+orig.HEAD", ErrorKind::Unsupported, "AFNI"),
        ("example4d+orig.HEAD", ErrorKind::Unsupported, "AFNI"),
        ("scaled+tlrc.HEAD", ErrorKind::Unsupported, "AFNI"),
        ("T1.PAR", ErrorKind::Unsupported, "PAR/REC"),
        ("tinypet.v", ErrorKind::Unsupported, "ECAT"),
        ("simple.trk", ErrorKind::Unsupported, "tracts"),
        ("simple.tck", ErrorKind::Unsupported, "tracts"),
    ];
    for (name, kind, word) in expected {
        let error = read(&folder.join(name)).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

fn nifti_format() -> &'static Format {
    FORMATS.iter().find(|format| format.name == "nifti").unwrap()
}

/// Writes a volume under a name and gives the path of the file.
fn written(folder: &Path, name: &str, volume: &Volume) -> PathBuf {
    let format = format::of_name(name).unwrap();
    for file in (format.encode.unwrap())(volume, name).unwrap() {
        std::fs::write(folder.join(file.name), file.bytes).unwrap();
    }
    folder.join(name)
}

#[test]
fn every_type_and_place_makes_the_round_trip_under_every_name() {
    let folder = tempfile::tempdir().unwrap();
    let (sine, cosine) = 0.3_f64.sin_cos();
    let directions = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, -1.0]],
        [[0.0, cosine, sine], [1.0, 0.0, 0.0], [0.0, -sine, cosine]],
    ];
    let names = ["a.nii", "b.nii.gz", "c.hdr", "d.img", "e.hdr.gz", "f.IMG.GZ", "g.npy", "h.npz"];
    for (idx, samples) in every_type().into_iter().enumerate() {
        for shape in [[1, 2, 3, 4], [2, 2, 3, 2], [1, 1, 4, 6], [3, 1, 4, 2]] {
            let geometry = Geometry::new([0.7, 0.8, 3.0], [-120.5, 33.25, 900.0], directions[idx % 3]).unwrap();
            let volume = Volume::new(samples.clone(), shape, Some(geometry.clone())).unwrap();
            for name in names {
                let path = written(folder.path(), name, &volume);
                let reading = read(&path).unwrap_or_else(|error| panic!("{name} {error}"));
                assert_eq!((reading.volume.samples(), reading.volume.shape()), (&samples, shape), "{name}");
                if name.ends_with("npy") || name.ends_with("npz") {
                    assert_eq!(reading.volume.geometry(), None, "an array has no place");
                    continue;
                }
                assert_eq!(reading.problems, [], "{name}");
                let found = reading.volume.geometry().unwrap().affine();
                let apart = |(a, b): (&f64, &f64)| (a - b).abs() > 1e-4;
                assert!(!found.as_flattened().iter().zip(geometry.affine().as_flattened()).any(apart), "{name}");
            }
        }
    }
    let either = [["c.hdr", "c.img"], ["d.img", "d.hdr"], ["e.hdr.gz", "e.img.gz"], ["f.IMG.GZ", "f.HDR.GZ"]];
    for [one, other] in either {
        let (one, other) = (read(&folder.path().join(one)).unwrap(), read(&folder.path().join(other)).unwrap());
        assert_eq!(one, other);
    }
}

/// A volume in version 2, made of one in version 1 by hand: every field at its own place.
fn version_2(plain: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0_u8; 544];
    let f32_at = |at: usize| f64::from(f32::from_le_bytes(plain[at..at + 4].try_into().unwrap()));
    let i16_at = |at: usize| i16::from_le_bytes(plain[at..at + 2].try_into().unwrap());
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &540_i32.to_le_bytes());
    put(4, b"n+2\0\r\n\x1a\n");
    put(12, &plain[70..74]);
    for i in 0..8 {
        put(16 + 8 * i, &i64::from(i16_at(40 + 2 * i)).to_le_bytes());
        put(104 + 8 * i, &f32_at(76 + 4 * i).to_le_bytes());
    }
    put(168, &544_i64.to_le_bytes());
    put(176, &f32_at(112).to_le_bytes());
    put(184, &f32_at(116).to_le_bytes());
    put(344, &i32::from(i16_at(252)).to_le_bytes());
    put(348, &i32::from(i16_at(254)).to_le_bytes());
    for i in 0..18 {
        put(352 + 8 * i, &f32_at(256 + 4 * i).to_le_bytes());
    }
    put(500, &i32::from(plain[123]).to_le_bytes());
    bytes.extend_from_slice(&plain[352..]);
    bytes
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut stream = GzEncoder::new(Vec::new(), Compression::fast());
    stream.write_all(bytes).unwrap();
    stream.finish().unwrap()
}

fn decode(bytes: &[u8]) -> vesalius_image::Result<Reading> {
    (nifti_format().decode)(&Source::new(bytes), &ReadOptions::default())
}

#[test]
fn both_versions_say_the_same() {
    for name in ["sform.nii", "qform.nii", "neither.nii"] {
        let plain = std::fs::read(golden(name)).unwrap();
        assert_eq!(decode(&version_2(&plain)).unwrap(), decode(&plain).unwrap(), "{name}");
    }
}

#[test]
fn every_cut_of_every_layout_is_a_typed_error() {
    let plain = std::fs::read(golden("sform.nii")).unwrap();
    let mut pair = plain.clone();
    pair[344..348].copy_from_slice(b"ni1\0");
    pair[108..112].copy_from_slice(&0.0_f32.to_le_bytes());
    let (header, samples) = (&pair[..348], &pair[352..]);
    let mut analyze = header.to_vec();
    analyze[344..348].fill(0);
    let mut mgh = vec![0_u8; 284 + 8];
    for (at, value) in [(0, 1_i32), (4, 2), (8, 2), (12, 2), (16, 1), (20, 0)] {
        mgh[at..at + 4].copy_from_slice(&value.to_be_bytes());
    }
    let alone =
        [plain.clone(), version_2(&plain), gzipped(&plain), gzipped(&version_2(&plain)), mgh.clone(), gzipped(&mgh)];
    for whole in alone {
        let format = format::of_bytes(&whole, "").unwrap();
        let decode = |bytes: &[u8]| (format.decode)(&Source::new(bytes), &ReadOptions::default());
        decode(&whole).unwrap();
        for n_kept in 0..whole.len() {
            let error = decode(&whole[..n_kept]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Format, "{} cut at {n_kept}: {error}", format.name);
        }
    }
    for header in [header, &analyze] {
        for zip in [<[u8]>::to_vec, gzipped] {
            let (header, samples) = (zip(header), zip(samples));
            let read = |header: &[u8], samples: &[u8]| {
                let beside = |_: &str| Ok(samples.to_vec());
                let source = Source::named(header, "a.hdr", &beside);
                let by_header = (format::of_bytes(header, "a.hdr").unwrap().decode)(&source, &ReadOptions::default());
                let beside = |_: &str| Ok(header.to_vec());
                let source = Source::named(samples, "a.img", &beside);
                let by_samples = (format::of_bytes(samples, "a.img").unwrap().decode)(&source, &ReadOptions::default());
                assert_eq!(by_header.is_ok(), by_samples.is_ok());
                by_header
            };
            read(&header, &samples).unwrap();
            for n_kept in 0..header.len() {
                assert_eq!(read(&header[..n_kept], &samples).unwrap_err().kind(), ErrorKind::Format, "{n_kept}");
            }
            for n_kept in 0..samples.len() {
                assert_eq!(read(&header, &samples[..n_kept]).unwrap_err().kind(), ErrorKind::Format, "{n_kept}");
            }
        }
    }
}

/// A header in version 2 with some bytes replaced.
fn hostile(changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = version_2(&std::fs::read(golden("sform.nii")).unwrap());
    for (at, value) in changes {
        bytes[*at..at + value.len()].copy_from_slice(value);
    }
    bytes
}

#[test]
fn headers_of_version_2_are_checked_before_memory_is_taken() {
    let check = |changes: &[(usize, &[u8])], kind: ErrorKind| {
        for bytes in [hostile(changes), gzipped(&hostile(changes))] {
            let error = decode(&bytes).unwrap_err();
            assert_eq!(error.kind(), kind, "{changes:?}: {error}");
        }
    };
    check(&[(24, &i64::MAX.to_le_bytes())], ErrorKind::Limit);
    check(&[(24, &(1_i64 << 32).to_le_bytes()), (32, &(1_i64 << 32).to_le_bytes())], ErrorKind::Limit);
    check(&[(24, &(1_i64 << 24).to_le_bytes())], ErrorKind::Format);
    check(&[(24, &(-1_i64).to_le_bytes())], ErrorKind::Format);
    check(&[(24, &0_i64.to_le_bytes())], ErrorKind::Format);
    check(&[(16, &8_i64.to_le_bytes())], ErrorKind::Format);
    check(&[(16, &(-3_i64).to_le_bytes())], ErrorKind::Format);
    check(&[(168, &0_i64.to_le_bytes())], ErrorKind::Format);
    check(&[(168, &(-1_i64).to_le_bytes())], ErrorKind::Format);
    check(&[(168, &i64::MAX.to_le_bytes())], ErrorKind::Format);
    check(&[(168, &(1_i64 << 30).to_le_bytes())], ErrorKind::Format);
    check(&[(4, b"n+1\0")], ErrorKind::Format);
    check(&[(8, b"\n\n\x1a\n")], ErrorKind::Format);
    check(&[(12, &[0, 0])], ErrorKind::Format);
    check(&[(12, &[1, 0])], ErrorKind::Unsupported);
    check(&[(184, &f64::NAN.to_le_bytes())], ErrorKind::Format);
    check(&[(400, &f64::INFINITY.to_le_bytes())], ErrorKind::Format);
    check(&[(400, &[0; 32])], ErrorKind::Format);
    check(&[(500, &[7])], ErrorKind::Format);
}

#[test]
fn extensions_are_passed_over_whatever_size_they_claim() {
    let plain = std::fs::read(golden("sform.nii")).unwrap();
    for claimed in [16_i32, 0, -1, i32::MAX] {
        let mut bytes = plain[..348].to_vec();
        bytes[108..112].copy_from_slice(&368.0_f32.to_le_bytes());
        bytes.extend_from_slice(&[1, 0, 0, 0]);
        bytes.extend_from_slice(&claimed.to_le_bytes());
        bytes.extend_from_slice(&[0; 12]);
        bytes.extend_from_slice(&plain[352..]);
        assert_eq!(decode(&bytes).unwrap(), decode(&plain).unwrap());
        assert_eq!(decode(&gzipped(&bytes)).unwrap(), decode(&plain).unwrap());
    }
}

#[test]
fn bytes_behind_the_samples_are_told_and_harmless() {
    let plain = std::fs::read(golden("qform.nii")).unwrap();
    let whole = decode(&plain).unwrap();
    let behind = [&plain[..], &[7; 3000]].concat();
    // Zeros behind the stream take the place of the size that it ends in.
    let padded = [&gzipped(&behind)[..], &[0; 512]].concat();
    let members = [gzipped(&plain[..360]), gzipped(&plain[360..]), gzipped(&[7; 3000])].concat();
    for bytes in [behind.clone(), gzipped(&behind), padded, members] {
        let reading = decode(&bytes).unwrap();
        assert_eq!(reading.volume, whole.volume);
        let [problem] = &reading.problems[..] else { panic!("{:?}", reading.problems) };
        assert_eq!(problem.code, "bytes-behind");
        assert!(problem.message.contains("3000"), "{}", problem.message);
    }
    let members = [gzipped(&plain[..360]), gzipped(&plain[360..])].concat();
    assert_eq!(decode(&members).unwrap(), whole);
}

fn codes(bytes: &[u8]) -> Vec<&'static str> {
    decode(bytes).unwrap().problems.iter().map(|problem| problem.code).collect()
}

fn changed(name: &str, changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = std::fs::read(golden(name)).unwrap();
    for (at, value) in changes {
        bytes[*at..at + value.len()].copy_from_slice(value);
    }
    bytes
}

#[test]
fn odd_places_are_told_with_their_remedy() {
    let spacing = [0.5, 0.75, 2.5_f32].map(f32::to_le_bytes);
    let sform = |changes: &[(usize, &[u8])]| changed("sform.nii", &[&[(80, spacing.as_flattened())], changes].concat());
    assert_eq!(codes(&sform(&[])), [""; 0]);
    let unplaced = decode(&changed("neither.nii", &[])).unwrap();
    assert_eq!(unplaced.problems[0].code, "no-orientation");
    assert_eq!((unplaced.volume.geometry(), unplaced.spacing_mm.is_some()), (None, true));
    let zero = 0.0_f32.to_le_bytes();
    assert_eq!(codes(&changed("neither.nii", &[(80, &zero)])), ["no-orientation", "no-spacing"]);
    assert_eq!(
        codes(&changed("neither.nii", &[(80, &(-1.0_f32).to_le_bytes())])),
        ["no-orientation", "negative-spacing"]
    );
    // Both forms, of which the quaternion belongs to another grid by 10 mm, or to none.
    let both = |changes: &[(usize, &[u8])]| sform(&[&[(252, &[1, 0][..])], changes].concat());
    let apart = decode(&both(&[(256, &[0; 24])])).unwrap();
    assert_eq!(apart.problems[0].code, "forms-apart");
    assert!(apart.problems[0].message.contains("mm apart"), "{}", apart.problems[0].message);
    assert_eq!(codes(&both(&[(256, &9.0_f32.to_le_bytes())])), ["qform-damaged"]);
    assert_eq!(codes(&sform(&[(88, &9.0_f32.to_le_bytes())])), ["spacing-apart"]);
    let sheared = decode(&changed("sform.nii", &[(284, &5.0_f32.to_le_bytes())])).unwrap_err();
    assert!(sheared.to_string().contains("set the sform code to 0"), "{sheared}");
    let flat = decode(&changed("qform.nii", &[(80, &zero)])).unwrap_err();
    assert!(flat.to_string().contains("needs a spacing"), "{flat}");
    assert_eq!(codes(&changed("qform.nii", &[(80, &(-0.5_f32).to_le_bytes())])), ["negative-spacing"]);
    // Meters and micrometers.
    for (unit, factor) in [(1_u8, 1000.0), (3, 0.001)] {
        let spacing = decode(&changed("sform.nii", &[(123, &[unit])])).unwrap().spacing_mm.unwrap();
        assert!((spacing[2] - 2.5 * factor).abs() < 1e-5 * factor);
    }
}

#[test]
fn floats_of_128_bits_are_rounded_and_say_so() {
    let quads = |values: [u128; 24]| {
        let mut bytes = changed("qform.nii", &[(70, &[0, 6, 128, 0]), (112, &1.0_f32.to_le_bytes()), (116, &[0; 4])]);
        bytes.truncate(352);
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    };
    let one = 0x3fff_u128 << 112;
    let exact = decode(&quads([one; 24])).unwrap();
    assert_eq!((exact.volume.samples(), &exact.problems[..]), (&Samples::F64(vec![1.0; 24]), &[][..]));
    let mut values = [one; 24];
    values[3] += 1;
    assert_eq!(codes(&quads(values)), ["rounded"]);
    assert_eq!(codes(&gzipped(&quads(values))), ["rounded"]);
    // One as programs on a PC keep it: 64 bits of significand, 15 of exponent, and nothing above.
    let error = decode(&quads([0x3fff_8000_0000_0000_0000; 24])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[test]
fn wide_integers_are_narrowed_exactly_or_refused() {
    let wide = |code: [u8; 2], values: [i64; 24]| {
        let mut bytes =
            changed("qform.nii", &[(70, &code), (72, &[64, 0]), (112, &1.0_f32.to_le_bytes()), (116, &[0; 4])]);
        bytes.truncate(352);
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        [decode(&bytes), decode(&gzipped(&bytes))]
            .map(|reading| reading.map(|reading| reading.volume.samples().clone()))
    };
    let (signed, unsigned) = ([0, 4], [0, 5]);
    let samples: [i64; 24] = std::array::from_fn(|idx| idx as i64 - 3);
    for found in wide(signed, samples) {
        assert_eq!(found.unwrap(), Samples::I32(samples.iter().map(|v| *v as i32).collect()));
    }
    let mut large = samples.map(i64::abs);
    for found in wide(unsigned, large) {
        assert_eq!(found.unwrap(), Samples::U32(large.iter().map(|v| *v as u32).collect()));
    }
    large[5] = 1 << 53;
    for code in [signed, unsigned] {
        for found in wide(code, large) {
            assert_eq!(found.unwrap(), Samples::F64(large.iter().map(|v| *v as f64).collect()));
        }
    }
    large[5] += 1;
    for code in [signed, unsigned] {
        for found in wide(code, large) {
            assert_eq!(found.unwrap_err().kind(), ErrorKind::Unsupported);
        }
    }
}

#[test]
fn a_pair_without_its_other_half_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let volume = Volume::new(Samples::U8(vec![1; 24]), [1, 2, 3, 4], None).unwrap();
    let header = written(folder.path(), "head.hdr", &volume);
    std::fs::remove_file(folder.path().join("head.img")).unwrap();
    assert!(read(&header).unwrap_err().to_string().contains("head.img"));
    std::fs::rename(&header, folder.path().join("other.img")).unwrap();
    let error = read(&folder.path().join("other.img")).unwrap_err();
    assert!(error.to_string().contains("other.hdr"), "{error}");
    std::fs::write(folder.path().join("lone.img"), [0; 100]).unwrap();
    assert!(read(&folder.path().join("lone.img")).unwrap_err().to_string().contains("lone.hdr"));
    // A header that says `.nii` and has lost its mark is not taken for Analyze.
    std::fs::write(folder.path().join("bad.nii"), changed("sform.nii", &[(344, &[0; 4])])).unwrap();
    assert!(read(&folder.path().join("bad.nii")).unwrap_err().to_string().contains("magic is damaged"));
}

#[test]
fn arrays_become_volumes_by_the_number_of_their_axes() {
    let folder = tempfile::tempdir().unwrap();
    let samples = Samples::I16((0..24).collect());
    let array = |shape: &[usize]| {
        let path = folder.path().join("a.npy");
        let mut bytes = Vec::new();
        vesalius_image::npz::write_npy(&mut bytes, shape, &samples).unwrap();
        std::fs::write(&path, bytes).unwrap();
        read(&path)
    };
    for (shape, expected) in [(&[4, 6][..], [1, 1, 4, 6]), (&[2, 3, 4], [1, 2, 3, 4]), (&[2, 2, 2, 3], [2, 2, 2, 3])] {
        let reading = array(shape).unwrap();
        assert_eq!((reading.volume.shape(), reading.volume.samples()), (expected, &samples));
        assert_eq!(reading.problems.len(), usize::from(expected[1] > 1));
    }
    for shape in [&[24][..], &[1, 1, 2, 3, 4]] {
        assert_eq!(array(shape).unwrap_err().kind(), ErrorKind::Unsupported);
    }
    let path = folder.path().join("two.npz");
    let arrays = [("a".to_owned(), vec![4, 6], samples.clone()), ("b".to_owned(), vec![2, 3, 4], samples.clone())];
    vesalius_image::npz::write_npz(&mut std::fs::File::create(&path).unwrap(), &arrays).unwrap();
    let error = read(&path).unwrap_err();
    assert!(error.to_string().contains("two.npz#a"), "{error}");
    assert_eq!(read(&folder.path().join("two.npz#b")).unwrap().volume.shape(), [1, 2, 3, 4]);
    assert!(read(&folder.path().join("two.npz#c")).unwrap_err().to_string().contains("[a, b]"));
}

#[test]
fn a_bomb_in_any_half_is_refused() {
    let zeros = vec![0_u8; 8 << 20];
    let mut header = changed("neither.nii", &[(42, &[0, 8, 0, 8, 1, 0]), (344, b"ni1\0"), (108, &[0; 4])]);
    header.truncate(348);
    let samples = gzipped(&zeros);
    let beside = |_: &str| Ok(samples.clone());
    let source = Source::named(&header, "a.hdr", &beside);
    let limits = Limits { expansion_exempt_bytes: 1 << 20, ..Limits::default() };
    let refused = |limits: Limits| {
        let options = ReadOptions { limits, ..ReadOptions::default() };
        (nifti_format().decode)(&source, &options).unwrap_err().kind()
    };
    assert_eq!(refused(limits), ErrorKind::Limit);
    assert_eq!(refused(Limits { bytes_max: 1 << 20, ..Limits::default() }), ErrorKind::Limit);
    // A stream whose header never ends.
    assert!(nifti::decode(&gzipped(&zeros), &Limits::default()).is_err());
}
