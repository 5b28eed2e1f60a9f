//! `vesalius measure TASK --truth T --pred P`: scores of predictions, whoever's software made them.

mod classify;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::outcome::Outcome;
use crate::session::Session;

/// Scores of predictions with their intervals; files, folders or cohorts of any origin
#[derive(Args)]
pub(crate) struct Measure {
    #[command(subcommand)]
    task: Task,
}

/// What the predictions are about.
#[derive(Subcommand)]
enum Task {
    // Its options are many, and a place of their own keeps the others small.
    Classify(Box<classify::Classify>),
}

impl Measure {
    /// Shows the scores, and writes them with their curves where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        match &self.task {
            Task::Classify(classify) => classify.run(session),
        }
    }
}
