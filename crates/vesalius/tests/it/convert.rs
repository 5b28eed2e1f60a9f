//! What convert does: nothing is lost in silence, nothing is guessed, and voxels stay where they are.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

use std::path::Path;

use vesalius::convert::{ConvertOptions, Crop, Labels, Picture, Supplied, Target, convert};
use vesalius::open::Choice;
use vesalius_image::cast::Fit;
use vesalius_image::dicom::suv::Normalization;
use vesalius_image::format::{self, FORMATS};
use vesalius_image::resample::{Interpolation, ResampleOptions};
use vesalius_image::{Dtype, Geometry, ReadOptions, Samples, Volume};

use crate::cohort::real_data;
use crate::{ct, save, upright};

fn read(path: &Path) -> Volume {
    format::read(path, &ReadOptions::default()).unwrap().volume
}

/// Converts between two names in a folder of its own.
fn converted(volume: &Volume, name: &str, output: &str, options: &ConvertOptions) -> Result<Volume, String> {
    let folder = tempfile::tempdir().unwrap();
    let input = save(folder.path(), name, volume);
    let output = folder.path().join(output);
    convert(&input, &output, options).map_err(|error| error.to_string())?;
    Ok(read(&output))
}

#[track_caller]
fn refused(volume: &Volume, name: &str, output: &str, options: &ConvertOptions, part: &str) {
    let error = converted(volume, name, output, options).unwrap_err();
    assert!(error.contains(part), "{error}");
}

/// Whether two geometries are the same to what `f32` and decimal headers keep.
fn is_near(a: Option<&Geometry>, b: Option<&Geometry>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() && b.is_none() };
    let pairs = a.affine().into_iter().flatten().zip(b.affine().into_iter().flatten());
    pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4)
}

#[test]
fn every_pair_of_formats_keeps_values_and_place() {
    let turned = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]];
    let geometry = Geometry::new([0.75, 1.5, 2.25], [-12.5, 7.25, 90.0], turned).unwrap();
    let picture = Volume::new(Samples::U8((0..63).collect()), [1, 1, 7, 9], None).unwrap();
    let deep = Volume::new(Samples::I16((-60..60).collect()), [1, 4, 5, 6], Some(geometry)).unwrap();
    let mut n_pairs = 0;
    for volume in [picture, deep] {
        let holds = |format: &format::Format| {
            let name = format!("a.{}", format.endings[0]);
            // JPEG is the one format that is written and does not keep values.
            format.endings[0] != "jpg" && format.encode.is_some_and(|encode| encode(&volume, &name).is_ok())
        };
        let names: Vec<&str> = FORMATS.iter().filter(|format| holds(format)).map(|format| format.endings[0]).collect();
        for from in &names {
            for to in &names {
                let folder = tempfile::tempdir().unwrap();
                let input = save(folder.path(), &format!("in.{from}"), &volume);
                let output = folder.path().join(format!("out.{to}"));
                let direct = save(folder.path(), &format!("direct.{to}"), &read(&input));
                let preview = *to == "png" && volume.shape()[1] > 1;
                if preview {
                    continue;
                }
                convert(&input, &output, &ConvertOptions::default()).unwrap();
                let (there, direct) = (read(&output), read(&direct));
                assert_eq!(there.fingerprint(), volume.fingerprint(), "{from} to {to}");
                assert!(is_near(there.geometry(), direct.geometry()), "{from} to {to}: {:?}", there.geometry());
                if read(&input).geometry().is_some() && there.geometry().is_some() {
                    assert!(is_near(there.geometry(), volume.geometry()), "{from} to {to}: {:?}", there.geometry());
                }
                n_pairs += 1;
            }
        }
    }
    assert!(n_pairs >= 40, "{n_pairs}");
}

#[test]
fn values_that_do_not_fit_are_counted_or_fitted_as_told() {
    let samples = Samples::F32((0..120_i16).map(|v| f32::from(v) * 2.5).collect());
    let volume = Volume::new(samples, ct().shape(), ct().geometry().cloned()).unwrap();
    let with = |dtype, fit| ConvertOptions { dtype: Some(dtype), fit, ..ConvertOptions::default() };
    let exact = with(Dtype::U8, Fit::Exact);
    refused(&volume, "a.nii", "b.nii", &exact, "68 of 120 values do not fit u8, the first is 2.5");
    refused(&volume, "a.nii", "b.nii", &exact, "--fit round");
    refused(&volume, "a.nii", "b.nii", &with(Dtype::U8, Fit::Round), "17 of 120 values");
    let clipped = converted(&volume, "a.nii", "b.nii", &with(Dtype::U8, Fit::Clip)).unwrap();
    assert_eq!((clipped.samples().dtype(), clipped.range()), (Dtype::U8, (0.0, 255.0)));
    assert_eq!(clipped.to_f32()[..2], [0.0, 2.0]);
}

