//! The table of predictions, in which all lanes meet: who said what of which case.
//!
//! `predictions.csv`: `case`, `subject`, `fold`, `member`, `score.<label>…`, one row a case. Tables that other software
//! made are read by their usual names ([`Columns`] names others), and so are result files of the MedMNIST benchmark.

mod columns;
pub(crate) mod medmnist_result;
pub(crate) mod table;

use std::collections::BTreeMap;
use std::path::Path;

use crate::artifact;
use crate::error::{Error, ErrorKind, Result};

pub use columns::Columns;
pub(crate) use columns::same_name;

/// The member of scores that are a mean over several.
pub const MEAN: &str = "mean";

/// Scores of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    /// Classes or findings, in the order of the scores.
    pub labels: Vec<String>,
    /// One row a case.
    pub rows: Vec<Row>,
}

/// The scores of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The case.
    pub case: String,
    /// Its subject; empty where the table does not say.
    pub subject: String,
    /// The fold of the model; empty where there is none, or where several folds were averaged.
    pub fold: String,
    /// The model, or [`MEAN`] of several.
    pub member: String,
    /// One score for each label.
    pub scores: Vec<f64>,
}

impl Predictions {
    /// Reads `predictions.csv`, or whatever else [`Predictions::read`] understands without help.
    pub fn load(path: &Path) -> Result<Self> {
        Self::read(path, &Columns::default(), None)
    }

    /// Reads a table of any origin; `classes` are those of the truth, in the order that scores shall have.
    ///
    /// A case that several members or folds scored gets the mean of their scores.
    pub fn read(path: &Path, columns: &Columns, classes: Option<&[String]>) -> Result<Self> {
        let table = table::Table::read(path)?;
        let read = match table {
            table::Read::Named(table) => columns::predictions(&table, columns, classes)?,
            table::Read::Numbers(table) => medmnist_result::predictions(&table, classes)?,
        };
        read.one_row_a_case(path)
    }

    /// Writes `predictions.csv`; a number is written so that it is read back as the same number.
    pub fn save(&self, path: &Path) -> Result<()> {
        let bytes = self.to_csv().map_err(|error| Error::write(path, error))?;
        artifact::write_bytes(path, &bytes)
    }

    /// The mean over members for each case that any of them scored, in the order in which cases first appear.
    pub fn average<'a>(members: impl IntoIterator<Item = &'a Predictions>) -> Result<Self> {
        let mut members = members.into_iter().peekable();
        let Some(first) = members.peek() else {
            let message = "there are no predictions to average; expected at least one member";
            return Err(Error::new(ErrorKind::Data, message));
        };
        let labels = first.labels.clone();
        let mut means = Means::default();
        for member in members {
            if member.labels != labels {
                let message = format!(
                    "one member scores [{}] and another [{}]; expected the same classes in the same order; \
                     average models of the same task",
                    labels.join(", "),
                    member.labels.join(", ")
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
            member.rows.iter().for_each(|row| means.add(row));
        }
        Ok(Self { labels, rows: means.into_rows() })
    }

    fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut names: Vec<String> = ["case", "subject", "fold", "member"].map(str::to_owned).to_vec();
        names.extend(self.labels.iter().map(|label| format!("score.{label}")));
        writer.write_record(&names)?;
        for row in &self.rows {
            let words = [&row.case, &row.subject, &row.fold, &row.member].map(Clone::clone);
            writer.write_record(words.into_iter().chain(row.scores.iter().map(f64::to_string)))?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }

    /// Members of a case are averaged; the same member twice is a mistake.
    fn one_row_a_case(self, path: &Path) -> Result<Self> {
        let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
        for (idx, row) in self.rows.iter().enumerate() {
            if let Some(first) = seen.insert((&row.case, &row.fold, &row.member), idx) {
                let message = format!(
                    "{} has case {:?} twice (rows {} and {}); expected one row for each case, or for each case, fold and \
                     member; remove one",
                    path.display(),
                    row.case,
                    first + 1,
                    idx + 1
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
        }
        Self::average([&self])
    }
}

/// Sums of scores by case.
#[derive(Default)]
struct Means {
    rows: Vec<(Row, usize)>,
    idx_of: BTreeMap<String, usize>,
}

impl Means {
    fn add(&mut self, row: &Row) {
        let Some(&idx) = self.idx_of.get(&row.case) else {
            self.idx_of.insert(row.case.clone(), self.rows.len());
            self.rows.push((row.clone(), 1));
            return;
        };
        let (mean, n) = &mut self.rows[idx];
        for (sum, score) in mean.scores.iter_mut().zip(&row.scores) {
            *sum += score;
        }
        *n += 1;
        MEAN.clone_into(&mut mean.member);
        if mean.fold != row.fold {
            mean.fold.clear();
        }
    }

    fn into_rows(self) -> Vec<Row> {
        let mean = |(mut row, n): (Row, usize)| {
            row.scores.iter_mut().for_each(|sum| *sum /= n as f64);
            row
        };
        self.rows.into_iter().map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case: &str, fold: &str, member: &str, scores: [f64; 2]) -> Row {
        let [case, fold, member] = [case, fold, member].map(str::to_owned);
        Row { case, subject: String::new(), fold, member, scores: scores.to_vec() }
    }

    fn predictions(rows: Vec<Row>) -> Predictions {
        Predictions { labels: vec!["no".to_owned(), "yes".to_owned()], rows }
    }

    #[test]
    fn a_mean_is_over_those_who_scored_the_case() {
        let a = predictions(vec![row("x", "0", "a", [0.25, 0.75]), row("y", "0", "a", [1.0, 0.0])]);
        let b = predictions(vec![row("x", "1", "b", [0.75, 0.25])]);
        let mean = Predictions::average([&a, &b]).unwrap();
        assert_eq!(mean.rows, [row("x", "", MEAN, [0.5, 0.5]), row("y", "0", "a", [1.0, 0.0])]);
        let other = Predictions { labels: vec!["yes".to_owned(), "no".to_owned()], rows: Vec::new() };
        assert!(Predictions::average([&a, &other]).unwrap_err().to_string().contains("same order"));
        assert!(Predictions::average([]).is_err());
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("members/a.csv");
        let saved = predictions(vec![
            row("a, b", "0", "fold0-seed1", [1.0 / 3.0, 2.0 / 3.0]),
            row("y", "", "a", [1e-300, 1.0]),
        ]);
        saved.save(&path).unwrap();
        assert_eq!(Predictions::load(&path).unwrap(), saved);
    }
}
