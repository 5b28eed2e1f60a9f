//! Ratings from a wide or a long table, and what kind they are.

use std::collections::{BTreeMap, BTreeSet};

use vesalius_stats::agree::{Kind, Ratings};

use super::{FileOptions, is_missing, unmeasurable};
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Table, case_column};

/// The rater by the names that other software gives it.
const RATER_NAMES: &[&str] = &["rater", "reader", "annotator", "observer", "coder", "radiologist"];
const VALUE_NAMES: &[&str] = &["value", "rating", "score", "label", "grade", "measurement"];
/// Between whole numbers further apart grades are not filled in.
const GRADES_MAX: f64 = 100.0;

/// Ratings with the cells that they were.
pub(super) struct Read {
    pub(super) ratings: Ratings,
    pub(super) cases: Vec<String>,
    /// `[case][rater]`, empty where missing.
    pub(super) cells: Vec<Vec<String>>,
    pub(super) notes: Vec<String>,
}

/// Cells of a table, whatever its shape.
struct Found {
    cases: Vec<String>,
    raters: Vec<String>,
    cells: Vec<Vec<String>>,
}

pub(super) fn read(table: &Table, files: &FileOptions) -> Result<Read> {
    let long = (table.usual(RATER_NAMES), table.usual(VALUE_NAMES));
    let found = match (&files.raters, long) {
        (None, (Some(rater), Some(value))) => of_long(table, case_column(table, files.case.as_deref())?, rater, value)?,
        _ => of_wide(table, files)?,
    };
    let values: BTreeSet<&str> = found.cells.iter().flatten().map(String::as_str).filter(|c| !c.is_empty()).collect();
    let kind = kind(table, files, &values)?;
    let mut notes = Vec::new();
    let ratings = match kind {
        Kind::Nominal | Kind::Ordinal => {
            let categories = categories(table, files, kind, &values)?;
            notes.push(format!("categories: {}", categories.join(", ")));
            let place = |cell: &String| categories.iter().position(|category| same_category(category, cell));
            let places: Vec<Option<usize>> = found.cells.iter().flatten().map(place).collect();
            Ratings::categories(&found.raters, kind, &categories, &places)
        }
        Kind::Interval | Kind::Ratio => {
            let numbers: Vec<Option<f64>> = found.cells.iter().flatten().map(|cell| cell.parse().ok()).collect();
            Ratings::numbers(&found.raters, kind, &numbers)
        }
    };
    let ratings = ratings.map_err(|error| unmeasurable(&error))?;
    Ok(Read { ratings, cases: found.cases, cells: found.cells, notes })
}

fn of_wide(table: &Table, files: &FileOptions) -> Result<Found> {
    // Rows of a table without a case are counted.
    let case_at = match &files.case {
        Some(name) => Some(table.given(name)?),
        None => case_column(table, None).ok(),
    };
    let columns: Vec<usize> = match &files.raters {
        Some(names) => names.iter().map(|name| table.given(name)).collect::<Result<_>>()?,
        None => (0..table.names.len()).filter(|at| Some(*at) != case_at).collect(),
    };
    let rows = 0..table.rows.len();
    let cell = |row: usize, at: usize| Some(table.cell(row, at)).filter(|cell| !is_missing(cell)).unwrap_or_default();
    let case = |row: usize| case_at.map_or_else(|| row.to_string(), |at| table.cell(row, at).to_owned());
    let cells = rows.clone().map(|row| columns.iter().map(|at| cell(row, *at).to_owned()).collect()).collect();
    let raters = columns.iter().map(|at| table.names[*at].clone()).collect();
    Ok(Found { cases: rows.map(case).collect(), raters, cells })
}

