//! Scores of teams, case by case, checked once: every number that is ranked comes from here.

use super::RankOptions;
use crate::error::{Error, Result};

/// Which direction is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// As of Dice.
    Higher,
    /// As of distances.
    Lower,
}

/// What becomes of cases that a team has no value for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// They get the worst value of the metric, and with it the worst rank.
    Worst,
    /// The team is judged by the cases that it has.
    LeaveOut,
    /// The team is not ranked.
    Disqualify,
}

/// What is measured of each case: a metric of a target, such as the Dice of the liver.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name of the metric.
    pub metric: String,
    /// What it is about; may be empty.
    pub target: String,
    /// Which direction is better.
    pub better: Better,
    /// The value of a missing case: the bound of the metric, infinite where it has none.
    pub worst: f64,
}

/// A case of a set; an unnamed case stands for the whole set, where a metric has one value for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// The set, such as a phase of a challenge or a dataset of a benchmark; may be empty.
    pub set: String,
    /// The case; empty for the whole set.
    pub name: String,
}

/// Scores of teams.
#[derive(Clone, Debug)]
pub struct Board {
    pub(super) teams: Vec<String>,
    pub(super) columns: Vec<Column>,
    pub(super) cases: Vec<Case>,
    /// `[column, team, case]`.
    values: Vec<Option<f64>>,
    /// `[column, case]`: whether any team has a value; where none has, the case has no such target.
    is_scored: Vec<bool>,
}

/// What a scheme sees: a board, and the cases that count, each as often as it was drawn.
pub(super) struct View<'a> {
    pub(super) board: &'a Board,
    pub(super) draw: &'a [usize],
    pub(super) options: &'a RankOptions,
}

impl Board {
    /// Scores `[column, team, case]`; `None` where a team has none. An error where lengths differ or a value is NaN.
    pub fn new(teams: &[String], columns: &[Column], cases: &[Case], values: Vec<Option<f64>>) -> Result<Self> {
        let n_expected = teams.len() * columns.len() * cases.len();
        if values.len() != n_expected || n_expected == 0 {
            return Err(Error::length(format!(
                "there are {} values for {} teams, {} metrics and {} cases; expected {n_expected}, above 0",
                values.len(),
                teams.len(),
                columns.len(),
                cases.len()
            )));
        }
        let per_column = teams.len() * cases.len();
        if let Some(at) = values.iter().position(|value| value.is_some_and(f64::is_nan)) {
            return Err(Error::value(format!(
                "the {} of case {:?} by team {:?} is NaN; expected a number, or nothing where it is undefined",
                columns[at / per_column].metric,
                cases[at % cases.len()].name,
                teams[at % per_column / cases.len()]
            )));
        }
        let mut is_scored = vec![false; columns.len() * cases.len()];
        for (at, _) in values.iter().enumerate().filter(|(_, value)| value.is_some()) {
            is_scored[at / per_column * cases.len() + at % cases.len()] = true;
        }
        let (teams, columns, cases) = (teams.to_vec(), columns.to_vec(), cases.to_vec());
        Ok(Self { teams, columns, cases, values, is_scored })
    }

    fn at(&self, column: usize, team: usize, case: usize) -> usize {
        (column * self.teams.len() + team) * self.cases.len() + case
    }

    /// Cases for which a team lacks a value that another team has, ascending.
    pub fn missing(&self, team: usize) -> Vec<usize> {
        let lacks = |case: usize, column: usize| {
            self.is_scored[column * self.cases.len() + case] && self.values[self.at(column, team, case)].is_none()
        };
        (0..self.cases.len()).filter(|&case| (0..self.columns.len()).any(|column| lacks(case, column))).collect()
    }

