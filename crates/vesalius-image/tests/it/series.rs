//! Series: slices by place, what makes them no volume, repetitions, and where files come from.

use std::io::Write;
use std::path::Path;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};
use vesalius_image::dicom::{self, Index, Stack};
use vesalius_image::{ErrorKind, Limits, ReadOptions, Reading, Samples, Values};

use crate::phantom_dicom::{Set, Slice, enhanced, segmentation, shuffled, structures};

fn open(path: &Path) -> Index {
    dicom::open(path, &ReadOptions::default()).unwrap()
}

/// What is found in a folder of these files.
fn indexed(files: impl IntoIterator<Item = Vec<u8>>) -> Index {
    let folder = tempfile::tempdir().unwrap();
    shuffled(folder.path(), files);
    let mut index = open(folder.path());
    // Volumes are read while the folder is there.
    index.problems.clear();
    index
}

/// The one stack of a folder of these slices, and what is read of it or the text of the error.
fn read(slices: &[Slice]) -> (Stack, Result<Reading, String>) {
    let folder = tempfile::tempdir().unwrap();
    shuffled(folder.path(), slices.iter().map(|slice| slice.set().file()));
    let index = open(folder.path());
    assert_eq!((index.series.len(), index.series[0].volumes.len()), (1, 1));
    let stack = index.series[0].volumes[0].clone();
    let reading = index.read(&stack, &ReadOptions::default()).map_err(|error| error.to_string());
    (stack, reading)
}

/// Five slices at heights, in this order; each shows numbers from ten times its place in the list.
fn at(heights: &[f64]) -> Vec<Slice> {
    heights.iter().enumerate().map(|(idx, height)| Slice::axial(*height, 10 * (idx as i16 + 1))).collect()
}

/// The first sample of every slice of every channel.
fn firsts(reading: &Reading) -> Vec<f64> {
    let [n_channels, nz, ny, nx] = reading.volume.shape();
    let samples = reading.volume.samples().to_f64();
    (0..n_channels * nz).map(|plane| samples[plane * ny * nx]).collect()
}

fn codes(problems: &[vesalius_image::Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.code).collect()
}

fn obstacle(slices: &[Slice]) -> (&'static str, String) {
    let (stack, reading) = read(slices);
    let obstacle = stack.obstacle().expect("an obstacle").clone();
    let error = reading.unwrap_err();
    assert!(error.contains(&obstacle.message), "{error}");
    assert!(stack.geometry().is_none());
    (obstacle.code, obstacle.message)
}

#[test]
fn slices_are_sorted_by_place_alone() {
    let (stack, reading) = read(&at(&[4.0, -1.0, 1.5, 6.5, 9.0]));
    let reading = reading.unwrap();
    assert_eq!(firsts(&reading), [20.0, 30.0, 10.0, 40.0, 50.0]);
    assert_eq!(reading.volume.shape(), [1, 5, 3, 4]);
    assert_eq!(stack.size(), [4, 3, 5]);
    let geometry = reading.volume.geometry().unwrap();
    assert_eq!(geometry.spacing_mm(), [0.75, 0.5, 2.5]);
    assert_eq!(geometry.origin_mm(), [-10.0, 20.0, -1.0]);
    assert_eq!(geometry.direction(), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    assert_eq!(stack.geometry(), Some(geometry));
    assert_eq!(reading.units.as_deref(), Some("HU"));
}

#[test]
fn an_oblique_stack_has_its_own_axes() {
    let (sin, cos) = 0.4_f64.sin_cos();
    let (row, column, normal) = ([0.0, cos, -sin], [0.0, -sin, -cos], [-1.0, 0.0, 0.0]);
    let slice = |k: i16| {
        let orientation = [row[0], row[1], row[2], column[0], column[1], column[2]];
        let position_mm = std::array::from_fn(|axis| 5.0 + 1.2 * f64::from(k) * normal[axis]);
        Slice { position_mm, orientation, ..Slice::axial(0.0, 10 * k + 10) }
    };
    let (_, reading) = read(&[slice(2), slice(0), slice(1)]);
    let reading = reading.unwrap();
    assert_eq!(firsts(&reading), [10.0, 20.0, 30.0]);
    let geometry = reading.volume.geometry().unwrap();
    for axis in 0..3 {
        let expected = [row[axis], column[axis], normal[axis]];
        for (found, expected) in geometry.direction()[axis].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12);
        }
    }
    assert!((geometry.spacing_mm()[2] - 1.2).abs() < 1e-12);
}

