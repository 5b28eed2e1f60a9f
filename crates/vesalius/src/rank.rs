//! The rank stage: scores of several teams become a leaderboard, by a published rule, with the stability of its order.
//!
//! Scores are folders of `vesalius measure`, a team each, or one long table. What it leaves is `ranking.csv`,
//! `stability.csv`, `ranking.json` and the figure `ranking.svg`.

mod config;
mod figure;
mod read;
mod saved;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use vesalius_stats::leaderboard::{self, Board, Case, Column, SCHEMES, Scheme};

use crate::error::{Error, ErrorKind, Result};

pub use config::{Direction, Gamma, MetricRule, Missing, RankConfig};
pub use saved::{Ranked, Team};

use read::{Record, Records};

/// Ranks the teams of these folders or tables by the scheme of this name.
pub fn rank(scores: &[PathBuf], scheme: &str, config: &RankConfig) -> Result<Ranked> {
    let scheme = scheme_of(scheme)?;
    let read = read::read(scores, config)?;
    let mut notes = read.notes.clone();
    let records = kept(read, scheme, config)?;
    let board = Assembled::of(&records, config)?;
    let options = config.options();
    let found = leaderboard::rank(&board.board, scheme, &options).map_err(|error| {
        let kind = match error.kind() {
            vesalius_stats::ErrorKind::Parameter => ErrorKind::Configuration,
            _ => ErrorKind::Data,
        };
        Error::new(kind, format!("the teams cannot be ranked: {error}"))
    })?;
    let missing = options.missing.unwrap_or(scheme.missing);
    let ranked = Ranked::new(scheme, missing, found, &board.cases);
    notes.extend(ranked.teams.iter().filter_map(|team| team.note(missing)));
    Ok(Ranked { notes, ..ranked })
}

fn scheme_of(name: &str) -> Result<&'static Scheme> {
    leaderboard::scheme(name).ok_or_else(|| {
        let names: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name).collect();
        let message = format!("there is no scheme {name:?}; there is: {}", names.join(", "));
        Error::new(ErrorKind::Configuration, message)
    })
}

/// The records that the scheme is to see.
///
/// Schemes of a challenge choose by name. The others take what was asked for, or else what is measured case by case:
/// of the many estimates of a whole set most say the same thing twice.
fn kept(read: Records, scheme: &Scheme, config: &RankConfig) -> Result<Vec<Record>> {
    let is_free = matches!(scheme.name, "mean-then-rank" | "rank-then-mean" | "test-then-rank");
    let there: BTreeSet<String> = read.records.iter().map(|record| record.metric.clone()).collect();
    if let Some(absent) = config.metrics.iter().find(|metric| !there.contains(*metric)) {
        let there: Vec<String> = there.into_iter().collect();
        let message = format!("no score is of metric {absent:?}; there is: {}", there.join(", "));
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let is_kept = |record: &Record| match (config.metrics.is_empty(), is_free) {
        (false, _) => config.metrics.contains(&record.metric),
        (true, true) => !record.case.is_empty(),
        (true, false) => true,
    };
    let records: Vec<Record> = read.records.into_iter().filter(is_kept).collect();
    if records.is_empty() {
        let there: Vec<String> = there.into_iter().collect();
        let message = format!(
            "no metric is measured case by case; choose some that are measured of whole sets by --metrics; there is: {}",
            there.join(", ")
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(records)
}

/// A board, and what its cases are called.
struct Assembled {
    board: Board,
    cases: Vec<String>,
}

impl Assembled {
    fn of(records: &[Record], config: &RankConfig) -> Result<Self> {
        let distinct = |key: fn(&Record) -> (String, String)| -> Vec<(String, String)> {
            records.iter().map(key).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let teams: Vec<String> =
            distinct(|r| (r.team.clone(), String::new())).into_iter().map(|(team, _)| team).collect();
        let cases = distinct(|r| (r.set.clone(), r.case.clone()));
        let columns = distinct(|r| (r.metric.clone(), r.target.clone()));
        let mut values: BTreeMap<(usize, usize, usize), Option<f64>> = BTreeMap::new();
        let at = |all: &[(String, String)], a: &str, b: &str| {
            all.binary_search_by(|(x, y)| (x.as_str(), y.as_str()).cmp(&(a, b))).unwrap_or(0)
        };
        for record in records {
            let team = teams.binary_search(&record.team).unwrap_or(0);
            let place = (at(&columns, &record.metric, &record.target), team, at(&cases, &record.set, &record.case));
            if values.insert(place, record.value).is_some() {
                let message = format!(
                    "team {:?} has {} {} of case {:?} twice; expected one value; remove one",
                    record.team, record.metric, record.target, record.case
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
        }
        let rules = columns.iter().map(|(metric, target)| {
            let rule = config.rule(metric)?;
            let (metric, target) = (metric.clone(), target.clone());
            Ok(Column { metric, target, better: rule.better.into(), worst: rule.worst() })
        });
        let rules: Vec<Column> = rules.collect::<Result<_>>()?;
        let places = (0..columns.len()).flat_map(|column| {
            let n_cases = cases.len();
            (0..teams.len()).flat_map(move |team| (0..n_cases).map(move |case| (column, team, case)))
        });
        let values = places.map(|place| values.get(&place).copied().flatten()).collect();
        let called = |(set, case): &(String, String)| match (set.as_str(), case.as_str()) {
            ("", case) => case.to_owned(),
            (set, "") => set.to_owned(),
            (set, case) => format!("{set}/{case}"),
        };
        let called: Vec<String> = cases.iter().map(called).collect();
        let cases: Vec<Case> = cases.into_iter().map(|(set, name)| Case { set, name }).collect();
        let board = Board::new(&teams, &rules, &cases, values);
        let board = board.map_err(|error| Error::new(ErrorKind::Data, format!("scores cannot be ranked: {error}")))?;
        Ok(Self { board, cases: called })
    }
}
