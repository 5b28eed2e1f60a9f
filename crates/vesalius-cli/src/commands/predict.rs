//! `vesalius predict MODEL COHORT`: scores of any cohort by any models.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::model::Model;
use vesalius::predict::{self, Said};
use vesalius::split;

use super::source::{Opened, Source};
use crate::outcome::Outcome;
use crate::session::Session;

/// Scores of a cohort, averaged over models
#[derive(Args)]
pub(crate) struct Predict {
    /// A model folder, or a folder of several that are averaged
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Only the test cases of this split (split.csv), each by the models of its fold
    #[arg(long, value_name = "FILE")]
    split: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

impl Predict {
    /// Writes `predictions.csv`, and those of each model to `members/`.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out_needed("predictions.csv")?;
        let models = Model::load_all(&self.model, session.device)?;
        let opened = self.source.open(session)?;
        let said = match &self.split {
            Some(path) => {
                let split = split::Split::load(path, &opened.cohort)?;
                predict::predict_test(&models, (&opened.cohort, &opened.images), &split, &session.context())?
            }
            None => predict_all(&models, &opened, session)?,
        };
        said.save(out)?;
        let path = out.join("predictions.csv");
        let summary = format!("{} cases by {} models in {}", said.mean.rows.len(), models.len(), path.display());
        Outcome::table(opened.save_problems(out)?, summary + &opened.remark(), &path)
    }
}

/// The scores of every case of a cohort.
pub(crate) fn predict_all(models: &[Model], opened: &Opened, session: &Session) -> Result<Said> {
    let all: Vec<usize> = (0..opened.cohort.cases.len()).collect();
    Ok(predict::predict(models, (&opened.cohort, &opened.images), &all, &session.context())?)
}
