//! The leaderboard as an artefact, and the files that it leaves.

use std::path::Path;

use serde::Serialize;
use vesalius_stats::Estimate;
use vesalius_stats::leaderboard::{Leaderboard, Missing, Part, Scheme, Standing};

use super::figure;
use crate::artifact;
use crate::error::Result;

/// A leaderboard: the artefact of the stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// Version of this form.
    pub schema: u32,
    /// Name of the scheme.
    pub scheme: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// Where it is published.
    pub source: &'static str,
    /// What became of missing cases: `worst`, `leave-out` or `disqualify`.
    pub missing: &'static str,
    /// The best first; teams that are not ranked last.
    pub teams: Vec<Team>,
    /// The rank of each team with its interval, and Kendall's tau of the whole order.
    pub estimates: Vec<Estimate>,
    /// What was passed over, for whoever ran it.
    pub notes: Vec<String>,
}

/// One team.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Team {
    /// Its name.
    pub team: String,
    /// 1 is best; `None` for a team that is not ranked.
    pub rank: Option<usize>,
    /// What the scheme ranks by; `None` where it is infinite.
    pub points: Option<f64>,
    /// What the points are made of.
    pub parts: Vec<Part>,
    /// How often each rank, from 1, came out on bootstrap replicates, as shares.
    pub shares: Vec<f64>,
    /// Cases that the team has no value for.
    pub missing: Vec<String>,
}

impl Ranked {
    pub(super) fn new(scheme: &Scheme, missing: Missing, found: Leaderboard, cases: &[String]) -> Self {
        let team = |standing: Standing| Team {
            team: standing.team,
            rank: standing.rank,
            points: standing.points,
            parts: standing.parts,
            shares: standing.shares,
            missing: standing.missing.iter().map(|&case| cases[case].clone()).collect(),
        };
        Self {
            schema: 1,
            scheme: scheme.name,
            definition: scheme.definition,
            source: scheme.source,
            missing: name(missing),
            teams: found.standings.into_iter().map(team).collect(),
            estimates: found.estimates,
            notes: Vec::new(),
        }
    }

    /// The interval of a team's rank; `None` where there is none.
    pub fn interval(&self, team: &str) -> Option<(f64, f64)> {
        let is_it = |found: &&Estimate| found.metric == "rank" && found.target == team;
        self.estimates.iter().find(is_it).and_then(|found| Some((found.low?, found.high?)))
    }

    /// Writes tables, figure and artefact into a folder.
    pub fn save(&self, folder: &Path) -> Result<()> {
        artifact::write_table(&folder.join("ranking.csv"), self.rows())?;
        artifact::write_table(&folder.join("stability.csv"), self.stability_rows())?;
        artifact::write_bytes(&folder.join("ranking.svg"), figure::draw(self).as_bytes())?;
        artifact::write_json(&folder.join("ranking.json"), self)
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let mut names: Vec<String> =
            ["rank", "team", "points", "rank_low", "rank_high", "n_missing"].map(str::to_owned).to_vec();
        let parts = self.teams.first().map(|team| &team.parts[..]).unwrap_or_default();
        names.extend(parts.iter().map(|part| part.name.clone()));
        let row = |team: &Team| {
            let interval = self.interval(&team.team);
            let mut row = vec![team.rank.map_or(String::new(), |rank| rank.to_string()), team.team.clone()];
            row.extend([team.points, interval.map(|ends| ends.0), interval.map(|ends| ends.1)].map(number));
            row.push(team.missing.len().to_string());
            row.extend(team.parts.iter().map(|part| number(part.value)));
            // A team that is not ranked has no parts.
            row.resize(6 + parts.len(), String::new());
            row
        };
        std::iter::once(names).chain(self.teams.iter().map(row)).collect()
    }

    fn stability_rows(&self) -> Vec<Vec<String>> {
        let mut rows = vec![["team", "rank", "share"].map(str::to_owned).to_vec()];
        for team in &self.teams {
            let shares = team.shares.iter().zip(1..);
            rows.extend(shares.map(|(share, rank)| vec![team.team.clone(), rank.to_string(), share.to_string()]));
        }
        rows
    }
}

impl Team {
    /// Which cases are missing and what became of them; `None` where none are.
    pub(super) fn note(&self, missing: Missing) -> Option<String> {
        const N_NAMED: usize = 5;
        let n = self.missing.len();
        let more = if n > N_NAMED { format!(" and {} more", n - N_NAMED) } else { String::new() };
        let named = self.missing[..n.min(N_NAMED)].join(", ");
        let became = match missing {
            Missing::Worst => "which count as worst",
            Missing::LeaveOut => "which are left out",
            Missing::Disqualify => "and is not ranked",
        };
        (n > 0).then(|| format!("team {} lacks values of {n} cases, {became}: {named}{more}", self.team))
    }
}

fn name(missing: Missing) -> &'static str {
    match missing {
        Missing::Worst => "worst",
        Missing::LeaveOut => "leave-out",
        Missing::Disqualify => "disqualify",
    }
}
