//! Cohorts: the layouts, what they make of bad files, and tables that survive a round trip.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use vesalius::ErrorKind;
use vesalius::cohort::{
    self, Case, Cohort, Header, Images, LAYOUTS, Label, Layout, Part, Problem, ReadOptions, Task, Truth, medmnist,
    read_source,
};
use vesalius::progress::{Context, Silent};
use vesalius_image::npz::write_npz;
use vesalius_image::{Limits, Samples, raster};

/// A context that shows nothing and never stops.
pub(crate) fn with_context<T>(work: impl FnOnce(&Context<'_>) -> T) -> T {
    let stop = AtomicBool::new(false);
    work(&Context { progress: &Silent, stop: &stop })
}

/// A file of real data, or `None` with a word about it where there is none.
pub(crate) fn real_data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("VESALIUS_DATA").map_or("../../../shared/data".into(), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there; set VESALIUS_DATA", path.display());
        return None;
    }
    Some(path)
}

/// A cohort of cases without images, from class and subject of each.
pub(crate) fn cohort_of(classes: &[&str], cases: &[(Option<usize>, &str)]) -> Cohort {
    let case = |(idx, (class, subject)): (usize, &(Option<usize>, &str))| Case {
        case: format!("case-{idx:05}"),
        subject: (*subject).to_owned(),
        site: None,
        split: None,
        images: Vec::new(),
        truth: Truth::Class(*class),
        extra: BTreeMap::new(),
    };
    Cohort {
        header: Header {
            name: "made".to_owned(),
            task: if classes.len() == 2 { Task::Binary } else { Task::MultiClass },
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
            licence: String::new(),
            source: "a test".to_owned(),
            label_protocol: String::new(),
        },
        cases: cases.iter().enumerate().map(case).collect(),
        root: PathBuf::new(),
    }
}

type Array<'a> = (&'a str, &'a [usize], Samples);

pub(crate) fn save_npz(path: &Path, arrays: &[Array<'_>]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let arrays: Vec<_> =
        arrays.iter().map(|(name, shape, samples)| ((*name).to_owned(), shape.to_vec(), samples.clone())).collect();
    write_npz(&mut File::create(path).unwrap(), &arrays).unwrap();
}

fn ramp(n: usize) -> Samples {
    Samples::U8((0..n).map(|i| (i % 251) as u8).collect())
}

fn read_npz(path: &Path) -> vesalius::Result<(Cohort, Vec<Problem>)> {
    read_source(path, Layout::Medmnist, &ReadOptions::default())
}

fn message<T>(result: vesalius::Result<T>) -> String {
    match result {
        Ok(_) => panic!("an error was expected"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{message:?} does not say {part:?}");
    }
}

// --- the registry ---

#[test]
fn every_layout_is_named_and_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let npz = folder.path().join("a/pneumoniamnist.npz");
    save_npz(&npz, &[("train_images", &[2, 2, 2], ramp(8)), ("train_labels", &[2, 1], Samples::U8(vec![0, 1]))]);
    let folders = folder.path().join("b");
    class_folders(&folders, &["x/1.png", "y/2.png"]);
    let table = folder.path().join("c/cohort.csv");
    write(&table, "case,image\na,a.png\n");
    let sources = [
        ("csv", vec![table.clone(), table.parent().unwrap().to_path_buf()]),
        ("medmnist", vec![npz.clone(), npz.parent().unwrap().to_path_buf()]),
        ("class-folders", vec![folders]),
    ];
    let names: Vec<&str> = sources.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, LAYOUTS.iter().map(|entry| entry.name).collect::<Vec<_>>(), "a layout without a test");
    for (name, sources) in sources {
        let layout: Layout = name.parse().unwrap();
        assert_eq!(layout.name(), name);
        for source in sources {
            assert_eq!(Layout::guess(&source).unwrap(), layout, "{}", source.display());
            assert!(read_source(&source, layout, &ReadOptions::default()).is_ok());
        }
    }
    assert_says(&message("medminst".parse::<Layout>()), &["csv, medmnist, class-folders"]);
    assert_says(&message(Layout::guess(&folder.path().join("nothing"))), &["does not exist"]);
    let readme = folder.path().join("read.me");
    write(&readme, "words");
    assert_says(&message(Layout::guess(&readme)), &["read.me", "--layout"]);
}

