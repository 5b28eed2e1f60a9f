//! A table that anybody's software may have written: separators, byte order mark, with or without a row of names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// A hundred million scores are about this large; more is another file taken for a table.
const TABLE_BYTES_MAX: u64 = 2 << 30;

/// What separates cells, the first that is most frequent in the first line.
const SEPARATORS: [u8; 3] = *b",;\t";

/// A table by what its first row is.
pub(crate) enum Read {
    /// The first row names columns.
    Named(Table),
    /// Numbers from the first row on, as result files of benchmarks have.
    Numbers(Table),
}

/// Rows of words, each as long as there are columns.
pub(crate) struct Table {
    pub(crate) path: PathBuf,
    /// Empty where the table has none.
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<csv::StringRecord>,
}

impl Table {
    pub(crate) fn read(path: &Path) -> Result<Read> {
        let size = fs::metadata(path).map_err(|error| Error::read(path, error))?.len();
        if size > TABLE_BYTES_MAX {
            let message = format!("{} has {size} bytes; expected a table of at most {TABLE_BYTES_MAX}", path.display());
            return Err(Error::new(ErrorKind::Data, message));
        }
        let bytes = fs::read(path).map_err(|error| Error::read(path, error))?;
        Self::parse(path, &bytes)
    }

    /// A table whose first row names its columns; `such_as` are some that are expected.
    pub(crate) fn named(path: &Path, such_as: &str) -> Result<Self> {
        match Self::read(path)? {
            Read::Named(table) => Ok(table),
            Read::Numbers(_) => {
                let message = format!(
                    "{} has numbers in its first row; expected names of columns, such as {such_as}; add them",
                    path.display()
                );
                Err(Error::new(ErrorKind::Format, message))
            }
        }
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Read> {
        // Spreadsheet programs put a byte order mark before the first name.
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let malformed = |error: csv::Error| {
            let message =
                format!("{} is not a table that can be read ({error}); expected CSV in UTF-8", path.display());
            Error::new(ErrorKind::Format, message)
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .trim(csv::Trim::All)
            .delimiter(separator(bytes))
            .from_reader(bytes);
        let mut rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        let Some(first) = rows.first() else {
            return Err(Error::new(ErrorKind::Format, format!("{} is empty; expected a table", path.display())));
        };
        let path = path.to_path_buf();
        if first.iter().all(|cell| cell.parse::<f64>().is_ok()) {
            return Ok(Read::Numbers(Self { path, names: Vec::new(), rows }));
        }
        let names: Vec<String> = first.iter().map(str::to_owned).collect();
        if let Some(twice) = names.iter().enumerate().find(|(idx, name)| names[..*idx].contains(name)) {
            let message =
                format!("{} has two columns {:?}; expected distinct names; rename one", path.display(), twice.1);
            return Err(Error::new(ErrorKind::Format, message));
        }
        rows.remove(0);
        Ok(Read::Named(Self { path, names, rows }))
    }

    /// The column of this exact name, which the user gave.
    pub(crate) fn given(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|other| other == name).ok_or_else(|| {
            let message = format!(
                "{} has no column {name:?}; it has [{}]; name one of these",
                self.path.display(),
                self.names.join(", ")
            );
            Error::new(ErrorKind::Configuration, message)
        })
    }

    /// The first of these names that a column has, whatever its case.
    pub(crate) fn usual(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|wanted| self.names.iter().position(|name| name.eq_ignore_ascii_case(wanted)))
    }

    /// A cell; rows are as long as the first.
    pub(crate) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows[row].get(column).unwrap_or("")
    }

    /// A finite number; `case` names the row in the error.
    pub(crate) fn score(&self, row: usize, column: usize, case: &str) -> Result<f64> {
        let cell = self.cell(row, column);
        cell.parse().ok().filter(|score: &f64| score.is_finite()).ok_or_else(|| {
            let name = self.names.get(column).map_or_else(|| format!("{}", column + 1), |name| format!("{name:?}"));
            let message = format!(
                "{} has {cell:?} as score of case {case:?} in column {name}; expected a finite number with a decimal point; \
                 correct it, or leave the case out",
                self.path.display()
            );
            Error::new(ErrorKind::Data, message)
        })
    }
}

fn separator(bytes: &[u8]) -> u8 {
    let first = String::from_utf8_lossy(bytes.split(|&byte| byte == b'\n').next().unwrap_or_default());
    let count = |separator: u8| first.matches(char::from(separator)).count();
    let most = SEPARATORS.map(count).into_iter().max().unwrap_or(0);
    SEPARATORS.into_iter().find(|&separator| count(separator) == most).unwrap_or(b',')
}

/// The column that tells cases apart, by the names that other software gives it.
pub(crate) fn case_column(table: &Table, given: Option<&str>) -> Result<usize> {
    // An empty name is the index that pandas writes.
    const NAMES: &[&str] = &[
        "case",
        "case_id",
        "caseid",
        "id",
        "image_id",
        "imageid",
        "image",
        "image_name",
        "image_path",
        "file",
        "filename",
        "file_name",
        "path",
        "name",
        "index",
        "idx",
        "study",
        "study_id",
        "sample",
        "sample_id",
        "",
        "unnamed: 0",
    ];
    if let Some(name) = given {
        return table.given(name);
    }
    table.usual(NAMES).ok_or_else(|| {
        let message = format!(
            "{} has no column that names cases; it has [{}]; expected one such as case, id, image or index; \
             name it by option",
            table.path.display(),
            table.names.join(", ")
        );
        Error::new(ErrorKind::Format, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected_names: &[&str], expected_row: &[&str]) {
        let (Read::Named(table) | Read::Numbers(table)) = Table::parse(Path::new("t.csv"), text.as_bytes()).unwrap();
        assert_eq!(table.names, expected_names);
        assert_eq!(table.rows[0].iter().collect::<Vec<_>>(), expected_row);
    }

    #[test]
    fn separators_marks_and_missing_names() {
        check("case,score\na,0.5\n", &["case", "score"], &["a", "0.5"]);
        check("\u{feff}case;score\r\na; 0.5\r\n", &["case", "score"], &["a", "0.5"]);
        check("case\tscore\na\t0.5\n", &["case", "score"], &["a", "0.5"]);
        check("0,0.1,0.9\n1,0.2,0.8\n", &[], &["0", "0.1", "0.9"]);
        let error = |text: &str| Table::parse(Path::new("t.csv"), text.as_bytes()).err().unwrap().to_string();
        assert!(error("").contains("empty"));
        assert!(error("a,a\n1,2\n").contains("two columns"));
        assert!(error("a,b\n1,2,3\n").contains("cannot be read") || error("a,b\n1,2,3\n").contains("can be read"));
    }
}
