//! The convert stage: an image from one format to another, on the way onto another grid or into another type.
//!
//! Nothing is guessed and nothing is lost in silence: what a file does not say is an error that names the option
//! which supplies it, and values that do not fit are counted.

mod place;
mod preview;
mod values;
mod write;

use std::path::{Path, PathBuf};

use serde::Serialize;
use vesalius_image::cast::Fit;
use vesalius_image::orient::AxisCode;
use vesalius_image::resample::ResampleOptions;
use vesalius_image::{Dtype, Geometry, Problem, ReadOptions, Volume};

use crate::error::Result;
use crate::open::{self, Choice, Opened, Region};

/// What is to happen on the way; the fields are in the order in which it happens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConvertOptions {
    /// Limits, and whether stored or real values are wanted.
    pub read: ReadOptions,
    /// Which volume of a folder, an archive or a `DICOMDIR`.
    pub choice: Choice,
    /// What the file does not say, or says wrongly, of its geometry.
    pub supplied: Supplied,
    /// What NaN and infinities become; left out, they stay.
    pub nonfinite: Option<f64>,
    /// The part that is kept.
    pub crop: Option<Crop>,
    /// Where the axes of the image are to point.
    pub axes: Option<AxisCode>,
    /// The grid that the image is brought onto.
    pub target: Option<Target>,
    /// How the image is brought there: how values between voxels are made, and what lies beyond the image.
    /// Masks that name their regions are brought there by nearest neighbors in any case.
    pub resample: ResampleOptions,
    /// What becomes of labels.
    pub labels: Labels,
    /// The sample type that is wanted; left out, it stays.
    pub dtype: Option<Dtype>,
    /// What becomes of values that do not fit it.
    pub fit: Fit,
    /// Whether an image of several slices becomes a picture of planes, and how bright.
    pub picture: Picture,
}

/// Geometry that a user states, in place of what the file says or does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Supplied {
    /// Distance of voxel centers along `[x, y, z]` in millimeters.
    pub spacing_mm: Option<[f64; 3]>,
    /// Center of the first voxel in millimeters, LPS.
    pub origin_mm: Option<[f64; 3]>,
    /// Where image x, y and z point.
    pub axes: Option<AxisCode>,
}

/// The box around a mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop {
    /// A mask on the grid of the image; every value but 0 is inside.
    pub mask: PathBuf,
    /// How much further than the mask the box reaches, in millimeters.
    pub margin_mm: f64,
}

/// The grid that an image is brought onto.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Voxels of this size along `[x, y, z]` in millimeters, over the same extent.
    Spacing([f64; 3]),
    /// The grid of another image.
    Like(PathBuf),
}

/// What becomes of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    /// They stay.
    #[default]
    AsTheyAre,
    /// 0 stays, everything else becomes 1.
    Binary,
}

/// Whether the output is a picture to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Picture {
    /// Only where the output is PNG and there are several slices; the window is that of most samples.
    #[default]
    WhereNeeded,
    /// In any case, by the window of most samples.
    Usual,
    /// In any case, with the value shown black and the one shown white.
    Window([f64; 2]),
}

/// What was written: the artefact of the stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Converted {
    /// Version of this form.
    pub schema: u32,
    /// The files, the one that was named first.
    pub written: Vec<PathBuf>,
    /// Name of the format in the registry.
    pub format: &'static str,
    /// Voxels along `[x, y, z]`; of a preview, those that it shows.
    pub size: [usize; 3],
    /// Channels.
    pub channels: usize,
    /// Distance of voxel centers along `[x, y, z]` in millimeters, if it is known.
    pub spacing_mm: Option<[f64; 3]>,
    /// Sample type.
    pub dtype: String,
    /// What the values are in, such as `HU`, if the input says so.
    pub units: Option<String>,
    /// The regions that the input names, if it is a mask that does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// Whether it is a picture of planes and no longer the image.
    pub preview: bool,
    /// What was odd about the input.
    pub problems: Vec<Problem>,
}

/// Reads `input`, does what the options say, and writes `output` in the format of its ending.
pub fn convert(input: &Path, output: &Path, options: &ConvertOptions) -> Result<Converted> {
    let destination = write::Destination::of(output)?;
    let like = place::like(options)?;
    let Opened { reading, regions } = open::read(input, &options.choice, like.as_ref(), &options.read)?;
    let (volume, about) = place::supply(reading, &options.supplied)?;
    let volume = match options.nonfinite {
        Some(value) => values::replace_nonfinite(volume, value)?,
        None => volume,
    };
    let volume = place::place(volume, options, like, !regions.is_empty())?;
    let volume = values::labels(volume, options.labels)?;
    let volume = values::typed(volume, options.dtype, options.fit)?;
    let preview = destination.is_preview(&volume, options.picture);
    let written = if preview {
        let spacing_mm = about.spacing_mm.unwrap_or([1.0; 3]);
        let window = if let Picture::Window(window) = options.picture { Some(window) } else { None };
        destination.write_bytes(&preview::preview(&volume, spacing_mm, window)?)?
    } else {
        destination.write(&volume)?
    };
    let [channels, z, y, x] = volume.shape();
    Ok(Converted {
        schema: 1,
        written,
        format: destination.format(),
        size: [x, y, z],
        channels,
        spacing_mm: volume.geometry().map(Geometry::spacing_mm),
        dtype: if preview { Dtype::U8 } else { volume.samples().dtype() }.to_string(),
        units: about.units,
        regions,
        preview,
        problems: about.problems,
    })
}

/// The image at a path, as it is; for the masks and grids that options name.
fn plain(path: &Path, read: &ReadOptions) -> Result<Volume> {
    Ok(open::read(path, &Choice::default(), None, read)?.reading.volume)
}