// --- medmnist ---

#[test]
fn the_18_sets_are_whole() {
    assert_eq!(medmnist::SETS.len(), 18);
    let mut sums: Vec<&str> = Vec::new();
    for set in medmnist::SETS {
        assert_eq!(medmnist::set(set.flag), Some(set));
        assert_eq!(set.n_axes == 3, set.flag.ends_with("3d"));
        let sizes: Vec<u32> = set.files.iter().map(|file| file.size).collect();
        assert_eq!(sizes, if set.n_axes == 3 { vec![28, 64] } else { vec![28, 64, 128, 224] }, "{}", set.flag);
        sums.extend(set.files.iter().map(|file| file.md5));
    }
    assert!(sums.iter().all(|md5| md5.len() == 32 && md5.bytes().all(|b| b.is_ascii_hexdigit())));
    sums.sort_unstable();
    sums.dedup();
    assert_eq!(sums.len(), 12 * 4 + 6 * 2, "an MD5 stands twice");
    assert_eq!(medmnist::set("pneumoniamnist").unwrap().file_name(28), "pneumoniamnist.npz");
    assert_eq!(medmnist::set("pneumoniamnist").unwrap().file_name(64), "pneumoniamnist_64.npz");
}

#[test]
fn a_known_set_brings_its_facts_and_any_subset_of_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pneumoniamnist_64/dev.npz");
    let labels = Samples::U8(vec![1, 0]);
    save_npz(&path, &[("val_images", &[2, 64, 64], ramp(2 * 64 * 64)), ("val_labels", &[2, 1], labels)]);
    let (cohort, problems) = read_npz(&path).unwrap();
    assert_eq!(problems, []);
    assert_eq!(cohort.header.name, "pneumoniamnist_64");
    assert_eq!(cohort.header.classes, ["normal", "pneumonia"]);
    assert_eq!(cohort.header.task, Task::Binary);
    assert_eq!(cohort.header.licence, "CC BY 4.0");
    let case = &cohort.cases[0];
    assert_eq!((case.case.as_str(), case.subject.as_str()), ("val-00000", "val-00000"));
    assert_eq!(case.split, Some(Part::Val));
    assert_eq!(case.truth, Truth::Class(Some(1)));
    assert_eq!(case.images, [(String::new(), "dev.npz#val/0".to_owned())]);
}

#[test]
fn an_unknown_set_numbers_its_classes_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.npz");
    save_npz(&path, &[("train_images", &[3, 2, 2], ramp(12)), ("train_labels", &[3], Samples::I32(vec![0, 3, 1]))]);
    let (cohort, _) = read_npz(&path).unwrap();
    assert_eq!(cohort.header.name, "mine");
    assert_eq!(cohort.header.classes, ["0", "1", "2", "3"]);
    assert_eq!(cohort.header.task, Task::MultiClass);
    assert_says(&cohort.header.label_protocol, &["classes bear their numbers"]);
    let options = ReadOptions { flag: Some("retinamnist".to_owned()), ..ReadOptions::default() };
    let (cohort, _) = read_source(&path, Layout::Medmnist, &options).unwrap();
    assert_eq!((cohort.header.task, cohort.header.classes.len()), (Task::Ordinal, 5));
    let options = ReadOptions { flag: Some("retinamist".to_owned()), ..ReadOptions::default() };
    let error = read_source(&path, Layout::Medmnist, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_says(&error.to_string(), &["did you mean retinamnist"]);
}

