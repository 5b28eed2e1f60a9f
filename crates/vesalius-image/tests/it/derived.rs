//! Masks from segmentations and structure sets: on their own grid, on that of a series, and on none that fits.

use dicom_dictionary_std::tags;
use serde_json::Value;
use vesalius_image::dicom;
use vesalius_image::dicom::segmentation::{Coding, Segmentation};
use vesalius_image::dicom::structures::Structures;
use vesalius_image::{Geometry, Grid, Limits, ReadOptions, Reading, Samples, Values};

use crate::golden;
use crate::phantom_dicom::{Set, Slice, segmentation, shuffled, structures};
use crate::real_data::folder;

fn parse(set: Set) -> Segmentation {
    Segmentation::parse(set.file(), &ReadOptions::default()).unwrap()
}

fn masks(segmentation: &Segmentation, onto: Option<&Grid>) -> Reading {
    segmentation.masks(onto, &ReadOptions::default()).unwrap()
}

/// Twelve voxels of which every `step`th is in.
fn comb(step: usize) -> Vec<u8> {
    (0..12).map(|idx| u8::from(idx % step == 0)).collect()
}

fn values(reading: &Reading) -> Vec<f64> {
    reading.volume.samples().to_f64()
}

fn as_f64(parts: &[Vec<u8>]) -> Vec<f64> {
    parts.iter().flatten().map(|value| f64::from(*value)).collect()
}

