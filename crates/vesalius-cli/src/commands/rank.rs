//! `vesalius rank SCORES… --scheme NAME`: a leaderboard, and how stable its order is.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::artifact;
use vesalius::rank::{Missing, RankConfig, Ranked, rank};

use super::source::by_name;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// A leaderboard from many teams' scores, and how stable its order is
#[derive(Args)]
pub(crate) struct Rank {
    /// Folders of `vesalius measure`, a team each (with a folder for each set, if there are several), or one table with
    /// team, metric and value, and case, set and target where there are any
    #[arg(required = true, value_name = "SCORES")]
    scores: Vec<PathBuf>,
    /// mean-then-rank, rank-then-mean, test-then-rank, hecktor-2021, amos, gamma or medmnist
    #[arg(long, value_name = "NAME")]
    scheme: String,
    /// Weights, names and directions of metrics: a TOML file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The metrics to rank by; all that are measured case by case if not given
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    metrics: Vec<String>,
    /// What becomes of missing cases: worst, leave-out or disqualify [default: that of the scheme]
    #[arg(long, value_name = "WHAT", value_parser = by_name::<Missing>)]
    missing: Option<Missing>,
    /// Bootstrap replicates [default: 1000]
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
}

impl Rank {
    /// Shows the order, and writes tables and figure where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let mut config: RankConfig = match &self.config {
            Some(path) => artifact::read_toml(path)?,
            None => RankConfig::default(),
        };
        if !self.metrics.is_empty() {
            config.metrics.clone_from(&self.metrics);
        }
        config.missing = self.missing.or(config.missing);
        config.replicates = self.replicates.unwrap_or(config.replicates);
        config.seed = session.seed.unwrap_or(config.seed);
        let ranked = rank(&self.scores, &self.scheme, &config)?;
        if let Some(out) = session.out() {
            ranked.save(out)?;
        }
        Outcome::new(Exit::Done, summary(&ranked), &ranked)
    }
}

fn summary(ranked: &Ranked) -> String {
    let mut text = format!("{}: {}", ranked.scheme, ranked.definition);
    let mut line = |line: String| write!(text, "\n{line}").expect("a string takes everything");
    let width = ranked.teams.iter().map(|team| team.team.chars().count()).max().unwrap_or(0);
    for team in &ranked.teams {
        let rank = team.rank.map_or("-".to_owned(), |rank| rank.to_string());
        let interval = ranked.interval(&team.team).map(|(low, high)| format!("rank {low:.0} to {high:.0}"));
        let points = team.points.map_or("no points".to_owned(), |points| format!("{points:.3}"));
        line(format!("  {rank:>3}  {:width$}  {points}  {}", team.team, interval.unwrap_or_default()));
    }
    if let Some(tau) = ranked.estimates.iter().find(|found| found.metric == "kendall_tau") {
        line(match (tau.value, tau.low, tau.high) {
            (Some(tau), Some(low), Some(high)) => {
                format!("agreement with replicates: Kendall's tau {tau:.3} ({low:.3} to {high:.3})")
            }
            _ => format!("agreement with replicates: undefined: {}", tau.undefined.as_deref().unwrap_or_default()),
        });
    }
    for note in &ranked.notes {
        line(format!("note: {note}"));
    }
    text
}