#[test]
fn several_labels_are_findings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let labels = Samples::F32(vec![1.0, 0.0, f32::NAN, 0.0, 0.0, 0.0]);
    save_npz(&path, &[("test_images", &[2, 2, 2], ramp(8)), ("test_labels", &[2, 3], labels)]);
    let (cohort, _) = read_npz(&path).unwrap();
    assert_eq!(cohort.header.task, Task::MultiLabel);
    assert_eq!(cohort.cases[0].truth, Truth::Findings(vec![Label::Present, Label::Absent, Label::Unknown]));
    let path = folder.path().join("chestmnist.npz");
    let labels = Samples::U8(vec![0; 14]);
    save_npz(&path, &[("test_images", &[1, 2, 2], ramp(4)), ("test_labels", &[1, 14], labels)]);
    assert_eq!(read_npz(&path).unwrap().0.header.classes[13], "hernia");
}

#[test]
fn images_without_labels_are_cases_of_unknown_truth() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("breastmnist.npz");
    save_npz(&path, &[("test_images", &[2, 2, 2], ramp(8))]);
    let (cohort, problems) = read_npz(&path).unwrap();
    assert_eq!(problems, []);
    assert!(cohort.cases.iter().all(|case| case.truth == Truth::Class(None)));
}

#[test]
fn gray_color_and_volumes_load_in_the_axis_order_of_a_volume() {
    let folder = tempfile::tempdir().unwrap();
    let check = |shape: &[usize], expected_shape: [usize; 4], expected: Vec<u8>| {
        let path = folder.path().join(format!("{}.npz", shape.len() * 10 + shape[shape.len() - 1]));
        let n: usize = shape.iter().product();
        save_npz(&path, &[("train_images", shape, Samples::U8((0..n as u8).collect()))]);
        let (cohort, _) = read_npz(&path).unwrap();
        let images = Images::open(&cohort, &Limits::default()).unwrap();
        let volume = images.load(&cohort, 1).unwrap();
        assert_eq!(volume.shape(), expected_shape);
        assert_eq!(volume.samples(), &Samples::U8(expected));
    };
    check(&[2, 2, 4], [1, 1, 2, 4], (8..16).collect());
    check(&[2, 1, 2, 3], [3, 1, 1, 2], vec![6, 9, 7, 10, 8, 11]);
    check(&[2, 2, 2, 2], [1, 2, 2, 2], (8..16).collect());
    check(&[2, 2, 1, 2, 3], [3, 2, 1, 2], vec![12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23]);
    check(&[2, 2, 3, 1], [1, 1, 2, 3], (6..12).collect());
}

#[test]
fn bad_files_say_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pneumoniamnist.npz");
    let images = || ("train_images", &[4, 2, 2][..], ramp(16));
    let check = |arrays: &[Array<'_>], expected: &[&str]| {
        save_npz(&path, arrays);
        assert_says(&message(read_npz(&path)), expected);
    };
    check(&[images(), ("train_labels", &[3, 1], Samples::U8(vec![0, 1, 0]))], &["train_labels", "3 rows for 4 images"]);
    check(&[images(), ("train_labels", &[4, 2], Samples::U8(vec![0; 8]))], &["2 columns", "expected 1", "pneumonia"]);
    check(&[("train_labels", &[1, 1], Samples::U8(vec![0]))], &["train_labels without train_images"]);
    check(&[("images", &[4, 2, 2], ramp(16))], &["[images]", "expected train_images"]);
    check(&[("train_images", &[4, 4], ramp(16))], &["shape [4, 4]", "height"]);
    check(&[("train_images", &[1, 4, 2, 2], ramp(16))], &["PneumoniaMNIST", "2 axes", "its images have 3"]);
    check(&[("train_images", &[0, 2, 2], ramp(0))], &["no case that can be used"]);
    save_npz(&path, &[images(), ("train_labels", &[4, 1], Samples::U8(vec![0, 1, 0, 1]))]);
    let whole = fs::read(&path).unwrap();
    for n_bytes in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..n_bytes]).unwrap();
        let error = read_npz(&path).unwrap_err();
        assert_says(&error.to_string(), &["pneumoniamnist.npz", "again"]);
    }
}

