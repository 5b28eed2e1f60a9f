//! The one thing that may be fitted on, which only a split can make.

use crate::cohort::{Cohort, Label, Part};
use crate::error::{Error, ErrorKind, Result};

use super::Split;

/// The training cases of one fold; scalers, selectors, oversamplers and thresholds take this and cannot see others.
#[derive(Clone, Debug)]
pub struct TrainSet<'a> {
    cohort: &'a Cohort,
    indices: Vec<usize>,
}

impl<'a> TrainSet<'a> {
    /// The cohort that the indices count in.
    pub fn cohort(&self) -> &'a Cohort {
        self.cohort
    }

    /// The training cases, ascending.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }
}

impl Split {
    /// The training cases of one fold; an error names a class that none of them has.
    pub fn train_set<'a>(&self, cohort: &'a Cohort, fold: usize) -> Result<TrainSet<'a>> {
        let Some(parts) = self.folds.get(fold) else {
            let message = format!("the split has {} folds and no fold {fold}; count from 0", self.n_folds());
            return Err(Error::new(ErrorKind::Configuration, message));
        };
        if parts.len() != cohort.n_cases() {
            let message = format!(
                "the split counts {} cases and cohort {} has {}; split this cohort anew",
                parts.len(),
                cohort.header.name,
                cohort.n_cases()
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        let indices = self.indices(fold, Part::Train);
        check_classes(cohort, &indices, fold)?;
        Ok(TrainSet { cohort, indices })
    }
}

/// A class that is never seen cannot be learned, and a score for it would be a lie.
fn check_classes(cohort: &Cohort, indices: &[usize], fold: usize) -> Result<()> {
    if indices.is_empty() {
        let message = format!(
            "fold {fold} of cohort {} has no training case; give train a share, or choose another split method",
            cohort.header.name
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    for (class_idx, class) in cohort.header.classes.iter().enumerate() {
        if indices.iter().any(|&idx| cohort.cases[idx].truth.label(class_idx) == Label::Present) {
            continue;
        }
        let message = format!(
            "class {class:?} of cohort {} has none of the {} training cases of fold {fold}; expected at least one: \
             add cases of it, take it out of the classes, or split with stratify = \"label\" and fewer folds",
            cohort.header.name,
            indices.len()
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(())
}
