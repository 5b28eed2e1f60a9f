//! Landmarks of two tables: one place for each case and landmark on either side.

use std::collections::BTreeMap;
use std::path::Path;

use vesalius_stats::detect::Shape;
use vesalius_stats::localize::{Landmark, Places};

use super::config::{Length, LocalizeConfig, Missing};
use super::{Aligned, unmeasurable};
use crate::error::{Error, ErrorKind, Result};
use crate::measure::detect::{Edges, Findings, Item, Mismatch, Names, named_table, number};
use crate::measure::wording::listed;
use crate::predictions::same_name;

/// The class of landmarks that have none.
pub(super) const UNNAMED: &str = "landmark";

/// What the truth says beside places, row by row.
struct Sizes {
    spacing_mm: Vec<Option<[f64; 3]>>,
    length: Vec<Option<f64>>,
}

pub(super) fn read(truth_path: &Path, predictions_path: &Path, config: &LocalizeConfig) -> Result<Aligned> {
    let truth = Findings::read(truth_path, Edges::Exclusive)?;
    let predictions = Findings::read(predictions_path, Edges::Exclusive)?;
    let sizes = Sizes::read(truth_path, &truth, config)?;
    let (cases, labels) = (distinct(&truth.items, |item| item.case.clone()), distinct(&truth.items, label_of));
    let others: Vec<&str> = predictions.items.iter().map(|item| item.case.as_str()).collect();
    let names = Names::new(&cases, &others);
    let mut mismatches = BTreeMap::new();
    let mut found: BTreeMap<(usize, usize), [f64; 3]> = BTreeMap::new();
    for item in &predictions.items {
        let label = labels.iter().position(|label| *label == label_of(item) || same_name(label, &label_of(item)));
        // Where there is one landmark, it needs no name.
        let label = label.or(if labels.len() == 1 && item.label.is_none() { Some(0) } else { None });
        let Some((case, label)) = names.find(&item.case).zip(label) else {
            mismatches
                .insert(format!("{} ({})", item.case, label_of(item)), "only in the predictions; left out".to_owned());
            continue;
        };
        if found.insert((case, label), item.place).is_some() {
            return Err(twice(&predictions, item));
        }
    }
    let mut rows: BTreeMap<(usize, usize), Landmark> = BTreeMap::new();
    let mut missing = Vec::new();
    for (row, item) in truth.items.iter().enumerate() {
        let case = names.find(&item.case).unwrap_or(0);
        let label = labels.iter().position(|label| *label == label_of(item)).unwrap_or(0);
        let Some(&place) = found.get(&(case, label)) else {
            missing.push(format!("{} ({})", item.case, label_of(item)));
            continue;
        };
        let (spacing_mm, length) = (sizes.spacing_mm[row], sizes.length[row]);
        let landmark = Landmark { case, label, truth: item.place, found: place, spacing_mm, length };
        if rows.insert((case, label), landmark).is_some() {
            return Err(twice(&truth, item));
        }
    }
    let mut notes: Vec<String> = names.note().into_iter().collect();
    notes.extend(without_prediction(&missing, config.missing)?);
    mismatches.extend(missing.into_iter().map(|name| (name, "only in the truth; left out".to_owned())));
    if rows.is_empty() {
        let message = format!("no place of {} is one of {}; expected the same names", predictions.name, truth.name);
        return Err(Error::new(ErrorKind::Data, message));
    }
    let n_strangers = mismatches.values().filter(|what| what.contains("predictions")).count();
    if n_strangers > 0 {
        notes.push(format!("places of the predictions that the truth does not have: {n_strangers}, left out"));
    }
    let places = Places::new(&labels, cases.len(), rows.into_values().collect(), Vec::new());
    let places = places.map_err(|error| unmeasurable(&error))?;
    let mismatches = mismatches.into_iter().map(|(case, what)| Mismatch { case, what }).collect();
    Ok(Aligned { places, cases, notes, mismatches })
}

/// A note of what has no prediction, or an error.
pub(super) fn without_prediction(missing: &[String], policy: Missing) -> Result<Option<String>> {
    if missing.is_empty() {
        return Ok(None);
    }
    let (n, names) = (missing.len(), listed(missing.iter().map(String::as_str)));
    if policy == Missing::LeaveOut {
        return Ok(Some(format!("without a prediction and left out: {n}, {names}")));
    }
    let message = format!(
        "{n} places of the truth have no prediction: {names}; expected one for each; predict them, or measure the others by the \
         option missing: leave-out"
    );
    Err(Error::new(ErrorKind::Data, message))
}

