//! `vesalius explain MODEL COHORT`: where a model looked, as pictures and as volumes.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::explain::{self, ExplainConfig};
use vesalius::model::Model;
use vesalius::predictions::Predictions;

use super::predict::predict_all;
use super::source::Source;
use crate::outcome::Outcome;
use crate::session::Session;

/// Heat maps of the most confident right and wrong cases
#[derive(Args)]
pub(crate) struct Explain {
    /// A model folder, or a folder of several whose maps are averaged
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// The predictions to choose from; all cases are predicted if not given
    #[arg(long, value_name = "FILE")]
    pred: Option<PathBuf>,
    /// How many right cases, and as many wrong ones
    #[arg(long, value_name = "N")]
    cases: Option<usize>,
    #[command(flatten)]
    source: Source,
}

impl Explain {
    /// Writes `maps.csv` and, for each case, an overlay, the image and a NIfTI volume.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out_needed("the maps")?;
        let models = Model::load_all(&self.model, session.device)?;
        let opened = self.source.open(session)?;
        let predictions = match &self.pred {
            Some(path) => Predictions::load(path)?,
            None => predict_all(&models, &opened, session)?.mean,
        };
        let default = ExplainConfig::default();
        let config = ExplainConfig { cases: self.cases.unwrap_or(default.cases) };
        let data = (&opened.cohort, &opened.images);
        let explained = explain::explain(&models, data, &predictions, &config, (out, &session.context()))?;
        let path = out.join("maps.csv");
        let summary = format!("{} cases in {}", explained.len(), path.display());
        Outcome::table(opened.save_problems(out)?, summary + &opened.remark(), &path)
    }
}
