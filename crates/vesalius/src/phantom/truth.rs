//! What is known about a phantom because it was put there: lesions, leaks and duplicates.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::artifact;
use crate::error::{Error, ErrorKind, Result};

/// A row of `truth.csv`: a lesion, or a case that has none (all but `case` empty).
///
/// Places are voxel indices: the center of the first voxel is 0, and z is 0 in a 2-D image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesion {
    /// The case that it lies in, as the cohort names it: `train-00017`.
    pub case: String,
    /// The class or label that it stands for, as the dataset names it: `1`.
    pub label: Option<String>,
    /// Its center along x, in voxels.
    pub x: Option<f64>,
    /// Its center along y, in voxels.
    pub y: Option<f64>,
    /// Its center along z, in voxels.
    pub z: Option<f64>,
    /// The distance from the center at which its edge has half of its contrast, in voxels.
    pub radius: Option<f64>,
}

impl Lesion {
    /// The row of a case without a lesion.
    pub fn none(case: String) -> Self {
        Self { case, label: None, x: None, y: None, z: None, radius: None }
    }

    /// Whether a voxel `[z, y, x]` lies within the lesion or at most `slack` voxels beside it.
    pub fn contains(&self, voxel: [f64; 3], slack: f64) -> bool {
        let (Some(z), Some(y), Some(x), Some(radius)) = (self.z, self.y, self.x, self.radius) else { return false };
        let distance_sq: f64 = [voxel[0] - z, voxel[1] - y, voxel[2] - x].iter().map(|d| d * d).sum();
        distance_sq <= (radius + slack) * (radius + slack)
    }
}

/// What a planted copy should look like to an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plant {
    /// The same image in two parts of the published split.
    Leak,
    /// The same image twice in one part.
    Duplicate,
}

/// A row of `planted.csv`: two cases with the same image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planted {
    /// Across parts, or within one.
    pub kind: Plant,
    /// The case that was copied.
    pub first: String,
    /// The case that is a copy.
    pub second: String,
}

/// Writes `truth.csv`.
pub fn save_lesions(path: &Path, lesions: &[Lesion]) -> Result<()> {
    save(path, &["case", "label", "x", "y", "z", "radius"], lesions)
}

/// Reads `truth.csv`.
pub fn load_lesions(path: &Path) -> Result<Vec<Lesion>> {
    load(path)
}

/// Writes `planted.csv`.
pub fn save_planted(path: &Path, planted: &[Planted]) -> Result<()> {
    save(path, &["kind", "first", "second"], planted)
}

/// Reads `planted.csv`.
pub fn load_planted(path: &Path) -> Result<Vec<Planted>> {
    load(path)
}

/// The header is written by hand, so that a table without rows has one too.
fn save<T: Serialize>(path: &Path, header: &[&str], rows: &[T]) -> Result<()> {
    artifact::write_with(path, |out| {
        let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(out);
        table.write_record(header)?;
        for row in rows {
            table.serialize(row)?;
        }
        table.flush()
    })
}

fn load<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>> {
    let text = artifact::read_text(path)?;
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect::<std::result::Result<_, _>>().map_err(
        |error| {
            Error::new(ErrorKind::Format, format!("{} is not a table that a phantom wrote", path.display()))
                .with_source(error)
        },
    )
}
