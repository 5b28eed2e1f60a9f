//! What every measurement leaves: `scores.json`, and tables beside it.

use std::path::Path;

use serde::Serialize;
use vesalius_stats::Estimate;
use vesalius_stats::hypothesis::Test;

use crate::artifact;
use crate::error::{Error, ErrorKind, Result};

/// The version of `scores.json`.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct ScoresFile<'a> {
    schema: u32,
    estimates: &'a [Estimate],
    #[serde(skip_serializing_if = "<[Test]>::is_empty")]
    tests: &'a [Test],
}

/// `scores.json` as text; tests of hypotheses are left out where there are none.
pub(super) fn to_json(estimates: &[Estimate], tests: &[Test]) -> Result<String> {
    let text = serde_json::to_string_pretty(&ScoresFile { schema: SCHEMA, estimates, tests })
        .map_err(|error| Error::new(ErrorKind::Write, "scores could not be written as JSON").with_source(error))?;
    Ok(text + "\n")
}

/// Writes `scores.json` into a folder.
pub(super) fn save(folder: &Path, estimates: &[Estimate], tests: &[Test]) -> Result<()> {
    artifact::write_json(&folder.join("scores.json"), &ScoresFile { schema: SCHEMA, estimates, tests })
}

/// Writes a table whose first row names its columns.
pub(super) fn save_table(path: &Path, rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
    artifact::write_table(path, rows)
}
