//! Reader studies from a long table: case, reader, arm, score, truth.

use std::collections::BTreeMap;

use vesalius_stats::agree::readers::ReaderStudy;

use super::ratings::Places;
use super::{FileOptions, is_missing, unmeasurable};
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Table, case_column};

const READER_NAMES: &[&str] = &["reader", "rater", "observer", "radiologist"];
const ARM_NAMES: &[&str] = &["arm", "modality", "condition", "treatment", "aid"];
const SCORE_NAMES: &[&str] = &["score", "rating", "value", "confidence"];
const TRUTH_NAMES: &[&str] = &["truth", "label", "gt", "ground_truth", "disease"];

/// Where the columns of a study are.
pub(super) struct StudyColumns {
    case: usize,
    reader: usize,
    arm: Option<usize>,
    score: usize,
    truth: usize,
}

/// A study with its table.
pub(super) struct Read {
    pub(super) study: ReaderStudy,
    /// The measured cases: names first, then one row a case.
    pub(super) rows: Vec<Vec<String>>,
    pub(super) notes: Vec<String>,
}

/// The columns of a study; `None` where the table is none, or where raters are named, which a study does not need.
pub(super) fn columns(table: &Table, files: &FileOptions) -> Result<Option<StudyColumns>> {
    let usual = |names| table.usual(names);
    let needed = (usual(READER_NAMES), usual(SCORE_NAMES), usual(TRUTH_NAMES));
    let (Some(reader), Some(score), Some(truth), None) = (needed.0, needed.1, needed.2, &files.raters) else {
        return Ok(None);
    };
    let case = case_column(table, files.case.as_deref())?;
    Ok(Some(StudyColumns { case, reader, arm: usual(ARM_NAMES), score, truth }))
}

pub(super) fn read(table: &Table, columns: &StudyColumns, reference: Option<&str>) -> Result<Read> {
    let mut arms = Places::default();
    if let Some(reference) = reference {
        arms.of(reference);
    }
    let (mut cases, mut readers) = (Places::default(), Places::default());
    let mut truths: BTreeMap<usize, bool> = BTreeMap::new();
    let mut scores: BTreeMap<(usize, usize, usize), f64> = BTreeMap::new();
    for row in 0..table.rows.len() {
        let refuse = |what: String| {
            let message = format!("{} {what} in row {}; correct it", table.path.display(), row + 2);
            Err(Error::new(ErrorKind::Data, message))
        };
        let case = table.cell(row, columns.case);
        let at = cases.of(case);
        let Some(truth) = truth_of(table.cell(row, columns.truth)) else {
            return refuse(format!("has {:?} as truth, where 1 or 0 is expected,", table.cell(row, columns.truth)));
        };
        if truths.insert(at, truth).is_some_and(|other| other != truth) {
            return refuse(format!("has another truth of case {case:?} than before"));
        }
        let arm = columns.arm.map_or("all", |arm| table.cell(row, arm));
        let place = (arms.of(arm), readers.of(table.cell(row, columns.reader)), at);
        if is_missing(table.cell(row, columns.score)) {
            continue;
        }
        if scores.insert(place, table.score(row, columns.score, case)?).is_some() {
            return refuse(format!("has a second score of case {case:?} by the same reader in the same arm"));
        }
    }
    check_reference(table, reference, &arms, &scores)?;
    complete(&arms.names, &readers.names, &cases.names, &truths, &scores)
}

fn check_reference(
    table: &Table,
    reference: Option<&str>,
    arms: &Places,
    scores: &BTreeMap<(usize, usize, usize), f64>,
) -> Result<()> {
    match reference {
        Some(reference) if !scores.keys().any(|(arm, ..)| *arm == 0) => {
            let message = format!(
                "{} has no score in arm {reference:?}; it has [{}]; name one of these",
                table.path.display(),
                arms.names[1..].join(", ")
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
        _ => Ok(()),
    }
}

/// The cases that every reader scored in every arm.
fn complete(
    arms: &[String],
    readers: &[String],
    cases: &[String],
    truths: &BTreeMap<usize, bool>,
    scores: &BTreeMap<(usize, usize, usize), f64>,
) -> Result<Read> {
    let places: Vec<(usize, usize)> = (0..arms.len()).flat_map(|a| (0..readers.len()).map(move |r| (a, r))).collect();
    let is_whole = |case: &usize| places.iter().all(|(arm, reader)| scores.contains_key(&(*arm, *reader, *case)));
    let whole: Vec<usize> = (0..cases.len()).filter(is_whole).collect();
    let mut notes = Vec::new();
    if whole.len() < cases.len() {
        notes.push(format!("cases that not every reader scored in every arm left out: {}", cases.len() - whole.len()));
    }
    if whole.is_empty() {
        let message = "no case was scored by every reader in every arm; expected a study in which all read all; \
                       measure the readers apart";
        return Err(Error::new(ErrorKind::Data, message));
    }
    let flat: Vec<f64> =
        places.iter().flat_map(|(arm, reader)| whole.iter().map(|case| scores[&(*arm, *reader, *case)])).collect();
    let truth: Vec<bool> = whole.iter().map(|case| truths[case]).collect();
    let study = ReaderStudy::new(arms, readers, &truth, &flat).map_err(|error| unmeasurable(&error))?;
    let mut names = vec!["case".to_owned(), "truth".to_owned()];
    names.extend(places.iter().map(|(arm, reader)| format!("score.{}.{}", arms[*arm], readers[*reader])));
    let row = |(at, case): (usize, &usize)| {
        let mut cells = vec![cases[*case].clone(), u8::from(truth[at]).to_string()];
        cells.extend((0..places.len()).map(|place| flat[place * whole.len() + at].to_string()));
        cells
    };
    let rows = std::iter::once(names).chain(whole.iter().enumerate().map(row)).collect();
    Ok(Read { study, rows, notes })
}

fn truth_of(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" | "positive" => Some(true),
        "0" | "0.0" | "false" | "no" | "negative" => Some(false),
        _ => None,
    }
}
