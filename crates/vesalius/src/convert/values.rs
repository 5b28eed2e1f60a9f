//! What happens to sample values: what is not finite, labels that are no labels, other types.

use vesalius_image::cast::{Fit, cast};
use vesalius_image::{Dtype, Samples, Volume};

use super::Labels;
use crate::error::{Error, ErrorKind, Result};

/// NaN and infinities become this value.
pub(super) fn replace_nonfinite(volume: Volume, value: f64) -> Result<Volume> {
    if !value.is_finite() {
        let message = format!("--replace-nonfinite is {value}; expected a finite number");
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    if volume.n_nonfinite() == 0 {
        return Ok(volume);
    }
    let samples = match volume.samples() {
        Samples::F32(all) => Samples::F32(all.iter().map(|v| if v.is_finite() { *v } else { value as f32 }).collect()),
        Samples::F64(all) => Samples::F64(all.iter().map(|v| if v.is_finite() { *v } else { value }).collect()),
        whole => whole.clone(),
    };
    with_samples(&volume, samples)
}

/// Labels as they are wanted.
pub(super) fn labels(volume: Volume, labels: Labels) -> Result<Volume> {
    if labels == Labels::AsTheyAre {
        return Ok(volume);
    }
    let n_nonfinite = volume.n_nonfinite();
    if n_nonfinite > 0 {
        let message = format!(
            "{n_nonfinite} samples are NaN or infinite, and nobody can say whether they are inside; \
             decide by --replace-nonfinite"
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let samples = volume.samples();
    let binary = (0..samples.len()).map(|idx| u8::from(samples.get(idx) != 0.0)).collect();
    with_samples(&volume, Samples::U8(binary))
}

/// Samples of the wanted type.
pub(super) fn typed(volume: Volume, dtype: Option<Dtype>, fit: Fit) -> Result<Volume> {
    let Some(dtype) = dtype.filter(|dtype| *dtype != volume.samples().dtype()) else { return Ok(volume) };
    let samples = cast(volume.samples(), dtype, fit).map_err(|error| {
        let remedy = "options: --fit round, --fit clip, --replace-nonfinite VALUE";
        Error::new(ErrorKind::Data, format!("{error} ({remedy})"))
    })?;
    with_samples(&volume, samples)
}

fn with_samples(volume: &Volume, samples: Samples) -> Result<Volume> {
    Ok(Volume::new(samples, volume.shape(), volume.geometry().cloned())?)
}
