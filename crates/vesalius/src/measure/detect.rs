//! Detections: marks of whoever's software against findings, from tables, COCO, Pascal VOC, or maps of lesions.
//!
//! What it leaves is `scores.json`, `cases.csv`, `froc.csv`, `precision_recall.csv`, `matches.csv` with what found each
//! finding, `marks.csv` with what became of each mark, and `mismatches.csv` where names on both sides differ.

mod align;
mod coco;
mod config;
mod findings;
mod maps;
mod names;
mod saved;
mod table;
mod voc;
mod xml;

use std::path::{Path, PathBuf};

use vesalius_stats::detect::{Role, measure};

use crate::error::{Error, ErrorKind, Result};

pub use config::{Between, DetectConfig, Edges, Matching, OverlapBy, Repeats, RuleName};
pub use names::Mismatch;
pub use saved::{Measured, MeasuredCase};

pub(super) use findings::{Findings, Item};
pub(super) use maps::{map_files, single};
pub(super) use names::Names;
pub(super) use saved::with_names;
pub(super) use table::{named as named_table, number};

use table::read_cases;

/// Where everything lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetectFiles {
    /// What is there: a table of boxes or points, a COCO file, a folder of VOC files or of lesion masks.
    pub truth: PathBuf,
    /// What was marked: the same with scores, a COCO result file, or a folder of detection maps.
    pub predictions: PathBuf,
    /// What need not be found, as a table like the truth.
    pub ignored: Option<PathBuf>,
    /// All cases, one a line or in the column of cases; default those that either side names.
    pub cases: Option<PathBuf>,
}

/// Measures what lies in files.
pub fn measure_detect(files: &DetectFiles, config: &DetectConfig) -> Result<Measured> {
    let cases = files.cases.as_deref().map(read_cases).transpose()?;
    if files.truth.is_dir() && !voc::is_voc(&files.truth) {
        return measure_maps(files, cases.as_deref(), config);
    }
    let mut truth = Findings::read(&files.truth, config.edges)?;
    if let Some(ignored) = &files.ignored {
        let ignored = Findings::read(ignored, config.edges)?;
        truth.items.extend(ignored.items.into_iter().map(|item| Item { role: Role::Ignored, ..item }));
    }
    let predictions = Findings::read(&files.predictions, config.edges)?;
    let aligned = align::align(&truth, &predictions, cases.as_deref())?;
    measured(aligned, config)
}

fn measure_maps(files: &DetectFiles, cases: Option<&[String]>, config: &DetectConfig) -> Result<Measured> {
    if let Some(ignored) = &files.ignored {
        let message = format!(
            "{} names findings to ignore, and the truth is a folder of masks; leave these findings out of the masks, or \
             give the truth as a table",
            ignored.display()
        );
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    measured(maps::read(&files.truth, &files.predictions, cases, config.overlap)?, config)
}

fn measured(aligned: align::Aligned, config: &DetectConfig) -> Result<Measured> {
    let options = config.options(&aligned)?;
    let scores = measure(&aligned.detections, &options).map_err(|error| unmeasurable(&error))?;
    Ok(Measured::new(aligned, scores, &options))
}

fn unmeasurable(error: &vesalius_stats::Error) -> Error {
    let kind = match error.kind() {
        vesalius_stats::ErrorKind::Parameter => ErrorKind::Configuration,
        _ => ErrorKind::Data,
    };
    Error::new(kind, format!("detections cannot be measured: {error}"))
}

/// The bytes of a file that is read whole; a limit keeps others from being taken for one.
pub(super) fn read_whole(path: &Path) -> Result<Vec<u8>> {
    const BYTES_MAX: u64 = 2 << 30;
    let size = std::fs::metadata(path).map_err(|error| Error::read(path, error))?.len();
    if size > BYTES_MAX {
        let message = format!("{} has {size} bytes; expected findings or marks in at most {BYTES_MAX}", path.display());
        return Err(Error::new(ErrorKind::Data, message));
    }
    std::fs::read(path).map_err(|error| Error::read(path, error))
}