#[test]
fn nan_and_labels_become_what_is_asked_for() {
    let samples = Samples::F32(vec![0.0, 0.003_921_6, f32::NAN, 1.0]);
    let volume = Volume::new(samples, [1, 1, 2, 2], None).unwrap();
    let binary = ConvertOptions { labels: Labels::Binary, ..ConvertOptions::default() };
    refused(&volume, "a.npy", "b.npy", &binary, "--replace-nonfinite");
    let both = ConvertOptions { nonfinite: Some(0.0), ..binary };
    assert_eq!(converted(&volume, "a.npy", "b.npy", &both).unwrap().samples(), &Samples::U8(vec![0, 1, 0, 1]));
}

#[test]
fn axes_turn_and_voxels_stay() {
    let options = ConvertOptions { axes: Some("RAS".parse().unwrap()), ..ConvertOptions::default() };
    let turned = converted(&ct(), "a.nii.gz", "b.nrrd", &options).unwrap();
    let direction = turned.geometry().unwrap().direction();
    assert_eq!(direction, [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]]);
    let (old, new) = (ct(), turned);
    let at = |volume: &Volume, world: [f64; 3]| {
        let [_, _, ny, nx] = volume.shape();
        let [x, y, z] = volume.geometry().unwrap().voxel(world).map(|v| v.round() as usize);
        volume.samples().get((z * ny + y) * nx + x)
    };
    for voxel in [[0.0, 0.0, 0.0], [5.0, 4.0, 3.0], [2.0, 1.0, 3.0]] {
        let world = old.geometry().unwrap().world_mm(voxel);
        assert_eq!(at(&old, world).to_bits(), at(&new, world).to_bits(), "{voxel:?}");
    }
}

