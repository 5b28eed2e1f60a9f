//! Who is first, by whose rule, and how sure that is: scores of several teams become ranks; the registry of schemes.
//!
//! A scheme is one file with its definition and source, and one line of [`SCHEMES`]. It turns a [`Board`] into points;
//! points become ranks here, for every scheme alike: the best is 1, equal points share the smallest of their ranks.
//! Ranks on bootstrap replicates of the cases say how much of an order is chance.

mod amos;
mod board;
mod gamma;
mod hecktor;
mod mean_then_rank;
mod medmnist;
mod order;
mod rank_then_mean;
mod signed_rank;
mod stability;
mod test_then_rank;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::estimate::Estimate;

pub use board::{Better, Board, Case, Column, Missing};
pub use gamma::GammaWeights;

use board::View;
use order::{competition, median};

/// A rule by which teams are ranked.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// Its name in options and artefacts.
    pub name: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// Where the rule is published.
    pub source: &'static str,
    /// What it does with missing cases unless told otherwise.
    pub missing: Missing,
    /// Where other tools of the same name differ, and why; empty where none is known to.
    pub others: &'static str,
    points: fn(&View<'_>) -> Result<Points>,
}

/// All schemes.
pub const SCHEMES: &[Scheme] = &[
    mean_then_rank::SCHEME,
    rank_then_mean::SCHEME,
    test_then_rank::SCHEME,
    hecktor::SCHEME,
    amos::SCHEME,
    gamma::SCHEME,
    medmnist::SCHEME,
];

/// How teams are ranked.
#[derive(Clone, Debug, PartialEq)]
pub struct RankOptions {
    /// Nominal coverage of intervals of ranks; default 0.95.
    pub level: f64,
    /// Bootstrap replicates; default 1000, each of which ranks all teams anew.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
    /// Level of significance of pairwise tests; default 0.05.
    pub alpha: f64,
    /// What becomes of missing cases; the scheme's own rule where it is not said.
    pub missing: Option<Missing>,
    /// Weights of the GAMMA challenge.
    pub gamma: GammaWeights,
}

/// Teams in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leaderboard {
    /// Name of the scheme.
    pub scheme: String,
    /// The best first; teams that may not be ranked last.
    pub standings: Vec<Standing>,
    /// The rank of each team with its interval, and Kendall's tau of the whole order.
    pub estimates: Vec<Estimate>,
}

/// One team.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// Its name.
    pub team: String,
    /// 1 is best; `None` for a team that is not ranked, since cases are missing.
    pub rank: Option<usize>,
    /// What the scheme ranks by; `None` where it is infinite, as means over missing cases are.
    pub points: Option<f64>,
    /// What the points are made of.
    pub parts: Vec<Part>,
    /// How often each rank, from 1, came out on bootstrap replicates, as shares; empty without any.
    pub shares: Vec<f64>,
    /// Cases that the team has no value for, by their position in the board.
    pub missing: Vec<usize>,
}

/// A number that points are made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it is, such as `mean dice of liver`.
    pub name: String,
    /// `None` where it is infinite, or where there is nothing to average.
    pub value: Option<f64>,
}

/// What a scheme finds: a number for each team, and which direction is better.
struct Points {
    values: Vec<f64>,
    better: Better,
    /// Names with a number for each team.
    parts: Vec<(String, Vec<f64>)>,
}

impl Default for RankOptions {
    fn default() -> Self {
        Self { level: 0.95, replicates: 1000, seed: 0, alpha: 0.05, missing: None, gamma: GammaWeights::default() }
    }
}

/// The scheme of this name.
pub fn scheme(name: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.name == name)
}

/// Ranks the teams; the same bytes for any number of threads. The order of teams does not matter, and that of cases only
/// for which of them a replicate draws.
///
/// An error with fewer than two teams, or where the board lacks what the scheme needs.
pub fn rank(board: &Board, scheme: &Scheme, options: &RankOptions) -> Result<Leaderboard> {
    options.check()?;
    let missing = options.missing.unwrap_or(scheme.missing);
    let ranked: Vec<usize> = match missing {
        Missing::Disqualify => (0..board.teams.len()).filter(|&team| board.missing(team).is_empty()).collect(),
        Missing::Worst | Missing::LeaveOut => (0..board.teams.len()).collect(),
    };
    if ranked.len() < 2 {
        return Err(Error::length(format!(
            "there are {} teams to rank of {}; expected at least 2{}",
            ranked.len(),
            board.teams.len(),
            if ranked.len() < board.teams.len() { ", as teams with missing cases are not ranked" } else { "" }
        )));
    }
    let filled = board.prepared(&ranked, missing);
    let all: Vec<usize> = (0..filled.cases.len()).collect();
    let points = (scheme.points)(&View { board: &filled, draw: &all, options })?;
    let ranks = competition(&points.values, points.better);
    let replicates = stability::replicates(&filled, scheme, options);
    let estimates = stability::estimates(&filled, &ranks, &replicates, options);
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let mut standings: Vec<Standing> = (0..ranked.len())
        .map(|at| Standing {
            team: filled.teams[at].clone(),
            rank: Some(ranks[at]),
            points: finite(points.values[at]),
            parts: points.parts.iter().map(|(name, of)| Part { name: name.clone(), value: finite(of[at]) }).collect(),
            shares: stability::shares(&replicates, at, ranked.len()),
            missing: board.missing(ranked[at]),
        })
        .collect();
    standings.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.team.cmp(&b.team)));
    for team in (0..board.teams.len()).filter(|team| !ranked.contains(team)) {
        let (team, missing) = (board.teams[team].clone(), board.missing(team));
        standings.push(Standing { team, rank: None, points: None, parts: Vec::new(), shares: Vec::new(), missing });
    }
    Ok(Leaderboard { scheme: scheme.name.to_owned(), standings, estimates })
}

impl RankOptions {
    /// An error that names the option outside its range.
    fn check(&self) -> Result<()> {
        for (what, value) in [("the level of intervals", self.level), ("alpha", self.alpha)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(Error::parameter(format!("{what} is {value}; expected a number between 0 and 1")));
            }
        }
        if self.replicates > 100_000 {
            let n = self.replicates;
            return Err(Error::parameter(format!("there are {n} replicates; expected at most 100000, such as 1000")));
        }
        self.gamma.check()
    }
}