#[test]
fn labels_out_of_range_are_problems_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pneumoniamnist.npz");
    let labels = Samples::I16(vec![0, 2, -1, 1]);
    save_npz(
        &path,
        &[("train_images", &[4, 2, 2], ramp(16)), ("train_labels", &[4, 1], labels), ("extra", &[1], ramp(1))],
    );
    let (cohort, problems) = read_npz(&path).unwrap();
    assert_eq!(cohort.cases.iter().map(|case| case.case.as_str()).collect::<Vec<_>>(), ["train-00000", "train-00003"]);
    let named: Vec<_> = problems.iter().map(|problem| (problem.case.as_str(), problem.path.as_str())).collect();
    let expected = [
        ("", "pneumoniamnist.npz#extra"),
        ("train-00001", "pneumoniamnist.npz#train/1"),
        ("train-00002", "pneumoniamnist.npz#train/2"),
    ];
    assert_eq!(named, expected);
    assert_says(&problems[2].message, &["label -1", "0 to 1"]);
    let images = Images::open(&cohort, &Limits::default()).unwrap();
    assert_eq!(images.load(&cohort, 1).unwrap().samples(), &Samples::U8(vec![12, 13, 14, 15]), "references shifted");
    let path = folder.path().join("unknown.npz");
    let labels = Samples::I32(vec![0, i32::MAX]);
    save_npz(&path, &[("train_images", &[2, 2, 2], ramp(8)), ("train_labels", &[2, 1], labels)]);
    assert_says(&message(read_npz(&path)), &["at most 1000 classes"]);
    let labels = Samples::U8(vec![0, 1, 2, 0]);
    let path = folder.path().join("findings.npz");
    save_npz(&path, &[("train_images", &[2, 2, 2], ramp(8)), ("train_labels", &[2, 2], labels)]);
    assert_says(&read_npz(&path).unwrap().1[0].message, &["label 2", "present"]);
}

#[test]
fn not_a_number_is_a_problem_of_its_case() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let mut pixels = vec![0.5_f32; 12];
    pixels[5] = f32::NAN;
    pixels[6] = f32::INFINITY;
    save_npz(&path, &[("train_images", &[3, 2, 2], Samples::F32(pixels))]);
    let (cohort, images, problems) =
        with_context(|ctx| cohort::open(&path, None, &ReadOptions::default(), ctx)).unwrap();
    assert_eq!(cohort.n_cases(), 2);
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].case.as_str(), problems[0].path.as_str()), ("train-00001", "x.npz#train/1"));
    assert_says(&problems[0].message, &["train-00001", "2 of 4", "NaN"]);
    assert!(images.load(&cohort, 1).is_ok(), "the case after the one left out");
    save_npz(&path, &[("train_images", &[3, 2, 2], Samples::F32(vec![f32::NAN; 12]))]);
    let all_bad = with_context(|ctx| cohort::open(&path, None, &ReadOptions::default(), ctx));
    assert_says(&message(all_bad.map(|_| ())), &["no image", "NaN"]);
}

#[test]
fn the_real_sets_read_as_published() {
    let check = |path: &str, name: &str, n_cases: usize, shape: [usize; 4], n_positive: usize| {
        let Some(path) = real_data(path) else { return };
        let (cohort, problems) = read_npz(&path).unwrap();
        assert_eq!(problems, []);
        assert_eq!(cohort.header.name, name);
        assert_eq!(cohort.n_cases(), n_cases);
        let positive = cohort.cases.iter().filter(|case| case.truth == Truth::Class(Some(1)));
        assert_eq!(positive.count(), n_positive);
        if name == "pneumoniamnist" {
            let images = Images::open(&cohort, &Limits::default()).unwrap();
            assert_eq!(images.load(&cohort, n_cases - 1).unwrap().shape(), shape);
        }
    };
    check("pneumoniamnist/dev_trainval.npz", "pneumoniamnist", 4708 + 524, [1, 1, 28, 28], 3883);
    check("adrenalmnist3d_64/dev_trainval.npz", "adrenalmnist3d_64", 1188 + 98, [1, 64, 64, 64], 281);
}

