//! How localization is measured, as commands and configurations say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_stats::localize::{Options, Tolerance, Unit};

/// How localization is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LocalizeConfig {
    /// What coordinates are in; default pixels.
    pub coordinates: CoordinateUnit,
    /// Size of a pixel along x, y and z, where tables have no columns `spacing_x`, `spacing_y`, `spacing_z`.
    pub spacing_mm: Option<Vec<f64>>,
    /// What errors are divided by; default the column `length` of the truth, if there is one.
    pub length: Option<Length>,
    /// Errors in pixels that are small enough; default none.
    pub within_px: Vec<f64>,
    /// Errors in millimeters that are small enough; default none.
    pub within_mm: Vec<f64>,
    /// Errors as shares of the length that are small enough; default none.
    pub within_length: Vec<f64>,
    /// How far from a box the peak of a heat map may lie; default 0.
    pub margin: f64,
    /// Levels at which boxes around heat maps are taken, as shares of the greatest value; default 0.2 and 0.5.
    pub levels: Vec<f64>,
    /// Least intersection over union of a box that hits; default 0.5.
    pub iou: f64,
    /// What becomes of landmarks and boxes that have no prediction; default an error.
    pub missing: Missing,
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Bootstrap replicates over cases; default 2000.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
}

/// What coordinates are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CoordinateUnit {
    /// Pixels.
    #[default]
    Px,
    /// Millimeters.
    Mm,
}

/// What errors are divided by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Length {
    /// A column of the truth.
    Column(String),
    /// The diagonal of the image, by the columns `image_width`, `image_height` and, of volumes, `image_depth` of the truth.
    Diagonal,
    /// The diagonal of the box that the truth gives for the landmark.
    Box,
    /// The distance between two landmarks of the case, such as the eyes.
    Between(String, String),
}

/// What becomes of what has no prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// An error that counts and names the cases.
    #[default]
    Error,
    /// It is left out, and the count is noted.
    LeaveOut,
}

impl Default for LocalizeConfig {
    fn default() -> Self {
        let options = Options::default();
        Self {
            coordinates: CoordinateUnit::default(),
            spacing_mm: None,
            length: None,
            within_px: Vec::new(),
            within_mm: Vec::new(),
            within_length: Vec::new(),
            margin: options.margin,
            levels: vec![0.2, 0.5],
            iou: options.iou,
            missing: Missing::default(),
            level: options.level,
            replicates: options.replicates,
            seed: options.seed,
        }
    }
}

impl LocalizeConfig {
    pub(super) fn tolerances(&self) -> Vec<Tolerance> {
        let of =
            |values: &[f64], unit: Unit| values.iter().map(move |&value| Tolerance { value, unit }).collect::<Vec<_>>();
        [of(&self.within_px, Unit::Px), of(&self.within_mm, Unit::Mm), of(&self.within_length, Unit::Normalized)]
            .concat()
    }
}

impl std::str::FromStr for Length {
    type Err = String;

    /// `diagonal`, `box`, `between:LEFT,RIGHT`, or the name of a column.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "diagonal" => Ok(Self::Diagonal),
            "box" => Ok(Self::Box),
            _ => match text.strip_prefix("between:") {
                None => Ok(Self::Column(text.to_owned())),
                Some(pair) => match pair.split_once(',') {
                    Some((a, b)) => Ok(Self::Between(a.to_owned(), b.to_owned())),
                    None => Err(format!("expected two landmarks such as between:left,right, got between:{pair}")),
                },
            },
        }
    }
}
