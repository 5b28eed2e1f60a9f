//! What a measurement of localization is, and the files that it leaves.

use std::path::Path;

use vesalius_stats::Estimate;
use vesalius_stats::detect::{Shape, intersection_over_union};
use vesalius_stats::localize::{LocalizeScores, Options, Places, Unit};

use super::super::scores;
use super::Aligned;
use crate::error::Result;
use crate::measure::detect::{Mismatch, with_names};

/// All that was measured.
pub struct Measured {
    /// Estimates.
    pub scores: LocalizeScores,
    /// The cases in their order.
    pub cases: Vec<String>,
    /// Names that are on one side only.
    pub mismatches: Vec<Mismatch>,
    /// What was left out or matched with an effort, for whoever ran it.
    pub notes: Vec<String>,
    places: Places,
    options: Options,
}

impl Measured {
    pub(super) fn new(aligned: Aligned, scores: LocalizeScores, options: &Options) -> Self {
        let Aligned { places, cases, notes, mismatches } = aligned;
        Self { scores, cases, mismatches, notes, places, options: options.clone() }
    }

    /// The estimate of this metric and target.
    pub fn estimate(&self, metric: &str, target: &str) -> Option<&Estimate> {
        self.scores.estimates.iter().find(|estimate| estimate.metric == metric && estimate.target == target)
    }

    /// `scores.json` as text.
    pub fn to_json(&self) -> Result<String> {
        scores::to_json(&self.scores.estimates, &[])
    }

    /// Writes the scores into a folder.
    pub fn save(&self, folder: &Path) -> Result<()> {
        scores::save(folder, &self.scores.estimates, &[])?;
        let rows = if self.places.heats().is_empty() { self.landmark_rows() } else { self.heat_rows() };
        scores::save_table(&folder.join("cases.csv"), rows)?;
        if self.mismatches.is_empty() {
            return Ok(());
        }
        let rows = self.mismatches.iter().map(|mismatch| vec![mismatch.case.clone(), mismatch.what.clone()]);
        scores::save_table(&folder.join("mismatches.csv"), with_names(&["case", "what"], rows))
    }

    fn landmark_rows(&self) -> Vec<Vec<String>> {
        let names = [
            "case",
            "label",
            "x",
            "y",
            "z",
            "found_x",
            "found_y",
            "found_z",
            "error_px",
            "error_mm",
            "error_normalized",
        ];
        let row = |landmark: &vesalius_stats::localize::Landmark| {
            let mut row = vec![self.cases[landmark.case].clone(), self.places.labels()[landmark.label].clone()];
            row.extend(landmark.truth.iter().chain(&landmark.found).map(f64::to_string));
            let errors =
                [Unit::Px, Unit::Mm, Unit::Normalized].map(|unit| landmark.error(unit, self.options.coordinates));
            row.extend(errors.iter().map(|error| error.map_or_else(String::new, |error| error.to_string())));
            row
        };
        with_names(&names, self.places.landmarks().iter().map(row))
    }

    fn heat_rows(&self) -> Vec<Vec<String>> {
        let mut names: Vec<String> = ["case", "label", "peak_x", "peak_y", "peak_z"].map(str::to_owned).to_vec();
        names.extend(self.options.levels.iter().map(|level| format!("iou_at_{level}")));
        let row = |heat: &vesalius_stats::localize::Heat| {
            let mut row = vec![self.cases[heat.case].clone(), self.places.labels()[heat.label].clone()];
            row.extend(heat.peak.iter().map(f64::to_string));
            let best = |found: &Option<Shape>| {
                let overlaps =
                    heat.truth.iter().map(|truth| found.map_or(0.0, |found| intersection_over_union(found, *truth)));
                overlaps.fold(0.0, f64::max).to_string()
            };
            row.extend(heat.found.iter().map(best));
            row
        };
        std::iter::once(names).chain(self.places.heats().iter().map(row)).collect()
    }
}
