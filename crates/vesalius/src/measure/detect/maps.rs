//! Folders of lesion masks and detection maps, as PI-CAI has them: regions are what touches, by faces, edges or corners.
//!
//! A mark is a region of the map that is not 0, as sure as its greatest value; a lesion is a region of the mask. How much
//! each two overlap is counted in voxels. Masks and maps are on the same grid, voxel by voxel.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use vesalius_image::components::{Components, Connectivity};
use vesalius_image::{ReadOptions, Volume, format};
use vesalius_stats::detect::{Detections, Lesion, Mark, Overlap, Role, Shape};

use super::align::Aligned;
use super::config::OverlapBy;
use super::findings::UNNAMED;
use super::names::{Mismatch, Names};
use super::unmeasurable;
use crate::error::{Error, ErrorKind, Result};
use crate::measure::wording::{listed, n_of};
use crate::open::{Choice, read as read_image};

/// What files of masks and of maps are called after their case.
const TRUTH_SUFFIXES: &[&str] = &["_label", "_mask", "_seg", "_segmentation", "_gt", "_truth"];
const MAP_SUFFIXES: &[&str] = &["_detection_map", "_heatmap", "_map", "_pred", "_prediction"];

/// What there is in one case.
struct Found {
    lesions: Vec<[f64; 3]>,
    /// Middle and score.
    marks: Vec<([f64; 3], f64)>,
    /// Lesion, mark and how much they overlap.
    overlaps: Vec<(usize, usize, f64)>,
    /// Whether some region of the map has several values.
    is_graded: bool,
}

pub(super) fn read(truth: &Path, maps: &Path, wanted: Option<&[String]>, by: OverlapBy) -> Result<Aligned> {
    let masks = files(truth, TRUTH_SUFFIXES, MAP_SUFFIXES)?;
    let maps = files(maps, MAP_SUFFIXES, TRUTH_SUFFIXES)?;
    let cases: Vec<String> = wanted.map_or_else(|| masks.keys().cloned().collect(), <[String]>::to_vec);
    let others: Vec<&str> = masks.keys().chain(maps.keys()).map(String::as_str).collect();
    let names = Names::new(&cases, &others);
    let mut mismatches = Vec::new();
    let mut of_case = |files: &BTreeMap<String, PathBuf>, what: &str| {
        let mut paths: Vec<Option<PathBuf>> = vec![None; cases.len()];
        for (name, path) in files {
            match names.find(name) {
                Some(case) => paths[case] = Some(path.clone()),
                None => mismatches.push(Mismatch { case: name.clone(), what: format!("{what} of no case; left out") }),
            }
        }
        paths
    };
    let (masks, maps) = (of_case(&masks, "a mask"), of_case(&maps, "a map"));
    let pairs = paired(&cases, masks, maps)?;
    let found: Vec<Found> = pairs.par_iter().map(|(mask, map)| regions(mask, map, by)).collect::<Result<_>>()?;
    let mut notes: Vec<String> = names.note().into_iter().collect();
    if !mismatches.is_empty() {
        let names = listed(mismatches.iter().map(|mismatch| mismatch.case.as_str()));
        notes.push(format!("{} of no case left out: {names}", n_of(mismatches.len(), "file")));
    }
    let n_graded = found.iter().filter(|found| found.is_graded).count();
    if n_graded > 0 {
        notes.push(format!(
            "maps of {} have regions of several values, taken as sure as the greatest; a detection map has one value a region",
            n_of(n_graded, "case")
        ));
    }
    aligned(cases, &found, notes, mismatches)
}