#[test]
fn what_is_no_even_grid_is_refused_with_its_places() {
    let (code, message) = obstacle(&at(&[0.0, 2.0, 8.0, 10.0, 12.0]));
    assert_eq!(code, "missing-slices");
    assert!(message.contains("2 slices are missing") && message.contains("2.000 and 8.000"), "{message}");

    let (code, message) = obstacle(&at(&[0.0, 2.0, 4.0, 5.1, 7.0]));
    assert_eq!(code, "uneven-slices");
    assert!(message.contains("1.100 mm from 4.000 to 5.100"), "{message}");

    let tilted = |k: i16| {
        let height_mm = 3.0 * f64::from(k);
        let shift_mm = height_mm * 12.5_f64.to_radians().tan();
        Slice { position_mm: [-10.0, 20.0 + shift_mm, height_mm], ..Slice::axial(0.0, 10 * k + 10) }
    };
    let (code, message) = obstacle(&(0..4).map(tilted).collect::<Vec<_>>());
    assert_eq!(code, "gantry-tilt");
    assert!(message.contains("12.50 degrees"), "{message}");

    let mut crooked = at(&[0.0, 2.0, 4.0, 6.0]);
    crooked[2].position_mm[0] += 3.0;
    assert_eq!(obstacle(&crooked).0, "crooked-slices");

    let mut beside = at(&[0.0, 2.0, 2.0]);
    beside[2].position_mm[0] += 3.0;
    assert_eq!(obstacle(&beside).0, "side-by-side");
}

#[test]
fn uneven_slices_can_be_spread_with_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    shuffled(folder.path(), at(&[0.0, 2.0, 8.0]).iter().map(|slice| slice.set().file()));
    let index = open(folder.path());
    let stack = index.series[0].volumes[0].spread().unwrap();
    let reading = index.read(&stack, &ReadOptions::default()).unwrap();
    assert_eq!(reading.spacing_mm, Some([0.75, 0.5, 4.0]));
    assert_eq!(codes(&reading.problems), ["missing-slices"]);
    assert!(stack.spread().is_none(), "there is nothing left to spread");
}

#[test]
fn rounded_places_are_taken_up_to_a_twentieth_of_a_step() {
    let spread_by = |off: f64| read(&at(&[0.0, 1.0 + off, 2.0, 3.0, 4.0])).0;
    assert!(spread_by(0.009).problems().is_empty());
    assert_eq!(codes(spread_by(0.04).problems()), ["rounded-positions"]);
    assert!(spread_by(0.06).obstacle().is_some());
}

#[test]
fn a_copy_is_left_out_and_a_contradiction_is_refused() {
    let mut slices = at(&[0.0, 2.0, 4.0]);
    slices.push(Slice { instance: "1.2.3.99".to_owned(), ..slices[1].clone() });
    slices.push(slices[2].clone());
    let (stack, reading) = read(&slices);
    assert_eq!(firsts(&reading.unwrap()), [10.0, 20.0, 30.0]);
    assert_eq!(codes(stack.problems()), ["duplicate-slices"]);

    slices[3].values[5] += 1;
    let (_, reading) = read(&slices);
    assert!(reading.unwrap_err().contains("different things at the same place"));
}

