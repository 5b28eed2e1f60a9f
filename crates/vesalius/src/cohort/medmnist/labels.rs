//! What the label numbers of a MedMNIST file mean.

use std::path::Path;

use vesalius_image::Samples;
use vesalius_image::npz::{NpyArray, Npz};

use super::{PartArrays, Set, unreadable};
use crate::cohort::{Label, ReadOptions, Task, Truth};
use crate::error::{Error, ErrorKind, Result};

/// More classes than any classification has; a larger label number is a mistake, not a class.
const N_CLASSES_MAX: usize = 1000;

/// The labels of one part: a number for each case and column, NaN for unknown.
pub(super) struct LabelTable {
    values: Vec<f64>,
    n_columns: usize,
}

impl LabelTable {
    pub(super) fn read(npz: &Npz, file: &Path, name: &str, n_cases: usize) -> Result<Self> {
        let NpyArray { shape, samples } = npz.array(name).map_err(unreadable)?;
        let n_columns = match shape[..] {
            [_] => 1,
            [_, n_columns] if n_columns > 0 => n_columns,
            _ => {
                let message = format!(
                    "{name} of {} has shape {shape:?}; expected one row a case and one column a label",
                    file.display()
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
        };
        if shape[0] != n_cases {
            let message = format!(
                "{name} of {} has {} rows for {n_cases} images; expected one row an image; \
                 save images and labels of the same cases",
                file.display(),
                shape[0]
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        Ok(Self { values: numbers(&samples), n_columns })
    }

    fn row(&self, idx: usize) -> &[f64] {
        &self.values[idx * self.n_columns..(idx + 1) * self.n_columns]
    }
}

fn numbers(samples: &Samples) -> Vec<f64> {
    fn widen<T: Copy + Into<f64>>(values: &[T]) -> Vec<f64> {
        values.iter().map(|&value| value.into()).collect()
    }
    match samples {
        Samples::U8(values) => widen(values),
        Samples::I8(values) => widen(values),
        Samples::U16(values) => widen(values),
        Samples::I16(values) => widen(values),
        Samples::U32(values) => widen(values),
        Samples::I32(values) => widen(values),
        Samples::F32(values) => widen(values),
        Samples::F64(values) => values.clone(),
    }
}

/// How label numbers become truth.
pub(super) struct Reading {
    pub(super) task: Task,
    pub(super) classes: Vec<String>,
    /// Where the class names come from, for the header of an unknown set.
    pub(super) protocol: String,
}

/// The reading of a file: by its set, by the options, or by the numbers themselves.
pub(super) fn reading(file: &Path, parts: &[PartArrays], options: &ReadOptions, set: Option<&Set>) -> Result<Reading> {
    let tables: Vec<&LabelTable> = parts.iter().filter_map(|part| part.labels.as_ref()).collect();
    let n_columns = tables.first().map(|table| table.n_columns);
    let published: Option<Vec<String>> = set.map(|set| set.classes.iter().map(|class| (*class).to_owned()).collect());
    let (classes, protocol) = match options.classes.clone().or(published) {
        Some(classes) => (classes, "label numbers of the file, with class names given".to_owned()),
        None => (
            numbered_classes(file, &tables, n_columns)?,
            "label numbers of the file; its name is that of no known set, so classes bear their numbers".to_owned(),
        ),
    };
    let task = options.task.or(set.map(|set| set.task)).unwrap_or(match (n_columns, classes.len()) {
        (Some(2..), _) => Task::MultiLabel,
        (_, 2) => Task::Binary,
        _ => Task::MultiClass,
    });
    let n_columns_expected = if task.is_exclusive() { 1 } else { classes.len() };
    if let Some(table) = tables.iter().find(|table| table.n_columns != n_columns_expected) {
        let message = format!(
            "the labels of {} have {} columns; expected {n_columns_expected} for the classes [{}]; \
             correct the labels, or name the set or the classes by option",
            file.display(),
            table.n_columns,
            classes.join(", ")
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(Reading { task, classes, protocol })
}

/// Classes `0`, `1`, … up to the largest number, at least two; for findings one a column.
fn numbered_classes(file: &Path, tables: &[&LabelTable], n_columns: Option<usize>) -> Result<Vec<String>> {
    let largest = tables.iter().flat_map(|table| &table.values).copied().fold(0.0, f64::max);
    let n_classes = match n_columns {
        Some(n_columns) if n_columns > 1 => n_columns,
        _ => (largest as usize).saturating_add(1).max(2),
    };
    if n_classes > N_CLASSES_MAX {
        let message = format!(
            "the labels of {} mean {n_classes} classes; expected class numbers from 0 and at most {N_CLASSES_MAX} classes; \
             correct the labels, or name the classes by option",
            file.display()
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok((0..n_classes).map(|class| class.to_string()).collect())
}

impl Reading {
    /// What is true of one case, or what is wrong with its labels.
    pub(super) fn truth(&self, labels: Option<&LabelTable>, idx: usize) -> std::result::Result<Truth, String> {
        let n_classes = self.classes.len();
        let Some(labels) = labels else {
            let unknown = vec![Label::Unknown; n_classes];
            return Ok(if self.task.is_exclusive() { Truth::Class(None) } else { Truth::Findings(unknown) });
        };
        let row = labels.row(idx);
        if self.task.is_exclusive() {
            return class(row[0], n_classes).map(Truth::Class);
        }
        row.iter()
            .zip(&self.classes)
            .map(|(&value, name)| finding(value, name))
            .collect::<std::result::Result<_, _>>()
            .map(Truth::Findings)
    }
}

fn class(value: f64, n_classes: usize) -> std::result::Result<Option<usize>, String> {
    if value.is_nan() {
        return Ok(None);
    }
    if value >= 0.0 && value < n_classes as f64 && value.fract() == 0.0 {
        return Ok(Some(value as usize));
    }
    Err(format!(
        "label {value} is out of range; expected a class number from 0 to {}; \
         correct the label, or name the set or the classes by option",
        n_classes.saturating_sub(1)
    ))
}

fn finding(value: f64, name: &str) -> std::result::Result<Label, String> {
    if value.is_nan() {
        Ok(Label::Unknown)
    } else if (value - 1.0).abs() < f64::EPSILON {
        Ok(Label::Present)
    } else if value.abs() < f64::EPSILON {
        Ok(Label::Absent)
    } else {
        Err(format!(
            "label {value} of {name:?} is out of range; expected 1 for present or 0 for absent; correct the label"
        ))
    }
}
