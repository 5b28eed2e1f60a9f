//! What is true of each case, from a cohort, a MedMNIST file or any table.

mod classes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::FileOptions;
use crate::cohort::{self, Case, Cohort, Label, Layout, Part, ReadOptions, Task, Truth};
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::same_name;
use crate::predictions::table::{Read, Table, case_column};

/// The one column of classes that exclude each other, by the names that other software gives it.
const CLASS_NAMES: &[&str] = &[
    "label.class",
    "label",
    "class",
    "target",
    "truth",
    "ground_truth",
    "gt",
    "y_true",
    "y",
    "true_label",
    "true_class",
    "diagnosis",
    "category",
    "dx",
];

/// What stands before the finding in the name of a label column.
const FINDING_PREFIXES: &[&str] = &["label.", "label_", "truth.", "truth_", "true_", "y_true_", "target_"];

/// Columns by name, where a table of truth does not use the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TruthColumns {
    /// The column that tells cases apart; default one of `case`, `id`, `image`, `index` and the like.
    pub case: Option<String>,
    /// One column of classes, or several columns of findings; default `label.class`, `label`, `class` and the like, or
    /// `label.<finding>`.
    pub labels: Option<Vec<String>>,
}

/// What is true of each case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruthTable {
    /// Where it comes from, for messages; for a MedMNIST set its flag and size.
    pub name: String,
    /// What is to be told.
    pub task: Task,
    /// Classes in the order of the scores; of two, the last is the positive one.
    pub classes: Vec<String>,
    /// Every case and what is true of it.
    pub cases: Vec<(String, Truth)>,
    /// The part that the publisher put each case in.
    pub parts: Vec<Option<Part>>,
    /// The part that predictions which count from 0 belong to, where the user says.
    pub part: Option<Part>,
    /// What else was asked for: the text of every case by the name of the column; empty where the table says nothing.
    pub columns: BTreeMap<String, Vec<String>>,
    /// What could not be read, in plain sentences.
    pub notes: Vec<String>,
}

impl TruthTable {
    /// The truth of a cohort.
    pub fn of(cohort: &Cohort) -> Self {
        Self {
            columns: BTreeMap::new(),
            name: cohort.header.name.clone(),
            task: cohort.header.task,
            classes: cohort.header.classes.clone(),
            cases: cohort.cases.iter().map(|case| (case.case.clone(), case.truth.clone())).collect(),
            parts: cohort.cases.iter().map(|case| case.split).collect(),
            part: None,
            notes: Vec::new(),
        }
    }

    /// The same truth with these columns: `subject`, `site`, `split`, or the name of a covariate.
    pub fn with_columns(mut self, cohort: &Cohort, names: &[&str]) -> Result<Self> {
        for &name in names {
            self.columns.insert(name.to_owned(), cohort_column(cohort, name)?);
        }
        Ok(self)
    }

    /// Reads a cohort, a MedMNIST file or a table; `hint` are the labels by which predictions call their scores, and
    /// `columns` are read beside case and labels.
    pub fn read(path: &Path, options: &FileOptions, hint: Option<&[String]>, columns: &[&str]) -> Result<Self> {
        let is_table = path.is_file()
            && !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npz"))
            && !path.with_file_name("cohort.toml").is_file();
        let mut truth =
            if is_table { read_table(path, options, hint, columns)? } else { read_cohort(path, options, columns)? };
        truth.part = options.part;
        if truth.classes.is_empty() {
            let message =
                format!("{} names no class; expected labels; fill them in, or name the classes", path.display());
            return Err(Error::new(ErrorKind::Data, message));
        }
        Ok(truth)
    }
}