#[test]
fn localizers_and_other_sizes_are_volumes_of_their_own() {
    let mut slices = at(&[0.0, 2.0, 4.0]);
    slices.push(Slice { orientation: [0.0, 1.0, 0.0, 0.0, 0.0, -1.0], ..Slice::axial(2.0, 40) });
    slices.push(Slice { size: [3, 4], ..Slice::axial(6.0, 50) });
    slices.push(Slice { spacing_mm: [1.0, 1.0], ..Slice::axial(8.0, 60) });
    slices.push(Slice {
        more: Set::default().text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\LOCALIZER"),
        ..Slice::axial(10.0, 70)
    });
    let index = indexed(slices.iter().map(|slice| slice.set().file()));
    let sizes: Vec<[usize; 3]> = index.series[0].volumes.iter().map(Stack::size).collect();
    assert_eq!(sizes.len(), 5);
    assert_eq!(sizes[0], [4, 3, 3]);
    assert!(sizes[1..].iter().all(|size| size[2] == 1));
}

/// A slice that is told from others by more elements.
fn marked(height_mm: f64, first: i16, more: Set) -> Slice {
    Slice { more, ..Slice::axial(height_mm, first) }
}

#[test]
fn repetitions_become_channels_in_the_order_of_what_they_differ_in() {
    let b_value = |b: f64| Set::default().double(tags::DIFFUSION_B_VALUE, b);
    let slices = [
        marked(0.0, 10, b_value(1000.0)),
        marked(0.0, 20, b_value(0.0)),
        marked(2.0, 30, b_value(1000.0)),
        marked(2.0, 40, b_value(0.0)),
    ];
    let (stack, reading) = read(&slices);
    assert_eq!(firsts(&reading.unwrap()), [20.0, 40.0, 10.0, 30.0]);
    assert_eq!(stack.channels(), ["b=0", "b=1000"]);

    let siemens = |b: &str| {
        let creator = Set::default().text(Tag(0x0019, 0x0010), VR::LO, "SIEMENS MR HEADER");
        creator.text(Tag(0x0019, 0x100c), VR::IS, b)
    };
    let (stack, _) = read(&[marked(0.0, 10, siemens("50")), marked(0.0, 20, siemens("0"))]);
    assert_eq!(stack.channels(), ["b=0", "b=50"]);

    let ge = |b: &str| {
        let creator = Set::default().text(Tag(0x0043, 0x0010), VR::LO, "GEMS_PARM_01");
        creator.text(Tag(0x0043, 0x1039), VR::IS, b)
    };
    let (stack, _) = read(&[marked(0.0, 10, ge("1000000700\\8\\0\\0")), marked(0.0, 20, ge("0\\8\\0\\0"))]);
    assert_eq!(stack.channels(), ["b=0", "b=700"]);

    let echo = |ms: f64| Set::default().decimals(tags::ECHO_TIME, &[ms]);
    let (stack, _) = read(&[marked(0.0, 10, echo(9.2)), marked(0.0, 20, echo(4.6))]);
    assert_eq!(stack.channels(), ["TE=4.6 ms", "TE=9.2 ms"]);
}

