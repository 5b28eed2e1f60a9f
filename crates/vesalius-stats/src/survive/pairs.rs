//! Which pairs of cases can be compared, and in how many the sooner event has the greater risk: O(n log n).
//!
//! A pair can be compared when one case has its event before the time of the other, or at the time at which the other is
//! censored. Two events at the same time cannot be compared. Equal risks count half. These are the rules of Harrell
//! and others 1996, doi:`10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4`.

use super::timeline::Timeline;
use crate::rank::{ascending, ties};

/// Sums over the pairs of each case, as the sooner and as the later one.
pub(crate) struct Pairs {
    /// Of each event: how many later cases it is rightly ranked before.
    pub(crate) concordant_first: Vec<f64>,
    /// Of each event: how many later cases there are.
    pub(crate) comparable_first: Vec<f64>,
    concordant_second: Vec<f64>,
    comparable_second: Vec<f64>,
    weight: Vec<f64>,
}

impl Pairs {
    /// All pairs; `weight` is that of each event as the sooner one, and 0 leaves it out.
    pub(crate) fn new(timeline: &Timeline, event: &[bool], risk: &[f64], weight: Vec<f64>) -> Self {
        let (rank, n_ranks) = ranks(risk);
        let (first, second) = rayon::join(
            || as_first(timeline, event, &rank, n_ranks),
            || as_second(timeline, event, &rank, n_ranks, &weight),
        );
        Self {
            concordant_first: first.0,
            comparable_first: first.1,
            concordant_second: second.0,
            comparable_second: second.1,
            weight,
        }
    }

    /// Weighted sums over all pairs: concordant, comparable.
    pub(crate) fn sums(&self) -> (f64, f64) {
        let of = |counts: &[f64]| counts.iter().zip(&self.weight).map(|(n, weight)| n * weight).sum();
        (of(&self.concordant_first), of(&self.comparable_first))
    }

    /// How much the share of concordant pairs moves with the weight of each case.
    pub(crate) fn influence(&self, share: f64, comparable: f64) -> Vec<f64> {
        let of_case = |case: usize| {
            let first = self.weight[case] * (self.concordant_first[case] - share * self.comparable_first[case]);
            let second = self.concordant_second[case] - share * self.comparable_second[case];
            (first + second) / comparable
        };
        (0..self.weight.len()).map(of_case).collect()
    }

    /// How many cases are the sooner of a pair, and how many the later.
    pub(crate) fn n_sides(&self) -> (usize, usize) {
        let sooner = self.comparable_first.iter().zip(&self.weight).filter(|(n, w)| **n > 0.0 && **w > 0.0).count();
        (sooner, self.comparable_second.iter().filter(|n| **n > 0.0).count())
    }
}

/// The place of each value among the distinct ones, and how many there are.
pub(crate) fn ranks(values: &[f64]) -> (Vec<u32>, usize) {
    let mut rank = vec![0; values.len()];
    let mut n_ranks = 0;
    for run in ties(&ascending(values)) {
        for ranked in run {
            rank[ranked.idx as usize] = n_ranks as u32;
        }
        n_ranks += 1;
    }
    (rank, n_ranks)
}

/// From the last time to the first: the risks of all who come later are in the tree.
fn as_first(timeline: &Timeline, event: &[bool], rank: &[u32], n_ranks: usize) -> (Vec<f64>, Vec<f64>) {
    let mut later = Tally::new(n_ranks);
    let (mut concordant, mut comparable) = (vec![0.0; rank.len()], vec![0.0; rank.len()]);
    for cases in timeline.cases().rev() {
        let (events, censored) = (|case: &&u32| event[**case as usize], |case: &&u32| !event[**case as usize]);
        cases.iter().filter(censored).for_each(|&case| later.add(rank[case as usize], 1.0));
        for &case in cases.iter().filter(events) {
            concordant[case as usize] = later.below(rank[case as usize]);
            comparable[case as usize] = later.total;
        }
        cases.iter().filter(events).for_each(|&case| later.add(rank[case as usize], 1.0));
    }
    (concordant, comparable)
}

/// From the first time to the last: the weights of all events that came sooner are in the tree.
fn as_second(
    timeline: &Timeline,
    event: &[bool],
    rank: &[u32],
    n_ranks: usize,
    weight: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let mut sooner = Tally::new(n_ranks);
    let (mut concordant, mut comparable) = (vec![0.0; rank.len()], vec![0.0; rank.len()]);
    for cases in timeline.cases() {
        let (events, censored) = (|case: &&u32| event[**case as usize], |case: &&u32| !event[**case as usize]);
        let mut ask = |sooner: &Tally, case: u32| {
            concordant[case as usize] = sooner.total - sooner.below(rank[case as usize]);
            comparable[case as usize] = sooner.total;
        };
        cases.iter().filter(events).for_each(|&case| ask(&sooner, case));
        for &case in cases.iter().filter(events).filter(|case| weight[**case as usize] > 0.0) {
            sooner.add(rank[case as usize], weight[case as usize]);
        }
        cases.iter().filter(censored).for_each(|&case| ask(&sooner, case));
    }
    (concordant, comparable)
}

/// Sums below a rank under additions: a binary indexed tree (Fenwick 1994, doi:10.1002/spe.4380240306).
struct Tally {
    tree: Vec<f64>,
    own: Vec<f64>,
    total: f64,
}

impl Tally {
    fn new(n_ranks: usize) -> Self {
        Self { tree: vec![0.0; n_ranks + 1], own: vec![0.0; n_ranks], total: 0.0 }
    }

    fn add(&mut self, rank: u32, weight: f64) {
        self.own[rank as usize] += weight;
        self.total += weight;
        let mut at = rank as usize + 1;
        while at < self.tree.len() {
            self.tree[at] += weight;
            at += at & at.wrapping_neg();
        }
    }

    /// The weight of lower ranks, and half of that of this one.
    fn below(&self, rank: u32) -> f64 {
        let mut sum = 0.5 * self.own[rank as usize];
        let mut at = rank as usize;
        while at > 0 {
            sum += self.tree[at];
            at &= at - 1;
        }
        sum
    }
}
