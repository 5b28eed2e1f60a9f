//! Phantoms: the publisher's layout, a truth that can be seen in the pixels, planted copies, and the same bytes again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use vesalius::cohort::Task;
use vesalius::error::ErrorKind;
use vesalius::phantom::pointing::pointing_game;
use vesalius::phantom::truth::{Lesion, Plant, load_lesions, load_planted};
use vesalius::phantom::{self, ImageKind, Made, PhantomConfig};
use vesalius_image::npz::Npz;
use vesalius_image::{Limits, Samples, Volume, nifti};

fn small() -> PhantomConfig {
    PhantomConfig { train: 40, val: 10, test: 12, ..PhantomConfig::default() }
}

fn make(config: &PhantomConfig, out: &Path) -> Made {
    phantom::medmnist(config, out).expect("a phantom")
}

struct Array {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

fn arrays(path: &Path) -> BTreeMap<String, Array> {
    let npz = Npz::open(path, &Limits::default()).expect("an npz");
    npz.names()
        .into_iter()
        .map(|name| {
            let array = npz.array(&name).expect("an array");
            let Samples::U8(bytes) = array.samples else { panic!("{name} is not 8-bit") };
            (name, Array { shape: array.shape, bytes })
        })
        .collect()
}

/// The pixels of a case such as `train-00017`.
fn image<'a>(arrays: &'a BTreeMap<String, Array>, case: &str) -> &'a [u8] {
    let (part, idx) = case.split_once('-').expect("part-index");
    let array = &arrays[&format!("{part}_images")];
    let n: usize = array.shape[1..].iter().product();
    let idx: usize = idx.parse().expect("a number");
    &array.bytes[idx * n..(idx + 1) * n]
}

fn label<'a>(arrays: &'a BTreeMap<String, Array>, case: &str) -> &'a [u8] {
    let (part, idx) = case.split_once('-').expect("part-index");
    let array = &arrays[&format!("{part}_labels")];
    let idx: usize = idx.parse().expect("a number");
    &array.bytes[idx * array.shape[1]..(idx + 1) * array.shape[1]]
}

#[test]
fn arrays_have_the_shapes_of_the_publisher() {
    let check = |image: ImageKind, task: Task, classes: usize, shape: &[usize], n_labels: usize| {
        let dir = tempfile::tempdir().expect("a folder");
        let config = PhantomConfig { image, task, classes, side: 16, ..small() };
        let made = make(&config, dir.path());
        let arrays = arrays(&made.data);
        assert_eq!(made.n_cases, 62);
        assert_eq!(arrays.len(), 6, "{:?}", arrays.keys());
        for (part, n) in [("train", 40), ("val", 10), ("test", 12)] {
            let images = &arrays[&format!("{part}_images")];
            assert_eq!(images.shape, [&[n], shape].concat(), "{image:?}");
            assert_eq!(arrays[&format!("{part}_labels")].shape, [n, n_labels], "{task:?}");
        }
    };
    check(ImageKind::Gray, Task::Binary, 2, &[16, 16], 1);
    check(ImageKind::Rgb, Task::MultiClass, 6, &[16, 16, 3], 1);
    check(ImageKind::Volume, Task::Ordinal, 4, &[16, 16, 16], 1);
    check(ImageKind::Gray, Task::MultiLabel, 5, &[16, 16], 5);
}

#[test]
fn lesions_are_listed_for_exactly_the_labels_that_are_present() {
    let check = |task: Task, classes: usize, expected: fn(&[u8]) -> Vec<String>| {
        let dir = tempfile::tempdir().expect("a folder");
        let made = make(&PhantomConfig { task, classes, ..small() }, dir.path());
        let arrays = arrays(&made.data);
        let mut by_case: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for lesion in load_lesions(&made.truth).expect("a truth") {
            by_case.entry(lesion.case).or_default().extend(lesion.label);
        }
        assert_eq!(by_case.len(), 62, "every case has a row");
        for (case, labels) in by_case {
            assert_eq!(labels, expected(label(&arrays, &case)), "{case}");
        }
    };
    check(Task::Binary, 2, |row| if row[0] == 1 { vec!["1".into()] } else { vec![] });
    check(Task::MultiClass, 4, |row| if row[0] > 0 { vec![row[0].to_string()] } else { vec![] });
    check(Task::Ordinal, 3, |row| vec![row[0].to_string(); usize::from(row[0])]);
    check(Task::MultiLabel, 3, |row| (0..3).filter(|&k| row[k] == 1).map(|k| k.to_string()).collect());
}

