//! Reliability curve: the observed share of positive cases over the mean score, bin by bin.
//!
//! **Definition.** In each bin of the score, mean score and share of positive cases (Murphy and Winkler 1977,
//! doi:10.2307/2346866; `DeGroot` and Fienberg 1983, doi:10.2307/2987588). Calibrated scores lie on the diagonal.
//! **Interval.** Wilson for the observed share of each bin.
//! Bins of equal width: bin b of B holds scores in \[b / B, (b + 1) / B), the last one 1 as well. Bins of equal mass: cut after
//! every n / B cases in the order of the score; **ties** stay together, which may leave fewer bins.
//! **A bin without cases** is left out. **Scores outside 0 to 1, nothing:** no curve. **Cost** O(n log n).

use serde::Serialize;

use crate::interval::wilson::wilson;
use crate::options::{Bins, Options};
use crate::target::Target;

pub(super) const DEFINITION: &str = "observed share of positive cases over the mean score, in bins of the score";

/// The reliability curve of one class against the rest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// The class.
    pub target: String,
    /// The bins that have cases, ascending.
    pub bins: Vec<ReliabilityBin>,
}

/// One bin of the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Its place, counted from 0 with empty bins.
    pub bin: usize,
    /// Mean score of its cases.
    pub mean_score: f64,
    /// Share of positive cases.
    pub observed: f64,
    /// Lower end of the Wilson interval of that share.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Cases.
    pub n: u64,
}

/// The curve of a class; `None` where scores are no probabilities or there is no case.
pub(super) fn curve(target: &Target, options: &Options) -> Option<Reliability> {
    if target.n() == 0 || target.score.iter().any(|score| !(0.0..=1.0).contains(score)) {
        return None;
    }
    let edges = bin_edges(&target.score, options.bins);
    let mut sums = vec![(0.0, 0_u64, 0_u64); edges.n_bins()];
    for (&score, &truth) in target.score.iter().zip(&target.truth) {
        let (sum, n_positive, n) = &mut sums[edges.bin(score)];
        *sum += score;
        *n_positive += u64::from(truth);
        *n += 1;
    }
    let bin = |(bin, (sum, n_positive, n)): (usize, (f64, u64, u64))| {
        let (low, high) = wilson(n_positive, n, options.level)?;
        let observed = n_positive as f64 / n as f64;
        Some(ReliabilityBin { bin, mean_score: sum / n as f64, observed, low, high, n })
    };
    Some(Reliability { target: target.name.clone(), bins: sums.into_iter().enumerate().filter_map(bin).collect() })
}

/// Where one bin ends and the next begins.
pub(super) enum BinEdges {
    EqualWidth(usize),
    /// The least score of every bin but the first, ascending.
    Starts(Vec<f64>),
}

pub(super) fn bin_edges(score: &[f64], bins: Bins) -> BinEdges {
    match bins {
        Bins::EqualWidth(n_bins) => BinEdges::EqualWidth(n_bins),
        Bins::EqualMass(n_bins) => {
            let mut sorted = score.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            let mut starts: Vec<f64> =
                (1..n_bins).filter_map(|bin| sorted.get(bin * sorted.len() / n_bins).copied()).collect();
            // A start equal to the lowest score would leave the first bin empty.
            starts.retain(|start| start > &sorted[0]);
            starts.dedup_by(|a, b| a <= b);
            BinEdges::Starts(starts)
        }
    }
}

impl BinEdges {
    pub(super) fn n_bins(&self) -> usize {
        match self {
            BinEdges::EqualWidth(n_bins) => *n_bins,
            BinEdges::Starts(starts) => starts.len() + 1,
        }
    }

    /// The bin of a score between 0 and 1.
    pub(super) fn bin(&self, score: f64) -> usize {
        match self {
            BinEdges::EqualWidth(n_bins) => ((score * *n_bins as f64) as usize).min(n_bins - 1),
            BinEdges::Starts(starts) => starts.partition_point(|start| *start <= score),
        }
    }
}
