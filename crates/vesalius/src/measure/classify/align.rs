//! Which prediction belongs to which case, however either side spells its name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::TruthTable;
use super::config::Missing;
use crate::cohort::{Part, Truth};
use crate::error::{Error, ErrorKind, Result};
use crate::measure::wording::{listed, n_of};
use crate::predictions::medmnist_result::{case_name, part_and_index};
use crate::predictions::{Predictions, Row};

/// A case with truth and scores.
pub(super) struct Pair<'t> {
    /// Its place in the truth.
    pub(super) idx: usize,
    pub(super) case: String,
    pub(super) truth: &'t Truth,
    pub(super) scores: Vec<f64>,
}

pub(super) struct Aligned<'t> {
    /// In the order of the truth.
    pub(super) pairs: Vec<Pair<'t>>,
    /// What was done to bring the two together, in plain sentences.
    pub(super) notes: Vec<String>,
}

impl<'t> Aligned<'t> {
    /// The cases of which anything is known.
    pub(super) fn known(&self) -> Vec<&Pair<'t>> {
        self.pairs.iter().filter(|pair| !pair.truth.is_unknown()).collect()
    }
}

pub(super) fn align<'t>(truth: &'t TruthTable, predictions: &Predictions, missing: Missing) -> Result<Aligned<'t>> {
    let mut notes = Vec::new();
    let rows = rows_by_case(truth, predictions, &mut notes)?;
    let scope = parts_in_scope(truth, &rows);
    let mut left_out: Vec<&str> = Vec::new();
    let mut pairs = Vec::with_capacity(rows.len());
    let worst = Worst::of(predictions);
    for (idx, (case, known)) in truth.cases.iter().enumerate() {
        let scores = match rows.get(&idx) {
            Some(row) => row.scores.clone(),
            None if scope.as_ref().is_some_and(|scope| !scope.contains(&truth.parts[idx])) => continue,
            None if known.is_unknown() => continue,
            None => {
                left_out.push(case);
                match missing {
                    Missing::Worst => worst.scores(known, truth.classes.len()),
                    Missing::Error | Missing::LeaveOut => continue,
                }
            }
        };
        pairs.push(Pair { idx, case: case.clone(), truth: known, scores });
    }
    match (missing, left_out.len()) {
        (_, 0) => {}
        (Missing::Error, n) => return Err(without_prediction(truth, &left_out, n)),
        (Missing::Worst, n) => {
            notes.push(format!("{} without prediction taken for as wrong as can be", n_of(n, "case")));
        }
        (Missing::LeaveOut, n) => notes.push(format!("{} without prediction left out", n_of(n, "case"))),
    }
    Ok(Aligned { pairs, notes })
}

/// A way in which two sources may spell the same case.
struct Spelling {
    /// For notes; empty for the plain way.
    note: &'static str,
    of: fn(&str) -> Cow<'_, str>,
}

const SPELLINGS: &[Spelling] = &[
    Spelling { note: "", of: |case| case.into() },
    Spelling { note: "cases were matched without the ending of their file names", of: without_ending },
    Spelling { note: "cases were matched by their file names without folder and ending", of: bare_file_name },
];

fn without_ending(case: &str) -> Cow<'_, str> {
    const ENDINGS: &[&str] =
        &["png", "jpg", "jpeg", "bmp", "tif", "tiff", "pgm", "ppm", "dcm", "nii", "nii.gz", "npy", "npz"];
    let case = case.strip_prefix("./").unwrap_or(case);
    let lower = case.to_ascii_lowercase();
    let ending =
        ENDINGS.iter().rev().find(|ending| lower.strip_suffix(*ending).is_some_and(|rest| rest.ends_with('.')));
    ending.map_or(case, |ending| &case[..case.len() - ending.len() - 1]).replace('\\', "/").into()
}

fn bare_file_name(case: &str) -> Cow<'_, str> {
    let whole = without_ending(case);
    let name = whole.rsplit('/').next().unwrap_or_default().to_owned();
    name.into()
}

/// The row of each case, by its place in the truth.
fn rows_by_case<'p>(
    truth: &TruthTable,
    predictions: &'p Predictions,
    notes: &mut Vec<String>,
) -> Result<BTreeMap<usize, &'p Row>> {
    if predictions.rows.is_empty() {
        return Err(Error::new(ErrorKind::Data, "the predictions have no rows; expected one for each case"));
    }
    for spelling in SPELLINGS {
        if let Some(rows) = matched(truth, predictions, |case| (spelling.of)(case).into_owned(), spelling.of) {
            notes.extend((!spelling.note.is_empty()).then(|| spelling.note.to_owned()));
            return Ok(rows);
        }
    }
    if let Some((part, rows)) = by_index(truth, predictions)? {
        notes.push(format!("predictions count from 0 and were taken for the cases of {part}"));
        return Ok(rows);
    }
    Err(strangers(truth, predictions))
}

