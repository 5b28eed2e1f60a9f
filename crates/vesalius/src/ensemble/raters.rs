//! The label maps of several raters, read one after the other onto the grid of the first.

use std::path::{Path, PathBuf};

use vesalius_image::{Grid, Samples, Volume};
use vesalius_stats::fuse::Votes;

use super::{EnsembleConfig, in_case};
use crate::error::{Error, ErrorKind, Result};
use crate::open::{self, Choice, convert_command, quoted};

/// The votes of all raters and the volume of the first.
pub(super) fn votes(files: &[PathBuf], config: &EnsembleConfig) -> Result<(Votes, Volume)> {
    let mut so_far: Option<(Votes, Volume)> = None;
    for file in files {
        let volume = read(file, so_far.as_ref().map(|(_, first)| (files[0].as_path(), first)), config)?;
        let labels = labels(&volume, file)?;
        let named = in_case(file.display().to_string());
        if let Some((votes, _)) = &mut so_far {
            votes.add(&labels).map_err(named)?;
            continue;
        }
        let mut votes = Votes::new(labels.len()).map_err(&named)?;
        votes.add(&labels).map_err(named)?;
        so_far = Some((votes, volume));
    }
    so_far.ok_or_else(|| Error::new(ErrorKind::Data, "there is no mask to fuse; name files or folders"))
}

/// A mask, on the grid of the first if there is one; an error where it lies elsewhere, with the command that helps.
pub(super) fn read(file: &Path, first: Option<(&Path, &Volume)>, config: &EnsembleConfig) -> Result<Volume> {
    let onto = first.and_then(|(_, volume)| Grid::of(volume).ok());
    let volume = open::read(file, &Choice::default(), onto.as_ref(), &config.read)?.reading.volume;
    let Some((other, expected)) = first else { return Ok(volume) };
    let differs = match (onto, Grid::of(&volume)) {
        (Some(there), Ok(here)) => Some(here.difference(&there)).filter(|d| !d.is_same()).map(|d| d.to_string()),
        // Where one does not say where it lies, sizes alone can be compared.
        _ if volume.shape()[1..] != expected.shape()[1..] => Some("size".to_owned()),
        _ => None,
    };
    let Some(differs) = differs else { return Ok(volume) };
    let message = format!(
        "{} does not lie on the voxels of {}: {differs}; bring it there by `{} --like {} --interpolation nearest`",
        file.display(),
        other.display(),
        convert_command(file, None),
        quoted(other)
    );
    Err(Error::new(ErrorKind::Data, message))
}

/// The values of a label map; an error where they are no labels.
fn labels(volume: &Volume, file: &Path) -> Result<Vec<u32>> {
    let n_channels = volume.shape()[0];
    if n_channels != 1 {
        let message = format!(
            "{} has {n_channels} channels; expected one of labels; method mean takes channels of probabilities",
            file.display()
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let found: std::result::Result<Vec<u32>, f64> = match volume.samples() {
        Samples::U8(values) => Ok(values.iter().map(|&value| u32::from(value)).collect()),
        Samples::U16(values) => Ok(values.iter().map(|&value| u32::from(value)).collect()),
        Samples::U32(values) => Ok(values.clone()),
        Samples::I8(values) => values.iter().map(|&v| u32::try_from(v).map_err(|_| v.into())).collect(),
        Samples::I16(values) => values.iter().map(|&v| u32::try_from(v).map_err(|_| v.into())).collect(),
        Samples::I32(values) => values.iter().map(|&v| u32::try_from(v).map_err(|_| v.into())).collect(),
        Samples::F32(values) => values.iter().map(|&value| whole(value.into())).collect(),
        Samples::F64(values) => values.iter().map(|&value| whole(value)).collect(),
    };
    found.map_err(|stray| {
        let message = format!(
            "{} holds the value {stray}; expected labels, whole numbers from 0; method mean takes probabilities",
            file.display()
        );
        Error::new(ErrorKind::Data, message)
    })
}

fn whole(value: f64) -> std::result::Result<u32, f64> {
    let is_label = value.fract().abs() < f64::EPSILON && (0.0..=f64::from(u32::MAX)).contains(&value);
    if is_label { Ok(value as u32) } else { Err(value) }
}
