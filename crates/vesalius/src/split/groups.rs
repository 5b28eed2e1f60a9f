//! Cases that belong together: of one subject, or with identical images, or linked through a chain of both.

use std::collections::BTreeMap;

use crate::cohort::Cohort;
use crate::error::{Error, ErrorKind, Result};

/// All groups, single cases included, by their first case; members ascending.
pub(super) fn groups(cohort: &Cohort, duplicates: &[Vec<usize>]) -> Result<Vec<Vec<usize>>> {
    let mut forest = Forest { parents: (0..cohort.n_cases()).collect() };
    let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (idx, case) in cohort.cases.iter().enumerate() {
        let first = *first_of.entry(&case.subject).or_insert(idx);
        forest.join(first, idx);
    }
    for group in duplicates {
        if let Some(idx) = group.iter().find(|idx| **idx >= cohort.n_cases()) {
            let message = format!(
                "a group of duplicates names case {idx}, but cohort {} has {} cases; find the duplicates of this cohort",
                cohort.header.name,
                cohort.n_cases()
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        for pair in group.windows(2) {
            forest.join(pair[0], pair[1]);
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for idx in 0..cohort.n_cases() {
        members.entry(forest.root(idx)).or_default().push(idx);
    }
    Ok(members.into_values().collect())
}

/// What is left of the groups when only some cases are looked at.
pub(super) fn within(groups: &[Vec<usize>], keep: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let kept = groups.iter().map(|group| group.iter().copied().filter(|idx| keep(*idx)).collect::<Vec<_>>());
    kept.filter(|group| !group.is_empty()).collect()
}

/// Disjoint sets whose root is their smallest member.
struct Forest {
    parents: Vec<usize>,
}

impl Forest {
    fn root(&mut self, mut idx: usize) -> usize {
        while self.parents[idx] != idx {
            self.parents[idx] = self.parents[self.parents[idx]];
            idx = self.parents[idx];
        }
        idx
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }
}
