//! What several raters say of the same voxels, grouped by what they say.
//!
//! Two voxels of which every rater says the same are one pattern with a count. Everything that is estimated depends on
//! patterns and counts alone: five raters of a brain have some hundred patterns in nine million voxels. Raters are added
//! one by one, so that besides four bytes a voxel only one label map is in memory at a time.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// More labels than any atlas has; an image of gray values taken for a label map has more.
const N_LABELS_MAX: usize = 1024;

/// Label maps of the same voxels by several raters.
#[derive(Clone, Debug)]
pub struct Votes {
    /// Labels that any rater gave, ascending; 0 is always among them.
    labels: Vec<u32>,
    n_raters: usize,
    /// Labels, row-major `[pattern, rater]`; patterns in the order in which voxels first show them.
    patterns: Vec<u32>,
    counts: Vec<u64>,
    /// The pattern of each voxel.
    of_voxel: Vec<u32>,
}

impl Votes {
    /// The label maps of all raters at once; an error where they differ in length.
    pub fn of(raters: &[&[u32]]) -> Result<Self> {
        let n_voxels = raters.first().map_or(0, |first| first.len());
        let mut votes = Self::new(n_voxels)?;
        raters.iter().try_for_each(|labels| votes.add(labels))?;
        Ok(votes)
    }

    /// Voxels of which nobody has said anything yet.
    pub fn new(n_voxels: usize) -> Result<Self> {
        if n_voxels == 0 || u32::try_from(n_voxels).is_err() {
            return Err(Error::length(format!("there are {n_voxels} voxels; expected 1 to {}", u32::MAX)));
        }
        Ok(Self {
            labels: vec![0],
            n_raters: 0,
            patterns: Vec::new(),
            counts: vec![n_voxels as u64],
            of_voxel: vec![0; n_voxels],
        })
    }

    /// One more rater; an error where lengths differ, or where there are too many labels for a label map.
    pub fn add(&mut self, labels: &[u32]) -> Result<()> {
        if labels.len() != self.of_voxel.len() {
            return Err(Error::length(format!(
                "rater {} labels {} voxels and those before {}; expected the same voxels",
                self.n_raters + 1,
                labels.len(),
                self.of_voxel.len()
            )));
        }
        let mut refined = Refined::default();
        for (pattern, &label) in self.of_voxel.iter_mut().zip(labels) {
            *pattern = refined.pattern((*pattern, label));
        }
        let mut known = self.labels.clone();
        known.extend(refined.rows.iter().map(|(_, label)| label));
        known.sort_unstable();
        known.dedup();
        if known.len() > N_LABELS_MAX {
            return Err(Error::value(format!(
                "there are {} different labels; expected a label map of at most {N_LABELS_MAX}; \
                 an image of gray values is none",
                known.len()
            )));
        }
        let width = self.n_raters;
        let row = |&(before, label): &(u32, u32)| {
            let before = before as usize * width;
            self.patterns[before..before + width].iter().copied().chain([label]).collect::<Vec<u32>>()
        };
        self.patterns = refined.rows.iter().flat_map(row).collect();
        self.counts = refined.counts;
        self.labels = known;
        self.n_raters += 1;
        Ok(())
    }

    /// How many raters there are.
    pub fn n_raters(&self) -> usize {
        self.n_raters
    }

    /// How many voxels there are.
    pub fn n_voxels(&self) -> usize {
        self.of_voxel.len()
    }

    /// In how many different ways the raters label a voxel.
    pub fn n_patterns(&self) -> usize {
        self.counts.len()
    }

    /// Labels that any rater gave, ascending; 0 is always among them.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// What each rater says, and of how many voxels, pattern by pattern.
    pub(super) fn patterns(&self) -> impl Iterator<Item = (&[u32], u64)> {
        self.patterns.chunks_exact(self.n_raters.max(1)).zip(self.counts.iter().copied())
    }

    /// As [`Self::patterns`], with positions among [`Self::labels`] in place of labels.
    pub(super) fn positions(&self) -> Vec<usize> {
        let position = |label: &u32| self.labels.binary_search(label).unwrap_or(0);
        self.patterns.iter().map(position).collect()
    }

    /// The label of every voxel from that of every pattern.
    pub(super) fn spread(&self, of_pattern: &[u32]) -> Vec<u32> {
        self.of_voxel.iter().map(|&pattern| of_pattern[pattern as usize]).collect()
    }

    /// An error unless there are as many raters as a method needs.
    pub(super) fn need(&self, n_raters: usize) -> Result<()> {
        if self.n_raters >= n_raters {
            return Ok(());
        }
        Err(Error::length(format!("there are {} raters; expected {n_raters} or more", self.n_raters)))
    }
}

/// Patterns of one rater more.
#[derive(Default)]
struct Refined {
    idx_of: HashMap<(u32, u32), u32>,
    /// The pattern before and the label that is added.
    rows: Vec<(u32, u32)>,
    counts: Vec<u64>,
    last: Option<((u32, u32), u32)>,
}

impl Refined {
    /// Neighbors mostly say the same, so that the last answer is asked first.
    fn pattern(&mut self, key: (u32, u32)) -> u32 {
        let idx = match self.last {
            Some((last, idx)) if last == key => idx,
            _ => *self.idx_of.entry(key).or_insert_with(|| {
                self.rows.push(key);
                self.counts.push(0);
                self.rows.len() as u32 - 1
            }),
        };
        self.last = Some((key, idx));
        self.counts[idx as usize] += 1;
        idx
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voxels_of_the_same_votes_are_one_pattern() {
        let votes = Votes::of(&[&[0, 2, 2, 0, 7], &[0, 2, 0, 0, 2]]).unwrap();
        let patterns: Vec<(&[u32], u64)> = votes.patterns().collect();
        assert_eq!(patterns, [(&[0, 0][..], 2), (&[2, 2], 1), (&[2, 0], 1), (&[7, 2], 1)]);
        assert_eq!(votes.labels(), [0, 2, 7]);
        assert_eq!(votes.spread(&[5, 6, 8, 9]), [5, 6, 8, 5, 9]);
        assert_eq!(votes.positions(), [0, 0, 1, 1, 1, 0, 2, 1]);
    }

    #[test]
    fn what_is_no_label_map_is_refused() {
        assert!(Votes::of(&[&[0, 1], &[0]]).unwrap_err().to_string().contains("same voxels"));
        assert!(Votes::of(&[]).is_err());
        let gray: Vec<u32> = (0..2000).collect();
        assert!(Votes::of(&[&gray]).unwrap_err().to_string().contains("gray values"));
    }
}