/// The mean brightness of the voxels within half a radius of the lesion, minus that of a ring around it.
fn contrast(pixels: &[u8], [ny, nx]: [usize; 2], lesion: &Lesion) -> f64 {
    let radius = lesion.radius.expect("a lesion");
    let (mut inside, mut around) = ((0.0, 0.0), (0.0, 0.0));
    for (idx, pixel) in pixels.iter().enumerate() {
        let voxel = [idx / (ny * nx), idx / nx % ny, idx % nx].map(|place| place as f64);
        let sum = if lesion.contains(voxel, -radius / 2.0) {
            &mut inside
        } else if lesion.contains(voxel, radius) && !lesion.contains(voxel, radius / 2.0) {
            &mut around
        } else {
            continue;
        };
        sum.0 += f64::from(*pixel);
        sum.1 += 1.0;
    }
    inside.0 / inside.1 - around.0 / around.1
}

#[test]
fn the_lesion_is_where_the_truth_says_and_nowhere_without_contrast() {
    let check = |kind: ImageKind| {
        let mean_contrast = |contrast_to_noise: f64| {
            let dir = tempfile::tempdir().expect("a folder");
            let made = make(&PhantomConfig { image: kind, contrast_to_noise, ..small() }, dir.path());
            let arrays = arrays(&made.data);
            let lesions = load_lesions(&made.truth).expect("a truth");
            let seen: Vec<f64> = lesions
                .iter()
                .filter(|lesion| lesion.radius.is_some())
                .map(|lesion| contrast(image(&arrays, &lesion.case), [28, 28], lesion))
                .collect();
            assert!(seen.len() >= 25, "about half of the cases have a lesion, got {}", seen.len());
            seen.iter().sum::<f64>() / seen.len() as f64
        };
        let (plain, absent) = (mean_contrast(4.0), mean_contrast(0.0));
        // A contrast of 4 is 4 × 0.05 of the intensity range, or 51 gray levels, plus what the place itself has.
        assert!((plain - absent - 51.0).abs() < 8.0, "{kind:?}: {plain} against {absent}");
    };
    check(ImageKind::Gray);
    check(ImageKind::Volume);
}

#[test]
fn planted_copies_are_the_only_equal_images() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = PhantomConfig { leaks: 5, duplicates: 3, ..small() };
    let made = make(&config, dir.path());
    let arrays = arrays(&made.data);
    let planted = load_planted(&made.planted).expect("the copies");
    let mut by_image: BTreeMap<&[u8], Vec<String>> = BTreeMap::new();
    for (part, n) in [("train", 40), ("val", 10), ("test", 12)] {
        for idx in 0..n {
            let case = format!("{part}-{idx:05}");
            by_image.entry(image(&arrays, &case)).or_default().push(case);
        }
    }
    let mut found: Vec<Vec<String>> = by_image.into_values().filter(|cases| cases.len() > 1).collect();
    let mut expected: Vec<Vec<String>> = Vec::new();
    for pair in &planted {
        assert_eq!(label(&arrays, &pair.first), label(&arrays, &pair.second));
        let same_part = pair.first.split('-').next() == pair.second.split('-').next();
        assert_eq!(same_part, pair.kind == Plant::Duplicate, "{pair:?}");
        expected.push(vec![pair.first.clone(), pair.second.clone()]);
    }
    assert_eq!(planted.iter().filter(|pair| pair.kind == Plant::Leak).count(), 5);
    assert_eq!(planted.iter().filter(|pair| pair.kind == Plant::Duplicate).count(), 3);
    for pairs in [&mut found, &mut expected] {
        for pair in pairs.iter_mut() {
            pair.sort();
        }
        pairs.sort();
    }
    assert_eq!(found, expected);
}

#[test]
fn same_settings_give_the_same_bytes_for_any_number_of_threads() {
    let bytes = |n_threads: usize, seed: u64| {
        let dir = tempfile::tempdir().expect("a folder");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads");
        let made = pool.install(|| make(&PhantomConfig { seed, ..small() }, dir.path()));
        [made.data, made.truth, made.planted].map(|path| std::fs::read(path).expect("a file"))
    };
    let one = bytes(1, 7);
    assert_eq!(one, bytes(5, 7));
    assert_ne!(one[0], bytes(1, 8)[0]);
}

