//! Whether groups of cases lie in more than one part of a split.

use std::collections::BTreeSet;

use super::Evidence;
use crate::cohort::Part;

/// Which groups cross, of the published split and of the split in use.
pub(super) struct Crossing {
    /// Indices of the groups that cross the published split.
    pub(super) published: Option<Crossed>,
    /// Those that cross the split in use, in any fold.
    pub(super) in_use: Option<Crossed>,
}

/// The groups that cross one split.
pub(super) struct Crossed {
    pub(super) groups: Vec<usize>,
    /// The parts between which they cross.
    parts: BTreeSet<BTreeSet<Part>>,
}

impl Crossing {
    pub(super) fn of(evidence: &Evidence<'_>, groups: &[Vec<usize>]) -> Self {
        let published: Vec<_> = evidence.cohort.cases.iter().map(|case| case.split).collect();
        let is_published = published.iter().any(Option::is_some);
        Self {
            published: is_published.then(|| Crossed::of(groups, std::slice::from_ref(&published))),
            in_use: evidence.split.map(|split| Crossed::of(groups, &split.folds)),
        }
    }

    /// All groups that cross either split, ascending.
    pub(super) fn all(&self) -> Vec<usize> {
        let both = [&self.published, &self.in_use].into_iter().flatten().flat_map(|crossed| &crossed.groups);
        both.copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What crossing does to results: by the split in use, or the published one where there is no other.
    pub(super) fn consequence(&self) -> &'static str {
        let decisive = self.in_use.as_ref().or(self.published.as_ref());
        let parts: BTreeSet<Part> = decisive.iter().flat_map(|crossed| &crossed.parts).flatten().copied().collect();
        if parts.contains(&Part::Test) {
            "test results then look better than they are"
        } else if parts.is_empty() {
            "results on the published split look better than they are, those on the split in use do not"
        } else {
            "validation then looks better than it is and may choose a worse model, but test results are not touched"
        }
    }

    /// `8 of them cross the published split (train/val); 0 of them cross the split in use`, or that there is none.
    pub(super) fn sentence(&self) -> String {
        let sentence = |crossed: &Option<Crossed>, what: &str| {
            let crossed = crossed.as_ref()?;
            let parts = crossed.parts();
            Some(match crossed.groups.len() {
                0 => format!("none of them crosses {what}"),
                1 => format!("1 of them crosses {what} ({parts})"),
                n => format!("{n} of them cross {what} ({parts})"),
            })
        };
        let both = [sentence(&self.published, "the published split"), sentence(&self.in_use, "the split in use")];
        let known: Vec<String> = both.into_iter().flatten().collect();
        if known.is_empty() { "there is no split yet that they could cross".to_owned() } else { known.join("; ") }
    }
}

impl Crossed {
    fn of(groups: &[Vec<usize>], folds: &[Vec<Option<Part>>]) -> Self {
        let parts_of = |group: &[usize], fold: &[Option<Part>]| -> BTreeSet<Part> {
            group.iter().filter_map(|&idx| fold.get(idx).copied().flatten()).collect()
        };
        let (mut crossing, mut pairs) = (Vec::new(), BTreeSet::new());
        for (group_idx, group) in groups.iter().enumerate() {
            let crossed = folds.iter().map(|fold| parts_of(group, fold)).filter(|parts| parts.len() > 1);
            let parts: BTreeSet<BTreeSet<Part>> = crossed.collect();
            if !parts.is_empty() {
                crossing.push(group_idx);
                pairs.extend(parts);
            }
        }
        Self { groups: crossing, parts: pairs }
    }

    /// `train/val`, or several such.
    fn parts(&self) -> String {
        let name = |parts: &BTreeSet<Part>| parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join("/");
        self.parts.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}
