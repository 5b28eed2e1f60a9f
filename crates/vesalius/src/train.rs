//! The train stage: a model from a cohort, a split and a configuration; killed at any moment, it goes on.

mod config;
mod member;
mod source;

use std::path::{Path, PathBuf};

pub use config::{Calibration, ClassWeights, Members, TrainStage};
pub use member::{Member, train_member};
pub use source::Cases;

use crate::cohort::{Cohort, Images};
use crate::error::Result;
use crate::progress::Context;
use crate::split::Split;

/// Trains every member that the configuration asks for, one for each fold and seed, into folders under `dir`.
///
/// Members that are there already are not trained again; one that was interrupted goes on where it stopped.
pub fn train(
    (cohort, images): (&Cohort, &Images),
    split: &Split,
    stage: &TrainStage,
    dir: &Path,
    ctx: &Context<'_>,
) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for fold in 0..split.n_folds() {
        for &seed in &stage.members.seeds {
            let member = Member { fold, seed };
            let folder = dir.join(member.name());
            train_member((cohort, images), split, (stage, member), &folder, ctx)?;
            folders.push(folder);
        }
    }
    Ok(folders)
}
