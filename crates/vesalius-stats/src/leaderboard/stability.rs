//! How stable ranks are: the whole scheme again on bootstrap replicates of the cases.
//!
//! Cases are drawn with replacement within their set, the same for all teams and metrics, since teams are judged on the
//! same cases (Wiesenfarth et al. 2021, doi:10.1038/s41598-021-82017-6); sets are drawn where cases are not named.
//! Every replicate has a random stream of its own, so that threads cannot change a byte.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::board::{Board, View};
use super::order::{competition, tau};
use super::{RankOptions, Scheme};
use crate::estimate::{Estimate, Outcome};

/// The ranks of all teams on every replicate; none where there are fewer than two cases to draw from.
pub(super) fn replicates(board: &Board, scheme: &Scheme, options: &RankOptions) -> Vec<Vec<usize>> {
    let strata = board.strata();
    if n_drawn(board) < 2 {
        return Vec::new();
    }
    let mut is_drawn = vec![false; board.cases.len()];
    strata.iter().flatten().for_each(|&case| is_drawn[case] = true);
    let fixed: Vec<usize> = (0..board.cases.len()).filter(|&case| !is_drawn[case]).collect();
    let seeded = ChaCha8Rng::seed_from_u64(options.seed);
    let ranks = |replicate: u32| {
        let mut rng = seeded.clone();
        rng.set_stream(u64::from(replicate));
        let mut draw = fixed.clone();
        for stratum in &strata {
            draw.extend((0..stratum.len()).map(|_| stratum[rng.random_range(0..stratum.len())]));
        }
        let points = (scheme.points)(&View { board, draw: &draw, options }).ok()?;
        Some(competition(&points.values, points.better))
    };
    (0..options.replicates).into_par_iter().filter_map(ranks).collect()
}

/// How often a team had each rank.
pub(super) fn shares(replicates: &[Vec<usize>], team: usize, n_teams: usize) -> Vec<f64> {
    if replicates.is_empty() {
        return Vec::new();
    }
    let n_times = |rank: usize| replicates.iter().filter(|ranks| ranks[team] == rank).count() as f64;
    (1..=n_teams).map(|rank| n_times(rank) / replicates.len() as f64).collect()
}

/// The rank of each team, and the agreement of replicates with the whole order.
pub(super) fn estimates(
    board: &Board,
    ranks: &[usize],
    replicates: &[Vec<usize>],
    options: &RankOptions,
) -> Vec<Estimate> {
    let n = n_drawn(board);
    let method = format!("percentile bootstrap, {} replicates, cases drawn within sets", options.replicates);
    let too_few = "fewer than two cases to draw replicates from";
    let mut estimates: Vec<Estimate> = (0..ranks.len())
        .map(|team| {
            let mut values: Vec<f64> = replicates.iter().map(|ranks| ranks[team] as f64).collect();
            let outcome = match interval(&mut values, options.level) {
                Some(interval) => Outcome::known(n, &method, ranks[team] as f64, interval),
                None => Outcome::undefined(n, &method, too_few),
            };
            outcome.named("rank", &board.teams[team], options.level)
        })
        .collect();
    estimates.sort_by(|a, b| a.target.cmp(&b.target));
    let mut taus: Vec<f64> = replicates.iter().filter_map(|replicate| tau(ranks, replicate)).collect();
    let mean = taus.iter().sum::<f64>() / taus.len().max(1) as f64;
    let outcome = match interval(&mut taus, options.level) {
        Some(interval) => Outcome::known(n, format!("{method}; mean over replicates"), mean, interval),
        None if replicates.is_empty() => Outcome::undefined(n, method, too_few),
        None => Outcome::undefined(n, method, "all teams are tied, in the whole or in every replicate"),
    };
    estimates.push(outcome.named("kendall_tau", "all", options.level));
    estimates
}

fn n_drawn(board: &Board) -> usize {
    board.strata().iter().map(Vec::len).sum()
}

/// The central interval; ranks are whole numbers, so that its ends are ranks that came out.
fn interval(values: &mut [f64], level: f64) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let tail = (1.0 - level) / 2.0 * last as f64;
    Some((values[tail.floor() as usize], values[last - tail.floor() as usize]))
}
