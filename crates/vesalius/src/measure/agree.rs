//! Agreement of raters, and reader studies: tables of ratings, wide or long, become estimates with intervals.
//!
//! A table with columns for reader, score and truth is a reader study, with an arm (modality) where there are several; one
//! with columns for rater and rating is long; in any other each column but that of the case is a rater.
//! What it leaves is a folder with `scores.json`, `cases.csv`, and `bland_altman.csv` or `obuchowski_rockette.csv`.

mod ratings;
mod readers;
mod saved;

use std::path::Path;

use vesalius_stats::agree::{measure, readers as studies};

use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::Table;

pub use saved::{Measured, MeasuredReaders};
pub use vesalius_stats::agree::{Kind, Options};

/// What a table does not say of itself; everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// What ratings are; needed for numbers, as they may be grades or measurements. Words are nominal.
    pub kind: Option<Kind>,
    /// All categories of the scale, in their order; default those that occur, of whole numbers all between.
    pub categories: Option<Vec<String>>,
    /// The columns of the raters; default all but that of the case.
    pub raters: Option<Vec<String>>,
    /// The column that names the case.
    pub case: Option<String>,
    /// The arm that others are compared with; default the first of the table.
    pub reference: Option<String>,
}

/// What a table turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Agreement {
    /// Ratings by raters of the same cases.
    Ratings(Measured),
    /// Scores by readers of cases whose truth is known.
    Readers(MeasuredReaders),
}

/// Measures the ratings of a table.
pub fn measure_file(path: &Path, files: &FileOptions, options: &Options) -> Result<Agreement> {
    let table = Table::named(path, "case and one for each rater")?;
    if let Some(columns) = readers::columns(&table, files)? {
        let read = readers::read(&table, &columns, files.reference.as_deref())?;
        let scores = studies::measure(&read.study, options).map_err(|error| unmeasurable(&error))?;
        return Ok(Agreement::Readers(MeasuredReaders { scores, rows: read.rows, notes: read.notes }));
    }
    let read = ratings::read(&table, files)?;
    let scores = measure(&read.ratings, options).map_err(|error| unmeasurable(&error))?;
    let raters = read.ratings.raters().to_vec();
    Ok(Agreement::Ratings(Measured { raters, scores, cases: read.cases, cells: read.cells, notes: read.notes }))
}

fn unmeasurable(error: &vesalius_stats::Error) -> Error {
    let kind = match error.kind() {
        vesalius_stats::ErrorKind::Parameter => ErrorKind::Configuration,
        _ => ErrorKind::Data,
    };
    Error::new(kind, format!("agreement cannot be measured: {error}"))
}

/// Words for a rating that is missing.
fn is_missing(cell: &str) -> bool {
    matches!(cell.to_ascii_lowercase().as_str(), "" | "na" | "nan" | "n/a" | "null" | "none")
}
