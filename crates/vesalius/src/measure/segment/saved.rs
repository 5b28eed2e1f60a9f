//! What measuring masks leaves.

use std::path::Path;

use vesalius_stats::Estimate;
use vesalius_stats::segment::{Overlap, Score};

use super::super::scores;
use crate::cohort::{Problem, save_problems};
use crate::error::Result;

/// All that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Every metric of every region.
    pub estimates: Vec<Estimate>,
    /// Names of the metrics of a case, in the order of its scores.
    pub columns: Vec<String>,
    /// One for each case and region.
    pub cases: Vec<MeasuredCase>,
    /// Cases that could not be compared.
    pub problems: Vec<Problem>,
    /// What has no partner.
    pub notes: Vec<String>,
}

/// One region of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredCase {
    /// The case.
    pub case: String,
    /// The region.
    pub region: String,
    /// Its voxels; `None` of a ratio of two regions.
    pub overlap: Option<Overlap>,
    /// Lesions of the truth, of the prediction, and matched ones, where they were told apart.
    pub lesions: Option<[u64; 3]>,
    /// Milliliters of a voxel, where they are known.
    pub voxel_ml: Option<f64>,
    /// A score for each metric; of a ratio of two regions that alone.
    pub scores: Vec<Score>,
}

impl Measured {
    /// The estimate of this metric and region.
    pub fn estimate(&self, metric: &str, target: &str) -> Option<&Estimate> {
        self.estimates.iter().find(|estimate| estimate.metric == metric && estimate.target == target)
    }

    /// `scores.json` as text.
    pub fn to_json(&self) -> Result<String> {
        scores::to_json(&self.estimates, &[])
    }

    /// Writes the scores into a folder.
    pub fn save(&self, folder: &Path) -> Result<()> {
        scores::save(folder, &self.estimates, &[])?;
        scores::save_table(&folder.join("cases.csv"), self.rows())?;
        if !self.problems.is_empty() {
            save_problems(&folder.join("problems.csv"), &self.problems)?;
        }
        Ok(())
    }

    /// One row a case and region; a worst score that stands for a missing one is said in the last column.
    fn rows(&self) -> Vec<Vec<String>> {
        let ratio = vesalius_stats::segment::RATIO.0;
        let has_ratio = self.cases.iter().any(|case| case.overlap.is_none());
        let mut names: Vec<String> =
            ["case", "region", "truth_voxels", "pred_voxels", "truth_ml", "pred_ml"].map(str::to_owned).to_vec();
        let has_lesions = self.cases.iter().any(|case| case.lesions.is_some());
        let of_lesions = ["truth_lesions", "pred_lesions", "matched_lesions"];
        names.extend(of_lesions.iter().filter(|_| has_lesions).map(|name| (*name).to_owned()));
        names.extend(self.columns.iter().cloned());
        names.extend(has_ratio.then(|| ratio.to_owned()));
        names.push("note".to_owned());
        let row = |case: &MeasuredCase| {
            let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
            let voxels = case.overlap.map(|overlap| [overlap.truth, overlap.pred]);
            let mut row = vec![case.case.clone(), case.region.clone()];
            row.extend((0..2).map(|side| voxels.map_or_else(String::new, |voxels| voxels[side].to_string())));
            row.extend(
                (0..2).map(|side| number(voxels.zip(case.voxel_ml).map(|(voxels, ml)| voxels[side] as f64 * ml))),
            );
            let lesions = (0..if has_lesions { 3 } else { 0 }).map(|at| case.lesions.map(|lesions| lesions[at]));
            row.extend(lesions.map(|n| n.map_or_else(String::new, |n| n.to_string())));
            let scores: Vec<String> = case.scores.iter().map(|score| number(score.value())).collect();
            let blank = |n: usize| std::iter::repeat_n(String::new(), n);
            match case.overlap {
                Some(_) => row.extend(scores.into_iter().chain(blank(usize::from(has_ratio)))),
                None => row.extend(blank(self.columns.len()).chain(scores)),
            }
            row.push(note(&case.scores));
            row
        };
        std::iter::once(names).chain(self.cases.iter().map(row)).collect()
    }
}

/// Why scores are missing or the worst there is, each reason once.
fn note(scores: &[Score]) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for score in scores {
        let reason = match score {
            Score::Known(_) => continue,
            Score::Worst(_) => "worst score for what cannot be measured",
            Score::Undefined(why) => why,
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.join("; ")
}
