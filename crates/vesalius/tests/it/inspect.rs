//! What inspect says of files: every code of a problem, every field of a record, and repairs that repair.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use vesalius::convert::{ConvertOptions, Target, convert};
use vesalius::inspect::{CODES, Inspection, Kind, Record, inspect};
use vesalius::progress::{Context, Silent};
use vesalius_image::{Geometry, Limits, ReadOptions, Samples, Volume};

use crate::cohort::real_data;
use crate::{ct, save, upright};

fn look(paths: &[PathBuf], like: Option<&Path>, limits: &Limits) -> Inspection {
    let options = ReadOptions { limits: limits.clone(), ..ReadOptions::default() };
    let ctx = Context { progress: &Silent, stop: &AtomicBool::new(false) };
    inspect(paths, like, &options, &ctx).unwrap()
}

/// The record of one file.
fn record(path: &Path, like: Option<&Path>) -> Record {
    look(&[path.to_owned()], like, &Limits::default()).files.remove(0)
}

fn codes(record: &Record) -> Vec<&str> {
    record.problems.iter().map(|problem| problem.code).collect()
}

fn volume(samples: Samples, geometry: Option<Geometry>) -> Volume {
    Volume::new(samples, [1, 3, 4, 5], geometry).unwrap()
}

/// Sixty samples with no large areas.
fn rough() -> Vec<f32> {
    (0..60_u16).map(|v| f32::from(v * 7 % 64)).collect()
}

#[test]
fn a_record_says_what_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "ct.nii.gz", &ct());
    let record = record(&path, None);
    assert_eq!((record.format, record.kind), (Some("nifti"), Some(Kind::Volume)));
    assert_eq!((record.size, record.channels), (Some([6, 5, 4]), Some(1)));
    assert_eq!((record.spacing_mm, record.origin_mm), (Some([1.0, 1.5, 2.0]), Some([-10.0, 20.0, 30.0])));
    assert_eq!((record.dtype.as_deref(), record.range), (Some("i16"), Some([-400.0, 433.0])));
    assert_eq!((record.series.clone(), codes(&record)), (None, vec![]));
    let json = serde_json::to_value(look(&[path], None, &Limits::default())).unwrap();
    let keys: Vec<&String> = json["files"][0].as_object().unwrap().keys().collect();
    for key in ["path", "format", "kind", "size", "spacing_mm", "origin_mm", "direction", "dtype", "range", "units"] {
        assert!(keys.iter().any(|known| *known == key), "{key}");
    }
    assert_eq!((&json["schema"], &json["files"][0]["dtype"]), (&1.into(), &"i16".into()));
    assert_eq!(json["files"][0]["direction"][0], serde_json::json!([1.0, 0.0, 0.0]));
}