// --- class folders ---

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Pictures of 2 × 2 pixels, each with its own gray values.
fn class_folders(root: &Path, files: &[&str]) {
    for (idx, file) in files.iter().enumerate() {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, raster::encode_png_gray(&[idx as u8, 1, 2, 3], 2, 2).unwrap()).unwrap();
    }
}

fn read_folders(root: &Path) -> vesalius::Result<(Cohort, Vec<Problem>)> {
    read_source(root, Layout::ClassFolders, &ReadOptions::default())
}

fn cases(cohort: &Cohort) -> Vec<(&str, &str, Option<Part>)> {
    let class = |case: &Case| match case.truth {
        Truth::Class(Some(class)) => class,
        _ => panic!("no class"),
    };
    cohort
        .cases
        .iter()
        .map(|case| (case.case.as_str(), cohort.header.classes[class(case)].as_str(), case.split))
        .collect()
}

#[test]
fn a_folder_is_a_class() {
    let folder = tempfile::tempdir().unwrap();
    class_folders(folder.path(), &["b/2.png", "a/1.png", "a/deep/3.PNG", "b/.hidden.png"]);
    write(&folder.path().join("README.txt"), "above the classes");
    write(&folder.path().join("a/Thumbs.db"), "hidden");
    let (cohort, problems) = read_folders(folder.path()).unwrap();
    assert_eq!(problems, []);
    assert_eq!(cases(&cohort), [("a/1", "a", None), ("a/deep/3", "a", None), ("b/2", "b", None)]);
    assert_eq!(cohort.header.task, Task::Binary);
    let images = Images::open(&cohort, &Limits::default()).unwrap();
    assert_eq!(images.load(&cohort, 0).unwrap().samples(), &Samples::U8(vec![1, 1, 2, 3]));
    let options = ReadOptions { classes: Some(vec!["b".to_owned(), "a".to_owned()]), ..ReadOptions::default() };
    let (cohort, _) = read_source(folder.path(), Layout::ClassFolders, &options).unwrap();
    assert_eq!(cohort.header.classes, ["b", "a"]);
    let options = ReadOptions { classes: Some(vec!["b".to_owned(), "aa".to_owned()]), ..ReadOptions::default() };
    let refused = read_source(folder.path(), Layout::ClassFolders, &options);
    assert_says(&message(refused), &["\"a\"", "did you mean \"aa\""]);
}

#[test]
fn a_level_of_parts_above_the_classes_is_the_published_split() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("wrapper");
    class_folders(&root, &["Test/a/1.png", "train/a/1.png", "train/b/2.png", "validation/b/3.png"]);
    let expected = [
        ("train/a/1", "a", Some(Part::Train)),
        ("train/b/2", "b", Some(Part::Train)),
        ("validation/b/3", "b", Some(Part::Val)),
        ("Test/a/1", "a", Some(Part::Test)),
    ];
    assert_eq!(cases(&read_folders(&root).unwrap().0), expected);
    assert_eq!(cases(&read_folders(folder.path()).unwrap().0), expected, "a wrapper is gone through");
    class_folders(&root, &["val/b/3.png"]);
    assert_says(&message(read_folders(&root)), &["\"val\"", "\"validation\"", "both the part val"]);
    fs::remove_dir_all(root.join("val")).unwrap();
    class_folders(&root, &["pneumonia/3.png"]);
    assert_says(&message(read_folders(&root)), &["\"pneumonia\"", "is a part of a split"]);
}

