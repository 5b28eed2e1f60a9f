//! Published datasets, where they are at hand; facts are in `golden/real_data.json`.

use std::path::PathBuf;

use vesalius_image::npz::Npz;
use vesalius_image::raster::read_raster;
use vesalius_image::{Limits, Samples, nifti};

use crate::golden;

/// A folder of `VESALIUS_DATA`, default `shared/data` beside the checkout; says so where it is absent.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("VESALIUS_DATA").map_or("../../../shared/data".into(), PathBuf::from);
    let path = data.join(name);
    if !path.is_dir() {
        eprintln!("skipped: there is no {}; set VESALIUS_DATA", path.display());
        return None;
    }
    Some(path)
}

fn facts() -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(golden("real_data.json")).unwrap()).unwrap()
}

fn check_arrays(set: &str) {
    let Some(folder) = folder(set) else { return };
    let npz = Npz::open(&folder.join("dev_trainval.npz"), &Limits::default()).unwrap();
    let facts = facts();
    assert_eq!(npz.names(), ["train_images", "train_labels", "val_images", "val_labels"]);
    for name in npz.names() {
        let array = npz.array(&name).unwrap();
        let expected = &facts["arrays"][format!("{set}/{name}")];
        assert_eq!(serde_json::json!(array.shape), expected["shape"], "{name}");
        let Samples::U8(values) = array.samples else { panic!("{name} has the wrong type") };
        let sum: u64 = values.iter().map(|v| u64::from(*v)).sum();
        let weighted: u64 = values.iter().zip((0..251_u64).cycle()).map(|(v, weight)| u64::from(*v) * weight).sum();
        assert_eq!(
            (sum, weighted),
            (expected["sum"].as_u64().unwrap(), expected["weighted_sum"].as_u64().unwrap()),
            "{name}"
        );
    }
}

#[test]
fn pneumoniamnist_is_what_numpy_reads() {
    check_arrays("pneumoniamnist");
}

#[test]
fn adrenalmnist3d_is_what_numpy_reads() {
    check_arrays("adrenalmnist3d_64");
}

#[test]
fn every_medical_mnist_picture_is_read() {
    let Some(folder) = folder("medical-mnist/resized") else { return };
    let facts = facts();
    let mut n_read = 0;
    for (class, expected) in facts["jpeg_mean"].as_object().unwrap() {
        let (mut sum, mut n_samples) = (0.0, 0);
        for entry in std::fs::read_dir(folder.join(class)).unwrap() {
            let volume = read_raster(&entry.unwrap().path(), &Limits::default()).unwrap();
            assert_eq!(volume.shape(), [1, 1, 64, 64]);
            sum += volume.to_f32().iter().map(|v| f64::from(*v)).sum::<f64>();
            n_samples += 64 * 64;
            n_read += 1;
        }
        // Decoders round differently, each sample by at most one gray level and none to one side.
        let mean = sum / f64::from(n_samples);
        assert!((mean - expected.as_f64().unwrap()).abs() < 0.05, "{class}: {mean} is not {expected}");
    }
    assert_eq!(n_read, 1800);
}

#[test]
fn every_hippocampus_volume_is_read_and_written_again() {
    let Some(folder) = folder("msd-hippocampus/images") else { return };
    let mut n_read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let volume = nifti::decode(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
        assert!(volume.geometry().is_some(), "{}", path.display());
        let again = nifti::decode(&nifti::encode(&volume).unwrap(), &Limits::default()).unwrap();
        assert_eq!(again, volume, "{}", path.display());
        n_read += 1;
    }
    assert_eq!(n_read, 130);
}
