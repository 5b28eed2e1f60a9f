//! The toolkit by its stages, one file a stage, in the order of the road.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests fail by panicking and say what they skip")]

/// Datasets with known truth.
mod phantom;

/// Downloads that resume and are verified.
mod fetch;

/// Records, problems with their remedies, comparisons.
mod inspect;

/// Formats, grids, types, pictures.
mod convert;

/// Layouts, tables, bad files.
mod cohort;

/// Duplicates, subjects, classes.
mod audit;

/// Groups that never cross.
mod split;

/// What is fitted before a network sees an image.
mod preprocess;

/// Members, resuming, what a model keeps.
mod train;

/// Tables, ours and foreign.
mod predictions;

/// Predictions, masks and boxes of several members.
mod ensemble;

/// Estimates of predictions from anywhere.
mod measure;

/// Leaderboards.
mod rank;

/// One page that opens offline.
mod report;

use std::path::{Path, PathBuf};

use vesalius_image::{Geometry, Samples, Volume, format};

/// Writes a volume into a folder in the format of the name.
fn save(folder: &Path, name: &str, volume: &Volume) -> PathBuf {
    let encode = format::of_name(name).and_then(|format| format.encode).unwrap_or_else(|| panic!("{name}"));
    for file in encode(volume, name).unwrap() {
        std::fs::write(folder.join(&file.name), &file.bytes).unwrap();
    }
    folder.join(name)
}

/// A geometry with axes along x, y and z.
fn upright(spacing_mm: [f64; 3], origin_mm: [f64; 3]) -> Geometry {
    Geometry::new(spacing_mm, origin_mm, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap()
}

/// A small CT of different values: 6 by 5 by 4 voxels of 1 by 1.5 by 2 mm.
fn ct() -> Volume {
    let samples = Samples::I16((0..120_i16).map(|v| v * 7 - 400).collect());
    Volume::new(samples, [1, 4, 5, 6], Some(upright([1.0, 1.5, 2.0], [-10.0, 20.0, 30.0]))).unwrap()
}
