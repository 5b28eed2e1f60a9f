//! Majority: the label that most raters give.
//!
//! **Definition.** the label that the largest number of raters gives (Kittler et al. 1998,
//! doi:10.1109/34.667881, for votes). Background is a label like any other; half of the raters are no majority.
//! **Ties** by a named rule, background by default. **Nothing** (no rater) is an error. **Cost** O(patterns × raters²).

use super::{Method, Takes, Ties, Votes};
use crate::error::Result;

pub(super) const METHOD: Method = Method {
    name: "majority",
    definition: "the label that most raters give a voxel; ties by a named rule",
    takes: &[Takes::Labels],
    others: "ITK's LabelVoting gives undecided voxels a label of its own (one above the highest) unless told otherwise",
};

/// The label of every voxel.
pub fn majority(votes: &Votes, ties: Ties) -> Result<Vec<u32>> {
    votes.need(1)?;
    let labels: Vec<u32> = votes.patterns().map(|(said, _)| of_pattern(said, ties)).collect();
    Ok(votes.spread(&labels))
}

fn of_pattern(said: &[u32], ties: Ties) -> u32 {
    let n_votes = |label: u32| said.iter().filter(|other| **other == label).count();
    let most = said.iter().map(|&label| n_votes(label)).max().unwrap_or(0);
    let mut leading: Vec<u32> = said.iter().copied().filter(|&label| n_votes(label) == most).collect();
    leading.sort_unstable();
    leading.dedup();
    ties.decide(&leading, said)
}
