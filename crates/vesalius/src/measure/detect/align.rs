//! Findings and marks of the same cases and classes, as numbers, with a note of whatever did not fit.

use std::collections::{BTreeMap, BTreeSet};

use vesalius_stats::detect::{Detections, Lesion, Mark, Shape};

use super::findings::{Findings, Item, UNNAMED};
use super::names::{Mismatch, Names};
use super::unmeasurable;
use crate::error::{Error, ErrorKind, Result};
use crate::measure::wording::{listed, n_of};
use crate::predictions::same_name;

/// Both sides brought together.
pub(super) struct Aligned {
    pub(super) detections: Detections,
    pub(super) cases: Vec<String>,
    /// Where each lesion and each mark is.
    pub(super) lesion_places: Vec<[f64; 3]>,
    pub(super) mark_places: Vec<[f64; 3]>,
    /// What was done to bring the two together, in plain sentences.
    pub(super) notes: Vec<String>,
    pub(super) mismatches: Vec<Mismatch>,
}

/// The cases of both sides, by their names on either.
struct CaseIndex {
    cases: Vec<String>,
    names: Names,
    mismatches: BTreeMap<String, String>,
}

pub(super) fn align(truth: &Findings, predictions: &Findings, listed: Option<&[String]>) -> Result<Aligned> {
    check_depth(truth, predictions)?;
    let numbered;
    let predictions = if predictions.is_numbered {
        numbered = named(predictions, truth);
        &numbered
    } else {
        predictions
    };
    let mut index = CaseIndex::new(truth, predictions, listed)?;
    let labels = Labels::new(truth, predictions)?;
    let (mut lesions, mut marks) = (Vec::new(), Vec::new());
    let (mut lesion_places, mut mark_places) = (Vec::new(), Vec::new());
    for item in &truth.items {
        check_box(truth, item)?;
        if let Some(case) = index.find(item, &truth.name) {
            let (shape, role) = (item.shape, item.role);
            lesions.push(Lesion { case, class: labels.find(item), shape, role });
            lesion_places.push(item.place);
        }
    }
    for item in &predictions.items {
        check_box(predictions, item)?;
        let Some(score) = item.score else { return Err(without_score(predictions, item)) };
        if let Some(case) = index.find(item, &predictions.name) {
            marks.push(Mark { case, class: labels.find(item), score, shape: item.shape });
            mark_places.push(item.place);
        }
    }
    let (notes, mismatches) = index.notes(&marks);
    let detections = Detections::new(&labels.names, index.cases.len(), lesions, marks);
    let detections = detections.map_err(|error| unmeasurable(&error))?;
    Ok(Aligned { detections, cases: index.cases, lesion_places, mark_places, notes, mismatches })
}

/// COCO's results by the names that the truth has for their numbers.
fn named(predictions: &Findings, truth: &Findings) -> Findings {
    let mut predictions = predictions.clone();
    for item in &mut predictions.items {
        if let Some(case) = truth.case_of_number.get(&item.case) {
            item.case.clone_from(case);
        }
        if let Some(label) = item.label.as_mut()
            && let Some(name) = truth.label_of_number.get(label)
        {
            label.clone_from(name);
        }
    }
    predictions
}

impl CaseIndex {
    fn new(truth: &Findings, predictions: &Findings, listed: Option<&[String]>) -> Result<Self> {
        let of_items = |findings: &'_ Findings| -> BTreeSet<String> {
            findings.items.iter().map(|item| item.case.clone()).collect()
        };
        let (of_truth, of_predictions) = (of_items(truth), of_items(predictions));
        let known = listed.map(<[String]>::to_vec).or_else(|| truth.cases.clone());
        let is_known = known.is_some();
        let mut cases = known.unwrap_or_else(|| in_order(&truth.items));
        let mut seen = BTreeSet::new();
        cases.retain(|case| seen.insert(case.clone()));
        let others: Vec<&str> = of_truth.union(&of_predictions).map(String::as_str).collect();
        let mut names = Names::new(&cases, &others);
        let mut mismatches = BTreeMap::new();
        if !is_known {
            let strangers: Vec<String> =
                in_order(&predictions.items).into_iter().filter(|case| names.find(case).is_none()).collect();
            if !cases.is_empty() && strangers.len() == of_predictions.len() && !strangers.is_empty() {
                return Err(nothing_in_common(truth, predictions));
            }
            let what = "only in the predictions; taken as a case without findings";
            mismatches.extend(strangers.iter().map(|case| (case.clone(), what.to_owned())));
            if !strangers.is_empty() {
                cases.extend(strangers);
                names = Names::new(&cases, &others);
            }
        } else if !of_predictions.is_empty() && of_predictions.iter().all(|case| names.find(case).is_none()) {
            return Err(nothing_in_common(truth, predictions));
        }
        Ok(Self { cases, names, mismatches })
    }

    /// The case of an item; one that is not among the cases is left out and noted.
    fn find(&mut self, item: &Item, source: &str) -> Option<usize> {
        let found = self.names.find(&item.case);
        if found.is_none() {
            let what = || format!("in {source} and not among the cases; left out");
            self.mismatches.entry(item.case.clone()).or_insert_with(what);
        }
        found
    }

    fn notes(&mut self, marks: &[Mark]) -> (Vec<String>, Vec<Mismatch>) {
        let mut notes: Vec<String> = self.names.note().into_iter().collect();
        let mut by_what: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (case, what) in &self.mismatches {
            by_what.entry(what).or_default().push(case);
        }
        for (what, cases) in by_what {
            notes.push(format!("{}: {} {what}", n_of(cases.len(), "case"), listed(cases)));
        }
        let mut is_marked = vec![false; self.cases.len()];
        for mark in marks {
            is_marked[mark.case] = true;
        }
        let n_unmarked = is_marked.iter().filter(|is_marked| !**is_marked).count();
        if n_unmarked > 0 {
            notes.push(format!("{} without a mark", n_of(n_unmarked, "case")));
        }
        let mismatches = std::mem::take(&mut self.mismatches);
        (notes, mismatches.into_iter().map(|(case, what)| Mismatch { case, what }).collect())
    }
}

