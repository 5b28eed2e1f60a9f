//! The figure of a leaderboard: how often each team has which rank on replicates.

use super::Ranked;
use crate::report::{RankRow, rank_figure};

/// A picture that stands alone.
pub(super) fn draw(ranked: &Ranked) -> String {
    let row = |team: &super::Team| {
        let (name, shares) = (team.team.clone(), team.shares.clone());
        Some(RankRow { name, rank: team.rank?, shares, interval: ranked.interval(&team.team) })
    };
    let rows: Vec<RankRow> = ranked.teams.iter().filter_map(row).collect();
    rank_figure(&format!("Ranks by {}", ranked.scheme), &rows)
}
