//! Which cases were scored by which member, from `predictions.csv`.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::run_folder::RunFolder;
use crate::error::Result;

/// The rows without their scores, which the report takes from the measured artefacts.
pub(super) struct Predictions {
    pub(super) rows: Vec<Row>,
}

/// One scored case.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) case: String,
    #[serde(default)]
    pub(super) fold: String,
    #[serde(default)]
    member: String,
}

impl Predictions {
    /// Reads the table.
    pub(super) fn read(run: &RunFolder<'_>) -> Result<Option<Self>> {
        Ok(run.table("predictions/predictions.csv")?.map(|rows| Self { rows }))
    }

    /// Distinct cases.
    pub(super) fn n_cases(&self) -> usize {
        self.rows.iter().map(|row| row.case.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// Names of the members, ascending; the first few of many.
    pub(super) fn members(&self) -> Vec<String> {
        const MEMBERS_MAX: usize = 6;
        let names: BTreeSet<&str> =
            self.rows.iter().map(|row| row.member.as_str()).filter(|name| !name.is_empty()).collect();
        let n = names.len();
        let mut names: Vec<String> = names.into_iter().take(MEMBERS_MAX).map(str::to_owned).collect();
        if names.is_empty() {
            names.push("not named".to_owned());
        } else if n > MEMBERS_MAX {
            names.push(format!("{} more", n - MEMBERS_MAX));
        }
        names
    }
}
