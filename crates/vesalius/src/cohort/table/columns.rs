//! Which column of a table means what.

use std::path::Path;

use super::{CLASS_COLUMN, OTHER_COLUMNS};
use crate::cohort::Header;
use crate::cohort::nearest::nearest;
use crate::error::{Error, ErrorKind, Result};

/// Columns by meaning, as indices into a row.
pub(super) struct Columns {
    pub(super) case: usize,
    pub(super) subject: Option<usize>,
    pub(super) site: Option<usize>,
    pub(super) split: Option<usize>,
    /// Channel, empty for the plain `image`.
    pub(super) images: Vec<(String, usize)>,
    /// `label.class`.
    pub(super) class: Option<usize>,
    /// The other `label.<name>`.
    pub(super) labels: Vec<(String, usize)>,
    /// Whatever is kept under its full name.
    pub(super) others: Vec<(String, usize)>,
}

/// The column of a channel.
pub(super) fn image_column(channel: &str) -> String {
    if channel.is_empty() { "image".to_owned() } else { format!("image.{channel}") }
}

impl Columns {
    pub(super) fn of(table: &Path, names: &[String]) -> Result<Self> {
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        let case = position("case").ok_or_else(|| {
            let message = format!(
                "{} has no column case; it has [{}]; add a name for each case",
                table.display(),
                names.join(", ")
            );
            Error::new(ErrorKind::Format, message)
        })?;
        let mut columns = Self {
            case,
            subject: position("subject"),
            site: position("site"),
            split: position("split"),
            images: Vec::new(),
            class: position(CLASS_COLUMN),
            labels: Vec::new(),
            others: Vec::new(),
        };
        for (idx, name) in names.iter().enumerate() {
            if names[..idx].contains(name) {
                let message =
                    format!("{} has two columns {name:?}; expected distinct names; rename one", table.display());
                return Err(Error::new(ErrorKind::Format, message));
            }
            columns.sort_in(table, name, idx)?;
        }
        Ok(columns)
    }

    fn sort_in(&mut self, table: &Path, name: &str, idx: usize) -> Result<()> {
        match name.split_once('.').unwrap_or((name, "")) {
            ("case" | "subject" | "site" | "split", "") | ("label", "class") => {}
            ("image", channel) => self.images.push((channel.to_owned(), idx)),
            ("label", finding) if !finding.is_empty() => self.labels.push((finding.to_owned(), idx)),
            ("covariate", covariate) if !covariate.is_empty() => self.others.push((name.to_owned(), idx)),
            (other, "") if OTHER_COLUMNS.contains(&other) => self.others.push((name.to_owned(), idx)),
            _ => return Err(unknown(table, name)),
        }
        Ok(())
    }

    /// The column of each class of a cohort of findings; none where classes exclude each other.
    pub(super) fn findings(&self, table: &Path, header: &Header) -> Result<Vec<usize>> {
        if header.task.is_exclusive() {
            return Ok(Vec::new());
        }
        let column = |finding: &String| {
            let found = self.labels.iter().find(|(name, _)| name == finding).map(|(_, idx)| *idx);
            let found = found.or(self.class.filter(|_| finding == "class"));
            found.ok_or_else(|| {
                let message = format!(
                    "{} has no column label.{finding}, which is one of the findings of the cohort; \
                     add the column, empty where unknown, or take the finding out of cohort.toml",
                    table.display()
                );
                Error::new(ErrorKind::Data, message)
            })
        };
        header.classes.iter().map(column).collect()
    }
}

fn unknown(table: &Path, name: &str) -> Error {
    let known =
        ["case", "subject", "site", "split", "image", CLASS_COLUMN].into_iter().chain(OTHER_COLUMNS.iter().copied());
    let known: Vec<&str> = known.collect();
    let hint = match name.split_once('.') {
        Some((prefix, rest)) => {
            nearest(prefix, ["image", "label", "covariate"]).map(|prefix| format!("{prefix}.{rest}"))
        }
        None => nearest(name, known.iter().copied()).map(str::to_owned),
    };
    let hint = hint.map_or(String::new(), |name| format!("; did you mean {name:?}"));
    let message = format!(
        "{} has a column {name:?} that is not known{hint}; expected {}, image.<channel>, label.<name> or covariate.<name>; \
         call it covariate.{name} to keep it",
        table.display(),
        known.join(", ")
    );
    Error::new(ErrorKind::Format, message)
}
