//! Dealing groups of cases to bins so that every class is as frequent in each bin as it should be.
//!
//! Greedy: large groups and rare classes first, each group to the bin that lacks its classes most for its share.
//! The idea of dealing the rarest label first is that of Sechidis, Tsoumakas and Vlahavas 2011,
//! doi:10.1007/978-3-642-23808-6_10; the half case in [`Bin::fill`] is the apportionment of Webster.

use std::cmp::Reverse;

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::Stratify;
use crate::cohort::{Cohort, Label, Truth};

/// What each case counts towards, as indices of strata.
pub(super) struct Strata {
    of_case: Vec<Vec<usize>>,
    n_strata: usize,
}

impl Strata {
    pub(super) fn of(cohort: &Cohort, stratify: Stratify) -> Self {
        let mut sites: Vec<_> = cohort.cases.iter().map(|case| case.site.as_deref()).collect();
        sites.sort_unstable();
        sites.dedup();
        let n_classes = cohort.header.classes.len();
        let n_kinds = match stratify {
            Stratify::Label => n_classes + 1,
            Stratify::Site => sites.len(),
            Stratify::None => 0,
        };
        // The last stratum is every case, so that the bins also get their sizes.
        let kinds = |case: &crate::cohort::Case| match stratify {
            Stratify::Label => of_truth(&case.truth, n_classes),
            Stratify::Site => sites.binary_search(&case.site.as_deref()).into_iter().collect(),
            Stratify::None => Vec::new(),
        };
        let of_case = cohort.cases.iter().map(|case| {
            let mut strata = kinds(case);
            strata.push(n_kinds);
            strata
        });
        Self { of_case: of_case.collect(), n_strata: n_kinds + 1 }
    }

    fn totals(&self, groups: &[Vec<usize>]) -> Vec<f64> {
        let mut totals = vec![0.0; self.n_strata];
        for &stratum in groups.iter().flatten().flat_map(|&idx| &self.of_case[idx]) {
            totals[stratum] += 1.0;
        }
        totals
    }

    /// How many cases of each stratum a group has, only those that it has.
    fn counts(&self, group: &[usize]) -> Vec<(usize, f64)> {
        let mut strata: Vec<usize> = group.iter().flat_map(|&idx| &self.of_case[idx]).copied().collect();
        strata.sort_unstable();
        strata.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect()
    }
}

/// The class, or each finding that is present; one stratum more for cases of which nothing is known.
fn of_truth(truth: &Truth, n_classes: usize) -> Vec<usize> {
    if truth.is_unknown() {
        return vec![n_classes];
    }
    (0..n_classes).filter(|&class| truth.label(class) == Label::Present).collect()
}

/// One bin while it is filled.
struct Bin {
    share: f64,
    counts: Vec<f64>,
}

impl Bin {
    /// How full the bin would be, for its share, in the strata of a group; rare strata weigh more.
    fn fill(&self, group: &[(usize, f64)], totals: &[f64]) -> f64 {
        let stratum = |&(stratum, n): &(usize, f64)| {
            let total = totals[stratum];
            n / total * (self.counts[stratum] + n / 2.0) / (self.share * total)
        };
        group.iter().map(stratum).sum()
    }
}

/// The bin of each group; bins with a share of 0 stay empty.
pub(super) fn assign(groups: &[Vec<usize>], strata: &Strata, shares: &[f64], rng: &mut ChaCha8Rng) -> Vec<usize> {
    let totals = strata.totals(groups);
    let counts: Vec<Vec<(usize, f64)>> = groups.iter().map(|group| strata.counts(group)).collect();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.shuffle(rng);
    let rarest = |group: usize| {
        let totals = counts[group].iter().map(|&(stratum, _)| totals[stratum] as usize);
        totals.min().unwrap_or(usize::MAX)
    };
    order.sort_by_key(|&group| (Reverse(groups[group].len()), rarest(group)));
    let mut bins: Vec<Bin> = shares.iter().map(|&share| Bin { share, counts: vec![0.0; strata.n_strata] }).collect();
    let mut chosen = vec![0; groups.len()];
    for group in order {
        let open = (0..bins.len()).filter(|&bin| bins[bin].share > 0.0);
        let fill = |bin: &usize| bins[*bin].fill(&counts[group], &totals);
        let bin = open.min_by(|a, b| fill(a).total_cmp(&fill(b))).unwrap_or(0);
        chosen[group] = bin;
        for &(stratum, n) in &counts[group] {
            bins[bin].counts[stratum] += n;
        }
    }
    chosen
}
