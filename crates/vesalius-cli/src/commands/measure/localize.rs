//! `vesalius measure localize --truth T --pred P`: landmarks and heat maps against where things are.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::measure::localize::{CoordinateUnit, Length, LocalizeConfig, Missing, measure_localize};

use super::summary;
use crate::commands::source::by_name;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Landmarks by their distance, heat maps by their peak and by the box around them
#[derive(Args)]
pub(crate) struct Localize {
    /// Where things are: a table of points, or of boxes for heat maps
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// Where they were found: a table of points, or a folder of heat maps named after their cases
    #[arg(long, value_name = "PATH")]
    pred: PathBuf,
    #[command(flatten)]
    landmarks: Landmarks,
    #[command(flatten)]
    heat: HeatMaps,
    #[command(flatten)]
    method: Method,
}

/// How errors are measured.
#[derive(Args)]
#[command(next_help_heading = "Landmarks")]
struct Landmarks {
    /// What coordinates are in: px or mm [default: px]
    #[arg(long, value_name = "UNIT", value_parser = by_name::<CoordinateUnit>)]
    coordinates: Option<CoordinateUnit>,
    /// Size of a pixel along x, y and z; default columns of the truth such as `spacing_x`
    #[arg(long, value_name = "X,Y[,Z]", value_delimiter = ',')]
    spacing_mm: Option<Vec<f64>>,
    /// What errors are divided by: a column, diagonal, box, or between:LEFT,RIGHT [default: the column length]
    #[arg(long, value_name = "WHAT")]
    length: Option<Length>,
    /// Errors in pixels that are small enough
    #[arg(long, value_name = "PX,…", value_delimiter = ',')]
    within_px: Vec<f64>,
    /// Errors in millimeters that are small enough
    #[arg(long, value_name = "MM,…", value_delimiter = ',')]
    within_mm: Vec<f64>,
    /// Errors as shares of the length that are small enough
    #[arg(long, value_name = "SHARE,…", value_delimiter = ',')]
    within_length: Vec<f64>,
}

/// How heat maps are measured.
#[derive(Args)]
#[command(next_help_heading = "Heat maps")]
struct HeatMaps {
    /// How far from a box the peak may lie, in pixels [default: 0]
    #[arg(long, value_name = "PX")]
    margin: Option<f64>,
    /// Levels at which boxes are taken, as shares of the greatest value [default: 0.2,0.5]
    #[arg(long, value_name = "SHARE,…", value_delimiter = ',')]
    levels: Option<Vec<f64>>,
    /// Least overlap of a box that hits [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    iou: Option<f64>,
}

/// How intervals are made.
#[derive(Args)]
#[command(next_help_heading = "How to measure")]
struct Method {
    /// What becomes of places without a prediction: error or leave-out [default: error]
    #[arg(long, value_name = "WHAT", value_parser = by_name::<Missing>)]
    missing: Option<Missing>,
    /// Nominal coverage of intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    level: Option<f64>,
    /// Bootstrap replicates [default: 2000]
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
}

impl Localize {
    /// Shows the scores, and writes them where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let measured = measure_localize(&self.truth, &self.pred, &self.config(session.seed))?;
        if let Some(out) = session.out() {
            measured.save(out)?;
        }
        let summary = summary(measured.cases.len(), &measured.scores.estimates, &measured.notes);
        Ok(Outcome { exit: Exit::Done, summary, artifact: measured.to_json()? })
    }

    fn config(&self, seed: Option<u64>) -> LocalizeConfig {
        let (landmarks, heat, method) = (&self.landmarks, &self.heat, &self.method);
        let default = LocalizeConfig::default();
        LocalizeConfig {
            coordinates: landmarks.coordinates.unwrap_or(default.coordinates),
            spacing_mm: landmarks.spacing_mm.clone(),
            length: landmarks.length.clone(),
            within_px: landmarks.within_px.clone(),
            within_mm: landmarks.within_mm.clone(),
            within_length: landmarks.within_length.clone(),
            margin: heat.margin.unwrap_or(default.margin),
            levels: heat.levels.clone().unwrap_or(default.levels),
            iou: heat.iou.unwrap_or(default.iou),
            missing: method.missing.unwrap_or(default.missing),
            level: method.level.unwrap_or(default.level),
            replicates: method.replicates.unwrap_or(default.replicates),
            seed: seed.unwrap_or(default.seed),
        }
    }
}
