//! Maps of probabilities: their mean, and what of it exceeds the threshold alone or as a cross.

use std::path::{Path, PathBuf};

use vesalius_image::Volume;
use vesalius_stats::fuse::{Mean, cross};

use super::masks::label_volume;
use super::{EnsembleConfig, in_case, raters};
use crate::error::{Error, ErrorKind, Result};

/// The mask of a case from the maps of all raters.
pub(super) fn fuse(files: &[PathBuf], method: &str, config: &EnsembleConfig) -> Result<Volume> {
    let mut mean = Mean::default();
    let mut first: Option<Volume> = None;
    for file in files {
        let volume = raters::read(file, first.as_ref().map(|first| (files[0].as_path(), first)), config)?;
        let values = volume.to_f32();
        check(&values, file)?;
        mean.add(values.iter().map(|&value| f64::from(value))).map_err(in_case(file.display().to_string()))?;
        first.get_or_insert(volume);
    }
    let Some(first) = first else {
        return Err(Error::new(ErrorKind::Data, "there is no map to fuse; name files or folders"));
    };
    let mean = mean.finish().map_err(in_case("maps"))?;
    let [n_channels, n_z, n_y, n_x] = first.shape();
    let n_voxels = n_z * n_y * n_x;
    let labels = match (method, n_channels) {
        ("cross", 1) => crosses(&mean, [n_y, n_x], config)?,
        ("cross", n) => {
            let message = format!("{} has {n} channels; expected one for cross", files[0].display());
            return Err(Error::new(ErrorKind::Data, message));
        }
        (_, 1) => mean.iter().map(|&value| u32::from(value > config.threshold)).collect(),
        // The number of the channel is the label; of equal ones the first, which is background.
        _ => (0..n_voxels).map(|voxel| largest(&mean, voxel, n_voxels)).collect(),
    };
    label_volume(labels, &first)
}

fn check(values: &[f32], file: &Path) -> Result<()> {
    let Some(stray) = values.iter().find(|value| !(0.0..=1.0).contains(*value)) else { return Ok(()) };
    let message = format!(
        "{} holds the value {stray}; expected probabilities from 0 to 1; majority, staple and simple take labels",
        file.display()
    );
    Err(Error::new(ErrorKind::Data, message))
}

/// Centers of crosses, slice by slice.
fn crosses(mean: &[f64], shape: [usize; 2], config: &EnsembleConfig) -> Result<Vec<u32>> {
    let mut labels = Vec::with_capacity(mean.len());
    for slice in mean.chunks_exact(shape[0] * shape[1]) {
        let found = cross(slice, shape, config.threshold).map_err(in_case("maps"))?;
        labels.extend(found.centers.into_iter().map(u32::from));
    }
    Ok(labels)
}

fn largest(mean: &[f64], voxel: usize, n_voxels: usize) -> u32 {
    let (mut best, mut most) = (0, f64::NEG_INFINITY);
    for (channel, value) in mean.iter().skip(voxel).step_by(n_voxels).enumerate() {
        if *value > most {
            (best, most) = (channel as u32, *value);
        }
    }
    best
}
