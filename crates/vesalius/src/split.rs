//! The split stage: which case trains, which chooses and which tests, so that no subject and no duplicate crosses.
//!
//! Methods are sibling files; [`TrainSet`] is the only thing that anything may be fitted on, and only a split makes one.

mod assign;
mod config;
mod groups;
mod method;
mod table;
mod train_set;

use crate::cohort::{Cohort, Part};
use crate::error::Result;

pub use config::{Group, Method, SplitConfig, Stratify};
pub use train_set::TrainSet;

/// The parts of every case in every fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// `folds[fold][case_idx]`; `None` where the case is not used.
    pub folds: Vec<Vec<Option<Part>>>,
    /// How the split came about, in plain sentences for the report.
    pub note: String,
}

/// Splits a cohort; `duplicates` are groups of case indices with identical images, which stay together.
pub fn split(cohort: &Cohort, config: &SplitConfig, duplicates: &[Vec<usize>]) -> Result<Split> {
    config.check()?;
    method::split(cohort, config, duplicates)
}

impl Split {
    /// How many folds there are.
    pub fn n_folds(&self) -> usize {
        self.folds.len()
    }

    /// The cases of one part of one fold, ascending; empty for a fold that there is not.
    pub fn indices(&self, fold: usize, part: Part) -> Vec<usize> {
        let parts = self.folds.get(fold).map_or(&[][..], Vec::as_slice);
        parts.iter().enumerate().filter(|(_, other)| **other == Some(part)).map(|(idx, _)| idx).collect()
    }
}
