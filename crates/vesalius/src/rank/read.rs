//! Scores of teams from what `vesalius measure` leaves, or from one long table of anybody's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use vesalius_stats::Estimate;

use super::RankConfig;
use crate::artifact;
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Table, case_column};

/// One value.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) team: String,
    /// Empty where there is one set.
    pub(super) set: String,
    /// Empty where the value is of the whole set.
    pub(super) case: String,
    pub(super) metric: String,
    /// Empty where the metric is of nothing in particular.
    pub(super) target: String,
    /// `None` where it is undefined.
    pub(super) value: Option<f64>,
}

/// All values, and what was passed over.
#[derive(Default)]
pub(super) struct Records {
    pub(super) records: Vec<Record>,
    pub(super) notes: Vec<String>,
}

/// The part of `scores.json` that is ranked by.
#[derive(Deserialize)]
struct ScoresFile {
    estimates: Vec<Estimate>,
}

pub(super) fn read(scores: &[PathBuf], config: &RankConfig) -> Result<Records> {
    let mut records = Records::default();
    let mut teams = BTreeSet::new();
    for path in scores {
        if path.is_file() {
            records.table(path, config)?;
            continue;
        }
        if !path.is_dir() {
            return Err(Error::new(ErrorKind::Read, format!("{} does not exist; check the path", path.display())));
        }
        let team = path.canonicalize().unwrap_or_else(|_| path.clone());
        let team = team.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !teams.insert(team.clone()) {
            let message = format!("two folders are called {team:?}; expected a team each; rename one");
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        records.team(path, &team, config)?;
    }
    if records.records.is_empty() {
        let message =
            "there is no score; expected folders of `vesalius measure`, or a table with team, metric and value";
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(records)
}

impl Records {
    /// The scores of a team: in its folder, in `scores` of a run, or in a folder for each set.
    fn team(&mut self, folder: &Path, team: &str, config: &RankConfig) -> Result<()> {
        let is_scores = |folder: &Path| folder.join("cases.csv").is_file() || folder.join("scores.json").is_file();
        let own = [folder.to_owned(), folder.join("scores")].into_iter().find(|folder| is_scores(folder));
        if let Some(own) = own {
            return self.set(&own, team, "", config);
        }
        let mut sets: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|error| Error::read(folder, error))? {
            sets.push(entry.map_err(|error| Error::read(folder, error))?.path());
        }
        sets.retain(|set| is_scores(set));
        sets.sort();
        if sets.is_empty() {
            let message = format!(
                "{} holds neither cases.csv nor scores.json, nor folders that do; expected what `vesalius measure` leaves",
                folder.display()
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        for set in sets {
            let name = set.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.set(&set, team, &name, config)?;
        }
        Ok(())
    }

    /// Values of cases, and of whole sets those that no case has.
    fn set(&mut self, folder: &Path, team: &str, set: &str, config: &RankConfig) -> Result<()> {
        let n_before = self.records.len();
        let cases = folder.join("cases.csv");
        if cases.is_file() {
            self.cases(&cases, team, set, config)?;
        }
        let per_case: BTreeSet<String> = self.records[n_before..].iter().map(|record| record.metric.clone()).collect();
        let scores = folder.join("scores.json");
        if !scores.is_file() {
            return Ok(());
        }
        let file: ScoresFile = artifact::read_json(&scores)?;
        for found in file.estimates.iter().filter(|found| found.group == "all") {
            let metric = config.renamed(&found.metric);
            if config.known(&metric).is_some() && !per_case.contains(&metric) {
                let (team, set, target) = (team.to_owned(), set.to_owned(), plain_target(&found.target));
                self.records.push(Record { team, set, case: String::new(), metric, target, value: found.value });
            }
        }
        Ok(())
    }

    /// `cases.csv`: a column for each metric, or the columns metric and value.
    fn cases(&mut self, path: &Path, team: &str, set: &str, config: &RankConfig) -> Result<()> {
        let table = Table::named(path, "team, case, metric and value")?;
        let case_at = case_column(&table, None)?;
        let target_at = table.usual(&["target", "label", "structure", "region"]);
        let record = |row: usize, metric: String, target: Option<&str>, value| {
            let target = target.unwrap_or_else(|| target_at.map_or("", |at| table.cell(row, at)));
            let [team, set, case] = [team, set, table.cell(row, case_at)].map(str::to_owned);
            Record { team, set, case, metric, target: plain_target(target), value }
        };
        if let (Some(metric_at), Some(value_at)) = (table.usual(&["metric"]), table.usual(&["value"])) {
            for row in 0..table.rows.len() {
                let metric = config.renamed(table.cell(row, metric_at));
                self.records.push(record(row, metric, None, value(&table, row, value_at)?));
            }
            return Ok(());
        }
        for (at, name) in table.names.iter().enumerate() {
            let whole = config.renamed(name);
            let (metric, target) = match name.split_once('.') {
                _ if config.known(&whole).is_some() => (whole, None),
                Some((metric, target)) if config.known(&config.renamed(metric)).is_some() => {
                    (config.renamed(metric), Some(target))
                }
                _ => continue,
            };
            for row in 0..table.rows.len() {
                self.records.push(record(row, metric.clone(), target, value(&table, row, at)?));
            }
        }
        Ok(())
    }

    /// One long table: `team`, `metric`, `value`, and if there are any `case`, `set`, `target`.
    fn table(&mut self, path: &Path, config: &RankConfig) -> Result<()> {
        let table = Table::named(path, "team, case, metric and value")?;
        let needed = |names: &[&str]| {
            table.usual(names).ok_or_else(|| {
                let message = format!(
                    "{} has no column {}; it has [{}]; expected team, metric, value, and case, set, target where there are any",
                    path.display(),
                    names[0],
                    table.names.join(", ")
                );
                Error::new(ErrorKind::Format, message)
            })
        };
        let team_at = needed(&["team", "algorithm", "method", "model"])?;
        let [metric_at, value_at] = [needed(&["metric"])?, needed(&["value", "score"])?];
        let others = [&["set", "task", "phase"][..], &["case", "case_id", "id"], &["target", "label", "structure"]];
        let [set_at, case_at, target_at] = others.map(|names| table.usual(names));
        for row in 0..table.rows.len() {
            let word = |at: Option<usize>| at.map_or("", |at| table.cell(row, at)).to_owned();
            self.records.push(Record {
                team: word(Some(team_at)),
                set: word(set_at),
                case: word(case_at),
                metric: config.renamed(table.cell(row, metric_at)),
                target: plain_target(&word(target_at)),
                value: value(&table, row, value_at)?,
            });
        }
        Ok(())
    }
}

/// A metric of everything is of nothing in particular.
fn plain_target(target: &str) -> String {
    if target == "all" { String::new() } else { target.to_owned() }
}

/// A number, infinite ones too; nothing where the cell is empty or says that it is none.
fn value(table: &Table, row: usize, at: usize) -> Result<Option<f64>> {
    let cell = table.cell(row, at);
    if cell.is_empty() || ["nan", "na", "null", "none"].iter().any(|word| cell.eq_ignore_ascii_case(word)) {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|_| {
        let message = format!(
            "{} has {cell:?} in row {} of column {:?}; expected a number, or nothing where it is undefined",
            table.path.display(),
            row + 2,
            table.names[at]
        );
        Error::new(ErrorKind::Data, message)
    })
}
