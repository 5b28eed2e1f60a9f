//! Which regions there are, and what they are called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::config::{Axial, LesionRule, SegmentConfig};
use crate::error::{Error, ErrorKind, Result};

/// The region of masks without names.
const FOREGROUND: &str = "foreground";

/// One region that is scored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Region {
    pub(super) name: String,
    pub(super) labels: Labels,
    pub(super) tolerance_mm: Option<f64>,
    pub(super) axial: Axial,
}

/// The labels of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    /// Every label but 0.
    All,
    /// These.
    These(Vec<u16>),
}

impl Labels {
    pub(super) fn contain(&self, label: u16) -> bool {
        match self {
            Self::All => label != 0,
            Self::These(labels) => labels.contains(&label),
        }
    }
}

/// What regions are, before the masks are read.
pub(super) enum Names {
    /// They are stated.
    Stated(Vec<Region>),
    /// Every label that is found is one; some have names.
    Found { names: BTreeMap<u16, String>, tolerance_mm: Option<f64> },
}

impl Names {
    /// Regions by the configuration, or else by `dataset.json` in the folder of the truth or above it.
    pub(super) fn find(truth: &Path, config: &SegmentConfig) -> Result<Self> {
        config.check()?;
        let tolerance_mm = config.tolerance_mm;
        let one = |labels| Region { name: FOREGROUND.to_owned(), labels, tolerance_mm, axial: Axial::All };
        if config.binary || matches!(config.lesions, Some(LesionRule::Instances(_))) {
            return Ok(Self::Stated(vec![one(Labels::All)]));
        }
        if let Some(table) = &config.table {
            let region = |region: &super::RegionConfig| Region {
                name: region.name.clone(),
                labels: Labels::These(region.labels.clone()),
                tolerance_mm: region.tolerance_mm.or(tolerance_mm),
                axial: region.axial,
            };
            let regions: Vec<Region> = table.regions.iter().map(region).collect();
            return Ok(Self::Stated(regions));
        }
        let folder = if truth.is_dir() { truth } else { truth.parent().unwrap_or(truth) };
        let candidates = [folder.join("dataset.json"), folder.join("../dataset.json")];
        let Some(path) = candidates.iter().find(|path| path.is_file()) else {
            return Ok(Self::Found { names: BTreeMap::new(), tolerance_mm });
        };
        let regions = nnunet_regions(path)?;
        let region = |(name, labels): (String, Vec<u16>)| Region {
            name,
            labels: Labels::These(labels),
            tolerance_mm,
            axial: Axial::All,
        };
        Ok(Self::Stated(regions.into_iter().map(region).collect()))
    }

    /// All regions, where masks have these labels.
    pub(super) fn regions_of(&self, labels: impl Iterator<Item = u16>) -> Vec<Region> {
        match self {
            Self::Stated(regions) => regions.clone(),
            Self::Found { names, tolerance_mm } => {
                let labels: BTreeSet<u16> = labels.collect();
                let region = |label: u16| Region {
                    name: names.get(&label).cloned().unwrap_or_else(|| label.to_string()),
                    labels: Labels::These(vec![label]),
                    tolerance_mm: *tolerance_mm,
                    axial: Axial::All,
                };
                labels.into_iter().map(region).collect()
            }
        }
    }
}

/// Names and labels of a dataset of nnU-Net, both versions: `{"spleen": 1}`, `{"whole": [1, 2]}` or `{"1": "spleen"}`.
fn nnunet_regions(path: &Path) -> Result<Vec<(String, Vec<u16>)>> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
    let refuse = |what: &str| {
        let message =
            format!("{}: {what}; expected the `labels` of a dataset of nnU-Net, or no such file", path.display());
        Error::new(ErrorKind::Format, message)
    };
    let json: Value = serde_json::from_str(&text).map_err(|error| refuse(&error.to_string()))?;
    let labels = json.get("labels").and_then(Value::as_object).ok_or_else(|| refuse("it has no `labels`"))?;
    let number = |value: &Value| value.as_u64().and_then(|label| u16::try_from(label).ok());
    let mut regions = Vec::new();
    for (key, value) in labels {
        let (name, numbers) = match value {
            Value::String(name) => (name.clone(), key.parse().ok().map(|label: u16| vec![label])),
            Value::Array(all) => (key.clone(), all.iter().map(number).collect()),
            value => (key.clone(), number(value).map(|label| vec![label])),
        };
        let numbers = numbers.ok_or_else(|| refuse(&format!("label {key} is {value}")))?;
        if numbers != [0] && name != "ignore" {
            regions.push((name, numbers));
        }
    }
    regions.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(regions)
}
