//! Volumes and pages as the libraries of their formats write them; facts are in `golden/formats.json`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use vesalius_image::format::{self, Encoded};
use vesalius_image::npz::Npz;
use vesalius_image::tiff::Pyramid;
use vesalius_image::{Limits, ReadOptions, Reading, Result, Samples, Source};

use crate::{golden, real_data};

/// What positions of one header may differ by between libraries.
const TOLERANCE_MM: f64 = 1e-9;

/// What gray levels of one JPEG stream may differ by between decoders, on average.
const JPEG_TOLERANCE: f64 = 1.0;

/// Small files by name.
pub(crate) fn files() -> BTreeMap<String, Vec<u8>> {
    let npz = Npz::open(&golden("formats.npz"), &Limits::default()).unwrap();
    let bytes = |name: &String| match npz.array(name).unwrap().samples {
        Samples::U8(bytes) => bytes,
        _ => panic!("{name} is not bytes"),
    };
    npz.names().iter().map(|name| (name.clone(), bytes(name))).collect()
}

fn facts(kind: &str) -> serde_json::Map<String, Value> {
    let facts: Value = serde_json::from_slice(&std::fs::read(golden("formats.json")).unwrap()).unwrap();
    facts[kind].as_object().unwrap().clone()
}

/// Reads one of several files that lie beside each other.
pub(crate) fn read_of(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Result<Reading> {
    let beside = |sibling: &str| -> Result<Vec<u8>> {
        Ok(files.get(sibling).unwrap_or_else(|| panic!("{name} asks for {sibling:?}")).clone())
    };
    let source = Source::named(&files[name], name, &beside);
    (format::of_bytes(&files[name], name).unwrap().decode)(&source, &ReadOptions::default())
}

/// Writes a volume by the registry, and reads it again.
pub(crate) fn round_trip(volume: &vesalius_image::Volume, name: &str) -> Result<Reading> {
    let encode = format::of_name(name).unwrap().encode.unwrap();
    let written = encode(volume, name)?;
    assert_eq!(encode(volume, name)?, written, "same volume, same bytes");
    assert_eq!(written[0].name, name);
    let files = written.into_iter().map(|Encoded { name, bytes }| (name, bytes)).collect();
    read_of(&files, name)
}

/// Sum and weighted sum, exact for whole numbers.
fn checksums(samples: &Samples) -> [f64; 2] {
    let values = samples.to_f64();
    let weighted = values.iter().zip((0..251_u8).cycle()).map(|(v, weight)| v * f64::from(weight)).sum();
    [values.iter().sum(), weighted]
}

fn check_values(name: &str, volume: &vesalius_image::Volume, expected: &Value, tolerance: f64) {
    assert_eq!(serde_json::json!(volume.shape()), expected["shape"], "{name}");
    check_sums(name, volume, expected, tolerance);
}

fn check_sums(name: &str, volume: &vesalius_image::Volume, expected: &Value, tolerance: f64) {
    let found = checksums(volume.samples());
    let scale = volume.samples().len() as f64;
    for (found, (key, weight)) in found.iter().zip([("sum", 1.0), ("weighted_sum", 125.0)]) {
        let expected = expected[key].as_f64().unwrap();
        // Sums of fractions depend on their order.
        let allowed = tolerance * scale * weight + expected.abs() * 1e-12;
        assert!((found - expected).abs() <= allowed, "{name}: {key} {found} is not {expected}");
    }
}

fn check_place(name: &str, reading: &Reading, expected: &Value) {
    let geometry = reading.volume.geometry().unwrap_or_else(|| panic!("{name}: {:?}", reading.problems));
    let found = [
        ("spacing_mm", geometry.spacing_mm().to_vec()),
        ("origin_mm", geometry.origin_mm().to_vec()),
        ("direction", geometry.direction().as_flattened().to_vec()),
    ];
    for (key, found) in found {
        let expected: Vec<f64> = serde_json::from_value(expected[key].clone()).unwrap();
        let is_near = found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < TOLERANCE_MM);
        assert!(is_near && found.len() == expected.len(), "{name}: {key} {found:?} is not {expected:?}");
    }
    assert_eq!(reading.spacing_mm, Some(geometry.spacing_mm()), "{name}");
}

#[test]
fn volumes_are_what_and_where_simpleitk_says() {
    let files = files();
    for (name, expected) in facts("placed") {
        let reading = read_of(&files, &name).unwrap_or_else(|error| panic!("{name}: {error}"));
        check_values(&name, &reading.volume, &expected, 0.0);
        check_place(&name, &reading, &expected);
        assert_eq!(reading.problems, [], "{name}");
    }
}

