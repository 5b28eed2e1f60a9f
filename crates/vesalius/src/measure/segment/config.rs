//! How masks are scored, as commands and tables say it.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_image::surface::Definition;
use vesalius_stats::segment::{BothEmpty, OneEmpty, Options};

use super::super::classify::Missing;
use crate::error::{Error, ErrorKind, Result};

/// How masks are scored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentConfig {
    /// Names of the metrics; left out, all but those that take long.
    pub metrics: Option<Vec<String>>,
    /// How far surfaces may be apart and still agree, in millimeters, of regions whose table says nothing else.
    pub tolerance_mm: Option<f64>,
    /// The regions; left out, every label is one.
    pub table: Option<RegionTable>,
    /// Whether every value but 0 is one region.
    pub binary: bool,
    /// What surfaces are made of; default elements with their areas.
    pub surface: Definition,
    /// Spacing along x, y and z in millimeters of files that do not say it.
    pub spacing_mm: Option<[f64; 3]>,
    /// What becomes of cases that have no prediction; default the worst score.
    pub missing: Option<Missing>,
    /// Rules for empty masks, and how intervals are made.
    pub scoring: Options,
    /// How single lesions are told apart and matched; left out, they are not.
    pub lesions: Option<LesionRule>,
    /// The regions whose heights are compared; left out, none are.
    pub cupped: Option<Cupped>,
}

/// When a lesion of the prediction is one of the truth; each has at most one partner, the best of all first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LesionRule {
    /// Connected components (26 neighbors) with at least this intersection over union; 0 is any overlap.
    Overlap(f64),
    /// Connected components (26 neighbors) whose centers are at most so many millimeters apart.
    Distance(f64),
    /// Labels are lesions, matched as by [`Self::Overlap`].
    Instances(f64),
}

/// Regions of a fundus image by their names; the disc includes the cup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cupped {
    /// The optic cup.
    pub cup: String,
    /// The optic disc.
    pub disc: String,
}

/// Regions with their labels and rules, as a TOML file states them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionTable {
    /// The regions in the order of the scores.
    pub regions: Vec<RegionConfig>,
}

/// A region: one label or several that are taken together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionConfig {
    /// Its name in estimates.
    pub name: String,
    /// The labels that belong to it.
    pub labels: Vec<u16>,
    /// How far surfaces may be apart and still agree, in millimeters; left out, what the command says.
    pub tolerance_mm: Option<f64>,
    /// Which slices count; default all.
    #[serde(default)]
    pub axial: Axial,
}

/// Which slices of a region count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Axial {
    /// All.
    #[default]
    All,
    /// Those from the first to the last in which the truth has the region, both included: tubes that are cut off by
    /// convention, such as the aorta.
    Reference,
}

impl RegionTable {
    /// Reads a table; an error that names what is wrong with it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        let refuse = |what: String| Error::new(ErrorKind::Configuration, format!("{}: {what}", path.display()));
        let table: Self = toml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        if table.regions.is_empty() {
            return Err(refuse("there is no region; expected [[regions]] with name and labels".into()));
        }
        for (at, region) in table.regions.iter().enumerate() {
            if region.labels.is_empty() || region.labels.contains(&0) {
                return Err(refuse(format!(
                    "region {} has labels {:?}; expected some, none of them 0",
                    region.name, region.labels
                )));
            }
            if table.regions[..at].iter().any(|other| other.name == region.name) {
                return Err(refuse(format!("two regions are called {}; expected a name for each", region.name)));
            }
            check_tolerance(region.tolerance_mm).map_err(|error| refuse(format!("region {}: {error}", region.name)))?;
        }
        Ok(table)
    }
}

/// An error where a tolerance is no distance.
pub(super) fn check_tolerance(tolerance_mm: Option<f64>) -> Result<()> {
    match tolerance_mm {
        Some(mm) if !(mm.is_finite() && mm >= 0.0) => {
            let message = format!("the tolerance is {mm} mm; expected a finite number from 0 on, such as 2");
            Err(Error::new(ErrorKind::Configuration, message))
        }
        _ => Ok(()),
    }
}

impl SegmentConfig {
    /// An error that names the setting outside its range.
    pub(super) fn check(&self) -> Result<()> {
        check_tolerance(self.tolerance_mm)?;
        let refuse = |message: String| Err(Error::new(ErrorKind::Configuration, message));
        if let Some(LesionRule::Overlap(iou) | LesionRule::Instances(iou)) = self.lesions
            && !(0.0..=1.0).contains(&iou)
        {
            return refuse(format!("lesions are matched from an overlap of {iou} on; expected 0 to 1, such as 0.5"));
        }
        if let Some(LesionRule::Distance(mm)) = self.lesions
            && !(mm.is_finite() && mm > 0.0)
        {
            return refuse(format!("lesions are matched within {mm} mm; expected a finite number above 0, such as 5"));
        }
        if self.scoring.both_empty == BothEmpty::Best && self.scoring.one_empty == OneEmpty::LeaveOut {
            return refuse("an empty pair may not score best where a missed region does not count".into());
        }
        Ok(())
    }
}