/// All rows by one spelling; `None` where a row finds no case, or two cases or two rows would be one.
fn matched<'p>(
    truth: &TruthTable,
    predictions: &'p Predictions,
    of_row: impl Fn(&str) -> String,
    of_truth: fn(&str) -> Cow<'_, str>,
) -> Option<BTreeMap<usize, &'p Row>> {
    let mut idx_of: BTreeMap<Cow<'_, str>, usize> = BTreeMap::new();
    for (idx, (case, _)) in truth.cases.iter().enumerate() {
        if idx_of.insert(of_truth(case), idx).is_some() {
            return None;
        }
    }
    let mut rows = BTreeMap::new();
    for row in &predictions.rows {
        let idx = *idx_of.get(of_row(&row.case).as_str())?;
        if rows.insert(idx, row).is_some() {
            return None;
        }
    }
    Some(rows)
}

/// Predictions that count from 0, for a truth whose cases are counted within parts.
fn by_index<'p>(truth: &TruthTable, predictions: &'p Predictions) -> Result<Option<(Part, BTreeMap<usize, &'p Row>)>> {
    let are_numbers = predictions.rows.iter().all(|row| row.case.parse::<usize>().is_ok());
    let is_counted = truth.cases.iter().all(|(case, _)| part_and_index(case).is_some());
    if !are_numbers || !is_counted {
        return Ok(None);
    }
    let n_in = |part: Part| truth.parts.iter().filter(|other| **other == Some(part)).count();
    let n = predictions.rows.len();
    let candidates: Vec<Part> = match truth.part {
        Some(part) => vec![part],
        None => Part::ALL.into_iter().filter(|part| n_in(*part) == n).collect(),
    };
    let [part] = candidates[..] else {
        let sizes: Vec<String> = Part::ALL.into_iter().map(|part| format!("{part} {}", n_in(part))).collect();
        let message = format!(
            "the {n} predictions are numbered and do not say of which part of {} (cases: {}); expected a part of that size; \
             name the part by option",
            truth.name,
            sizes.join(", ")
        );
        return Err(Error::new(ErrorKind::Data, message));
    };
    let of_row = |case: &str| case.parse().map_or_else(|_| case.to_owned(), |index| case_name(part, index));
    match matched(truth, predictions, of_row, |case| case.into()) {
        Some(rows) => Ok(Some((part, rows))),
        None => Err(strangers(truth, predictions)),
    }
}

/// The publisher's parts that predictions are about; `None` where the truth has no parts.
fn parts_in_scope(truth: &TruthTable, rows: &BTreeMap<usize, &Row>) -> Option<BTreeSet<Option<Part>>> {
    truth.parts.iter().any(Option::is_some).then(|| rows.keys().map(|&idx| truth.parts[idx]).collect())
}

/// Scores that are worse than all others.
struct Worst {
    low: f64,
    high: f64,
}

impl Worst {
    fn of(predictions: &Predictions) -> Self {
        let scores = || predictions.rows.iter().flat_map(|row| row.scores.iter().copied());
        Self { low: scores().fold(0.0, f64::min), high: scores().fold(1.0, f64::max) }
    }

    /// Low for what is there and high for what is not, so that no order and no threshold can call it right.
    fn scores(&self, truth: &Truth, n_classes: usize) -> Vec<f64> {
        let score = |class| if super::labels::known(truth, class) == Some(true) { self.low } else { self.high };
        (0..n_classes).map(score).collect()
    }
}

fn without_prediction(truth: &TruthTable, cases: &[&str], n: usize) -> Error {
    let message = format!(
        "{} of {} without a prediction: {}; expected one for each; predict them, or decide by the option missing: \
         leave-out to measure the others, worst to count them as wrong",
        n_of(n, "case"),
        truth.name,
        listed(cases.iter().copied())
    );
    Error::new(ErrorKind::Data, message)
}

fn strangers(truth: &TruthTable, predictions: &Predictions) -> Error {
    let known: BTreeSet<Cow<'_, str>> = truth.cases.iter().map(|(case, _)| bare_file_name(case)).collect();
    let is_stranger = |case: &&str| !known.contains(&bare_file_name(case));
    let strangers: Vec<&str> = predictions.rows.iter().map(|row| row.case.as_str()).filter(is_stranger).collect();
    let of_truth: Vec<&str> = truth.cases.iter().map(|(case, _)| case.as_str()).collect();
    let what = if strangers.is_empty() {
        "name cases in a way that leaves several to choose from".to_owned()
    } else {
        format!(
            "name {} of {} cases that it does not have: {}",
            strangers.len(),
            predictions.rows.len(),
            listed(strangers)
        )
    };
    let message = format!(
        "the predictions {what}; the truth {} calls its cases {}; expected the same names; name the right column of cases by \
         option, or take the truth that belongs to them",
        truth.name,
        listed(of_truth)
    );
    Error::new(ErrorKind::Data, message)
}