/// Checks which problems a file has, and that each has a message and a remedy; gives their codes.
#[track_caller]
fn check(path: &Path, like: Option<&Path>, limits: &Limits, expected: &[&'static str]) -> Vec<&'static str> {
    let inspection = look(&[path.to_owned()], like, limits);
    let found: Vec<&str> = inspection.files[0].problems.iter().map(|problem| problem.code).collect();
    assert_eq!(found, expected, "{:#?}", inspection.files[0]);
    for problem in &inspection.files[0].problems {
        assert!(problem.message.len() > 10 && problem.remedy.len() > 10, "{problem:?}");
    }
    expected.to_vec()
}

/// A GIF of two frames of one pixel, black and white.
fn moving_picture() -> Vec<u8> {
    let frame = |pixel: u8| [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44 | pixel << 3, 1, 0];
    let screen = [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
    [b"GIF89a".as_slice(), &screen, &frame(0), &frame(1), &[0x3b]].concat()
}

#[test]
fn every_problem_of_values_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let even = Some(upright([1.0; 3], [0.0; 3]));
    let any = Limits::default();
    let mut seen = Vec::new();
    let mut of = |name: &str, volume: &Volume, limits: &Limits, expected: &[&'static str]| {
        seen.extend(check(&save(here, name, volume), None, limits, expected));
    };
    let mut broken = rough();
    broken[7] = f32::NAN;
    of("nan.nii", &volume(Samples::F32(broken), even.clone()), &any, &["not-finite"]);
    let half = |inside: f32| (0..60).map(|v| if v < 30 { 0.0 } else { inside }).collect::<Vec<f32>>();
    of("mask.nii", &volume(Samples::F32(half(1.0)), even.clone()), &any, &[]);
    of("label5.nii", &volume(Samples::F32(half(5.0)), even.clone()), &any, &[]);
    of("mask255.nii", &volume(Samples::F32(half(255.0)), even.clone()), &any, &["mask-values"]);
    of("mask0.0039.nii", &volume(Samples::F32(half(1.0 / 255.0)), even.clone()), &any, &["mask-values"]);
    of("flat.nii", &volume(Samples::U8(vec![9; 60]), even.clone()), &any, &["constant"]);
    let thick = Some(upright([0.5, 0.5, 5.0], [0.0; 3]));
    of("thick.nii", &volume(Samples::F32(rough()), thick), &any, &["anisotropic"]);
    let small = Limits { bytes_max: 1600, ..Limits::default() };
    of("huge.nii", &volume(Samples::F32(rough()), even.clone()), &small, &["huge"]);
    let tiny = Limits { samples_max: 10, ..Limits::default() };
    of("too-large.nii", &volume(Samples::F32(rough()), even), &tiny, &["too-large"]);

    fs::write(here.join("moving.gif"), moving_picture()).unwrap();
    seen.extend(check(&here.join("moving.gif"), None, &any, &["several-frames", "no-geometry"]));
    fs::write(here.join("notes.txt"), "no image").unwrap();
    seen.extend(check(&here.join("notes.txt"), None, &any, &["unreadable"]));
    seen.extend(check(&here.join("nowhere.nii"), None, &any, &["unreadable"]));
    // Contours without an image have a test of their own.
    let unseen: Vec<&&str> = CODES.iter().filter(|code| !seen.contains(code) && **code != "no-image").collect();
    assert!(unseen.is_empty(), "no test shows {unseen:?}");
}

#[test]
fn differences_are_told_with_the_command_that_repairs_them() {
    let folder = tempfile::tempdir().unwrap();
    let like = save(folder.path(), "ct scan.nii.gz", &ct());
    let [_, z, y, x] = ct().shape();
    let with = |name: &str, geometry: Geometry| {
        let volume = Volume::new(ct().samples().clone(), [1, z, y, x], Some(geometry)).unwrap();
        save(folder.path(), name, &volume)
    };
    let origin_mm = [-10.0, 20.0, 30.0];
    let any = Limits::default();
    check(&like, Some(&like), &any, &[]);
    let moved = with("moved.nii", upright([1.0, 1.5, 2.0], [-10.0, 20.0, 33.0]));
    check(&moved, Some(&like), &any, &["origin-differs"]);
    let coarse = with("coarse.nii", upright([1.0, 1.5, 2.5], origin_mm));
    check(&coarse, Some(&like), &any, &["spacing-differs"]);
    let mirrored = [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]];
    let turned = with("turned.nii", Geometry::new([1.0, 1.5, 2.0], origin_mm, mirrored).unwrap());
    check(&turned, Some(&like), &any, &["direction-differs"]);
    let shorter = Volume::new(Samples::I16((0..90).collect()), [1, 3, 5, 6], ct().geometry().cloned()).unwrap();
    let shorter = save(folder.path(), "shorter.nii", &shorter);
    check(&shorter, Some(&like), &any, &["size-differs"]);
    let placeless = Volume::new(ct().samples().clone(), [1, z, y, x], None).unwrap();
    let placeless = save(folder.path(), "placeless.npy", &placeless);
    check(&placeless, Some(&like), &any, &["no-orientation", "not-comparable"]);

    let compared = record(&moved, Some(&like)).like.unwrap();
    assert_eq!((compared.differs, compared.origin_mm), (vec!["origin"], Some([0.0, 0.0, -3.0])));
    let repair = compared.repair.unwrap();
    let expected = format!("vesalius convert {} OUT --like '{}'", moved.display(), like.display());
    assert_eq!(repair, expected);
    let options = ConvertOptions { target: Some(Target::Like(like.clone())), ..ConvertOptions::default() };
    for wrong in [moved, coarse, turned, shorter] {
        let repaired = folder.path().join("repaired.nii.gz");
        convert(&wrong, &repaired, &options).unwrap();
        let compared = record(&repaired, Some(&like)).like.unwrap();
        assert_eq!((compared.differs, compared.repair), (vec![], None), "{}", wrong.display());
    }
}

/// Regions as a file of masks names them.
fn regions(record: &Record) -> Vec<(u32, &str)> {
    record.regions.iter().map(|region| (region.value, region.name.as_str())).collect()
}

#[test]
fn masks_of_dicom_name_their_regions() {
    let Some(folder) = real_data("dicom-derived/dcmqi/data/segmentations") else { return };
    let liver = record(&folder.join("liver.dcm"), Some(&folder.join("ct-3slice")));
    assert_eq!((liver.kind, regions(&liver), codes(&liver)), (Some(Kind::Mask), vec![(1, "Liver")], vec![]));
    assert_eq!((liver.size, liver.channels), (Some([512, 512, 3]), Some(1)));
    let several = record(&folder.join("partial_overlaps.dcm"), None);
    assert_eq!((several.channels, several.regions.len()), (Some(5), 5));
    assert_eq!(several.series.unwrap().modality, "SEG");
}

#[test]
fn contours_without_their_image_are_named_and_not_filled() {
    let Some(path) = real_data("pydicom-files/pydicom/src/pydicom/data/test_files/rtstruct.dcm") else { return };
    let alone = record(&path, None);
    assert_eq!((alone.kind, alone.size), (Some(Kind::Contours), None));
    assert_eq!(codes(&alone), ["no-image"]);
    assert_eq!(regions(&alone), [(1, "patient"), (2, "Isocenter 1"), (3, "Isocenter 2")]);
}

#[test]
fn kinds_are_told_from_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, samples: Samples, shape: [usize; 4], expected: Kind| {
        let path = save(folder.path(), name, &Volume::new(samples, shape, None).unwrap());
        assert_eq!(record(&path, None).kind, Some(expected), "{name}");
    };
    check("gray.png", Samples::U8((0..60).collect()), [1, 1, 6, 10], Kind::Image);
    check("color.png", Samples::U8((0..180).collect()), [3, 1, 6, 10], Kind::Color);
    check("volume.npy", Samples::I16((0..60).collect()), [1, 3, 4, 5], Kind::Volume);
    check("channels.nii", Samples::I16((0..120).collect()), [2, 3, 4, 5], Kind::Channels);
    let labels = (0..60_u8).map(|v| v / 15).collect();
    check("labels.npy", Samples::U8(labels), [1, 3, 4, 5], Kind::Mask);
    let few_but_rough = (0..60_u8).map(|v| v % 4).collect();
    check("rough.npy", Samples::U8(few_but_rough), [1, 3, 4, 5], Kind::Volume);
}

#[test]
fn a_folder_is_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    save(folder.path(), "b.nii.gz", &ct());
    save(&folder.path().join("inner"), "a.nii.gz", &ct());
    fs::write(folder.path().join("read-me.txt"), "what these are").unwrap();
    let whole = fs::read(folder.path().join("b.nii.gz")).unwrap();
    fs::write(folder.path().join("cut.nii.gz"), &whole[..whole.len() / 2]).unwrap();
    let inspection = look(&[folder.path().to_owned()], None, &Limits::default());
    let found: Vec<(String, Option<Kind>, Vec<&str>)> = inspection
        .files
        .iter()
        .map(|record| {
            let name = record.path.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
            (name, record.kind, codes(record))
        })
        .collect();
    let expected = [
        ("b.nii.gz", Some(Kind::Volume), vec![]),
        ("cut.nii.gz", None, vec!["unreadable"]),
        ("inner/a.nii.gz", Some(Kind::Volume), vec![]),
        ("read-me.txt", Some(Kind::Other), vec![]),
    ];
    assert_eq!(found, expected.map(|(name, kind, codes)| (name.to_owned(), kind, codes)));
    let empty = tempfile::tempdir().unwrap();
    check(empty.path(), None, &Limits::default(), &["unreadable"]);
}
