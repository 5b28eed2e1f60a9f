//! Heat maps of a folder against boxes of a table: where a map is hottest, and the boxes around its largest pieces.
//!
//! A map is an image of the size of what it explains, named as its case, or as case and label: `case_label.png`. Boxes
//! end at the edges of pixels, so that the first pixel reaches from 0 to 1.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use vesalius_image::components::{Components, Connectivity};
use vesalius_stats::detect::Shape;
use vesalius_stats::localize::{Heat, Places};

use super::config::LocalizeConfig;
use super::points::{distinct, label_of, without_prediction};
use super::{Aligned, unmeasurable};
use crate::error::{Error, ErrorKind, Result};
use crate::measure::detect::{Edges, Findings, Mismatch, Names, map_files, single};

pub(super) fn read(truth: &Path, maps: &Path, config: &LocalizeConfig) -> Result<Aligned> {
    let truth = Findings::read(truth, Edges::Exclusive)?;
    if let Some(other) = truth.items.iter().find(|item| !matches!(item.shape, Shape::Box { .. })) {
        let message = format!(
            "{} has no box for case {:?}; heat maps are measured against boxes; expected columns x_min, y_min, x_max, y_max",
            truth.name, other.case
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let (cases, labels) = (distinct(&truth.items, |item| item.case.clone()), distinct(&truth.items, label_of));
    let mut boxes: BTreeMap<(usize, usize), Vec<Shape>> = BTreeMap::new();
    let files = map_files(maps)?;
    let stems: Vec<String> = files.keys().flat_map(|stem| spellings(stem, &labels)).map(|(case, _)| case).collect();
    let names = Names::new(&cases, &stems.iter().map(String::as_str).collect::<Vec<_>>());
    for item in &truth.items {
        let label = labels.iter().position(|label| *label == label_of(item)).unwrap_or(0);
        boxes.entry((names.find(&item.case).unwrap_or(0), label)).or_default().push(item.shape);
    }
    let mut mismatches = Vec::new();
    let mut chosen = BTreeMap::new();
    for (stem, path) in &files {
        let found = spellings(stem, &labels).into_iter().find_map(|(case, label)| Some((names.find(&case)?, label)));
        let key = found.map(|(case, label)| (case, label.unwrap_or(0)));
        match key.filter(|key| boxes.contains_key(key)) {
            Some(key) => drop(chosen.insert(key, path)),
            None => mismatches.push(Mismatch { case: stem.clone(), what: "a map without a box; left out".to_owned() }),
        }
    }
    let name = |(case, label): &(usize, usize)| format!("{} ({})", cases[*case], labels[*label]);
    let missing: Vec<String> = boxes.keys().filter(|key| !chosen.contains_key(key)).map(name).collect();
    let mut notes: Vec<String> = names.note().into_iter().collect();
    notes.extend(without_prediction(&missing, config.missing)?);
    if !mismatches.is_empty() {
        notes.push(format!("maps without a box, left out: {}", mismatches.len()));
    }
    mismatches.extend(missing.into_iter().map(|case| Mismatch { case, what: "without a map; left out".to_owned() }));
    let chosen: Vec<((usize, usize), &std::path::PathBuf)> = chosen.into_iter().collect();
    let heats: Vec<Heat> =
        chosen.par_iter().map(|(key, path)| heat(path, *key, &boxes[key], &config.levels)).collect::<Result<_>>()?;
    let places = Places::new(&labels, cases.len(), Vec::new(), heats).map_err(|error| unmeasurable(&error))?;
    Ok(Aligned { places, cases, notes, mismatches })
}

/// What a file may be called after: its whole name, or case and label.
fn spellings(stem: &str, labels: &[String]) -> Vec<(String, Option<usize>)> {
    let with_label = labels.iter().enumerate().filter_map(|(idx, label)| {
        let case = stem.strip_suffix(label.as_str())?.strip_suffix(['_', '.', '-'])?;
        Some((case.to_owned(), Some(idx)))
    });
    with_label.chain((labels.len() == 1).then(|| (stem.to_owned(), None))).collect()
}

fn heat(path: &Path, (case, label): (usize, usize), truth: &[Shape], levels: &[f64]) -> Result<Heat> {
    let volume = single(path)?;
    let [_, z, y, x] = volume.shape();
    let values = volume.samples().to_f64();
    if values.iter().any(|value| !value.is_finite()) {
        let message = format!("{} has values that are not finite; expected a heat map of numbers", path.display());
        return Err(Error::new(ErrorKind::Data, message));
    }
    let hottest = (0..values.len()).fold(0, |best, at| if values[at] > values[best] { at } else { best });
    let (greatest, place) = (values[hottest], [hottest % x, hottest / x % y, hottest / (x * y)]);
    let found = levels.iter().map(|level| {
        if greatest <= 0.0 {
            return Ok(None);
        }
        let is_hot: Vec<bool> = values.iter().map(|value| *value >= level * greatest).collect();
        let components = Components::find(&is_hot, [z, y, x], Connectivity::Corners)?;
        // Of equally large pieces the first.
        let largest = components.components().iter().rev().max_by_key(|component| component.n_voxels);
        let corner = |at: [usize; 3]| [at[2] as f64, at[1] as f64, at[0] as f64];
        Ok(largest.map(|piece| Shape::Box { low: corner(piece.low), high: corner(piece.high) }))
    });
    Ok(Heat {
        case,
        label,
        peak: place.map(|at| at as f64 + 0.5),
        found: found.collect::<Result<_>>()?,
        truth: truth.to_vec(),
    })
}
