//! The methods: each is one function from groups of cases to folds and a note that says how they came about.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::assign::{Strata, assign};
use super::{Method, Split, SplitConfig, groups};
use crate::cohort::{Cohort, Part};
use crate::error::{Error, ErrorKind, Result};

/// The parts of the cases in one fold.
type Fold = Vec<Option<Part>>;

/// Random streams of the single decisions, so that one does not shift another.
#[derive(Clone, Copy)]
enum Stream {
    Test = 1,
    Val = 2,
    Folds = 3,
    Random = 4,
}

pub(super) fn split(cohort: &Cohort, config: &SplitConfig, duplicates: &[Vec<usize>]) -> Result<Split> {
    if cohort.cases.is_empty() {
        let message = format!("cohort {} has no cases to split; expected at least one", cohort.header.name);
        return Err(Error::new(ErrorKind::Data, message));
    }
    let dealer = Dealer {
        cohort,
        config,
        groups: groups::groups(cohort, duplicates)?,
        strata: Strata::of(cohort, config.stratify),
    };
    match config.method {
        Method::Published => dealer.published(),
        Method::Random => Ok(dealer.random()),
        Method::Folds => dealer.folds(),
        Method::Site => dealer.sites(),
    }
}

struct Dealer<'a> {
    cohort: &'a Cohort,
    config: &'a SplitConfig,
    groups: Vec<Vec<usize>>,
    strata: Strata,
}