#[test]
fn times_that_run_on_from_slice_to_slice_are_ranked_at_every_place() {
    // Two passes over three places, each slice at a time of its own, over midnight.
    let times =
        ["20200131235940", "20200131235950", "20200201000000", "20200201000010", "20200201000020", "20200201000030"];
    let slices: Vec<Slice> = times
        .iter()
        .enumerate()
        .map(|(idx, time)| {
            let more = Set::default().text(tags::ACQUISITION_DATE_TIME, VR::DT, time);
            marked(2.0 * (idx % 3) as f64, 10 * (idx as i16 + 1), more)
        })
        .collect();
    let (stack, reading) = read(&slices);
    assert_eq!(firsts(&reading.unwrap()), [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
    assert_eq!(stack.channels(), ["time=0 s", "time=30 s"]);

    // One place lacks its second pass: nothing says which slice belongs to which.
    let (_, reading) = read(&slices[..5]);
    assert!(reading.unwrap_err().contains("different things at the same place"));
}

#[test]
fn a_repetition_of_other_places_is_a_volume_of_its_own() {
    let phase = |n: u16| Set::default().text(tags::TEMPORAL_POSITION_IDENTIFIER, VR::IS, &n.to_string());
    let mut slices: Vec<Slice> =
        (0..6).map(|k| marked(2.0 * f64::from(k % 3), 10 + 10 * k as i16, phase(1 + k as u16 / 3))).collect();
    slices.pop();
    let index = indexed(slices.iter().map(|slice| slice.set().file()));
    let volumes = &index.series[0].volumes;
    assert_eq!(volumes.iter().map(|stack| stack.size()[2]).collect::<Vec<_>>(), [3, 2]);
    assert!(volumes.iter().all(|stack| codes(stack.problems()) == ["unequal-extent"]));
}

#[test]
fn every_slice_has_a_slope_of_its_own() {
    let mut slices = at(&[0.0, 2.0, 4.0]);
    slices[1].slope = 0.25;
    slices[2].intercept = -3.0;
    let (_, reading) = read(&slices);
    let reading = reading.unwrap();
    assert!(matches!(reading.volume.samples(), Samples::F32(_)));
    assert_eq!(firsts(&reading), [10.0, 5.0, 27.0]);
}

#[test]
fn whole_values_stay_whole_in_the_narrowest_type() {
    let shifted = |intercept: f64, slope: f64| {
        let slices: Vec<Slice> = at(&[0.0, 2.0]).into_iter().map(|slice| Slice { slope, intercept, ..slice }).collect();
        read(&slices).1.unwrap().volume
    };
    assert!(matches!(shifted(-1024.0, 1.0).samples(), Samples::I16(values) if values[0] == -1014));
    assert!(matches!(shifted(40_000.0, 2.0).samples(), Samples::I32(values) if values[0] == 40_020));
    assert!(matches!(shifted(0.5, 1.0).samples(), Samples::F32(values) if values[0] == 10.5));

    let folder = tempfile::tempdir().unwrap();
    shuffled(folder.path(), at(&[0.0, 2.0]).into_iter().map(|slice| Slice { intercept: -5.0, ..slice }.set().file()));
    let index = open(folder.path());
    let options = ReadOptions { values: Values::Stored, ..ReadOptions::default() };
    let reading = index.read(&index.series[0].volumes[0], &options).unwrap();
    assert!(matches!(reading.volume.samples(), Samples::I16(values) if values[0] == 10));
    assert_eq!(reading.units, None);
}

#[test]
fn an_enhanced_image_is_sorted_by_its_frames() {
    let echo = |ms: f64| {
        Set::default().sequence(tags::MR_ECHO_SEQUENCE, vec![Set::default().double(tags::EFFECTIVE_ECHO_TIME, ms)])
    };
    let frame = |height: f64, first: i16, ms: f64, slope: f64| {
        (Slice { slope, instance: "1.2.3.1".to_owned(), ..Slice::axial(height, first) }, echo(ms))
    };
    let frames = [
        frame(4.0, 10, 5.0, 1.0),
        frame(0.0, 20, 2.5, 2.0),
        frame(0.0, 30, 5.0, 1.0),
        frame(4.0, 40, 2.5, 1.0),
        frame(2.0, 50, 2.5, 1.0),
        frame(2.0, 60, 5.0, 1.0),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("enhanced.dcm");
    std::fs::write(&path, enhanced(&frames).file()).unwrap();
    let index = open(&path);
    let stack = &index.series[0].volumes[0];
    assert_eq!(stack.channels(), ["TE=2.5 ms", "TE=5 ms"]);
    let reading = index.read(stack, &ReadOptions::default()).unwrap();
    assert_eq!(firsts(&reading), [40.0, 50.0, 40.0, 30.0, 60.0, 10.0]);
    assert_eq!(reading.volume.geometry().unwrap().spacing_mm(), [0.75, 0.5, 2.0]);
    assert_eq!(reading.units.as_deref(), Some("HU"));
    let alone = vesalius_image::format::read(&path, &ReadOptions::default()).unwrap();
    assert_eq!(alone.volume.to_f32(), reading.volume.to_f32());
    assert_eq!(alone.volume.geometry(), reading.volume.geometry());
}

#[test]
fn a_dose_grid_lies_where_its_offsets_say() {
    let frames: Vec<(Slice, Set)> = (0..3).map(|k| (Slice::axial(0.0, 10 * k + 10), Set::default())).collect();
    let dose = enhanced(&frames)
        .without(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)
        .without(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)
        .text(tags::SOP_CLASS_UID, VR::UI, uids::RT_DOSE_STORAGE)
        .text(tags::MODALITY, VR::CS, "RTDOSE")
        .decimals(tags::IMAGE_POSITION_PATIENT, &[1.0, 2.0, 3.0])
        .decimals(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
        .decimals(tags::PIXEL_SPACING, &[0.5, 0.75])
        .decimals(tags::GRID_FRAME_OFFSET_VECTOR, &[0.0, 2.5, 5.0])
        .decimals(tags::DOSE_GRID_SCALING, &[0.01])
        .text(tags::DOSE_UNITS, VR::CS, "GY");
    let folder = tempfile::tempdir().unwrap();
    shuffled(folder.path(), [dose.file()]);
    let index = open(folder.path());
    let reading = index.read(&index.series[0].volumes[0], &ReadOptions::default()).unwrap();
    assert_eq!(reading.volume.geometry().unwrap().spacing_mm(), [0.75, 0.5, 2.5]);
    assert_eq!(reading.volume.geometry().unwrap().origin_mm(), [1.0, 2.0, 3.0]);
    assert_eq!(reading.units.as_deref(), Some("Gy"));
    assert!((firsts(&reading)[1] - 0.2).abs() < 1e-7);
}

#[test]
fn pictures_without_places_are_read_one_by_one() {
    let picture = |idx: i16| Slice::axial(0.0, idx).set().without(tags::IMAGE_POSITION_PATIENT).file();
    let folder = tempfile::tempdir().unwrap();
    shuffled(folder.path(), [picture(1), picture(50)]);
    let index = open(folder.path());
    assert_eq!(index.series[0].volumes.len(), 2);
    let reading = index.read(&index.series[0].volumes[1], &ReadOptions::default()).unwrap();
    assert!(reading.volume.geometry().is_none());
    assert_eq!(reading.volume.shape(), [1, 1, 3, 4]);
}

#[test]
fn the_result_is_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    shuffled(
        folder.path(),
        (0..40).map(|k| Slice { slope: 0.1 + f64::from(k), ..Slice::axial(f64::from(k), k) }.set().file()),
    );
    let with = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| {
            let index = open(folder.path());
            index.read(&index.series[0].volumes[0], &ReadOptions::default()).unwrap()
        })
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn a_folder_is_searched_without_following_links() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    std::fs::create_dir_all(&inner).unwrap();
    shuffled(&inner, at(&[0.0, 2.0]).iter().map(|slice| slice.set().file()));
    std::fs::write(folder.path().join("notes.txt"), "nothing").unwrap();
    std::fs::write(folder.path().join("broken.dcm"), [vec![0; 128], b"DICM\x02\x00\x10\x00".to_vec()].concat())
        .unwrap();
    std::fs::write(
        folder.path().join("a/seg.dcm"),
        segmentation("BINARY", &[(1, "x")], &[(1, 0.0, vec![1; 12])]).file(),
    )
    .unwrap();
    std::fs::write(folder.path().join("a/rt.dcm"), structures(&[]).file()).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    let index = open(folder.path());
    let kinds: Vec<(usize, usize)> = index.series.iter().map(|s| (s.volumes.len(), s.derived.len())).collect();
    assert_eq!(kinds, [(1, 0), (0, 1), (0, 1)]);
    let passed_over: Vec<&str> = index.passed_over.iter().map(|file| file.name.as_str()).collect();
    #[cfg(unix)]
    assert_eq!(passed_over, ["a/loop", "broken.dcm", "notes.txt"]);
    #[cfg(not(unix))]
    assert_eq!(passed_over, ["broken.dcm", "notes.txt"]);
    let all = format!("{:?} {:?} {:?}", index.series, index.problems, index.passed_over);
    assert!(!all.contains("Doe"), "nothing may tell who the patient is");
}

fn zipped(path: &Path, files: &[(&str, Vec<u8>)]) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
}

#[test]
fn an_archive_is_read_as_a_folder_within_limits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.zip");
    let slices = at(&[0.0, 2.0]);
    let files =
        [("x/2.dcm", slices[1].set().file()), ("../../1.dcm", slices[0].set().file()), ("readme", b"nothing".to_vec())];
    zipped(&path, &files);
    let index = open(&path);
    let reading = index.read(&index.series[0].volumes[0], &ReadOptions::default()).unwrap();
    assert_eq!(firsts(&reading), [10.0, 20.0]);
    assert_eq!(index.passed_over.len(), 1);

    let bomb = folder.path().join("bomb.zip");
    zipped(&bomb, &[("zeros", vec![0; 1 << 20])]);
    let limits = Limits { expansion_max: 10, expansion_exempt_bytes: 0, ..Limits::default() };
    let error = dicom::open(&bomb, &ReadOptions { limits, ..ReadOptions::default() }).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Format, "{error}");
    let limits = Limits { bytes_max: 1 << 19, ..Limits::default() };
    let error = dicom::open(&bomb, &ReadOptions { limits, ..ReadOptions::default() }).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");

    let whole = std::fs::read(&path).unwrap();
    for n in 0..whole.len() {
        std::fs::write(&bomb, &whole[..n]).unwrap();
        assert!(dicom::open(&bomb, &ReadOptions::default()).is_err(), "{n}");
    }
}