#[test]
fn files_that_differ_by_their_ending_only_are_two_cases() {
    let folder = tempfile::tempdir().unwrap();
    class_folders(folder.path(), &["a/1.png", "a/1.jpg", "b/2.png"]);
    let (cohort, _) = read_folders(folder.path()).unwrap();
    let names: Vec<&str> = cohort.cases.iter().map(|case| case.case.as_str()).collect();
    assert_eq!(names, ["a/1.jpg", "a/1.png", "b/2"]);
    class_folders(folder.path(), &["a/1.png.jpg"]);
    let (cohort, _) = read_folders(folder.path()).unwrap();
    let names: Vec<&str> = cohort.cases.iter().map(|case| case.case.as_str()).collect();
    assert_eq!(names, ["a/1.jpg", "a/1.png", "a/1.png.jpg", "b/2"]);
}

#[test]
fn what_is_no_image_is_a_problem_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    class_folders(folder.path(), &["a/1.png", "a/2.png", "b/3.png", "outside.png"]);
    write(&folder.path().join("a/notes.txt"), "no image");
    write(&folder.path().join("b/broken.png"), "no png");
    let cut = fs::read(folder.path().join("a/2.png")).unwrap();
    fs::write(folder.path().join("a/2.png"), &cut[..cut.len() / 2]).unwrap();
    let (cohort, _, problems) =
        with_context(|ctx| cohort::open(folder.path(), Some(Layout::ClassFolders), &ReadOptions::default(), ctx))
            .unwrap();
    assert_eq!(cases(&cohort), [("a/1", "a", None), ("b/3", "b", None)]);
    let named: Vec<_> = problems.iter().map(|problem| (problem.case.as_str(), problem.path.as_str())).collect();
    assert_eq!(named, [("", "a/notes.txt"), ("", "outside.png"), ("a/2", "a/2.png"), ("b/broken", "b/broken.png")]);
    let table = folder.path().join("problems.csv");
    cohort::save_problems(&table, &problems).unwrap();
    let text = fs::read_to_string(table).unwrap();
    assert!(text.starts_with("case,path,problem\n,a/notes.txt,"), "{text}");
}

#[test]
fn one_class_is_none() {
    let folder = tempfile::tempdir().unwrap();
    class_folders(folder.path(), &["a/1.png"]);
    assert_says(&message(read_folders(folder.path())), &["1 classes [a]", "at least two"]);
}

// --- our own table ---

#[test]
fn a_table_is_read_column_by_column() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("cohort.csv");
    write(
        &table,
        "\u{feff}case,subject,site,split,image.t1,image.t2,label.class,time,covariate.age\n\
         a,s1,north,train,1.nii,2.nii,sick,12,70\nb,,,,3.nii,4.nii,,,\nc,s1,,test,,,well,,\nd,,,,5.nii,,,,",
    );
    let (cohort, problems) = read_source(&table, Layout::Csv, &ReadOptions::default()).unwrap();
    // The channel that is there must not take the place of the one that is missing.
    let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(said, ["case d has 1 of 2 channels; fill in the others or leave it out"]);
    assert_eq!(cohort.header.classes, ["sick", "well"]);
    let [a, b, c] = &cohort.cases[..] else { panic!("three cases") };
    assert_eq!((a.subject.as_str(), a.site.as_deref(), a.split), ("s1", Some("north"), Some(Part::Train)));
    let pair = |channel: &str, reference: &str| (channel.to_owned(), reference.to_owned());
    assert_eq!(a.images, [pair("t1", "1.nii"), pair("t2", "2.nii")]);
    assert_eq!(a.extra.get("covariate.age").map(String::as_str), Some("70"));
    assert_eq!((b.subject.as_str(), b.truth.clone(), b.images.len()), ("b", Truth::Class(None), 2));
    assert_eq!(c.truth, Truth::Class(Some(1)));
}

#[test]
fn a_table_of_findings_keeps_unknown_apart_from_absent() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("cohort.csv");
    write(&table, "case,label.mass,label.edema\na,1,\nb,0,1\n");
    let cohort = Cohort::load(&table).unwrap();
    assert_eq!(cohort.header.task, Task::MultiLabel);
    assert_eq!(cohort.cases[0].truth, Truth::Findings(vec![Label::Present, Label::Unknown]));
    assert_eq!(cohort.cases[1].truth, Truth::Findings(vec![Label::Absent, Label::Present]));
}

