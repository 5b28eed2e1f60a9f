//! What a measurement is, and the files that it leaves.

use std::path::Path;

use vesalius_stats::Estimate;
use vesalius_stats::classify::ClassifyScores;
use vesalius_stats::hypothesis::Test;

use super::super::scores;
use super::labels;
use super::{Against, BenchmarkResult, curves};
use crate::cohort::{Task, Truth};
use crate::error::Result;
use crate::predictions::medmnist_result;

/// All that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// What was to be told.
    pub task: Task,
    /// Classes in the order of the scores.
    pub classes: Vec<String>,
    /// Estimates, curves and counts.
    pub scores: ClassifyScores,
    /// The measured cases in the order of the truth.
    pub cases: Vec<MeasuredCase>,
    /// Results by the rules of the MedMNIST benchmark, one for each whole part of a set.
    pub benchmark: Vec<BenchmarkResult>,
    /// How it stands against a second model, where there is one; its differences are among the estimates too.
    pub against: Option<Against>,
    /// What was left out or matched with an effort, for whoever ran it.
    pub notes: Vec<String>,
}

/// One measured case.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredCase {
    /// The case.
    pub case: String,
    /// What is true of it.
    pub truth: Truth,
    /// The classes that it was called: one, or every finding above the threshold.
    pub called: Vec<usize>,
    /// One score for each class.
    pub scores: Vec<f64>,
}

impl Measured {
    /// The estimate of this metric and target.
    pub fn estimate(&self, metric: &str, target: &str) -> Option<&Estimate> {
        self.scores.estimates.iter().find(|estimate| estimate.metric == metric && estimate.target == target)
    }

    /// Tests of hypotheses.
    pub fn tests(&self) -> &[Test] {
        self.against.as_ref().map_or(&[], |against| &against.comparison.tests)
    }

    /// `scores.json` as text.
    pub fn to_json(&self) -> Result<String> {
        scores::to_json(&self.scores.estimates, self.tests())
    }

    /// Writes the scores into a folder.
    pub fn save(&self, folder: &Path) -> Result<()> {
        scores::save(folder, &self.scores.estimates, self.tests())?;
        scores::save_table(&folder.join("cases.csv"), self.case_rows())?;
        for (name, rows) in curves::tables(&self.scores) {
            scores::save_table(&folder.join(name), rows)?;
        }
        if let Some(against) = &self.against {
            scores::save_table(&folder.join("comparison.csv"), against.rows(&self.scores.estimates))?;
            scores::save_table(&folder.join("mcnemar.csv"), against.pair_rows())?;
        }
        if let Some(rows) = self.confusion_rows() {
            scores::save_table(&folder.join("confusion.csv"), rows)?;
        }
        for result in &self.benchmark {
            let rows: Vec<(usize, &[f64])> = result.rows.iter().map(|(at, scores)| (*at, scores.as_slice())).collect();
            medmnist_result::save(folder, &result.file_name, &rows)?;
        }
        Ok(())
    }

    fn case_rows(&self) -> Vec<Vec<String>> {
        let of_classes = |prefix: &'static str| self.classes.iter().map(move |class| format!("{prefix}.{class}"));
        let is_exclusive = self.task.is_exclusive();
        let mut names = vec!["case".to_owned()];
        if is_exclusive {
            names.extend(["truth", "predicted", "correct"].map(str::to_owned));
        } else {
            names.extend(of_classes("truth").chain(of_classes("predicted")));
        }
        names.extend(of_classes("score"));
        let row = |case: &MeasuredCase| {
            let mut row = vec![case.case.clone()];
            row.extend(if is_exclusive { self.class_cells(case) } else { self.finding_cells(case) });
            row.extend(case.scores.iter().map(f64::to_string));
            row
        };
        std::iter::once(names).chain(self.cases.iter().map(row)).collect()
    }

    fn class_cells(&self, case: &MeasuredCase) -> Vec<String> {
        let name =
            |class: Option<&usize>| class.and_then(|&class| self.classes.get(class)).cloned().unwrap_or_default();
        let truth = match &case.truth {
            Truth::Class(class) => class.as_ref(),
            Truth::Findings(_) => None,
        };
        let called = case.called.first();
        vec![name(truth), name(called), u8::from(truth == called).to_string()]
    }

    fn finding_cells(&self, case: &MeasuredCase) -> Vec<String> {
        let digit = |is: bool| u8::from(is).to_string();
        let truth = |class| labels::known(&case.truth, class).map_or(String::new(), digit);
        let called = |class| digit(case.called.contains(&class));
        let classes = 0..self.classes.len();
        classes.clone().map(truth).chain(classes.map(called)).collect()
    }

    fn confusion_rows(&self) -> Option<Vec<Vec<String>>> {
        let confusion = self.scores.confusion.as_ref()?;
        let mut rows = vec![["truth", "predicted", "n"].map(str::to_owned).to_vec()];
        for (truth, counts) in confusion.classes.iter().zip(&confusion.counts) {
            for (called, n) in confusion.classes.iter().zip(counts) {
                rows.push(vec![truth.clone(), called.clone(), n.to_string()]);
            }
        }
        Some(rows)
    }
}