#[test]
fn pages_are_what_tifffile_and_pillow_read() {
    let files = files();
    for (name, expected) in facts("pages") {
        let reading = read_of(&files, &name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let tolerance = if name.starts_with("jpeg") { JPEG_TOLERANCE } else { 0.0 };
        check_values(&name, &reading.volume, &expected, tolerance);
        assert_eq!(reading.volume.geometry(), None, "{name}");
    }
}

#[test]
fn published_files_are_what_their_libraries_read() {
    let Some(folder) = real_data::folder("") else { return };
    for (name, expected) in facts("real") {
        let outcome = format::read(&folder.join(&name), &ReadOptions::default());
        if let Some(kind) = expected["error"].as_str() {
            let error = outcome.map(|reading| reading.volume.shape()).expect_err(&name);
            assert_eq!(format!("{:?}", error.kind()), kind, "{name}: {error}");
            continue;
        }
        let reading = outcome.unwrap_or_else(|error| panic!("{error}"));
        let tolerance = if expected["is_jpeg"] == true { JPEG_TOLERANCE } else { 0.0 };
        check_values(&name, &reading.volume, &expected, tolerance);
        if !expected["origin_mm"].is_null() {
            check_place(&name, &reading, &expected);
        }
    }
}

#[test]
fn a_slide_has_levels_regions_and_pictures_beside_it() {
    let files = files();
    let facts = facts("slide");
    for name in ["sub.tif", "pages.svs"] {
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), &files[name]).unwrap();
        for slide in [
            Pyramid::of_bytes(&files[name], &Limits::default()).unwrap(),
            Pyramid::open(path.path(), &Limits::default()).unwrap(),
        ] {
            check_slide(name, &slide, &facts);
        }
        let whole = read_of(&files, name).unwrap().volume;
        check_sums(name, &whole, &facts["levels"][0], 0.0);
        let error = small_limits(&files[name], name).unwrap_err().to_string();
        assert!(error.contains("300 by 200, 150 by 100, 75 by 50"), "{error}");
    }
    let svs = Pyramid::of_bytes(&files["pages.svs"], &Limits::default()).unwrap();
    assert_eq!((svs.microns_per_pixel(), svs.magnification()), (Some([0.499; 2]), Some(20.0)));
    let names: Vec<String> = svs.associated().into_iter().map(|picture| picture.name).collect();
    assert_eq!(names, ["thumbnail", "label", "macro"]);
    check_sums("label", &svs.read_associated("label").unwrap(), &facts["label"], 0.0);
    assert!(svs.read_associated("nothing").is_err());
    let sub = Pyramid::of_bytes(&files["sub.tif"], &Limits::default()).unwrap();
    assert_eq!(sub.microns_per_pixel(), Some([0.5; 2]));
}

fn small_limits(bytes: &[u8], name: &str) -> Result<Reading> {
    let limits = Limits { samples_max: 100_000, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    (format::of_name(name).unwrap().decode)(&Source::new(bytes), &options)
}

fn check_slide(name: &str, slide: &Pyramid<'_>, facts: &serde_json::Map<String, Value>) {
    let sizes: Vec<[usize; 2]> = slide.levels().iter().map(|level| level.size).collect();
    assert_eq!(sizes, [[300, 200], [150, 100], [75, 50]], "{name}");
    let downsamples: Vec<f64> = slide.levels().iter().map(|level| level.downsample).collect();
    assert_eq!(downsamples, [1.0, 2.0, 4.0], "{name}");
    assert!(slide.levels().iter().all(|level| level.tile == [64, 64]), "{name}");
    for (idx, size) in sizes.into_iter().enumerate() {
        check_sums(name, &slide.read_region(idx, [0, 0], size).unwrap(), &facts["levels"][idx], 0.0);
    }
    let region = slide.read_region(1, [30, 10], [100, 70]).unwrap();
    assert_eq!(region.shape(), [3, 1, 70, 100]);
    check_sums(name, &region, &facts["region"], 0.0);
    for (level, at, size) in [
        (3, [0, 0], [1, 1]),
        (0, [300, 0], [1, 1]),
        (0, [0, 0], [0, 1]),
        (0, [1, 0], [300, 1]),
        (0, [usize::MAX, 0], [2, 1]),
    ] {
        assert!(slide.read_region(level, at, size).is_err(), "{name} {level} {at:?} {size:?}");
    }
}

#[test]
fn imagej_and_resolution_give_distances_and_no_place() {
    let files = files();
    let stack = read_of(&files, "imagej.tif").unwrap();
    let spacing = stack.spacing_mm.unwrap();
    let expected = [1e-3 / 2000.0, 1e-3 / 4000.0, 3.5e-3];
    assert!(spacing.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{spacing:?}");
    let plane = read_of(&files, "resolution.tif").unwrap();
    assert_eq!(plane.spacing_mm, None);
    assert!(plane.problems[0].message.contains("0.0005 by 0.00025 mm"), "{:?}", plane.problems);
}

#[test]
fn every_format_is_told_by_its_bytes() {
    for (name, bytes) in files() {
        let Some(expected) = format::of_name(&name) else { continue };
        if Path::new(&name).extension().is_some_and(|ending| ending != "raw") {
            assert_eq!(format::of_bytes(&bytes, "").unwrap().name, expected.name, "{name}");
        }
    }
}
