//! `vesalius train COHORT`: models from a cohort, a split and a recipe.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use vesalius::split::{self, SplitConfig};
use vesalius::train;

use super::configuration::{Changes, settle};
use super::source::{Opened, Source};
use crate::outcome::Outcome;
use crate::session::Session;

/// Models from a cohort, a split and a recipe; what is finished is not done again
#[derive(Args)]
pub(crate) struct Train {
    /// The recipe: a TOML file, or the name of one that is built in
    #[arg(long, value_name = "RECIPE", default_value = "medmnist")]
    recipe: String,
    #[command(flatten)]
    changes: Changes,
    /// The split (split.csv); made as the recipe says, and written to --out, if not given
    #[arg(long, value_name = "FILE")]
    split: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

impl Train {
    /// Writes a model folder for each fold and seed.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out_needed("the models")?;
        let draft = self.changes.draft(&self.recipe, session.seed)?;
        let opened = self.source.open(session)?;
        let recipe = settle(&draft, &opened)?;
        let split = self.split(&opened, &recipe.split, session)?;
        let stage = recipe.train_stage(session.device);
        train::check(&opened.cohort, &split, &stage, out)?;
        if self.split.is_none() {
            split.save(&opened.cohort, &recipe.split, out)?;
        }
        let folders = train::train((&opened.cohort, &opened.images), &split, &stage, out, &session.context())?;
        let lines: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let summary = lines.join("\n") + &opened.remark();
        Outcome::new(opened.save_problems(out)?, summary, &json!({ "schema": 1, "models": folders }))
    }

    fn split(&self, opened: &Opened, config: &SplitConfig, session: &Session) -> Result<split::Split> {
        match &self.split {
            Some(path) => Ok(split::Split::load(path, &opened.cohort)?),
            None => Ok(split::split(&opened.cohort, config, &opened.duplicates(session)?)?),
        }
    }
}
