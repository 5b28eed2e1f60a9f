//! What one check found, as it stands in `findings.json`.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::artifact;
use crate::error::Result;

/// How bad a finding is; later is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Looked for and not found.
    Pass,
    /// To be known when the results are read.
    Warn,
    /// Results are not to be believed before this is mended.
    Fail,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The name of the check.
    pub check: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in plain words, and what to do.
    pub message: String,
    /// The one number of this check; its meaning is in the documentation of the check.
    pub statistic: Option<f64>,
    /// The cases concerned, in groups that belong together.
    pub cases: Vec<Vec<String>>,
}

/// The artefact `findings.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// The version of this format: 1.
    pub schema: u32,
    /// The findings, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Findings {
    /// These findings in the current format.
    pub fn new(findings: Vec<Finding>) -> Self {
        Self { schema: 1, findings }
    }

    /// Writes `findings.json`.
    pub fn save(&self, path: &Path) -> Result<()> {
        artifact::write_json(path, self)
    }

    /// Reads `findings.json`.
    pub fn load(path: &Path) -> Result<Self> {
        artifact::read_json(path)
    }
}