/// The grid of axial slices 2 mm apart from height 0.
fn grid(origin_mm: [f64; 3], [nx, ny, nz]: [usize; 3]) -> Grid {
    let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    Grid::new([nz, ny, nx], Geometry::new([0.75, 0.5, 2.0], origin_mm, identity).unwrap()).unwrap()
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn frames_go_where_they_say_and_gaps_are_empty() {
    let frames = [(2, 6.0, comb(3)), (1, 2.0, comb(2)), (1, 0.0, comb(5))];
    let found = parse(segmentation("BINARY", &[(2, "two"), (1, "one")], &frames));
    let names: Vec<(u16, &str)> = found.segments.iter().map(|s| (s.number, s.label.as_str())).collect();
    assert_eq!(names, [(1, "one"), (2, "two")]);
    assert_eq!(found.series_uid.as_deref(), Some("1.2.3"));
    let reading = masks(&found, None);
    assert_eq!(reading.volume.shape(), [2, 4, 3, 4]);
    assert_eq!(reading.spacing_mm, Some([0.75, 0.5, 2.0]));
    let zero = || vec![0; 12];
    let expected = as_f64(&[comb(5), comb(2), zero(), zero(), zero(), zero(), zero(), comb(3)]);
    assert_eq!(values(&reading), expected);

    let on_series = masks(&found, Some(&grid([-10.0, 20.0, -2.0], [4, 3, 6])));
    assert_eq!(on_series.volume.shape(), [2, 6, 3, 4]);
    assert_eq!(values(&on_series)[12..48], expected[..36]);
    assert!(on_series.problems.is_empty());
}

#[test]
fn a_grid_that_is_smaller_loses_voxels_and_says_so() {
    let found = parse(segmentation("BINARY", &[(1, "x")], &[(1, 0.0, vec![1; 12]), (1, 2.0, vec![1; 12])]));
    let reading = masks(&found, Some(&grid([-10.0 + 0.75, 20.0, 0.0], [3, 3, 1])));
    assert_eq!(values(&reading), vec![1.0; 9]);
    assert_eq!(codes(&reading), ["outside-grid"]);
    assert!(reading.problems[0].message.contains("15 voxels"), "{:?}", reading.problems);
}

#[test]
fn a_grid_that_does_not_fit_is_refused_with_what_differs() {
    let found = parse(segmentation("BINARY", &[(1, "x")], &[(1, 0.0, comb(2))]));
    let refusal = |grid: &Grid| found.masks(Some(grid), &ReadOptions::default()).unwrap_err().to_string();
    assert!(refusal(&grid([-10.3, 20.0, 0.0], [4, 3, 2])).contains("whole numbers"));
    let other = |spacing_mm, direction| {
        Grid::new([2, 3, 4], Geometry::new(spacing_mm, [-10.0, 20.0, 0.0], direction).unwrap()).unwrap()
    };
    let [x, y, z] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    assert!(refusal(&other([0.5, 0.5, 2.0], [x, y, z])).contains("spacings"));
    assert!(refusal(&other([0.75, 0.5, 2.0], [y, x, z])).contains("directions"));
}

#[test]
fn overlaps_keep_the_highest_number_in_a_label_map() {
    let frames = [(3, 0.0, comb(2)), (1, 0.0, comb(3))];
    let found = parse(segmentation("BINARY", &[(1, "a"), (3, "c")], &frames));
    let reading = found.label_map(None, &ReadOptions::default()).unwrap();
    let expected: Vec<f64> =
        (0..12).map(|idx| if idx % 2 == 0 { 3.0 } else { f64::from(u8::from(idx % 3 == 0)) }).collect();
    assert_eq!(values(&reading), expected);
    assert_eq!(codes(&reading), ["overlapping-segments"]);
    assert!(reading.problems[0].message.contains("2 voxels"));
}

#[test]
fn fractions_are_shares_and_make_no_label_map() {
    let stored: Vec<u8> = (0..12).map(|idx| idx * 10).collect();
    let found = parse(segmentation("FRACTIONAL", &[(1, "x")], &[(1, 0.0, stored.clone())]));
    assert_eq!(found.coding, Coding::Fractional);
    let reading = masks(&found, None);
    assert!(matches!(reading.volume.samples(), Samples::F32(values) if values[10] == 0.5 && values[0] == 0.0));
    let options = ReadOptions { values: Values::Stored, ..ReadOptions::default() };
    assert_eq!(values(&found.masks(None, &options).unwrap()), as_f64(&[stored]));
    assert!(found.label_map(None, &ReadOptions::default()).is_err());
}

#[test]
fn a_label_map_is_split_into_masks() {
    let stored: Vec<u8> = (0..12).map(|idx| idx % 4).collect();
    let found = parse(segmentation("LABELMAP", &[(0, "none"), (1, "a"), (3, "c")], &[(0, 0.0, stored.clone())]));
    let expected = |n: u8| stored.iter().map(|v| u8::from(*v == n)).collect::<Vec<u8>>();
    assert_eq!(values(&masks(&found, None)), as_f64(&[expected(1), expected(3)]));
    // The value 2 is of no segment.
    let labels = found.label_map(None, &ReadOptions::default()).unwrap();
    let expected: Vec<f64> = stored.iter().map(|v| if *v == 2 { 0.0 } else { f64::from(*v) }).collect();
    assert_eq!(values(&labels), expected);
}

#[test]
fn a_damaged_segmentation_is_an_error_and_no_panic() {
    let whole = segmentation("BINARY", &[(1, "x")], &[(1, 0.0, comb(2)), (1, 2.0, comb(2))]).file();
    for n in 0..whole.len() {
        if let Ok(found) = Segmentation::parse(whole[..n].to_vec(), &ReadOptions::default()) {
            let _ = found.masks(None, &ReadOptions::default());
        }
    }
    let far = segmentation("BINARY", &[(1, "x")], &[(1, 0.0, comb(2)), (1, 1e9, comb(2))]);
    let limits = Limits { bytes_max: 1 << 20, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    assert!(parse(far).masks(None, &options).is_err());
    let none = segmentation("BINARY", &[], &[]).file();
    assert!(Segmentation::parse(none, &ReadOptions::default()).is_err());
}

/// A closed polygon in voxels of a grid, as points in the world.
fn polygon(grid: &Grid, slice: f64, points: &[[f64; 2]]) -> Vec<[f64; 3]> {
    points.iter().map(|[x, y]| grid.geometry().world_mm([*x, *y, slice])).collect()
}

/// A square from a corner to the opposite one.
fn square(grid: &Grid, slice: f64, low: f64, high: f64) -> Vec<[f64; 3]> {
    polygon(grid, slice, &[[low, low], [high, low], [high, high], [low, high]])
}

fn filled(grid: &Grid, named: &[(&str, Vec<Vec<[f64; 3]>>)]) -> Reading {
    let found = Structures::parse(&structures(named).file(), &ReadOptions::default()).unwrap();
    found.masks(grid, &Limits::default()).unwrap()
}

/// How many voxels are in, of each slice of each channel.
fn counts(reading: &Reading) -> Vec<usize> {
    let [_, _, ny, nx] = reading.volume.shape();
    let values = values(reading);
    values.chunks(ny * nx).map(|plane| plane.iter().filter(|v| **v == 1.0).count()).collect()
}

#[test]
fn contours_enclose_voxels_by_their_centers() {
    let grid = grid([-3.0, 7.0, 50.0], [20, 20, 3]);
    let reading = filled(
        &grid,
        &[
            ("inside", vec![square(&grid, 0.0, 2.5, 6.5), square(&grid, 1.0, 2.4, 6.6)]),
            // Two that touch along a line of centers share no voxel and leave none out.
            ("left", vec![polygon(&grid, 2.0, &[[1.0, 1.0], [5.0, 1.0], [5.0, 9.0], [1.0, 9.0]])]),
            ("right", vec![polygon(&grid, 2.0, &[[5.0, 1.0], [9.0, 1.0], [9.0, 9.0], [5.0, 9.0]])]),
            ("hole", vec![square(&grid, 1.0, 0.5, 10.5), square(&grid, 1.0, 3.5, 7.5)]),
        ],
    );
    assert_eq!(counts(&reading), [16, 16, 0, 0, 0, 32, 0, 0, 32, 0, 84, 0]);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let names: Vec<usize> = (0..2).map(|channel| (channel + 1) * 1200 + 2 * 400).collect();
    let both: Vec<f64> = (0..400).map(|at| names.iter().map(|start| values(&reading)[start + at]).sum()).collect();
    assert!(both.iter().all(|n| *n <= 1.0));
}

#[test]
fn structures_are_labels_unless_they_overlap() {
    let grid = grid([0.0; 3], [8, 8, 1]);
    let read = |named: &[(&str, Vec<Vec<[f64; 3]>>)]| {
        let found = Structures::parse(&structures(named).file(), &ReadOptions::default()).unwrap();
        found.read(&grid, &Limits::default()).unwrap().volume
    };
    let (a, b) = (square(&grid, 0.0, 0.5, 2.5), square(&grid, 0.0, 4.5, 7.5));
    let apart = read(&[("a", vec![a.clone()]), ("b", vec![b])]);
    assert_eq!((apart.shape(), apart.samples().dtype()), ([1, 1, 8, 8], vesalius_image::Dtype::U8));
    let labels = apart.samples().to_f64();
    let n = |label: f64| labels.iter().filter(|value| **value == label).count();
    assert_eq!((n(0.0), n(1.0), n(2.0)), (64 - 4 - 9, 4, 9));
    let both = read(&[("a", vec![a]), ("over", vec![square(&grid, 0.0, 1.5, 3.5)])]);
    assert_eq!(both.shape(), [2, 1, 8, 8]);
}

#[test]
fn segments_are_labels_unless_they_overlap_or_are_fractions() {
    let read = |kind: &str, frames: &[(u16, f64, Vec<u8>)]| {
        let file = segmentation(kind, &[(3, "three"), (7, "seven")], frames);
        parse(file).read(None, &ReadOptions::default()).unwrap()
    };
    let apart = read("BINARY", &[(3, 0.0, comb(2)), (7, 2.0, comb(3))]);
    assert_eq!(apart.volume.shape()[0], 1);
    assert_eq!(values(&apart).into_iter().fold(0.0, f64::max), 7.0);
    let over = read("BINARY", &[(3, 0.0, comb(2)), (7, 0.0, comb(3))]);
    assert_eq!((over.volume.shape()[0], codes(&over)), (2, vec![]));
    let fractions = read("FRACTIONAL", &[(3, 0.0, comb(2)), (7, 2.0, comb(3))]);
    assert_eq!(fractions.volume.shape()[0], 2);
}

#[test]
fn a_keyhole_is_a_hole_and_a_triangle_has_its_area() {
    let grid = grid([0.0, 0.0, 0.0], [40, 40, 1]);
    let keyhole = [
        [0.5, 0.5],
        [20.5, 0.5],
        [20.5, 20.5],
        [10.5, 20.5],
        [10.5, 14.5],
        [14.5, 14.5],
        [14.5, 6.5],
        [6.5, 6.5],
        [6.5, 14.5],
        [10.5, 14.5],
        [10.5, 20.5],
        [0.5, 20.5],
    ];
    let reading = filled(
        &grid,
        &[
            ("keyhole", vec![polygon(&grid, 0.0, &keyhole)]),
            ("triangle", vec![polygon(&grid, 0.0, &[[-0.5, -0.5], [39.5, -0.5], [-0.5, 39.5]])]),
        ],
    );
    // 20 × 20 less 8 × 8; of the triangle the centers x + y < 39, below the diagonal.
    assert_eq!(counts(&reading), [400 - 64, 780]);
}

#[test]
fn contours_off_the_grid_are_told() {
    let grid = grid([0.0, 0.0, 0.0], [20, 20, 5]);
    let reading = filled(
        &grid,
        &[("x", vec![square(&grid, 0.2, 1.0, 5.0), square(&grid, 3.0, -4.5, 1.5), square(&grid, 9.0, 1.0, 5.0)])],
    );
    assert_eq!(codes(&reading), ["contours-outside", "contours-between-slices", "slices-without-contours"]);
    assert_eq!(counts(&reading), [16, 0, 0, 4, 0]);

    let mut steep = square(&grid, 1.0, 1.0, 5.0);
    steep[2][2] += 1.0;
    let found = Structures::parse(&structures(&[("steep", vec![steep])]).file(), &ReadOptions::default()).unwrap();
    assert!(found.masks(&grid, &Limits::default()).unwrap_err().to_string().contains("\"steep\""));
    let open = structures(&[("points", vec![vec![[0.0; 3]]])]);
    let mut found = Structures::parse(&open.file(), &ReadOptions::default()).unwrap();
    assert_eq!(found.structures[0].contours.len(), 1);
    found.structures.clear();
    assert!(found.masks(&grid, &Limits::default()).is_err());
}

#[test]
fn a_damaged_structure_set_is_an_error_and_no_panic() {
    let small = grid([0.0, 0.0, 0.0], [8, 8, 2]);
    let whole = structures(&[("x", vec![square(&small, 0.0, 1.0, 5.0)])]).file();
    for n in 0..whole.len() {
        if let Ok(found) = Structures::parse(&whole[..n], &ReadOptions::default()) {
            let _ = found.masks(&small, &Limits::default());
        }
    }
    let far = structures(&[("x", vec![vec![[1e300, 0.0, 0.0], [-1e300, 1e300, 0.0], [0.0, 1e308, 0.0]]])]);
    let found = Structures::parse(&far.file(), &ReadOptions::default()).unwrap();
    let _ = found.masks(&small, &Limits::default());
    let odd = structures(&[("x", vec![square(&small, 0.0, 1.0, 5.0)])]);
    assert!(
        Structures::parse(&odd.text(tags::SOP_CLASS_UID, dicom_core::VR::UI, "1.2").file(), &ReadOptions::default())
            .is_err()
    );
}

#[test]
fn masks_of_an_index_lie_on_its_series() {
    let folder = tempfile::tempdir().unwrap();
    let mut files: Vec<Vec<u8>> = (0..4).map(|k| Slice::axial(2.0 * f64::from(k), k).set().file()).collect();
    files.push(segmentation("BINARY", &[(1, "x")], &[(1, 4.0, vec![1; 12])]).file());
    shuffled(folder.path(), files);
    let index = dicom::open(folder.path(), &ReadOptions::default()).unwrap();
    let image = index.read(&index.series[0].volumes[0], &ReadOptions::default()).unwrap();
    let found = index.segmentation(&index.series[1].derived[0], &ReadOptions::default()).unwrap();
    assert_eq!(found.series_uid.as_deref(), Some(index.series[0].uid.as_str()));
    let reading = masks(&found, Some(&Grid::of(&image.volume).unwrap()));
    assert_eq!(reading.volume.geometry(), image.volume.geometry());
    assert_eq!(counts(&reading), [0, 0, 12, 0]);
}

/// The facts of golden/series.json of one kind.
fn facts(kind: &str) -> Value {
    let facts: Value = serde_json::from_slice(&std::fs::read(golden("series.json")).unwrap()).unwrap();
    facts[kind].clone()
}

#[test]
fn published_segmentations_are_what_their_nrrd_files_hold() {
    let Some(folder) = folder("dicom-derived") else { return };
    for (name, expected) in facts("segmentations").as_object().unwrap() {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let found = Segmentation::parse(bytes, &ReadOptions::default()).unwrap();
        let reading = masks(&found, None);
        let counts: Vec<u64> = counts_of_channels(&reading);
        assert_eq!(serde_json::json!(counts), expected["counts"], "{name}");
        assert_eq!(serde_json::json!(crc(&values(&reading))), expected["crc"], "{name}");
        near(reading.volume.geometry().unwrap(), expected, 1e-4);
    }
}

fn counts_of_channels(reading: &Reading) -> Vec<u64> {
    let [n_channels, ..] = reading.volume.shape();
    let values = values(reading);
    values.chunks(values.len() / n_channels).map(|c| c.iter().filter(|v| **v == 1.0).count() as u64).collect()
}

fn crc(values: &[f64]) -> u64 {
    let mut crc = flate2::Crc::new();
    for value in values {
        crc.update(&value.to_le_bytes());
    }
    u64::from(crc.sum())
}

/// Spacing, origin and direction within a tolerance in millimeters and of one.
fn near(geometry: &Geometry, expected: &Value, tolerance: f64) {
    let check = |found: &[f64], key: &str| {
        let expected: Vec<f64> = expected[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() <= tolerance, "{key}: {found} is not {expected}");
        }
    };
    check(&geometry.spacing_mm(), "spacing");
    check(&geometry.origin_mm(), "origin");
    check(geometry.direction().as_flattened(), "direction");
}

#[test]
fn published_series_lie_where_simpleitk_puts_them() {
    for (name, expected) in facts("series").as_object().unwrap() {
        let (set, rest) = name.split_once('/').unwrap();
        let Some(folder) = folder(set) else { continue };
        let index = dicom::open(&folder.join(rest), &ReadOptions::default()).unwrap();
        let stacks = index.series.iter().flat_map(|series| &series.volumes);
        let stack = stacks.max_by_key(|stack| stack.n_slices()).unwrap();
        // SimpleITK spreads slices evenly, whatever is missing; here that is asked for.
        let stack = if let Some(obstacle) = stack.obstacle() {
            assert_eq!(serde_json::json!(obstacle.code), expected["obstacle"], "{name}");
            stack.spread().unwrap()
        } else {
            assert!(expected.get("obstacle").is_none(), "{name}");
            stack.clone()
        };
        let reading = index.read(&stack, &ReadOptions::default()).unwrap();
        assert_eq!(serde_json::json!(reading.volume.shape()), expected["shape"], "{name}");
        near(reading.volume.geometry().unwrap(), expected, 1e-6);
        assert_eq!(serde_json::json!(crc(&values(&reading))), expected["crc"], "{name}");
    }
}

#[test]
fn a_published_structure_set_has_its_names_and_areas() {
    let Some(folder) = folder("pydicom-files") else { return };
    let bytes = std::fs::read(folder.join("pydicom/src/pydicom/data/test_files/rtstruct.dcm")).unwrap();
    let found = Structures::parse(&bytes, &ReadOptions::default()).unwrap();
    let expected = facts("structures");
    let summary: Vec<Value> = found
        .structures
        .iter()
        .map(|s| serde_json::json!([s.name, s.contours.len(), s.contours.iter().map(Vec::len).sum::<usize>()]))
        .collect();
    assert_eq!(Value::from(summary), expected);
}

#[test]
fn every_way_to_write_the_list_of_a_published_medium_leads_to_the_same_series() {
    let Some(folder) = folder("pydicom-files/pydicom/src/pydicom/data/test_files/dicomdirtests") else { return };
    let found = |name: &str| -> Vec<(String, Vec<[usize; 3]>)> {
        let index = dicom::open(&folder.join(name), &ReadOptions::default()).unwrap();
        assert!(index.problems.is_empty() && index.passed_over.is_empty(), "{name}: {:?}", index.passed_over);
        let sizes = |series: &dicom::Series| series.volumes.iter().map(dicom::Stack::size).collect();
        index.series.iter().map(|series| (series.uid.clone(), sizes(series))).collect()
    };
    let expected = found("DICOMDIR");
    let n_slices: usize = expected.iter().flat_map(|(_, sizes)| sizes).map(|size| size[2]).sum();
    assert_eq!((expected.len(), n_slices), (13, 31));
    for name in
        ["DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-nooffset", "DICOMDIR-reordered", "DICOMDIR-nopatient"]
    {
        assert_eq!(found(name), expected, "{name}");
    }
}