#[test]
fn a_table_with_mistakes_says_which() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("cohort.csv");
    let check = |text: &str, expected: &[&str]| {
        write(&table, text);
        assert_says(&message(Cohort::load(&table)), expected);
    };
    check("case,imge\na,1\n", &["\"imge\"", "did you mean \"image\"", "covariate.imge"]);
    check("case,labl.mass\na,1\n", &["did you mean \"label.mass\""]);
    check("case,zzzzzzzzz\na,1\n", &["\"zzzzzzzzz\"", "not known"]);
    check("image\na\n", &["no column case"]);
    check("case,site,site\na,b,c\n", &["two columns \"site\""]);
    check("case,image\na,1\nb,2\na,3\n", &["row 4", "\"a\" a second time"]);
    check("case,image\n,1\n", &["row 2", "no case"]);
    check("case,image\na,1,2\n", &["cohort.csv", "not a table"]);
    check("case,split\na,training\n", &["\"training\"", "train, val or test"]);
    check("case,label.mass\na,yes\n", &["case a", "\"yes\"", "\"mass\""]);
}

#[test]
fn a_header_beside_the_table_rules() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("cohort.csv");
    write(&table, "case,label.class\na,mild\nb,sever\nc,severe\n");
    let header = "name = \"grades\"\ntask = \"ordinal\"\nclasses = [\"none\", \"mild\", \"severe\"]\n";
    write(&folder.path().join("cohort.toml"), header);
    let (cohort, problems) = read_source(&table, Layout::Csv, &ReadOptions::default()).unwrap();
    assert_eq!((cohort.header.task, cohort.n_cases()), (Task::Ordinal, 2));
    assert_eq!(cohort.cases[1].truth, Truth::Class(Some(2)));
    assert_says(&problems[0].message, &["\"sever\"", "did you mean \"severe\""]);
    write(&folder.path().join("cohort.toml"), &format!("{header}color = \"red\"\n"));
    assert_says(&message(Cohort::load(&table)), &["cohort.toml", "color"]);
    write(&folder.path().join("cohort.toml"), "name = \"x\"\ntask = \"multi-label\"\nclasses = [\"mass\"]\n");
    assert_says(&message(Cohort::load(&table)), &["no column label.mass"]);
}

#[test]
fn a_cohort_survives_the_way_to_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    class_folders(&source, &["images/1.png", "images/2.png", "masks/m.png"]);
    write(
        &source.join("cohort.csv"),
        "case,subject,site,split,image,label.class,mask,report,covariate.age\n\
         a,s,north,train,images/1.png,x,masks/m.png,r-17,\"7, about\"\nb,t,,,images/2.png,,,,\n",
    );
    let cohort = Cohort::load(&source).unwrap();
    let out = folder.path().join("out/run/cohort");
    cohort.save(&out).unwrap();
    let again = Cohort::load(&out).unwrap();
    assert_eq!(again.header, cohort.header);
    assert_eq!(again.cases[0].extra["report"], "r-17", "an id is no path");
    assert_eq!(again.cases[0].extra["covariate.age"], "7, about");
    assert!(out.join(&again.cases[0].extra["mask"]).is_file());
    let load = |cohort: &Cohort, idx| Images::open(cohort, &Limits::default()).unwrap().load(cohort, idx).unwrap();
    for idx in 0..2 {
        assert_eq!(load(&again, idx), load(&cohort, idx));
        let mut plain = again.cases[idx].clone();
        plain.images.clone_from(&cohort.cases[idx].images);
        plain.extra.clone_from(&cohort.cases[idx].extra);
        assert_eq!(plain, cohort.cases[idx]);
    }
    let twice = out.with_file_name("twice");
    again.save(&twice).unwrap();
    assert_eq!(fs::read(twice.join("cohort.csv")).unwrap(), fs::read(out.join("cohort.csv")).unwrap());
}