    /// The board of these teams, its missing values as the rule has it.
    pub(super) fn prepared(&self, teams: &[usize], missing: Missing) -> Self {
        let mut values = Vec::with_capacity(self.columns.len() * teams.len() * self.cases.len());
        for (column_idx, column) in self.columns.iter().enumerate() {
            for &team in teams {
                for case in 0..self.cases.len() {
                    let is_scored = self.is_scored[column_idx * self.cases.len() + case];
                    let instead = (missing == Missing::Worst && is_scored).then_some(column.worst);
                    values.push(self.values[self.at(column_idx, team, case)].or(instead));
                }
            }
        }
        let teams = teams.iter().map(|&team| self.teams[team].clone()).collect();
        Self { teams, values, ..self.clone() }
    }

    /// Groups of cases within which the bootstrap draws; cases in none of them count once in every replicate.
    ///
    /// Named cases are drawn within their set. Where no case is named, the sets themselves are drawn.
    pub(super) fn strata(&self) -> Vec<Vec<usize>> {
        let named: Vec<usize> = (0..self.cases.len()).filter(|&case| !self.cases[case].name.is_empty()).collect();
        if named.is_empty() {
            return vec![(0..self.cases.len()).collect()];
        }
        let mut sets: Vec<&str> = named.iter().map(|&case| self.cases[case].set.as_str()).collect();
        sets.sort_unstable();
        sets.dedup();
        let of_set = |set: &&str| named.iter().copied().filter(|&case| self.cases[case].set == **set).collect();
        sets.iter().map(of_set).collect()
    }
}

impl View<'_> {
    pub(super) fn n_teams(&self) -> usize {
        self.board.teams.len()
    }

    /// The values of a team in a column over the drawn cases, those that it has.
    pub(super) fn values(&self, column: usize, team: usize) -> impl Iterator<Item = f64> {
        self.draw.iter().filter_map(move |&case| self.board.values[self.board.at(column, team, case)])
    }

    /// The value of one case.
    pub(super) fn value(&self, column: usize, team: usize, case: usize) -> Option<f64> {
        self.board.values[self.board.at(column, team, case)]
    }

    /// The mean of every team in a column; the worst value for a team that has none.
    pub(super) fn means(&self, column: usize) -> Vec<f64> {
        let worst = self.board.columns[column].worst;
        let mean = |team: usize| {
            let (sum, n) = self.values(column, team).fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
            if n == 0 { worst } else { sum / n as f64 }
        };
        (0..self.n_teams()).map(mean).collect()
    }

    /// The columns of a metric; an error where the board has none.
    pub(super) fn of_metric(&self, scheme: &str, metric: &str) -> Result<Vec<usize>> {
        let columns = &self.board.columns;
        let found: Vec<usize> = (0..columns.len()).filter(|&column| columns[column].metric == metric).collect();
        if found.is_empty() {
            return Err(self.lacks(scheme, metric));
        }
        Ok(found)
    }

    /// The one column of a metric and a target.
    pub(super) fn column(&self, scheme: &str, metric: &str, target: Option<&str>) -> Result<usize> {
        let found = self.of_metric(scheme, metric)?;
        let fits = |column: &usize| target.is_none_or(|target| self.board.columns[*column].target == target);
        let fitting: Vec<usize> = found.into_iter().filter(fits).collect();
        match fitting[..] {
            [column] => Ok(column),
            [] => Err(self.lacks(scheme, &format!("{metric} of {}", target.unwrap_or("anything")))),
            _ => Err(Error::value(format!(
                "scheme {scheme} takes one {metric}, and there are {} of different targets; keep one of them",
                fitting.len()
            ))),
        }
    }

    fn lacks(&self, scheme: &str, what: &str) -> Error {
        let name = |column: &Column| match column.target.as_str() {
            "" => column.metric.clone(),
            target => format!("{} of {target}", column.metric),
        };
        let there: Vec<String> = self.board.columns.iter().map(name).collect();
        Error::value(format!(
            "scheme {scheme} needs {what}, and the scores have [{}]; measure it, or rename what it is called there",
            there.join(", ")
        ))
    }
}

impl Column {
    /// `mean dice of liver`.
    pub(super) fn called(&self, what: &str) -> String {
        match self.target.as_str() {
            "" => format!("{what} {}", self.metric),
            target => format!("{what} {} of {target}", self.metric),
        }
    }
}
