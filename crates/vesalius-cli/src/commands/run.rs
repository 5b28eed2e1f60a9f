//! `vesalius run RECIPE --data PATH --out DIR`: the whole road by one recipe.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use vesalius::pipeline::{self, Ended, Order};

use super::configuration::Changes;
use super::{audit, estimates};
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// The metrics that are told at the end.
const HEADLINES: [&str; 4] = ["auroc", "accuracy", "sensitivity", "specificity"];

/// The whole road by one recipe; finished stages are not done again
#[derive(Args)]
pub(crate) struct Run {
    /// A TOML file, or the name of a recipe that is built in
    recipe: String,
    /// The dataset: a file or a folder
    #[arg(long, value_name = "PATH")]
    data: PathBuf,
    #[command(flatten)]
    changes: Changes,
}

impl Run {
    /// Fills the run folder `--out` and says what was found.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out_needed("the run")?;
        let recipe = self.changes.draft(&self.recipe, session.seed)?;
        let order = Order { recipe: &recipe, data: &self.data, out, device: session.device };
        let ended = pipeline::run(&order, &session.context())?;
        let artifact = json!({ "schema": 1, "estimates": ended.estimates });
        Outcome::new(Exit::from_problems(ended.n_problems), found(&ended) + &report(&ended), &artifact)
    }
}

/// The audit first, then the scores; the report has all of it.
pub(crate) fn found(ended: &Ended) -> String {
    let headlines = ended.estimates.iter().filter(|estimate| HEADLINES.contains(&estimate.metric.as_str()));
    let problems = match ended.n_problems {
        0 => String::new(),
        n => format!("{n} {} listed in cohort/problems.csv\n", if n == 1 { "problem is" } else { "problems are" }),
    };
    let audit = audit::summary(&ended.findings.findings);
    format!("{audit}\n{problems}test cases:\n{}", estimates::lines(headlines))
}

/// Where to read on.
pub(crate) fn report(ended: &Ended) -> String {
    format!("report: {}", ended.report.display())
}
