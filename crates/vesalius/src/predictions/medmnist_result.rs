//! Result files of the MedMNIST benchmark: `{flag}{_size}_{part}_[AUC]{auc}_[ACC]{acc}@{run}.csv`.
//!
//! Rows are `index,score…` without names of columns; the index counts the cases of the part. The name carries flag, size,
//! part and run (Yang et al. 2023, doi:10.1038/s41597-022-01721-8).

use std::path::{Path, PathBuf};

use super::columns::{by_position, complete};
use super::table::Table;
use super::{Predictions, Row};
use crate::artifact;
use crate::cohort::{Part, medmnist};
use crate::error::{Error, ErrorKind, Result};

/// What the name of a result file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResultName {
    /// The set, such as `pneumoniamnist`.
    pub(crate) flag: String,
    /// Edge length of the images; 28 where the name does not say.
    pub(crate) size: u32,
    pub(crate) part: Part,
    /// What comes after `@`; empty where the name has none.
    pub(crate) run: String,
}

impl ResultName {
    /// Reads the name of a file; `None` where it is no such name.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(".csv")?;
        let (name, run) = name.rsplit_once('@').unwrap_or((name, ""));
        let mut words = name.split('_');
        let flag = words.next().filter(|flag| !flag.is_empty())?.to_owned();
        let second = words.next()?;
        let (size, part) = match second.parse() {
            Ok(size) => (size, words.next()?),
            Err(_) => (28, second),
        };
        // As in the benchmark, anything may follow the part.
        let part = Part::ALL.into_iter().find(|known| part.starts_with(known.as_str()))?;
        Some(Self { flag, size, part, run: run.to_owned() })
    }

    /// The name of the file that holds these results.
    pub(crate) fn file_name(&self, auc: f64, acc: f64) -> String {
        let size = if self.size == 28 { String::new() } else { format!("_{}", self.size) };
        format!("{}{size}_{}_[AUC]{auc:.3}_[ACC]{acc:.3}@{}.csv", self.flag, self.part, self.run)
    }
}

/// The case of an index, as the layout `medmnist` names it.
pub(crate) fn case_name(part: Part, index: usize) -> String {
    format!("{part}-{index:05}")
}

/// Part and index of a case of that layout.
pub(crate) fn part_and_index(case: &str) -> Option<(Part, usize)> {
    let (part, index) = case.split_once('-')?;
    Some((part.parse().ok()?, index.parse().ok()?))
}

/// Rows of numbers. Without a telling file name cases are called by their index, and whoever has the truth finds the part.
pub(super) fn predictions(table: &Table, classes: Option<&[String]>) -> Result<Predictions> {
    let name = ResultName::of(&table.path);
    let n_columns = table.rows[0].len() - 1;
    let published: Option<Vec<String>> = name
        .as_ref()
        .and_then(|name| medmnist::set(&name.flag))
        .map(|set| set.classes.iter().map(|class| (*class).to_owned()).collect());
    let classes = classes.map(<[String]>::to_vec).or(published);
    let labels = by_position(n_columns, classes.as_deref()).filter(|_| n_columns > 0).ok_or_else(|| {
        let message = format!(
            "{} has {n_columns} scores a row and no names of columns; expected index and one score for each of the {} classes",
            table.path.display(),
            classes.map_or(2, |classes| classes.len())
        );
        Error::new(ErrorKind::Data, message)
    })?;
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let index = index(table, row)?;
        let case = name.as_ref().map_or_else(|| index.to_string(), |name| case_name(name.part, index));
        let mut scores = (1..=n_columns).map(|at| table.score(row, at, &case)).collect::<Result<Vec<f64>>>()?;
        complete(&mut scores, &labels);
        let member = name.as_ref().map_or(String::new(), |name| name.run.clone());
        rows.push(Row { subject: String::new(), case, fold: String::new(), member, scores });
    }
    Ok(Predictions { labels, rows })
}

fn index(table: &Table, row: usize) -> Result<usize> {
    let cell = table.cell(row, 0);
    // Some writers make floats of everything.
    cell.strip_suffix(".0").unwrap_or(cell).parse().map_err(|_| {
        let message = format!(
            "{} has {cell:?} in the first column of row {}; expected the index of a case, as there are no names of columns",
            table.path.display(),
            row + 1
        );
        Error::new(ErrorKind::Format, message)
    })
}

/// Writes a result file into a folder; rows are index and scores, ascending by index.
pub(crate) fn save(folder: &Path, file_name: &str, rows: &[(usize, &[f64])]) -> Result<PathBuf> {
    let path = folder.join(file_name);
    artifact::write_with(&path, |out| {
        for (index, scores) in rows {
            write!(out, "{index}")?;
            for score in *scores {
                write!(out, ",{score}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        let check = |name: &str, expected: Option<(&str, u32, Part, &str)>| {
            let expected = expected.map(|(flag, size, part, run)| ResultName {
                flag: flag.to_owned(),
                size,
                part,
                run: run.to_owned(),
            });
            assert_eq!(ResultName::of(Path::new(name)), expected, "{name}");
        };
        check("x/octmnist_test_[AUC]0.672_[ACC]0.892@3.csv", Some(("octmnist", 28, Part::Test, "3")));
        check("octmnist_64_val_[AUC]0.672_[ACC]0.892@my_run.csv", Some(("octmnist", 64, Part::Val, "my_run")));
        check("octmnist_train.csv", Some(("octmnist", 28, Part::Train, "")));
        check("predictions.csv", None);
        check("my_scores.csv", None);
        let name = ResultName::of(Path::new("organmnist3d_64_test@r.csv")).unwrap();
        assert_eq!(name.file_name(0.99649, 0.9), "organmnist3d_64_test_[AUC]0.996_[ACC]0.900@r.csv");
        assert_eq!(part_and_index(&case_name(Part::Val, 17)), Some((Part::Val, 17)));
        assert_eq!(part_and_index("fold-1"), None);
    }
}