#[test]
fn the_list_of_a_medium_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let medium = folder.path().join("medium");
    std::fs::create_dir_all(medium.join("DATA")).unwrap();
    let slices = at(&[0.0, 2.0, 4.0]);
    std::fs::write(medium.join("DATA/A"), slices[0].set().file()).unwrap();
    std::fs::write(medium.join("DATA/B"), slices[1].set().file()).unwrap();
    std::fs::write(folder.path().join("C"), slices[2].set().file()).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), medium.join("OUT")).unwrap();
    let record = |path: &str| Set::default().text(tags::REFERENCED_FILE_ID, VR::CS, path);
    let paths = ["DATA\\A", "DATA\\B", "..\\C", "DATA\\MISSING", "DATA\\..\\..\\C", "OUT\\C", "/C", "DATA"];
    let list = Set::default()
        .text(tags::SOP_CLASS_UID, VR::UI, uids::MEDIA_STORAGE_DIRECTORY_STORAGE)
        .sequence(tags::DIRECTORY_RECORD_SEQUENCE, paths.iter().map(|path| record(path)).collect());
    std::fs::write(medium.join("DICOMDIR"), list.file()).unwrap();
    let index = open(&medium.join("DICOMDIR"));
    assert_eq!(index.series[0].volumes[0].n_slices(), 2);
    assert_eq!(index.passed_over.len(), 6);
    assert_eq!(codes(&index.problems), ["missing-files"]);
}