#[test]
fn pixels_are_the_same_on_every_machine() {
    let dir = tempfile::tempdir().expect("a folder");
    let arrays = arrays(&make(&PhantomConfig::default(), dir.path()).data);
    let hash = blake3::hash(&arrays["train_images"].bytes).to_hex();
    assert_eq!(&hash[..16], "2817701d5f2d932b", "if the phantom was changed on purpose, write the new hash here");
}

#[test]
fn every_part_has_every_class_and_may_be_empty() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = PhantomConfig { val: 0, test: 0, leaks: 0, task: Task::MultiClass, classes: 6, ..small() };
    let arrays = arrays(&make(&config, dir.path()).data);
    for class in 0..6 {
        assert!(arrays["train_labels"].bytes.contains(&class));
    }
    assert_eq!(arrays["test_images"].shape, [0, 28, 28]);
    assert_eq!(arrays["test_labels"].shape, [0, 1]);
}

#[test]
fn impossible_settings_are_refused_with_what_would_do() {
    let check = |settings: &str, expected: &str| {
        let dir = tempfile::tempdir().expect("a folder");
        let table: toml::Table = settings.parse().expect("TOML");
        let error = (phantom::find("medmnist").expect("known").make)(table, dir.path()).expect_err(settings);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(std::fs::read_dir(dir.path()).expect("a folder").next().is_none(), "nothing is written");
    };
    check("side = 4", "side must be 8 to 512 pixels, got 4");
    check("classes = 3", "classes must be 2 to 2 for this task, got 3");
    check("task = \"multi-class\"\nclasses = 9", "classes must be 2 to 6 for this task, got 9");
    check("train = 4\nleaks = 5", "5 leaks need as many training cases");
    check("train = 4\nleaks = 0\nduplicates = 3", "need more training cases");
    check("side = 512\ntrain = 100000", "bytes of pixels");
    check("name = \"../x\"", "name must be letters, digits");
    check("contrast_to_noise = nan", "contrast_to_noise must be 0 to 20");
    check("sides = 28", "unknown field `sides`");
    let error = phantom::find("mnist").err().expect("unknown");
    assert_eq!(error.to_string(), "no phantom is called `mnist`; there is: medmnist");
}

#[test]
fn the_pointing_game_counts_maps_that_are_hottest_in_the_lesion() {
    let lesion = |case: &str, x: f64| Lesion {
        label: Some("1".into()),
        x: Some(x),
        y: Some(2.0),
        z: Some(0.0),
        radius: Some(1.0),
        ..Lesion::none(case.into())
    };
    let truth = [lesion("a", 4.0), lesion("b", 4.0), lesion("c", 4.0), lesion("d", 4.0), Lesion::none("e".into())];
    let dir = tempfile::tempdir().expect("a folder");
    let mut table = "case,label,volume\n".to_owned();
    // The class that is explained and the hottest x of each map, along y = 2; 9 means a cold map.
    for (case, label, x) in [("a", "1", 4), ("b", "1", 6), ("c", "1", 9), ("d", "0", 4), ("e", "1", 4)] {
        let mut heat = vec![0.0_f32; 40];
        if x < 8 {
            heat[2 * 8 + x] = 0.5;
        }
        let map = Volume::new(Samples::F32(heat), [1, 1, 5, 8], None).expect("a map");
        let name = format!("{case}.nii.gz");
        std::fs::write(dir.path().join(&name), nifti::encode(&map).expect("a file")).expect("written");
        writeln!(table, "{case},{label},{name}").expect("a string");
    }
    std::fs::write(dir.path().join("maps.csv"), table).expect("written");
    let share = |slack: f64| {
        let estimate = pointing_game(dir.path(), &truth, slack).expect("a score");
        // d explains another class and e has no lesion.
        assert_eq!(estimate.n, 3);
        estimate.value.expect("defined")
    };
    assert!((share(0.0) - 1.0 / 3.0).abs() < 1e-12);
    assert!((share(1.0) - 2.0 / 3.0).abs() < 1e-12);
    let undefined = pointing_game(dir.path(), &truth[4..], 0.0).expect("a score");
    assert!(undefined.value.is_none() && undefined.undefined.is_some());
}