/// The mask and the map of every case; a case without either is an error.
fn paired(
    cases: &[String],
    masks: Vec<Option<PathBuf>>,
    maps: Vec<Option<PathBuf>>,
) -> Result<Vec<(PathBuf, PathBuf)>> {
    for (what, paths) in [("mask", &masks), ("map", &maps)] {
        let missing: Vec<&str> =
            cases.iter().zip(paths).filter(|(_, path)| path.is_none()).map(|(case, _)| case.as_str()).collect();
        if !missing.is_empty() {
            let message = format!(
                "{} without a {what}: {}; expected one for each, named <case>{}.nii.gz or as on the other side; list the cases \
                 to measure by --cases",
                n_of(missing.len(), "case"),
                listed(missing),
                if what == "mask" { TRUTH_SUFFIXES[0] } else { MAP_SUFFIXES[0] }
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
    }
    Ok(masks.into_iter().flatten().zip(maps.into_iter().flatten()).collect())
}

fn aligned(cases: Vec<String>, found: &[Found], notes: Vec<String>, mismatches: Vec<Mismatch>) -> Result<Aligned> {
    let (mut lesions, mut marks, mut overlaps) = (Vec::new(), Vec::new(), Vec::new());
    let (mut lesion_places, mut mark_places) = (Vec::new(), Vec::new());
    for (case, found) in found.iter().enumerate() {
        let pair = |&(lesion, mark, value): &(usize, usize, f64)| Overlap {
            mark: marks.len() + mark,
            lesion: lesions.len() + lesion,
            value,
        };
        overlaps.extend(found.overlaps.iter().map(pair));
        for place in &found.lesions {
            lesions.push(Lesion { case, class: 0, shape: Shape::Region, role: Role::Counted });
            lesion_places.push(*place);
        }
        for (place, score) in &found.marks {
            marks.push(Mark { case, class: 0, score: *score, shape: Shape::Region });
            mark_places.push(*place);
        }
    }
    let detections = Detections::new(&[UNNAMED.to_owned()], cases.len(), lesions, marks)
        .and_then(|detections| detections.with_overlaps(overlaps))
        .map_err(|error| unmeasurable(&error))?;
    Ok(Aligned { detections, cases, lesion_places, mark_places, notes, mismatches })
}

/// The maps of a folder by case.
pub(in crate::measure) fn map_files(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    files(folder, MAP_SUFFIXES, TRUTH_SUFFIXES)
}

/// The images of a folder by case; those of the other side, which may lie in the same folder, are passed over.
fn files(folder: &Path, suffixes: &[&str], others: &[&str]) -> Result<BTreeMap<String, PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::read(folder, error))?;
    let mut named = BTreeMap::new();
    let mut plain = BTreeMap::new();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(stem) = format::stem(&name) else { continue };
        let without =
            |suffixes: &[&str]| suffixes.iter().find_map(|suffix| stem.strip_suffix(suffix)).map(str::to_owned);
        if let Some(case) = without(suffixes) {
            named.insert(case, path);
        } else if without(others).is_none() {
            plain.insert(stem.to_owned(), path);
        }
    }
    let files = if named.is_empty() { plain } else { named };
    if files.is_empty() {
        let message = format!(
            "{} holds no images; expected one for each case, such as case{}.nii.gz",
            folder.display(),
            suffixes[0]
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(files)
}

fn regions(mask: &Path, map: &Path, by: OverlapBy) -> Result<Found> {
    let (mask_volume, map_volume) = (single(mask)?, single(map)?);
    let ([_, z, y, x], of_map) = (mask_volume.shape(), map_volume.shape());
    if of_map[1..] != [z, y, x] {
        let [_, map_z, map_y, map_x] = of_map;
        let message = format!(
            "{} has {map_x} x {map_y} x {map_z} voxels and {} has {x} x {y} x {z}; expected the same grid; resample one with \
             vesalius convert --like",
            map.display(),
            mask.display()
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let scores = map_volume.samples().to_f64();
    if let Some(stray) = scores.iter().find(|score| !(score.is_finite() && **score >= 0.0)) {
        let message = format!("{} has a value of {stray}; expected finite scores of 0 or more", map.display());
        return Err(Error::new(ErrorKind::Data, message));
    }
    let is_lesion: Vec<bool> = mask_volume.samples().to_f64().iter().map(|value| value.abs() > 0.0).collect();
    let is_marked: Vec<bool> = scores.iter().map(|score| *score > 0.0).collect();
    let components = |voxels: &[bool]| Components::find(voxels, [z, y, x], Connectivity::Corners);
    let (lesions, marks) = (components(&is_lesion)?, components(&is_marked)?);
    Ok(found(&lesions, &marks, &scores, by))
}

fn found(lesions: &Components, marks: &Components, scores: &[f64], by: OverlapBy) -> Found {
    let n_marks = marks.components().len();
    let (mut highest, mut lowest) = (vec![0.0_f64; n_marks], vec![f64::INFINITY; n_marks]);
    let mut n_common: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for ((lesion, mark), score) in lesions.labels().iter().zip(marks.labels()).zip(scores) {
        let Some(mark) = (mark as usize).checked_sub(1) else { continue };
        highest[mark] = highest[mark].max(*score);
        lowest[mark] = lowest[mark].min(*score);
        if let Some(lesion) = (*lesion as usize).checked_sub(1) {
            *n_common.entry((lesion, mark)).or_default() += 1;
        }
    }
    let overlap = |((lesion, mark), n_common): ((usize, usize), u64)| {
        let n = lesions.components()[lesion].n_voxels + marks.components()[mark].n_voxels;
        let share = match by {
            OverlapBy::Iou => n_common as f64 / (n - n_common) as f64,
            OverlapBy::Dice => 2.0 * n_common as f64 / n as f64,
        };
        (lesion, mark, share)
    };
    let middle = |centroid: [f64; 3]| [centroid[2], centroid[1], centroid[0]];
    Found {
        lesions: lesions.components().iter().map(|component| middle(component.centroid)).collect(),
        is_graded: highest.iter().zip(&lowest).any(|(high, low)| high > low),
        marks: marks.components().iter().zip(highest).map(|(region, score)| (middle(region.centroid), score)).collect(),
        overlaps: n_common.into_iter().map(overlap).collect(),
    }
}

/// An image of one channel.
pub(in crate::measure) fn single(path: &Path) -> Result<Volume> {
    let volume = read_image(path, &Choice::default(), None, &ReadOptions::default())?.reading.volume;
    if volume.shape()[0] == 1 {
        return Ok(volume);
    }
    let message = format!("{} has {} channels; expected one", path.display(), volume.shape()[0]);
    Err(Error::new(ErrorKind::Data, message))
}