impl Dealer<'_> {
    fn rng(&self, stream: Stream, fold: usize) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.config.seed);
        rng.set_stream(stream as u64 + ((fold as u64) << 8));
        rng
    }

    /// The publisher's parts as they are; a missing part is carved from groups that lie wholly in train.
    fn published(&self) -> Result<Split> {
        let mut fold: Fold = self.cohort.cases.iter().map(|case| case.split).collect();
        if !fold.contains(&Some(Part::Train)) {
            let message = format!(
                "cohort {} has no published train part; expected cases with train in the column split; \
                 choose the split method random, folds or site",
                self.cohort.header.name
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        let mut notes = vec![format!("parts as published: {}", sizes(&fold))];
        notes.extend(self.crossing_note(&fold));
        let n_unused = fold.iter().filter(|part| part.is_none()).count();
        if n_unused > 0 {
            notes.push(format!("not used: {} without a published part", counted(n_unused, "case", "cases")));
        }
        for (part, share) in [(Part::Test, self.config.test_fraction), (Part::Val, self.config.val_fraction)] {
            if fold.contains(&Some(part)) {
                continue;
            }
            let stream = if part == Part::Test { Stream::Test } else { Stream::Val };
            let n_carved = self.carve(&mut fold, part, share, self.rng(stream, 0));
            notes.push(format!(
                "the publisher gives no {part} part, so {n_carved} of the cases published as train became one{}; \
                 no known subject and no identical image crosses from it to another part",
                self.how()
            ));
        }
        Ok(Split { folds: vec![fold], note: notes.join("; ") })
    }

    fn random(&self) -> Split {
        let bins = assign(&self.groups, &self.strata, &self.config.fractions, &mut self.rng(Stream::Random, 0));
        let mut fold: Fold = vec![None; self.cohort.n_cases()];
        for (group, bin) in self.groups.iter().zip(bins) {
            for &idx in group {
                fold[idx] = Some(Part::ALL[bin]);
            }
        }
        let note = format!(
            "random split into {}{}; no known subject and no identical image crosses its parts",
            sizes(&fold),
            self.how()
        );
        Split { folds: vec![fold], note }
    }

    /// K folds; a published test part is the test part of each.
    fn folds(&self) -> Result<Split> {
        let n_folds = self.config.folds;
        let is_test = |idx: usize| self.cohort.cases[idx].split == Some(Part::Test);
        let has_test = (0..self.cohort.n_cases()).any(is_test);
        let pool = groups::within(&self.groups, |idx| !is_test(idx));
        let n_folds_min = if has_test { 2 } else { 3 };
        if n_folds < n_folds_min || pool.len() < n_folds {
            let message = format!(
                "{n_folds} folds of cohort {} cannot be made: expected at least {n_folds_min} ({}) and at most one a group \
                 of cases that stay together, of which there are {}; change split folds",
                self.cohort.header.name,
                if has_test { "train and validation" } else { "train, validation and test" },
                pool.len()
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let bins = assign(&pool, &self.strata, &vec![1.0 / n_folds as f64; n_folds], &mut self.rng(Stream::Folds, 0));
        let mut bin_of: Vec<Option<usize>> = vec![None; self.cohort.n_cases()];
        for (group, bin) in pool.iter().zip(bins) {
            for &idx in group {
                bin_of[idx] = Some(bin);
            }
        }
        let part = |bin: Option<usize>, fold: usize| match bin {
            None => Part::Test,
            Some(bin) if has_test && bin == fold => Part::Val,
            Some(bin) if !has_test && bin == fold => Part::Test,
            Some(bin) if !has_test && bin == (fold + 1) % n_folds => Part::Val,
            Some(_) => Part::Train,
        };
        let folds: Vec<Fold> =
            (0..n_folds).map(|fold| bin_of.iter().map(|bin| Some(part(*bin, fold))).collect()).collect();
        let what = if has_test { "the published test part in each, the rest" } else { "all cases" };
        let mut note = format!(
            "{n_folds} folds: {what} dealt{}; no known subject and no identical image crosses what was dealt; fold 0 has {}",
            self.how(),
            sizes(&folds[0])
        );
        if has_test {
            note.extend(self.crossing_note(&folds[0]).map(|crossing| format!("; {crossing}")));
        }
        Ok(Split { folds, note })
    }

    /// Each site is the test part once; what belongs together with a test case is not used in that fold.
    fn sites(&self) -> Result<Split> {
        let cases = &self.cohort.cases;
        let sites: BTreeSet<&str> = cases.iter().filter_map(|case| case.site.as_deref()).collect();
        let n_without = cases.iter().filter(|case| case.site.is_none()).count();
        if sites.len() < 2 || n_without > 0 {
            let message = format!(
                "cohort {} has {} sites and {n_without} cases without one; expected at least two sites and one for every case; \
                 fill the column site or choose another split method",
                self.cohort.header.name,
                sites.len()
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        let mut notes = Vec::new();
        let mut folds = Vec::new();
        for (fold_idx, site) in sites.iter().enumerate() {
            let is_test = |idx: &usize| cases[*idx].site.as_deref() == Some(*site);
            let mut fold: Fold = vec![None; cases.len()];
            for group in &self.groups {
                let touches = group.iter().any(is_test);
                for idx in group {
                    fold[*idx] = if is_test(idx) { Some(Part::Test) } else { (!touches).then_some(Part::Train) };
                }
            }
            self.carve(&mut fold, Part::Val, self.config.val_fraction, self.rng(Stream::Val, fold_idx));
            let n_unused = fold.iter().filter(|part| part.is_none()).count();
            notes.push(format!("fold {fold_idx} tests on site {site} ({}, {n_unused} not used)", sizes(&fold)));
            folds.push(fold);
        }
        let note = format!(
            "leave one site out: {}. Cases that share a subject or an identical image with a test case are not used{}",
            notes.join(", "),
            self.how()
        );
        Ok(Split { folds, note })
    }

    /// Makes a part of this share of the train cases, from groups that lie wholly in train.
    fn carve(&self, fold: &mut Fold, part: Part, share: f64, mut rng: ChaCha8Rng) -> usize {
        let whole = |group: &&Vec<usize>| group.iter().all(|&idx| fold[idx] == Some(Part::Train));
        let eligible: Vec<Vec<usize>> = self.groups.iter().filter(whole).cloned().collect();
        let n_eligible: usize = eligible.iter().map(Vec::len).sum();
        let n_train = fold.iter().filter(|part| **part == Some(Part::Train)).count();
        if n_eligible == 0 {
            return 0;
        }
        let share = (share * n_train as f64 / n_eligible as f64).min(1.0);
        let bins = assign(&eligible, &self.strata, &[1.0 - share, share], &mut rng);
        let carved = eligible.iter().zip(bins).filter(|(_, bin)| *bin == 1).flat_map(|(group, _)| group);
        carved.map(|&idx| fold[idx] = Some(part)).count()
    }

    fn crossing_note(&self, fold: &Fold) -> Option<String> {
        let crosses =
            |group: &&Vec<usize>| group.iter().filter_map(|&idx| fold[idx]).collect::<BTreeSet<_>>().len() > 1;
        let n_crossing = self.groups.iter().filter(crosses).count();
        (n_crossing > 0).then(|| {
            format!(
                "{} that belong together (one subject or identical images) cross the published parts, which were \
                 kept as they are",
                counted(n_crossing, "group of cases", "groups of cases")
            )
        })
    }

    fn how(&self) -> String {
        let stratified = match self.config.stratify {
            super::Stratify::Label => ", stratified by label",
            super::Stratify::Site => ", stratified by site",
            super::Stratify::None => "",
        };
        format!("{stratified}, seed {}", self.config.seed)
    }
}

fn sizes(fold: &Fold) -> String {
    let count = |part: Part| (part, fold.iter().filter(|other| **other == Some(part)).count());
    let counts = Part::ALL.map(count).into_iter().filter(|(_, n)| *n > 0);
    counts.map(|(part, n)| format!("{n} {part}")).collect::<Vec<_>>().join(", ")
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
