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

/// Checks that a folder may hold what [`train`] makes, before anything is written there.
///
/// # Errors
/// Where one of its models is of other settings, cases or labels.
pub fn check(cohort: &Cohort, split: &Split, stage: &TrainStage, dir: &Path) -> Result<()> {
    members(split, stage).try_for_each(|member| member::check((cohort, split), stage, member, &dir.join(member.name())))
}

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
    // The last member that cannot be trained is told before the first one takes its hours.
    check(cohort, split, stage, dir)?;
    let mut folders = Vec::new();
    for member in members(split, stage) {
        let folder = dir.join(member.name());
        train_member((cohort, images), split, (stage, member), &folder, ctx)?;
        folders.push(folder);
    }
    Ok(folders)
}

fn members(split: &Split, stage: &TrainStage) -> impl Iterator<Item = Member> {
    let seeds = &stage.members.seeds;
    (0..split.n_folds()).flat_map(move |fold| seeds.iter().map(move |seed| Member { fold, seed: *seed }))
}