/// Cases as they first appear.
fn in_order(items: &[Item]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    items.iter().map(|item| &item.case).filter(|case| seen.insert(case.as_str())).cloned().collect()
}

/// The classes of both sides.
struct Labels {
    names: Vec<String>,
    of_name: BTreeMap<String, usize>,
}

impl Labels {
    fn new(truth: &Findings, predictions: &Findings) -> Result<Self> {
        let of_items = |findings: &Findings| {
            let mut seen = BTreeSet::new();
            let labels = findings.labels.iter().chain(findings.items.iter().filter_map(|item| item.label.as_ref()));
            labels.filter(|label| seen.insert(label.as_str())).cloned().collect::<Vec<String>>()
        };
        let has_unnamed = |findings: &Findings| findings.items.iter().any(|item| item.label.is_none());
        let (of_truth, of_predictions) = (of_items(truth), of_items(predictions));
        let mut labels = Self { names: of_truth, of_name: BTreeMap::new() };
        for (idx, name) in labels.names.iter().enumerate() {
            labels.of_name.insert(name.clone(), idx);
        }
        for name in of_predictions {
            let idx = labels.names.iter().position(|other| *other == name);
            let idx = idx.or_else(|| labels.names.iter().position(|other| same_name(other, &name)));
            let idx = idx.unwrap_or_else(|| {
                labels.names.push(name.clone());
                labels.names.len() - 1
            });
            labels.of_name.insert(name, idx);
        }
        if labels.names.is_empty() {
            labels.names.push(UNNAMED.to_owned());
        } else if labels.names.len() > 1 && (has_unnamed(truth) || has_unnamed(predictions)) {
            let message = format!(
                "{} and {} have the classes [{}], and one of them has rows without a class; expected a class for every row; \
                 add a column label",
                truth.name,
                predictions.name,
                labels.names.join(", ")
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        Ok(labels)
    }

    /// The class of an item; where there is one class, rows without are of it.
    fn find(&self, item: &Item) -> usize {
        item.label.as_ref().and_then(|label| self.of_name.get(label)).copied().unwrap_or(0)
    }
}

fn check_depth(truth: &Findings, predictions: &Findings) -> Result<()> {
    let (Some(of_truth), Some(of_predictions)) = (truth.has_depth, predictions.has_depth) else { return Ok(()) };
    if of_truth == of_predictions {
        return Ok(());
    }
    let (deep, flat) = if of_truth { (truth, predictions) } else { (predictions, truth) };
    let message = format!(
        "{} has places in 3-D and {} has none of a z; expected the same on both sides; add the column of z, or take it away",
        deep.name, flat.name
    );
    Err(Error::new(ErrorKind::Data, message))
}

fn check_box(findings: &Findings, item: &Item) -> Result<()> {
    let Shape::Box { low, high } = item.shape else { return Ok(()) };
    if (0..3).all(|axis| low[axis] <= high[axis]) {
        return Ok(());
    }
    let message = format!(
        "{} has a box in case {:?} from {low:?} to {high:?} (x, y, z); expected the lower edges first; correct it, or leave \
         the row out",
        findings.name, item.case
    );
    Err(Error::new(ErrorKind::Data, message))
}

fn without_score(predictions: &Findings, item: &Item) -> Error {
    let message = format!(
        "{} has a mark in case {:?} without a score; expected a score for every mark, such as a column score or probability",
        predictions.name, item.case
    );
    Error::new(ErrorKind::Data, message)
}

fn nothing_in_common(truth: &Findings, predictions: &Findings) -> Error {
    let cases = |findings: &Findings| listed(in_order(&findings.items).iter().map(String::as_str));
    let message = format!(
        "no case of {} ({}) is one of {} ({}); expected the same names on both sides; take the truth that belongs to the \
         predictions, or correct the column of cases",
        predictions.name,
        cases(predictions),
        truth.name,
        cases(truth)
    );
    Error::new(ErrorKind::Data, message)
}