/// What a cohort says of its cases under this name.
fn cohort_column(cohort: &Cohort, name: &str) -> Result<Vec<String>> {
    let covariate = format!("covariate.{name}");
    let text = |case: &Case| match name {
        "subject" => Some(case.subject.clone()),
        "site" => Some(case.site.clone().unwrap_or_default()),
        "split" => Some(case.split.map_or(String::new(), |part| part.to_string())),
        _ => case.extra.get(name).or_else(|| case.extra.get(&covariate)).cloned(),
    };
    let column: Vec<Option<String>> = cohort.cases.iter().map(text).collect();
    if column.iter().all(Option::is_none) {
        let more: BTreeSet<&str> = cohort.cases.iter().flat_map(|case| case.extra.keys()).map(String::as_str).collect();
        let names: Vec<&str> = ["subject", "site", "split"].into_iter().chain(more).collect();
        let (cohort, names) = (&cohort.header.name, names.join(", "));
        let message = format!("{cohort} has no column {name:?}; it has [{names}]; name one of these");
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    Ok(column.into_iter().map(Option::unwrap_or_default).collect())
}

fn read_cohort(path: &Path, options: &FileOptions, columns: &[&str]) -> Result<TruthTable> {
    let reading = ReadOptions { classes: options.classes.clone(), ..ReadOptions::default() };
    let (cohort, problems) = cohort::read_source(path, Layout::guess(path)?, &reading)?;
    let mut truth = TruthTable::of(&cohort).with_columns(&cohort, columns)?;
    if let Some(first) = problems.first() {
        let n = problems.len();
        truth.notes.push(format!("{n} entries of {} could not be used, the first: {}", path.display(), first.message));
    }
    Ok(truth)
}

fn read_table(path: &Path, options: &FileOptions, hint: Option<&[String]>, more: &[&str]) -> Result<TruthTable> {
    let Read::Named(table) = Table::read(path)? else {
        let message = format!(
            "{} has numbers in its first row; expected names of columns, such as case and label; add them",
            path.display()
        );
        return Err(Error::new(ErrorKind::Format, message));
    };
    let case_at = case_column(&table, options.truth.case.as_deref())?;
    let columns = label_columns(&table, case_at, options, hint)?;
    let Labels { task, classes, truths, note } = match columns {
        LabelColumns::Class(at) => classes::exclusive(&table, at, options.classes.as_deref(), hint)?,
        LabelColumns::Findings(columns) => findings(&table, columns, options.classes.as_deref())?,
    };
    let cases = (0..table.rows.len()).map(|row| table.cell(row, case_at).to_owned());
    let cases: Vec<(String, Truth)> = cases.zip(truths).collect();
    check_cases(&table, &cases)?;
    let split = table.usual(&["split"]);
    let part = |row: usize| split.and_then(|at| table.cell(row, at).parse().ok());
    let parts = (0..table.rows.len()).map(part).collect();
    let column = |name: &&str| {
        let at = table.given(name)?;
        Ok(((*name).to_owned(), (0..table.rows.len()).map(|row| table.cell(row, at).to_owned()).collect()))
    };
    let more = more.iter().map(column).collect::<Result<BTreeMap<_, _>>>()?;
    let (name, notes) = (path.display().to_string(), note.into_iter().collect());
    Ok(TruthTable { name, task, classes, cases, parts, part: None, columns: more, notes })
}

fn check_cases(table: &Table, cases: &[(String, Truth)]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (row, (case, _)) in cases.iter().enumerate() {
        let what = match (case.is_empty(), seen.insert(case)) {
            (true, _) => "has no case".to_owned(),
            (false, false) => format!("has case {case:?} again"),
            (false, true) => continue,
        };
        let message =
            format!("{} {what} in row {}; expected one row a case; correct the table", table.path.display(), row + 2);
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(())
}

/// The labels of all rows.
struct Labels {
    task: Task,
    classes: Vec<String>,
    truths: Vec<Truth>,
    /// What the user should know of how they were read.
    note: Option<String>,
}

/// Where labels are.
enum LabelColumns {
    Class(usize),
    /// Name and column of each finding.
    Findings(Vec<(String, usize)>),
}

fn label_columns(
    table: &Table,
    case_at: usize,
    options: &FileOptions,
    hint: Option<&[String]>,
) -> Result<LabelColumns> {
    if let Some(names) = &options.truth.labels {
        let columns =
            names.iter().map(|name| Ok((finding_name(name), table.given(name)?))).collect::<Result<Vec<_>>>()?;
        return Ok(match columns[..] {
            [(_, at)] => LabelColumns::Class(at),
            _ => LabelColumns::Findings(columns),
        });
    }
    if let Some(at) = table.usual(CLASS_NAMES).filter(|at| *at != case_at) {
        return Ok(LabelColumns::Class(at));
    }
    for prefix in FINDING_PREFIXES {
        let columns: Vec<(String, usize)> = table
            .names
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((name.strip_prefix(prefix)?.to_owned(), at)))
            .filter(|(name, _)| !name.is_empty())
            .collect();
        if !columns.is_empty() {
            return Ok(LabelColumns::Findings(columns));
        }
    }
    // Columns that are called as the scores are, and hold nothing but 0, 1 and gaps.
    let named =
        |label: &String| table.names.iter().position(|name| same_name(name, label)).map(|at| (label.clone(), at));
    let columns: Vec<(String, usize)> = hint.unwrap_or_default().iter().filter_map(named).collect();
    let are_findings =
        |(_, at): &(String, usize)| (0..table.rows.len()).all(|row| finding(table.cell(row, *at)).is_some());
    if !columns.is_empty() && columns.iter().all(are_findings) {
        return Ok(LabelColumns::Findings(columns));
    }
    let message = format!(
        "{} has no labels that can be told; it has the columns [{}]; expected one of classes such as label or class, or one \
         column label.<finding> for each finding; name the label columns by option",
        table.path.display(),
        table.names.join(", ")
    );
    Err(Error::new(ErrorKind::Format, message))
}

fn finding_name(column: &str) -> String {
    FINDING_PREFIXES.iter().find_map(|prefix| column.strip_prefix(prefix)).unwrap_or(column).to_owned()
}

/// What a cell says of a finding; `None` where it is no such cell. Uncertain, which some write as -1, is unknown.
fn finding(cell: &str) -> Option<Label> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" => Some(Label::Present),
        "0" | "0.0" | "false" | "no" => Some(Label::Absent),
        "" | "-1" | "-1.0" | "nan" | "na" | "n/a" | "null" | "none" => Some(Label::Unknown),
        _ => None,
    }
}

