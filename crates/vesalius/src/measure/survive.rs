//! Times to an event: predictions of risk, time or survival against follow-up, of whatever origin.
//!
//! What it leaves is a folder with `scores.json`, `cases.csv`, `kaplan_meier.csv`, `time_auc.csv` and `calibration.csv`.
//! Time has the unit of the files; what a prediction means is said by its column or by option, and never guessed.

mod follow_up;
mod predicted;
mod saved;

use std::path::Path;

use vesalius_stats::survive::{Cases, measure};

use crate::error::{Error, ErrorKind, Result};
use crate::measure::classify::Missing;

use follow_up::FollowUp;
use predicted::Predicted;

pub use saved::{Measured, MeasuredCase};
pub use vesalius_stats::survive::{Direction, Options};

/// Cases named in an error.
const N_NAMED: usize = 5;

/// What files do not say of themselves; everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// The column of the truth that names the case.
    pub truth_case: Option<String>,
    /// The column of the truth with the time of the event or of the end of follow-up.
    pub time: Option<String>,
    /// The column of the truth that says whether the event came.
    pub event: Option<String>,
    /// The column of the predictions that names the case.
    pub case: Option<String>,
    /// The column of the predictions by which cases are ranked.
    pub prediction: Option<String>,
    /// What that column means, where its name does not say it.
    pub direction: Option<Direction>,
    /// What becomes of cases that have no prediction.
    pub missing: Missing,
}

/// Measures the predictions of one file against the follow-up in another, or in the same.
pub fn measure_files(truth: &Path, predictions: &Path, files: &FileOptions, options: &Options) -> Result<Measured> {
    if files.missing == Missing::Worst {
        let message =
            "no prediction of survival is the worst of all; leave cases without one out, or take them for an error";
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let mut follow_up = FollowUp::read(truth, files)?;
    let predicted = Predicted::read(predictions, files, &follow_up.columns_of(predictions))?;
    let rows = rows(&mut follow_up, &predicted, files.missing)?;
    let cases: Vec<MeasuredCase> = rows
        .into_iter()
        .map(|(at, row)| MeasuredCase {
            case: follow_up.cases[at].case.clone(),
            time: follow_up.cases[at].time,
            event: follow_up.cases[at].event,
            ranking: predicted.rankings.get(row).copied(),
            survival: predicted.survival[row].clone(),
        })
        .collect();
    let scores = measure(&plain(&cases, &predicted)?, options).map_err(|error| unmeasurable(&error))?;
    let (direction, horizons) = (predicted.direction, predicted.horizons);
    Ok(Measured { direction, horizons, scores, cases, notes: follow_up.notes })
}

/// Plain arrays for the metrics.
fn plain(measured: &[MeasuredCase], predicted: &Predicted) -> Result<Cases> {
    let (time, event): (Vec<f64>, Vec<bool>) = measured.iter().map(|case| (case.time, case.event)).unzip();
    let build = || {
        let mut cases = Cases::new(&time, &event)?;
        if let Some(direction) = predicted.direction {
            let rankings: Vec<f64> = measured.iter().filter_map(|case| case.ranking).collect();
            cases = cases.with_ranking(direction, &rankings)?;
        }
        for (at, &horizon) in predicted.horizons.iter().enumerate() {
            let survival: Vec<f64> = measured.iter().map(|case| case.survival[at]).collect();
            cases = cases.with_survival(horizon, &survival)?;
        }
        Ok(cases)
    };
    build().map_err(|error| unmeasurable(&error))
}

/// Place in the follow-up and row of the predictions of every case that is measured.
fn rows(follow_up: &mut FollowUp, predicted: &Predicted, missing: Missing) -> Result<Vec<(usize, usize)>> {
    let strangers: Vec<&str> =
        predicted.row_of.keys().filter(|case| !follow_up.knows(case)).map(String::as_str).collect();
    if !strangers.is_empty() {
        let message = format!(
            "{} predictions are of cases that {} does not have: {}; expected the same names; name the columns of cases by \
             option if they are others",
            strangers.len(),
            follow_up.path.display(),
            some(&strangers)
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let mut left_out = Vec::new();
    let mut rows = Vec::new();
    for (at, case) in follow_up.cases.iter().enumerate() {
        match predicted.row_of.get(&case.case) {
            Some(&row) => rows.push((at, row)),
            None => left_out.push(case.case.as_str()),
        }
    }
    if !left_out.is_empty() && missing == Missing::Error {
        let message = format!(
            "{} cases have no prediction: {}; expected one for each; predict them, or let them be left out by option",
            left_out.len(),
            some(&left_out)
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    if rows.is_empty() {
        let message = format!("no case of {} has both follow-up and a prediction", follow_up.path.display());
        return Err(Error::new(ErrorKind::Data, message));
    }
    if !left_out.is_empty() {
        follow_up.notes.push(format!("cases without prediction left out: {}", left_out.len()));
    }
    Ok(rows)
}

/// The first names of a list.
fn some(names: &[&str]) -> String {
    let more = if names.len() > N_NAMED { ", …" } else { "" };
    format!("{}{more}", names[..names.len().min(N_NAMED)].join(", "))
}

fn unmeasurable(error: &vesalius_stats::Error) -> Error {
    let kind = match error.kind() {
        vesalius_stats::ErrorKind::Parameter => ErrorKind::Configuration,
        _ => ErrorKind::Data,
    };
    Error::new(kind, format!("survival cannot be measured: {error}"))
}
