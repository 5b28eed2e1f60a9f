//! Which pairs of cases can be compared, and in how many the sooner event has the greater risk: O(n log n).
//!
//! A pair can be compared when one case has its event before the time of the other, or at the time at which the other is
//! censored. Two events at the same time cannot be compared. Equal risks count half. These are the rules of Harrell
//! and others 1996, doi:`10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4`.
//!
//! Cases in the order of time are sorted by risk in halves that are then merged; at each merge every case of the sooner half
//! meets every one of the later (Knight 1966, doi:10.1080/01621459.1966.10480879, for the idea). Memory is read in its
//! order and both processors work, which a tree of counts does not allow.

use super::order::Order;
use super::timeline::Timeline;

/// Fewer cases than this are not worth a second thread.
const N_PARALLEL_MIN: usize = 8192;

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
    /// All pairs; `weight` is that of each event as the sooner one, 0 leaves it out, and of cases without event it is 0.
    pub(crate) fn new(timeline: &Timeline, event: &[bool], order: &Order, weight: Vec<f64>) -> Self {
        let n = weight.len();
        let mut pairs = Self {
            concordant_first: vec![0.0; n],
            comparable_first: vec![0.0; n],
            concordant_second: vec![0.0; n],
            comparable_second: vec![0.0; n],
            weight,
        };
        let mut members = Vec::with_capacity(n);
        let mut leaves = vec![0];
        let mut sooner = 0.0;
        for (step, cases) in timeline.steps.iter().zip(timeline.cases()) {
            let n_later = f64::from(step.n_at_risk - step.n_events);
            let before = sooner;
            for &case in cases.iter().filter(|case| event[**case as usize]) {
                let at = case as usize;
                pairs.comparable_first[at] = n_later;
                pairs.comparable_second[at] = before;
                sooner += pairs.weight[at];
                members.push(Member::new(case, order.rank[at], pairs.weight[at]));
            }
            if step.n_events > 0 {
                leaves.push(members.len());
            }
            for &case in cases.iter().filter(|case| !event[**case as usize]) {
                pairs.comparable_second[case as usize] = sooner;
                members.push(Member::new(case, order.rank[case as usize], 0.0));
                leaves.push(members.len());
            }
        }
        let mut spare = members.clone();
        meet(&mut members, &mut spare, &leaves);
        for member in members {
            pairs.concordant_first[member.case as usize] = member.first;
            pairs.concordant_second[member.case as usize] = member.second;
        }
        pairs
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

/// A case on its way through the merges.
#[derive(Clone, Copy)]
struct Member {
    case: u32,
    rank: u32,
    weight: f64,
    /// Later cases of lower risk, of equal risk half.
    first: f64,
    /// The weight of sooner cases of greater risk, of equal risk half.
    second: f64,
}

impl Member {
    fn new(case: u32, rank: u32, weight: f64) -> Self {
        Self { case, rank, weight, first: 0.0, second: 0.0 }
    }
}

/// Sorts members by rank and counts the pairs of all that are not in one leaf.
///
/// `leaves` are the bounds of stretches within which nothing is compared, counted from any start.
fn meet(members: &mut [Member], spare: &mut [Member], leaves: &[usize]) {
    if leaves.len() <= 2 {
        members.sort_unstable_by_key(|member| member.rank);
        return;
    }
    let middle = leaves.len() / 2;
    let at = leaves[middle] - leaves[0];
    {
        let (left, right) = members.split_at_mut(at);
        let (left_spare, right_spare) = spare.split_at_mut(at);
        let mut halves =
            (|| meet(left, left_spare, &leaves[..=middle]), || meet(right, right_spare, &leaves[middle..]));
        if leaves.len() > N_PARALLEL_MIN {
            rayon::join(halves.0, halves.1);
        } else {
            halves.0();
            halves.1();
        }
    }
    merge(members, at, spare);
    members.copy_from_slice(spare);
}

/// Merges two sorted stretches, the sooner and the later, into `merged`.
fn merge(members: &mut [Member], at: usize, merged: &mut [Member]) {
    let (sooner, later) = members.split_at_mut(at);
    let mut greater: f64 = sooner.iter().map(|member| member.weight).sum();
    let (mut a, mut b, mut to) = (0, 0, 0);
    while a < sooner.len() || b < later.len() {
        let rank = match (sooner.get(a), later.get(b)) {
            (Some(sooner), Some(later)) => sooner.rank.min(later.rank),
            (Some(sooner), None) => sooner.rank,
            (None, Some(later)) => later.rank,
            (None, None) => break,
        };
        let n_equal = |members: &[Member]| members.iter().take_while(|member| member.rank == rank).count();
        let (n_sooner, n_later) = (n_equal(&sooner[a..]), n_equal(&later[b..]));
        let equal: f64 = sooner[a..a + n_sooner].iter().map(|member| member.weight).sum();
        greater -= equal;
        for member in &mut sooner[a..a + n_sooner] {
            member.first += b as f64 + 0.5 * n_later as f64;
        }
        for member in &mut later[b..b + n_later] {
            member.second += greater + 0.5 * equal;
        }
        merged[to..to + n_sooner].copy_from_slice(&sooner[a..a + n_sooner]);
        merged[to + n_sooner..to + n_sooner + n_later].copy_from_slice(&later[b..b + n_later]);
        (a, b, to) = (a + n_sooner, b + n_later, to + n_sooner + n_later);
    }
}
