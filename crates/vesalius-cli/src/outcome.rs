//! What a command hands back: its exit code, what a person is told, and what a program is told.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// How a command ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done,
    /// Done, with problems listed in `problems.csv`.
    Problems,
    /// What `--fail-on` names was found.
    FailOn,
}

impl Exit {
    /// The exit code; 1 is an error, and 130 a stop on request.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Problems => 2,
            Self::FailOn => 3,
        }
    }

    /// [`Exit::Problems`] if there are any.
    pub(crate) fn from_problems(n_problems: usize) -> Self {
        if n_problems == 0 { Self::Done } else { Self::Problems }
    }
}

/// What a command leaves to be shown: one of the two texts goes to standard output.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: Exit,
    /// For a person: what was found and where it lies.
    pub(crate) summary: String,
    /// For a program (`--json`): the artefact.
    pub(crate) artifact: String,
}

impl Outcome {
    /// An artefact that is JSON already, such as `scores.json`.
    pub(crate) fn new(exit: Exit, summary: impl Into<String>, artifact: &impl Serialize) -> Result<Self> {
        let artifact = serde_json::to_string_pretty(artifact).context("could not write the result as JSON")?;
        Ok(Self { exit, summary: summary.into(), artifact })
    }

    /// An artefact that is a table, such as `split.csv`: its rows as JSON objects of texts.
    pub(crate) fn table(exit: Exit, summary: impl Into<String>, path: &Path) -> Result<Self> {
        Self::new(exit, summary, &Rows { schema: 1, rows: rows(path)? })
    }
}

#[derive(Serialize)]
struct Rows {
    schema: u32,
    rows: Vec<serde_json::Map<String, serde_json::Value>>,
}

fn rows(path: &Path) -> Result<Vec<serde_json::Map<String, serde_json::Value>>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("could not read {}", path.display()))?;
    let header = reader.headers().with_context(|| format!("could not read {}", path.display()))?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("could not read {}", path.display()))?;
        rows.push(header.iter().zip(&record).map(|(name, value)| (name.to_owned(), value.into())).collect());
    }
    Ok(rows)
}
