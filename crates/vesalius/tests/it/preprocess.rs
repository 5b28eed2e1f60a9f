//! What happens to images first: what is fitted is fitted on training cases.

use std::path::Path;

use vesalius::cohort::{Cohort, Images, Layout, ReadOptions, read_source};
use vesalius::preprocess::{Preprocess, PreprocessConfig, Shapes};
use vesalius::split::{Method, SplitConfig, split};
use vesalius_image::{Limits, Samples, Volume};

use crate::cohort::save_npz;
use crate::save;

/// Twelve volumes of 4 × 4 × 4 a part, half of them of each class; all samples but the first of a part alternate.
fn volumes(folder: &Path, first: [u8; 3]) -> Cohort {
    let path = folder.join("made.npz");
    let labels: Vec<u8> = (0..12).map(|idx| idx % 2).collect();
    let parts = [("train_images", "train_labels"), ("val_images", "val_labels"), ("test_images", "test_labels")];
    let mut arrays = Vec::new();
    for (part, (images, truth)) in parts.into_iter().enumerate() {
        let mut samples: Vec<u8> =
            (0..12 * 64).map(|at| if (at + at / 64 + part) % 3 == 0 { 200 } else { 0 }).collect();
        samples[0] = first[part];
        arrays.push((images, &[12_usize, 4, 4, 4][..], Samples::U8(samples)));
        arrays.push((truth, &[12_usize, 1][..], Samples::U8(labels.clone())));
    }
    save_npz(&path, &arrays);
    read_source(&path, Layout::Medmnist, &ReadOptions::default()).unwrap().0
}

fn fitted(shapes: Shapes, first: [u8; 3]) -> Preprocess {
    let folder = tempfile::tempdir().unwrap();
    let cohort = volumes(folder.path(), first);
    let images = Images::open(&cohort, &Limits::default()).unwrap();
    let split = split(&cohort, &SplitConfig::default(), &[]).unwrap();
    let config = PreprocessConfig { shapes, ..PreprocessConfig::default() };
    let preprocess = Preprocess::fit(&config, &split.train_set(&cohort, 0).unwrap(), &images).unwrap();
    let mut image = vec![0.0; preprocess.size()];
    preprocess.apply_to(&images.load(&cohort, 20).unwrap(), "a case", &mut image).unwrap();
    assert!(image.iter().all(|sample| sample.is_finite()));
    preprocess
}

#[test]
fn only_training_images_of_two_values_are_shapes() {
    assert_eq!(fitted(Shapes::Distance, [0, 0, 0]).inside_above, Some(100.0));
    assert_eq!(fitted(Shapes::AsIs, [0, 0, 0]).inside_above, None);
    assert_eq!(fitted(Shapes::Distance, [7, 0, 0]).inside_above, None, "a third value in train");
    assert_eq!(fitted(Shapes::Distance, [0, 7, 7]).inside_above, Some(100.0), "what is not in train decides nothing");
}

#[test]
fn images_of_several_sizes_need_a_size_to_be_brought_to() {
    let folder = tempfile::tempdir().unwrap();
    for (name, edge) in [("a/1", 8), ("a/2", 8), ("a/3", 8), ("b/1", 8), ("b/2", 8), ("b/3", 9)] {
        let samples = Samples::U8((0..edge * edge).map(|at| (at % 251) as u8).collect());
        let path = folder.path().join(format!("{name}.png"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        save(folder.path(), &format!("{name}.png"), &Volume::new(samples, [1, 1, edge, edge], None).unwrap());
    }
    let (cohort, _) = read_source(folder.path(), Layout::ClassFolders, &ReadOptions::default()).unwrap();
    let images = Images::open(&cohort, &Limits::default()).unwrap();
    let config = SplitConfig { method: Method::Random, ..SplitConfig::default() };
    let split = split(&cohort, &config, &[]).unwrap();
    let fit = |size| {
        let config = PreprocessConfig { size, ..PreprocessConfig::default() };
        let preprocess = Preprocess::fit(&config, &split.train_set(&cohort, 0).unwrap(), &images)?;
        let mut image = vec![0.0; preprocess.size()];
        (0..cohort.cases.len())
            .try_for_each(|idx| preprocess.apply_to(&images.load(&cohort, idx)?, "a case", &mut image))
    };
    let error = fit(None).unwrap_err().to_string();
    assert!(error.contains("preprocess.size"), "{error}");
    fit(Some([1, 8, 8])).unwrap();
}
