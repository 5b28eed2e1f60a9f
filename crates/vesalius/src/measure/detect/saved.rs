//! What a measurement of detections is, and the files that it leaves.

use std::path::Path;

use vesalius_stats::Estimate;
use vesalius_stats::detect::{DetectScores, Detections, Options, Repeats, Role, Verdict};

use super::super::scores;
use super::align::Aligned;
use super::names::Mismatch;
use crate::error::Result;

/// All that was measured.
pub struct Measured {
    /// Estimates, curves and matches.
    pub scores: DetectScores,
    /// The cases in their order.
    pub cases: Vec<MeasuredCase>,
    /// Names that are on one side only.
    pub mismatches: Vec<Mismatch>,
    /// What was left out or matched with an effort, for whoever ran it.
    pub notes: Vec<String>,
    detections: Detections,
    lesion_places: Vec<[f64; 3]>,
    mark_places: Vec<[f64; 3]>,
}

/// One case at the threshold, all classes together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeasuredCase {
    /// The case.
    pub case: String,
    /// Findings that count.
    pub n_findings: usize,
    /// Those that were found.
    pub n_found: usize,
    /// Marks that count as wrong.
    pub n_false_positives: usize,
    /// Marks that count neither way.
    pub n_ignored: usize,
    /// The highest score of a mark.
    pub score_max: Option<f64>,
}

impl Measured {
    pub(super) fn new(aligned: Aligned, scores: DetectScores, options: &Options) -> Self {
        let Aligned { detections, cases, lesion_places, mark_places, notes, mismatches } = aligned;
        let named = |case: String| MeasuredCase { case, ..MeasuredCase::default() };
        let mut cases: Vec<MeasuredCase> = cases.into_iter().map(named).collect();
        let is_called = |score: f64| options.threshold.is_none_or(|threshold| score >= threshold);
        for (lesion, finder) in detections.lesions().iter().zip(&scores.matches.lesions) {
            if lesion.role == Role::Counted {
                let is_found = finder.is_some_and(|finder| is_called(detections.marks()[finder.mark].score));
                cases[lesion.case].n_findings += 1;
                cases[lesion.case].n_found += usize::from(is_found);
            }
        }
        for (mark, verdict) in detections.marks().iter().zip(&scores.matches.marks) {
            let case = &mut cases[mark.case];
            case.score_max = Some(case.score_max.map_or(mark.score, |score| score.max(mark.score)));
            match verdict {
                _ if !is_called(mark.score) => {}
                Verdict::Found | Verdict::Cut => {}
                Verdict::Repeat if options.repeats == Repeats::Ignored => case.n_ignored += 1,
                Verdict::Ignored => case.n_ignored += 1,
                Verdict::FalsePositive | Verdict::Repeat => case.n_false_positives += 1,
            }
        }
        Self { scores, cases, mismatches, notes, detections, lesion_places, mark_places }
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
        scores::save_table(&folder.join("cases.csv"), self.case_rows())?;
        scores::save_table(&folder.join("froc.csv"), self.froc_rows())?;
        scores::save_table(&folder.join("precision_recall.csv"), self.precision_recall_rows())?;
        scores::save_table(&folder.join("matches.csv"), self.match_rows())?;
        scores::save_table(&folder.join("marks.csv"), self.mark_rows())?;
        if self.mismatches.is_empty() {
            return Ok(());
        }
        let rows = self.mismatches.iter().map(|mismatch| vec![mismatch.case.clone(), mismatch.what.clone()]);
        scores::save_table(&folder.join("mismatches.csv"), with_names(&["case", "what"], rows))
    }

    fn case_rows(&self) -> Vec<Vec<String>> {
        let row = |case: &MeasuredCase| {
            let counts = [case.n_findings, case.n_found, case.n_false_positives, case.n_ignored];
            let mut row = vec![case.case.clone()];
            row.extend(counts.iter().map(usize::to_string));
            row.push(case.score_max.map_or_else(String::new, |score| score.to_string()));
            row
        };
        let names = ["case", "findings", "found", "false_positives", "ignored_marks", "score_max"];
        with_names(&names, self.cases.iter().map(row))
    }

    fn froc_rows(&self) -> Vec<Vec<String>> {
        let names = ["label", "threshold", "false_positives_per_case", "sensitivity", "low", "high"];
        let rows = self.scores.froc.iter().flat_map(|curve| {
            curve.points.iter().map(|point| {
                let numbers =
                    [point.threshold, point.false_positives_per_case, point.sensitivity, point.low, point.high];
                with_label(&curve.target, &numbers)
            })
        });
        with_names(&names, rows)
    }

    fn precision_recall_rows(&self) -> Vec<Vec<String>> {
        let names = ["label", "threshold", "recall", "precision", "low", "high"];
        let rows = self.scores.precision_recall.iter().flat_map(|curve| {
            curve.points.iter().map(|point| {
                with_label(&curve.target, &[point.threshold, point.recall, point.precision, point.low, point.high])
            })
        });
        with_names(&names, rows)
    }

    /// Every finding, and what found it.
    fn match_rows(&self) -> Vec<Vec<String>> {
        let names =
            ["case", "label", "x", "y", "z", "counts", "found", "mark_x", "mark_y", "mark_z", "mark_score", "nearness"];
        let lesions = self.detections.lesions().iter().zip(&self.lesion_places).zip(&self.scores.matches.lesions);
        let row = |((lesion, place), finder): ((&vesalius_stats::detect::Lesion, &[f64; 3]), &Option<_>)| {
            let finder: &Option<vesalius_stats::detect::Finder> = finder;
            let mut row = vec![self.cases[lesion.case].case.clone(), self.detections.classes()[lesion.class].clone()];
            row.extend(place.iter().map(f64::to_string));
            row.push(u8::from(lesion.role == Role::Counted).to_string());
            row.push(u8::from(finder.is_some()).to_string());
            match finder {
                Some(finder) => {
                    row.extend(self.mark_places[finder.mark].iter().map(f64::to_string));
                    row.push(self.detections.marks()[finder.mark].score.to_string());
                    row.push(finder.nearness.to_string());
                }
                None => row.extend(std::iter::repeat_n(String::new(), 5)),
            }
            row
        };
        with_names(&names, lesions.map(row))
    }

    /// Every mark, and what became of it.
    fn mark_rows(&self) -> Vec<Vec<String>> {
        let names = ["case", "label", "score", "x", "y", "z", "verdict"];
        let marks = self.detections.marks().iter().zip(&self.mark_places).zip(&self.scores.matches.marks);
        let rows = marks.map(|((mark, place), verdict)| {
            let mut row = vec![self.cases[mark.case].case.clone(), self.detections.classes()[mark.class].clone()];
            row.push(mark.score.to_string());
            row.extend(place.iter().map(f64::to_string));
            row.push(name(*verdict).to_owned());
            row
        });
        with_names(&names, rows)
    }
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Found => "found",
        Verdict::Repeat => "repeat",
        Verdict::Ignored => "ignored",
        Verdict::FalsePositive => "false-positive",
        Verdict::Cut => "cut",
    }
}

fn with_label(label: &str, numbers: &[f64]) -> Vec<String> {
    std::iter::once(label.to_owned()).chain(numbers.iter().map(f64::to_string)).collect()
}

/// Rows below the names of their columns.
pub(in crate::measure) fn with_names(names: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    std::iter::once(names.iter().map(|name| (*name).to_owned()).collect()).chain(rows).collect()
}
