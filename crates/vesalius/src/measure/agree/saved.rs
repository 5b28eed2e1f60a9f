//! What a measurement of agreement is, and the files that it leaves.

use std::path::Path;

use vesalius_stats::Estimate;
use vesalius_stats::agree::AgreeScores;
use vesalius_stats::agree::readers::{ObuchowskiRockette, ReaderScores};

use super::super::scores;
use super::Agreement;
use crate::error::Result;

/// Agreement of raters.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The raters, in the order of the table.
    pub raters: Vec<String>,
    /// Estimates and points.
    pub scores: AgreeScores,
    /// The cases, in the order of the table.
    pub cases: Vec<String>,
    /// Ratings as they stood in the table, `[case][rater]`; empty where missing.
    pub cells: Vec<Vec<String>>,
    /// How the table was read, for whoever ran it.
    pub notes: Vec<String>,
}

/// A reader study.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredReaders {
    /// Estimates and the analysis of variance.
    pub scores: ReaderScores,
    /// The measured cases as a table whose first row names its columns.
    pub rows: Vec<Vec<String>>,
    /// How the table was read, for whoever ran it.
    pub notes: Vec<String>,
}

impl Agreement {
    /// All estimates.
    pub fn estimates(&self) -> &[Estimate] {
        match self {
            Agreement::Ratings(measured) => &measured.scores.estimates,
            Agreement::Readers(measured) => &measured.scores.estimates,
        }
    }

    /// The estimate of this metric and target, the first of several groups.
    pub fn estimate(&self, metric: &str, target: &str) -> Option<&Estimate> {
        self.estimates().iter().find(|estimate| estimate.metric == metric && estimate.target == target)
    }

    /// How the table was read, for whoever ran it.
    pub fn notes(&self) -> &[String] {
        match self {
            Agreement::Ratings(measured) => &measured.notes,
            Agreement::Readers(measured) => &measured.notes,
        }
    }

    /// How many cases were measured.
    pub fn n_cases(&self) -> usize {
        match self {
            Agreement::Ratings(measured) => measured.cases.len(),
            Agreement::Readers(measured) => measured.rows.len().saturating_sub(1),
        }
    }

    /// `scores.json` as text.
    pub fn to_json(&self) -> Result<String> {
        scores::to_json(self.estimates(), &[])
    }

    /// Writes the scores into a folder.
    pub fn save(&self, folder: &Path) -> Result<()> {
        scores::save(folder, self.estimates(), &[])?;
        match self {
            Agreement::Ratings(measured) => measured.save_tables(folder),
            Agreement::Readers(measured) => measured.save_tables(folder),
        }
    }
}

impl Measured {
    fn save_tables(&self, folder: &Path) -> Result<()> {
        let names = std::iter::once("case".to_owned()).chain(self.raters.iter().cloned()).collect();
        let row = |(case, cells): (&String, &Vec<String>)| [std::slice::from_ref(case), cells].concat();
        let rows = std::iter::once(names).chain(self.cases.iter().zip(&self.cells).map(row));
        scores::save_table(&folder.join("cases.csv"), rows)?;
        if self.scores.bland_altman.is_empty() {
            return Ok(());
        }
        let names = ["first", "second", "case", "mean", "difference"].map(str::to_owned).to_vec();
        let row = |point: &vesalius_stats::agree::DifferencePoint| {
            let case = self.cases[point.case].clone();
            let numbers = [point.mean, point.difference].map(|number| number.to_string());
            [vec![point.first.clone(), point.second.clone(), case], numbers.to_vec()].concat()
        };
        let rows = std::iter::once(names).chain(self.scores.bland_altman.iter().map(row));
        scores::save_table(&folder.join("bland_altman.csv"), rows)
    }
}

impl MeasuredReaders {
    fn save_tables(&self, folder: &Path) -> Result<()> {
        scores::save_table(&folder.join("cases.csv"), self.rows.iter().cloned())?;
        if self.scores.obuchowski_rockette.is_empty() {
            return Ok(());
        }
        let names = ["arms", "quantity", "value"].map(str::to_owned).to_vec();
        let rows = std::iter::once(names).chain(self.scores.obuchowski_rockette.iter().flat_map(quantities));
        scores::save_table(&folder.join("obuchowski_rockette.csv"), rows)
    }
}

fn quantities(table: &ObuchowskiRockette) -> impl Iterator<Item = Vec<String>> {
    let quantities = [
        ("ms_arms", table.ms_arms),
        ("ms_readers", table.ms_readers),
        ("ms_interaction", table.ms_interaction),
        ("variance", table.variance),
        ("covariance_1", table.covariance_1),
        ("covariance_2", table.covariance_2),
        ("covariance_3", table.covariance_3),
        ("f", table.f),
        ("degrees", table.degrees),
        ("p_value", table.p_value),
    ];
    quantities.into_iter().map(|(name, value)| vec![table.arms.clone(), name.to_owned(), value.to_string()])
}
