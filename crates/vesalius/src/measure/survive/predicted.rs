//! What was predicted of each case, and what it means: risk, time, or survival at horizons.

use std::collections::BTreeMap;
use std::path::Path;

use vesalius_stats::survive::Direction;

use super::FileOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Table, case_column};

/// Columns whose name says that more is sooner.
const RISK_NAMES: &[&str] = &["risk", "hazard", "risk_score"];
/// Columns whose name says that more is later.
const TIME_NAMES: &[&str] = &["predicted_time", "time", "survival_time", "expected_time"];
/// Columns that are no more than a prediction; which way round they are, only the user knows.
const SILENT_NAMES: &[&str] = &["score", "prediction", "pred", "predicted", "y_pred", "output"];
/// What stands before the horizon in the name of a column of survival probabilities.
const SURVIVAL_PREFIXES: &[&str] = &["survival.", "survival_"];

/// Predictions of cases.
pub(super) struct Predicted {
    /// Where each case is.
    pub(super) row_of: BTreeMap<String, usize>,
    /// What rankings mean; `None` where there are none.
    pub(super) direction: Option<Direction>,
    /// One number a case, or none at all.
    pub(super) rankings: Vec<f64>,
    /// Ascending.
    pub(super) horizons: Vec<f64>,
    /// For each case the survival at every horizon.
    pub(super) survival: Vec<Vec<f64>>,
}

impl Predicted {
    /// Reads a table; `taken` are columns that say what happened, where it is the table of the truth too.
    pub(super) fn read(path: &Path, files: &FileOptions, taken: &[String]) -> Result<Self> {
        let path = if path.is_dir() { path.join("predictions.csv") } else { path.to_path_buf() };
        let table = Table::named(&path, "case and risk")?;
        let case_at = case_column(&table, files.case.as_deref())?;
        let ranking = ranking(&table, files, taken)?;
        let horizons = horizons(&table);
        if ranking.is_none() && horizons.is_empty() {
            return Err(nothing_predicted(&table));
        }
        let mut predicted = Self {
            row_of: BTreeMap::new(),
            direction: ranking.map(|(_, direction)| direction),
            rankings: Vec::new(),
            horizons: horizons.iter().map(|(horizon, _)| *horizon).collect(),
            survival: Vec::new(),
        };
        for row in 0..table.rows.len() {
            let case = table.cell(row, case_at).to_owned();
            if let Some((at, _)) = ranking {
                predicted.rankings.push(table.score(row, at, &case)?);
            }
            let of_horizon = |(_, at): &(f64, usize)| table.score(row, *at, &case);
            predicted.survival.push(horizons.iter().map(of_horizon).collect::<Result<_>>()?);
            if let Some(first) = predicted.row_of.insert(case.clone(), row) {
                let message = format!(
                    "{} has case {case:?} twice (rows {} and {}); expected one row a case; remove one, or average them",
                    table.path.display(),
                    first + 2,
                    row + 2
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
        }
        Ok(predicted)
    }
}

/// The column by which cases are ranked and what it means.
fn ranking(table: &Table, files: &FileOptions, taken: &[String]) -> Result<Option<(usize, Direction)>> {
    if let Some(name) = &files.prediction {
        let at = table.given(name)?;
        let direction = said(name).or(files.direction).ok_or_else(|| unsaid(table, name))?;
        return agreed(table, at, direction, files.direction).map(Some);
    }
    let usual = |names: &[&str]| {
        let free: Vec<&str> =
            names.iter().copied().filter(|name| !taken.iter().any(|t| t.eq_ignore_ascii_case(name))).collect();
        table.usual(&free)
    };
    let (risk, time, silent) = (usual(RISK_NAMES), usual(TIME_NAMES), usual(SILENT_NAMES));
    match (risk, time, silent, files.direction) {
        (Some(at), None, _, given) => agreed(table, at, Direction::Risk, given).map(Some),
        (None, Some(at), _, given) => agreed(table, at, Direction::Time, given).map(Some),
        (Some(at), Some(_), _, Some(Direction::Risk)) => Ok(Some((at, Direction::Risk))),
        (Some(_), Some(at), _, Some(Direction::Time)) => Ok(Some((at, Direction::Time))),
        (Some(risk), Some(time), _, None) => {
            let message = format!(
                "{} predicts both {:?} and {:?}; say by option which of them ranks the cases: --direction risk or time",
                table.path.display(),
                table.names[risk],
                table.names[time]
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
        (None, None, Some(at), Some(direction)) => Ok(Some((at, direction))),
        (None, None, Some(at), None) => Err(unsaid(table, &table.names[at])),
        (None, None, None, _) => Ok(None),
    }
}

/// What the name of a column says of its direction.
fn said(name: &str) -> Option<Direction> {
    let is_among = |names: &[&str]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
    match (is_among(RISK_NAMES), is_among(TIME_NAMES)) {
        (true, _) => Some(Direction::Risk),
        (_, true) => Some(Direction::Time),
        _ => None,
    }
}

/// A direction that is said twice is said the same.
fn agreed(table: &Table, at: usize, said: Direction, given: Option<Direction>) -> Result<(usize, Direction)> {
    if given.is_none_or(|given| given == said) {
        return Ok((at, said));
    }
    let message = format!(
        "column {:?} of {} says by its name that it is the other direction than the option; rename it, or drop the option",
        table.names[at],
        table.path.display()
    );
    Err(Error::new(ErrorKind::Configuration, message))
}

fn unsaid(table: &Table, name: &str) -> Error {
    let message = format!(
        "column {name:?} of {} does not say what it means; say --direction risk if more is sooner, time if more is later",
        table.path.display()
    );
    Error::new(ErrorKind::Configuration, message)
}

/// Columns of survival probabilities with their horizons, ascending.
fn horizons(table: &Table) -> Vec<(f64, usize)> {
    let horizon = |name: &str| {
        let rest = SURVIVAL_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
        rest.parse::<f64>().ok().filter(|horizon| horizon.is_finite())
    };
    let mut horizons: Vec<(f64, usize)> =
        table.names.iter().enumerate().filter_map(|(at, name)| Some((horizon(name)?, at))).collect();
    horizons.sort_by(|a, b| a.0.total_cmp(&b.0));
    horizons
}

fn nothing_predicted(table: &Table) -> Error {
    let message = format!(
        "{} has no prediction of survival that can be told; it has the columns [{}]; expected risk, predicted_time, or \
         survival.<horizon> such as survival.365; name the column by option, and say what it means",
        table.path.display(),
        table.names.join(", ")
    );
    Error::new(ErrorKind::Format, message)
}