fn findings(table: &Table, columns: Vec<(String, usize)>, classes: Option<&[String]>) -> Result<Labels> {
    let columns = match classes {
        None => columns,
        Some(classes) => {
            let of = |class: &String| {
                columns.iter().find(|(name, _)| same_name(name, class)).map(|(_, at)| (class.clone(), *at))
            };
            classes.iter().map(of).collect::<Option<Vec<_>>>().ok_or_else(|| {
                let found: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
                let message = format!(
                    "{} has labels of [{}]; expected those of the classes that were named, [{}]; name the same ones",
                    table.path.display(),
                    found.join(", "),
                    classes.join(", ")
                );
                Error::new(ErrorKind::Configuration, message)
            })?
        }
    };
    let mut truths = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let labels = columns.iter().map(|(name, at)| {
            let cell = table.cell(row, *at);
            finding(cell).ok_or_else(|| {
                let message = format!(
                    "{} has {cell:?} as label of {name} in row {}; expected 1, 0 or nothing for unknown; correct it",
                    table.path.display(),
                    row + 2
                );
                Error::new(ErrorKind::Data, message)
            })
        });
        truths.push(Truth::Findings(labels.collect::<Result<_>>()?));
    }
    let classes = columns.into_iter().map(|(name, _)| name).collect();
    Ok(Labels { task: Task::MultiLabel, classes, truths, note: None })
}