#[test]
fn a_cut_or_damaged_header_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.dcm");
    let whole = enhanced(&[(Slice::axial(0.0, 1), Set::default()), (Slice::axial(2.0, 2), Set::default())]).file();
    for n in (0..whole.len()).step_by(3) {
        std::fs::write(&path, &whole[..n]).unwrap();
        if let Ok(index) = dicom::open(&path, &ReadOptions::default()) {
            for stack in index.series.iter().flat_map(|series| &series.volumes) {
                let _ = index.read(stack, &ReadOptions::default());
            }
        }
    }
    let claiming = |n_frames: &str| {
        let huge = enhanced(&[(Slice::axial(0.0, 1), Set::default())]).text(tags::NUMBER_OF_FRAMES, VR::IS, n_frames);
        std::fs::write(&path, huge.file()).unwrap();
        let index = dicom::open(&path, &ReadOptions::default())?;
        index.read(&index.series[0].volumes[0], &ReadOptions::default())
    };
    for n_frames in ["2000000000", "100000000", "0", "-1", "many"] {
        let error = claiming(n_frames).map(|reading| reading.volume.shape());
        assert!(n_frames == "0" || error.is_err(), "{n_frames}: {error:?}");
    }
    assert!(dicom::open(&folder.path().join("none"), &ReadOptions::default()).is_err());
}
