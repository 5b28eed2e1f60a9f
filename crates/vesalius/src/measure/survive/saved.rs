//! What a measurement of survival is, and the files that it leaves.

use std::path::Path;

use vesalius_stats::Estimate;
use vesalius_stats::survive::{Direction, SurviveScores};

use super::super::scores;
use crate::error::Result;

/// All that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// What the prediction that ranks cases means; `None` where survival alone is predicted.
    pub direction: Option<Direction>,
    /// Where survival is predicted, ascending, in the unit of time of the files.
    pub horizons: Vec<f64>,
    /// Estimates and curves.
    pub scores: SurviveScores,
    /// The measured cases in the order of the truth.
    pub cases: Vec<MeasuredCase>,
    /// What was left out, for whoever ran it.
    pub notes: Vec<String>,
}

/// One measured case.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredCase {
    /// The case.
    pub case: String,
    /// The time of its event, or of the end of its follow-up.
    pub time: f64,
    /// Whether the event came.
    pub event: bool,
    /// What it is ranked by.
    pub ranking: Option<f64>,
    /// The predicted survival at every horizon.
    pub survival: Vec<f64>,
}

impl Measured {
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
        scores::save_table(&folder.join("kaplan_meier.csv"), self.kaplan_meier_rows())?;
        scores::save_table(&folder.join("time_auc.csv"), self.auc_rows())?;
        if !self.horizons.is_empty() {
            scores::save_table(&folder.join("calibration.csv"), self.calibration_rows())?;
        }
        Ok(())
    }

    fn case_rows(&self) -> Vec<Vec<String>> {
        let ranking = self.direction.map(|direction| match direction {
            Direction::Risk => "risk",
            Direction::Time => "predicted_time",
        });
        let mut names = row(&["case", "time", "event"]);
        names.extend(ranking.map(str::to_owned));
        names.extend(self.horizons.iter().map(|horizon| format!("survival.{horizon}")));
        let of_case = |case: &MeasuredCase| {
            let mut cells = vec![case.case.clone(), case.time.to_string(), u8::from(case.event).to_string()];
            cells.extend(case.ranking.iter().chain(&case.survival).map(f64::to_string));
            cells
        };
        std::iter::once(names).chain(self.cases.iter().map(of_case)).collect()
    }

    fn kaplan_meier_rows(&self) -> Vec<Vec<String>> {
        let names = row(&["time", "n_at_risk", "n_events", "n_censored", "survival", "low", "high"]);
        let of_point = |point: &vesalius_stats::survive::SurvivalPoint| {
            let counts = [point.n_at_risk, point.n_events, point.n_censored].map(|n| n.to_string());
            let mut cells = vec![point.time.to_string()];
            cells.extend(counts);
            cells.extend([point.survival, point.low, point.high].map(|number| number.to_string()));
            cells
        };
        std::iter::once(names).chain(self.scores.kaplan_meier.iter().map(of_point)).collect()
    }

    fn auc_rows(&self) -> Vec<Vec<String>> {
        let of_point = |point: &vesalius_stats::survive::AucPoint| {
            [point.time, point.auc, point.low, point.high].map(|number| number.to_string()).to_vec()
        };
        let names = row(&["time", "auc", "low", "high"]);
        std::iter::once(names).chain(self.scores.time_auc.iter().map(of_point)).collect()
    }

    /// Observed and its interval stay empty where a group is not followed to the horizon.
    fn calibration_rows(&self) -> Vec<Vec<String>> {
        let of_group = |group: &vesalius_stats::survive::CalibrationGroup| {
            let mut cells = vec![group.horizon.to_string(), group.group.to_string(), group.n.to_string()];
            cells.push(group.predicted.to_string());
            let observed = group.observed.map(|(value, low, high)| [value, low, high].map(|number| number.to_string()));
            cells.extend(observed.unwrap_or_default());
            cells
        };
        let names = row(&["horizon", "group", "n", "predicted", "observed", "low", "high"]);
        std::iter::once(names).chain(self.scores.calibration.iter().map(of_group)).collect()
    }
}

fn row(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