#[test]
fn a_saved_medmnist_cohort_still_finds_its_arrays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/chestmnist.npz");
    let labels = Samples::U8((0..28).map(|i| u8::from(i % 3 == 0)).collect());
    save_npz(&path, &[("train_images", &[2, 2, 2], ramp(8)), ("train_labels", &[2, 14], labels)]);
    let (cohort, _) = read_npz(&path).unwrap();
    let out = folder.path().join("run/cohort");
    cohort.save(&out).unwrap();
    let again = Cohort::load(&out.join("cohort.csv")).unwrap();
    assert_eq!(again.header, cohort.header);
    assert_eq!(again.cases[1].truth, cohort.cases[1].truth);
    assert_eq!(again.cases[1].images[0].1, "../../data/chestmnist.npz#train/1");
    let images = Images::open(&again, &Limits::default()).unwrap();
    assert_eq!(images.load(&again, 1).unwrap().samples(), &Samples::U8(vec![4, 5, 6, 7]));
}

#[test]
fn references_that_lead_nowhere_are_problems_of_their_cases() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path();
    class_folders(source, &["1.png"]);
    save_npz(&source.join("a.npz"), &[("train_images", &[2, 2, 2], ramp(8)), ("flat", &[8], ramp(8))]);
    write(
        &source.join("cohort.csv"),
        "case,image\ngood,1.png\ninside,a.npz#train/1\nby-name,a.npz#train_images/0\nmissing,2.png\nfar,a.npz#train/2\n\
         array,a.npz#val/0\nflat,a.npz#flat/0\nmalformed,a.npz#train\ngone,b.npz#train/0\nempty,\n",
    );
    let (cohort, _, problems) = with_context(|ctx| cohort::open(source, None, &ReadOptions::default(), ctx)).unwrap();
    assert_eq!(cohort.cases.iter().map(|case| case.case.as_str()).collect::<Vec<_>>(), ["good", "inside", "by-name"]);
    let check = |case: &str, expected: &[&str]| {
        let problem = problems.iter().find(|problem| problem.case == case).expect(case);
        assert_says(&problem.message, expected);
    };
    check("missing", &["2.png"]);
    check("far", &["a.npz#train/2", "2 entries"]);
    check("array", &["no array val_images or val", "train_images"]);
    check("flat", &["shape [8]"]);
    check("malformed", &["file.npz#array/index"]);
    check("gone", &["b.npz"]);
    check("empty", &["no image"]);
}

#[test]
fn channels_are_stacked_and_must_fit() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path();
    class_folders(source, &["1.png", "2.png"]);
    fs::write(source.join("3.png"), raster::encode_png_gray(&[0; 6], 3, 2).unwrap()).unwrap();
    write(&source.join("cohort.csv"), "case,image.a,image.b\ngood,1.png,2.png\nbad,1.png,3.png\n");
    let cohort = Cohort::load(source).unwrap();
    let images = Images::open(&cohort, &Limits::default()).unwrap();
    let volume = images.load(&cohort, 0).unwrap();
    assert_eq!(volume.shape(), [2, 1, 2, 2]);
    assert_eq!(volume.samples(), &Samples::U8(vec![0, 1, 2, 3, 1, 1, 2, 3]));
    assert_says(&message(images.load(&cohort, 1)), &["case bad", "[1, 2, 3]"]);
}

#[test]
fn a_stop_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    class_folders(folder.path(), &["a/1.png", "b/2.png"]);
    let (cohort, _) = read_folders(folder.path()).unwrap();
    let images = Images::open(&cohort, &Limits::default()).unwrap();
    let stop = AtomicBool::new(true);
    let ctx = Context { progress: &Silent, stop: &stop };
    assert_eq!(cohort::verify(&cohort, &images, &ctx).unwrap_err().kind(), ErrorKind::Interrupted);
}