fn twice(findings: &Findings, item: &Item) -> Error {
    let (name, case, label) = (&findings.name, &item.case, label_of(item));
    let message = format!("{name} has {label} of case {case:?} twice; expected one place for each; remove one");
    Error::new(ErrorKind::Data, message)
}

pub(super) fn label_of(item: &Item) -> String {
    item.label.clone().unwrap_or_else(|| UNNAMED.to_owned())
}

/// As they first appear.
pub(super) fn distinct(items: &[Item], name: impl Fn(&Item) -> String) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    items.iter().map(name).filter(|name| seen.insert(name.clone())).collect()
}

impl Sizes {
    fn read(path: &Path, truth: &Findings, config: &LocalizeConfig) -> Result<Self> {
        let spacing =
            config.spacing_mm.as_deref().map(|spacing| [0, 1, 2].map(|axis| spacing.get(axis).copied().unwrap_or(1.0)));
        let mut sizes = Self { spacing_mm: vec![spacing; truth.items.len()], length: vec![None; truth.items.len()] };
        let is_table = !truth.is_numbered && truth.cases.is_none();
        if is_table {
            sizes.read_columns(path, truth, config)?;
        }
        match &config.length {
            Some(Length::Box) => {
                for (length, item) in sizes.length.iter_mut().zip(&truth.items) {
                    *length = box_diagonal(item.shape);
                }
            }
            Some(Length::Between(a, b)) => {
                let places = |label: &String| -> BTreeMap<&str, [f64; 3]> {
                    let is_it = |item: &&Item| same_name(&label_of(item), label);
                    truth.items.iter().filter(is_it).map(|item| (item.case.as_str(), item.place)).collect()
                };
                let (of_a, of_b) = (places(a), places(b));
                for (length, item) in sizes.length.iter_mut().zip(&truth.items) {
                    let ends = of_a.get(item.case.as_str()).zip(of_b.get(item.case.as_str()));
                    *length = ends.map(|(a, b)| diagonal([0, 1, 2].map(|axis| a[axis] - b[axis])));
                }
            }
            None | Some(Length::Column(_) | Length::Diagonal) => {}
        }
        Ok(sizes)
    }

    fn read_columns(&mut self, path: &Path, truth: &Findings, config: &LocalizeConfig) -> Result<()> {
        let table = named_table(path)?;
        let columns = |names: [&[&str]; 3]| names.map(|names| table.usual(names));
        let of_row = |row: usize, columns: [Option<usize>; 3], other: f64| -> Result<[f64; 3]> {
            let [x, y, z] = columns
                .map(|column| column.map_or(Ok(other), |column| number(&table, row, column, &truth.items[row].case)));
            Ok([x?, y?, z?])
        };
        let spacing = columns([&["spacing_x", "spacing_mm"], &["spacing_y", "spacing_mm"], &["spacing_z"]]);
        let (length, sides) = match &config.length {
            Some(Length::Column(name)) => (Some(table.given(name)?), None),
            Some(Length::Diagonal) => {
                let sides = columns([&["image_width"], &["image_height"], &["image_depth"]]);
                if sides[0].is_none() || sides[1].is_none() {
                    table.given("image_width")?;
                    table.given("image_height")?;
                }
                (None, Some(sides))
            }
            None => (table.usual(&["length"]), None),
            Some(Length::Box | Length::Between(..)) => (None, None),
        };
        for row in 0..truth.items.len() {
            if spacing[0].is_some() && spacing[1].is_some() {
                self.spacing_mm[row] = Some(of_row(row, spacing, 1.0)?);
            }
            self.length[row] = match (length, sides) {
                (Some(length), _) => Some(number(&table, row, length, &truth.items[row].case)?),
                (None, Some(sides)) => Some(diagonal(of_row(row, sides, 0.0)?)),
                (None, None) => None,
            };
        }
        Ok(())
    }
}

fn diagonal(sides: [f64; 3]) -> f64 {
    sides.iter().map(|side| side * side).sum::<f64>().sqrt()
}

fn box_diagonal(shape: Shape) -> Option<f64> {
    let Shape::Box { low, high } = shape else { return None };
    // What lies in a plane is 1 deep in z, which is no part of its size.
    let depth = high[2] - low[2];
    let depth = if low[2].abs() < f64::EPSILON && (depth - 1.0).abs() < f64::EPSILON { 0.0 } else { depth };
    Some(diagonal([high[0] - low[0], high[1] - low[1], depth]))
}