fn of_long(table: &Table, case_at: usize, rater_at: usize, value_at: usize) -> Result<Found> {
    let (mut cases, mut raters) = (Places::default(), Places::default());
    let mut given: BTreeMap<(usize, usize), String> = BTreeMap::new();
    for row in 0..table.rows.len() {
        let (case, rater) = (table.cell(row, case_at), table.cell(row, rater_at));
        let place = (cases.of(case), raters.of(rater));
        let cell = table.cell(row, value_at);
        if !is_missing(cell) && given.insert(place, cell.to_owned()).is_some() {
            let message = format!(
                "{} has a second rating of case {case:?} by {rater:?} in row {}; expected one; remove it",
                table.path.display(),
                row + 2
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
    }
    let cell = |case: usize, rater: usize| given.get(&(case, rater)).cloned().unwrap_or_default();
    let cells = (0..cases.names.len()).map(|case| (0..raters.names.len()).map(|rater| cell(case, rater)).collect());
    Ok(Found { cells: cells.collect(), cases: cases.names, raters: raters.names })
}

/// Names in the order in which they first appear.
#[derive(Default)]
pub(super) struct Places {
    pub(super) names: Vec<String>,
    at: BTreeMap<String, usize>,
}

impl Places {
    pub(super) fn of(&mut self, name: &str) -> usize {
        if let Some(&at) = self.at.get(name) {
            return at;
        }
        self.at.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }
}

fn kind(table: &Table, files: &FileOptions, values: &BTreeSet<&str>) -> Result<Kind> {
    let word = values.iter().find(|value| value.parse::<f64>().is_err());
    match (files.kind, word) {
        (Some(kind @ (Kind::Interval | Kind::Ratio)), Some(word)) => {
            let name = if kind == Kind::Ratio { "ratio" } else { "interval" };
            let message = format!(
                "{} has {word:?} as a rating; expected numbers for --kind {name}; name the columns of the raters, or another \
                 kind",
                table.path.display()
            );
            Err(Error::new(ErrorKind::Data, message))
        }
        (Some(kind), _) => Ok(kind),
        (None, Some(_)) => Ok(Kind::Nominal),
        (None, None) => {
            let message = format!(
                "the ratings of {} are numbers, which may be codes, grades or measurements; say --kind nominal, ordinal, \
                 interval or ratio",
                table.path.display()
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

/// All categories: the given ones, or those that occur; of whole grades those between as well.
fn categories(table: &Table, files: &FileOptions, kind: Kind, values: &BTreeSet<&str>) -> Result<Vec<String>> {
    let refuse = |kind: ErrorKind, what: String| {
        Err(Error::new(kind, format!("{} {what}; name all categories in their order by option", table.path.display())))
    };
    if let Some(given) = &files.categories {
        let stray = values.iter().find(|value| !given.iter().any(|category| same_category(category, value)));
        return match stray {
            Some(stray) => {
                refuse(ErrorKind::Data, format!("has {stray:?} as a rating, which is none of [{}]", given.join(", ")))
            }
            None => Ok(given.clone()),
        };
    }
    let mut numbers: Vec<f64> = values.iter().filter_map(|value| value.parse().ok()).collect();
    if numbers.len() < values.len() {
        if kind == Kind::Ordinal {
            return refuse(ErrorKind::Configuration, "has words as ratings, whose order is not known".to_owned());
        }
        return Ok(values.iter().map(|value| (*value).to_owned()).collect());
    }
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let whole = numbers.iter().all(|number| number.fract().abs() < f64::EPSILON);
    match (numbers.first(), numbers.last()) {
        (Some(&first), Some(&last)) if kind == Kind::Ordinal && whole && last - first <= GRADES_MAX => {
            Ok((0..=(last - first) as usize).map(|step| (first + step as f64).to_string()).collect())
        }
        _ => Ok(numbers.iter().map(f64::to_string).collect()),
    }
}

/// Whether two cells are the same category: `2` and `2.0` are.
fn same_category(a: &str, b: &str) -> bool {
    let numbers = || Some((a.parse::<f64>().ok()?, b.parse::<f64>().ok()?));
    a == b || numbers().is_some_and(|(a, b)| (a - b).abs() < f64::EPSILON)
}