#[test]
fn the_box_of_a_mask_is_cut_out_with_its_margin() {
    let folder = tempfile::tempdir().unwrap();
    let input = save(folder.path(), "ct.nii.gz", &ct());
    let mut inside = vec![0_u8; 120];
    // Voxel x 3, y 2, z 1.
    inside[(5 + 2) * 6 + 3] = 1;
    let mask = Volume::new(Samples::U8(inside), ct().shape(), ct().geometry().cloned()).unwrap();
    let mask_path = save(folder.path(), "mask.nii.gz", &mask);
    let crop = |margin_mm: f64| {
        let crop = Some(Crop { mask: mask_path.clone(), margin_mm });
        let output = folder.path().join("out.nii.gz");
        convert(&input, &output, &ConvertOptions { crop, ..ConvertOptions::default() }).unwrap();
        read(&output)
    };
    let tight = crop(0.0);
    assert_eq!((tight.shape(), tight.samples().get(0)), ([1, 1, 1, 1], ct().samples().get((5 + 2) * 6 + 3)));
    let origin_mm = tight.geometry().unwrap().origin_mm();
    assert!(origin_mm.iter().zip([-7.0, 23.0, 32.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{origin_mm:?}");
    // 1.6 mm are two voxels along x and y, and one along z.
    assert_eq!(crop(1.6).shape(), [1, 3, 5, 5]);
    let elsewhere = Volume::new(mask.samples().clone(), mask.shape(), Some(upright([1.0; 3], [0.0; 3]))).unwrap();
    let crop = Some(Crop { mask: save(folder.path(), "other.nii.gz", &elsewhere), margin_mm: 0.0 });
    let output = folder.path().join("never.nii.gz");
    let error = convert(&input, &output, &ConvertOptions { crop, ..ConvertOptions::default() }).unwrap_err();
    assert!(error.to_string().contains("--interpolation nearest"), "{error}");
    assert!(!output.exists());
}

#[test]
fn spacing_changes_over_the_same_extent_and_labels_stay_labels() {
    let target = Some(Target::Spacing([0.5, 0.75, 1.0]));
    let fine = converted(&ct(), "a.nii", "b.nii", &ConvertOptions { target: target.clone(), ..Default::default() });
    let fine = fine.unwrap();
    assert_eq!((fine.shape(), fine.geometry().unwrap().spacing_mm()), ([1, 8, 10, 12], [0.5, 0.75, 1.0]));
    let labels = Samples::U8((0..120_u8).map(|v| if v < 60 { 0 } else { 7 }).collect());
    let mask = Volume::new(labels, ct().shape(), ct().geometry().cloned()).unwrap();
    let resample = ResampleOptions { interpolation: Interpolation::Nearest, ..ResampleOptions::default() };
    let fine = converted(&mask, "a.nii", "b.nii", &ConvertOptions { target, resample, ..Default::default() }).unwrap();
    assert!(fine.to_f32().iter().all(|v| [0.0, 7.0].iter().any(|label| (v - label).abs() < f32::EPSILON)));
}

#[test]
fn what_a_file_does_not_say_is_asked_for_by_its_option() {
    let placeless = Volume::new(ct().samples().clone(), ct().shape(), None).unwrap();
    let spacing = ConvertOptions { target: Some(Target::Spacing([1.0; 3])), ..ConvertOptions::default() };
    refused(&placeless, "a.npy", "b.nii", &spacing, "--set-spacing");
    let orient = ConvertOptions { axes: Some("RAS".parse().unwrap()), ..ConvertOptions::default() };
    refused(&placeless, "a.npy", "b.nii", &orient, "for --orient");
    let supplied = Supplied { spacing_mm: Some([1.0, 1.5, 2.0]), origin_mm: Some([1.0, 2.0, 3.0]), axes: None };
    let stated = ConvertOptions { supplied, ..ConvertOptions::default() };
    let there = converted(&placeless, "a.npy", "b.nii", &stated).unwrap();
    assert!(is_near(there.geometry(), Some(&upright([1.0, 1.5, 2.0], [1.0, 2.0, 3.0]))), "{:?}", there.geometry());
    let origin = Supplied { origin_mm: Some([0.0; 3]), ..Supplied::default() };
    refused(&placeless, "a.npy", "b.nii", &ConvertOptions { supplied: origin, ..Default::default() }, "--set-spacing");
    refused(&ct(), "a.nii", "b.doc", &ConvertOptions::default(), "is no name of an image; expected an ending among");
}

#[test]
fn arrays_have_the_axes_that_numpy_users_expect() {
    let shape_of = |volume: &Volume| {
        let folder = tempfile::tempdir().unwrap();
        let name = if volume.shape()[1] > 1 { "a.nii" } else { "a.png" };
        let input = save(folder.path(), name, volume);
        let output = folder.path().join("b.npy");
        convert(&input, &output, &ConvertOptions::default()).unwrap();
        vesalius_image::npz::read_npy(&output, &vesalius_image::Limits::default()).unwrap()
    };
    let gray = Volume::new(Samples::U8((0..20).collect()), [1, 1, 4, 5], None).unwrap();
    assert_eq!(shape_of(&gray).shape, [4, 5]);
    let color = shape_of(&Volume::new(Samples::U8((0..60).collect()), [3, 1, 4, 5], None).unwrap());
    assert_eq!((color.shape, color.samples.get(1)), (vec![4, 5, 3], 20.0));
    assert_eq!(shape_of(&ct()).shape, [4, 5, 6]);
}

#[test]
fn a_preview_shows_three_planes_in_their_proportions_and_the_left_on_the_right() {
    let n = [20, 30, 40];
    let mut samples = vec![0_i16; n.iter().product()];
    // A bright block on the left, at the back and towards the head, in every middle plane it is seen in.
    for (idx, sample) in samples.iter_mut().enumerate() {
        let [z, y, x] = [idx / (30 * 40), idx / 40 % 30, idx % 40];
        *sample = if z > 8 && y > 13 && x > 30 { 1000 } else { 0 };
    }
    let volume = Volume::new(Samples::I16(samples), [1, 20, 30, 40], Some(upright([1.0, 1.0, 3.0], [0.0; 3]))).unwrap();
    let options = ConvertOptions { picture: Picture::Window([0.0, 1000.0]), ..ConvertOptions::default() };
    let picture = converted(&volume, "a.nii", "b.png", &options).unwrap();
    let [channels, _, height, width] = picture.shape();
    // 60 mm are the longest side, so a pixel is 60/256 mm; planes are 40 × 30, 40 × 60 and 30 × 60 mm.
    let [w40, w30, h60] = [40.0, 30.0, 60.0].map(|mm: f64| (mm * 256.0 / 60.0).round() as usize);
    assert_eq!((channels, width, height), (3, w40 + 8 + w40 + 8 + w30, h60));
    let at = |y: usize, x: usize| picture.samples().get(y * width + x);
    let top = (height - w30) / 2;
    let axial = |part: [f64; 2]| at(top + (part[0] * w30 as f64) as usize, (part[1] * w40 as f64) as usize);
    assert_eq!((axial([0.75, 0.85]), axial([0.75, 0.3]), axial([0.2, 0.85])), (255.0, 0.0, 0.0));
    let coronal = |part: [f64; 2]| at((part[0] * h60 as f64) as usize, w40 + 8 + (part[1] * w40 as f64) as usize);
    assert_eq!((coronal([0.25, 0.85]), coronal([0.8, 0.85])), (255.0, 0.0));
    // The letter L at the right edge of the axial plane: white with a black rim.
    let right_edge: Vec<f64> = (0..20).map(|dx| at(top + w30 / 2, w40 - 20 + dx)).collect();
    assert!(right_edge.contains(&255.0) && right_edge.contains(&0.0), "{right_edge:?}");
}

#[test]
fn a_failed_conversion_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let input = save(folder.path(), "ct.nii", &ct());
    let output = folder.path().join("out.npy");
    let options = ConvertOptions { dtype: Some(Dtype::U8), ..ConvertOptions::default() };
    convert(&input, &output, &options).unwrap_err();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn masks_of_dicom_are_those_of_an_independent_conversion() {
    let Some(folder) = real_data("dicom-derived/dcmqi/data/segmentations") else { return };
    let out = tempfile::tempdir().unwrap();
    let check = |input: &str, expected: &str, like: Option<&str>| {
        let target = like.map(|like| Target::Like(folder.join(like)));
        let options = ConvertOptions { target, ..ConvertOptions::default() };
        let made = out.path().join("mask.nrrd");
        convert(&folder.join(input), &made, &options).unwrap();
        let (made, expected) = (read(&made), read(&folder.join(expected)));
        assert_eq!(made.samples().to_f64(), expected.samples().to_f64(), "{input}");
        assert!(is_near(made.geometry(), expected.geometry()), "{input}");
    };
    check("liver.dcm", "liver_seg.nrrd", None);
    check("liver.dcm", "liver_seg.nrrd", Some("ct-3slice"));
    check("24x38x3/seg/label.seg", "24x38x3/nrrd/label.nrrd", None);
}

#[test]
fn contours_need_an_image() {
    let Some(files) = real_data("pydicom-files/pydicom/src/pydicom/data/test_files") else { return };
    let out = tempfile::tempdir().unwrap();
    let made = out.path().join("mask.nii");
    let error = convert(&files.join("rtstruct.dcm"), &made, &ConvertOptions::default()).unwrap_err();
    assert!(error.to_string().contains("--like"), "{error}");
    assert!(!made.exists());
    // An image elsewhere: nothing is inside, and the problems say that the contours are not of it.
    let target = Some(Target::Like(files.join("CT_small.dcm")));
    let options = ConvertOptions { target, ..ConvertOptions::default() };
    let converted = convert(&files.join("rtstruct.dcm"), &made, &options).unwrap();
    assert_eq!((converted.size, converted.regions.len()), ([128, 128, 1], 3));
    assert!(converted.problems.iter().any(|problem| problem.code == "contours-outside"));
}

#[test]
fn uptake_is_told_or_refused_with_what_is_missing() {
    let Some(files) = real_data("pydicom-files/pydicom/src/pydicom/data/test_files") else { return };
    let out = tempfile::tempdir().unwrap();
    let choice = Choice { uptake: Some(Normalization::BodyWeight), ..Choice::default() };
    let options = ConvertOptions { choice, ..ConvertOptions::default() };
    let of = |input: &Path| convert(input, &out.path().join("suv.nii"), &options).unwrap_err().to_string();
    let ct = of(&files.join("CT_small.dcm"));
    assert!(ct.contains("PT"), "{ct}");
    let none = of(&save(out.path(), "ct.nii", &crate::ct()));
    assert!(none.contains("DICOM"), "{none}");
}
