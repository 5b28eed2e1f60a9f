//! Reading, resampling, distances and components of volumes; the same work as `benches/volumes.py` does.

mod inputs;

use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use vesalius::{Error, Result};
use vesalius_image::components::{Components, Connectivity};
use vesalius_image::distance::to_background;
use vesalius_image::mask::{self, Mask, foreground};
use vesalius_image::resample::{Antialias, ResampleOptions, resample};
use vesalius_image::{Grid, ReadOptions, dicom, format};

use super::{Figures, broken, median};

/// Timed steps, after one that warms up; as many as the script has.
const N_STEPS: usize = 5;
/// Files of the workload of many kinds.
const N_DICOM: usize = 100;

/// Seconds of each.
pub(super) fn volumes() -> Result<Figures> {
    let scratch = tempfile::tempdir().map_err(|error| broken(&error))?;
    let folder = std::env::var_os("VESALIUS_BENCH_INPUTS").map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    inputs::make(&folder)?;
    let options = ReadOptions::default();
    let read = |path: &Path| format::read(path, &options).map_err(Error::from);
    let mut figures = Figures::new();

    let path = folder.join("volume.nii.gz");
    figures.insert("read_nifti_seconds", seconds(|| read(&path))?);

    let volume = read(&path)?.volume;
    let grid = Grid::of(&volume)?.with_spacing([1.0; 3])?;
    // As the peers do it, which pass over what lies between new voxels.
    let plain = ResampleOptions { antialias: Antialias::Never, ..ResampleOptions::default() };
    figures.insert("resample_seconds", seconds(|| Ok(resample(&volume, &grid, &plain)?))?);

    let volume = read(&folder.join("mask.nii.gz"))?.volume;
    let inside = foreground(&volume)?;
    let mask = Mask::new(&inside, mask::Extent::of(&volume)?)?;
    figures.insert("distance_transform_seconds", seconds(|| Ok(to_background(&mask)))?);
    let [_, shape @ ..] = volume.shape();
    let label = || Ok(Components::find(&inside, shape, Connectivity::Corners)?.labels());
    figures.insert("components_seconds", seconds(label)?);

    let series = folder.join("series");
    let read_series = || {
        let index = dicom::open(&series, &options)?;
        Ok(index.read(&index.series[0].volumes[0], &options)?)
    };
    figures.insert("read_series_seconds", seconds(read_series)?);

    let data = std::env::var_os("VESALIUS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let paths = inputs::dicom_files(&folder, &data, N_DICOM)?;
    if !paths.is_empty() {
        let decode = || paths.par_iter().try_for_each(|path| read(path).map(drop));
        figures.insert("decode_dicom_seconds", seconds(decode)?);
    }
    Ok(figures)
}

/// The median time of a step.
fn seconds<T>(mut step: impl FnMut() -> Result<T>) -> Result<f64> {
    let mut seconds = Vec::new();
    for _ in 0..=N_STEPS {
        let start = Instant::now();
        drop(step()?);
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(median(&seconds[1..]))
}
