//! The inspect stage: what is in files and folders, and every problem of them with its remedy.
//!
//! Nothing that could tell who a patient is leaves this module: of a DICOM series it says UIDs, modality and
//! description, and of every file its path.

mod checks;
mod compare;
mod kind;
mod tally;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde::Serialize;
use vesalius_image::{Geometry, Limits, Problem, ReadOptions, Reading};

use crate::error::Result;
use crate::open::{self, Holding};
use crate::progress::Context;

pub use checks::CODES;
pub(crate) use checks::is_about_place;
pub use compare::Comparison;
pub use kind::Kind;
pub use open::{Region, Series};

/// What is in files and folders: the artefact of the stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// Version of this form.
    pub schema: u32,
    /// One record for each file, or for each volume of a DICOM series, in the order in which they were named.
    pub files: Vec<Record>,
}

/// What is in one file, or in one volume of a DICOM series; what nobody says is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The file, or the folder or archive of the series.
    pub path: PathBuf,
    /// Name of the format in the registry.
    pub format: Option<&'static str>,
    /// What it is.
    pub kind: Option<Kind>,
    /// Voxels along `[x, y, z]`.
    pub size: Option<[usize; 3]>,
    /// Channels: 3 for color, time points, b-values.
    pub channels: Option<usize>,
    /// Distance of voxel centers along `[x, y, z]` in millimeters.
    pub spacing_mm: Option<[f64; 3]>,
    /// Center of the first voxel in millimeters, LPS.
    pub origin_mm: Option<[f64; 3]>,
    /// `[row][column]`: column j is the unit vector along image axis j (x, y, z), LPS.
    pub direction: Option<[[f64; 3]; 3]>,
    /// Sample type in the file.
    pub dtype: Option<String>,
    /// Smallest and largest finite value, in [`Self::units`].
    pub range: Option<[f64; 2]>,
    /// What the values are in, such as `HU`.
    pub units: Option<String>,
    /// The DICOM series, if it is one.
    pub series: Option<Series>,
    /// The regions that the file names, if it is a mask that does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// How it differs from the file of `--like`, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like: Option<Comparison>,
    /// What is wrong or odd, each with what to do.
    pub problems: Vec<Problem>,
}

impl Inspection {
    /// How many problems there are.
    pub fn n_problems(&self) -> usize {
        self.files.iter().map(|record| record.problems.len()).sum()
    }
}

/// Looks into files and folders; what cannot be read is a record with a problem, and the rest goes on.
///
/// With `like`, every image is compared to that one, and differences are problems; an error where it cannot be read.
pub fn inspect(paths: &[PathBuf], like: Option<&Path>, options: &ReadOptions, ctx: &Context<'_>) -> Result<Inspection> {
    let reference = like.map(|path| compare::Reference::read(path, options)).transpose()?;
    let holdings: Vec<Holding> = paths.iter().flat_map(|path| open::holdings(path, options)).collect();
    ctx.progress.start("inspecting", holdings.len() as u64);
    let n_done = AtomicU64::new(0);
    let files: Result<Vec<Record>> = holdings
        .par_iter()
        .map(|holding| {
            ctx.check()?;
            let mut record = Record::of(holding, options);
            if let Some(reference) = &reference {
                reference.compare(&mut record);
            }
            ctx.progress.update(n_done.fetch_add(1, Ordering::Relaxed) + 1, "");
            Ok(record)
        })
        .collect();
    let inspection = Inspection { schema: 1, files: files? };
    let n = inspection.files.len();
    ctx.progress.finish(&format!("inspected {n} {}", if n == 1 { "image" } else { "images" }));
    Ok(inspection)
}

impl Record {
    fn of(holding: &Holding, options: &ReadOptions) -> Self {
        let mut record = Self::empty(holding);
        if holding.is_foreign() {
            record.kind = Some(Kind::Other);
            return record;
        }
        if holding.is_refused() {
            return record;
        }
        match holding.read(options) {
            Ok((reading, regions)) => {
                record.regions = regions;
                match reading {
                    Some(reading) => record.take(holding, reading, &options.limits),
                    None => record.miss_image(),
                }
            }
            Err(error) => record.problems.push(checks::unreadable(holding.path(), &error)),
        }
        record
    }

    /// What is known before any sample is read.
    fn empty(holding: &Holding) -> Self {
        Self {
            path: holding.path().to_owned(),
            format: holding.format(),
            kind: None,
            size: holding.size(),
            channels: None,
            spacing_mm: None,
            origin_mm: None,
            direction: None,
            dtype: None,
            range: None,
            units: None,
            series: holding.series().cloned(),
            regions: Vec::new(),
            like: None,
            problems: holding.problems().to_vec(),
        }
    }

    /// Contours that lie alone.
    fn miss_image(&mut self) {
        self.kind = Some(Kind::Contours);
        self.problems.push(checks::contours_alone(&self.path));
    }

    fn take(&mut self, holding: &Holding, reading: Reading, limits: &Limits) {
        let tally = tally::Tally::of(&reading.volume);
        let kind = kind::of(holding, (&reading, &tally), limits);
        let [channels, z, y, x] = reading.volume.shape();
        let geometry = reading.volume.geometry();
        self.kind = Some(kind);
        (self.size, self.channels) = (Some([x, y, z]), Some(channels));
        self.spacing_mm = geometry.map(Geometry::spacing_mm).or(reading.spacing_mm);
        self.origin_mm = geometry.map(Geometry::origin_mm);
        self.direction = geometry.map(Geometry::direction);
        self.dtype = Some(reading.dtype.to_string());
        self.range = tally.range;
        let look = checks::Look {
            path: &self.path,
            series: self.series.as_ref(),
            reading: &reading,
            tally: &tally,
            kind,
            limits,
        };
        let found = checks::check(&look);
        self.units = reading.units;
        self.problems.extend(reading.problems);
        self.problems.extend(found);
    }

    /// Where its voxels are, as far as it is known.
    fn geometry(&self) -> Option<Geometry> {
        Geometry::new(self.spacing_mm?, self.origin_mm?, self.direction?).ok()
    }
}
