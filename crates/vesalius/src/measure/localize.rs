//! Localization: landmarks against where they are, and heat maps against boxes of what they are to show.
//!
//! What it leaves is `scores.json`, `cases.csv` with a row for each landmark or map, and `mismatches.csv` where names on
//! both sides differ.

mod config;
mod heat;
mod points;
mod saved;

use std::path::Path;

use vesalius_stats::localize::{Coordinates, Options, Places, Tolerance, measure};

use super::detect::Mismatch;
use crate::error::{Error, ErrorKind, Result};

pub use config::{CoordinateUnit, Length, LocalizeConfig, Missing};
pub use saved::Measured;

/// Both sides brought together.
struct Aligned {
    places: Places,
    cases: Vec<String>,
    notes: Vec<String>,
    mismatches: Vec<Mismatch>,
}

/// Measures landmarks in a table against those in another, or the heat maps in a folder against boxes in a table.
pub fn measure_localize(truth: &Path, predictions: &Path, config: &LocalizeConfig) -> Result<Measured> {
    let aligned = if predictions.is_dir() {
        heat::read(truth, predictions, config)?
    } else {
        points::read(truth, predictions, config)?
    };
    let options = options(config);
    let scores = measure(&aligned.places, &options).map_err(|error| unmeasurable(&error))?;
    Ok(Measured::new(aligned, scores, &options))
}

fn options(config: &LocalizeConfig) -> Options {
    let LocalizeConfig { margin, iou, level, replicates, seed, .. } = *config;
    let coordinates = match config.coordinates {
        CoordinateUnit::Px => Coordinates::Px,
        CoordinateUnit::Mm => Coordinates::Mm,
    };
    let tolerances: Vec<Tolerance> = config.tolerances();
    Options { coordinates, tolerances, margin, levels: config.levels.clone(), iou, level, replicates, seed }
}

fn unmeasurable(error: &vesalius_stats::Error) -> Error {
    let kind = match error.kind() {
        vesalius_stats::ErrorKind::Parameter => ErrorKind::Configuration,
        _ => ErrorKind::Data,
    };
    Error::new(kind, format!("places cannot be measured: {error}"))
}
