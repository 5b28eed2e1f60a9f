//! `vesalius measure TASK --truth T --pred P`: scores of predictions, whoever's software made them.

mod agree;
mod classify;
mod segment;
mod survive;

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
    Classify(Box<classify::Classify>),
    Segment(Box<segment::Segment>),
    Survive(survive::Survive),
    Agree(agree::Agree),
}

impl Measure {
    /// Shows the scores, and writes them with their curves where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        match &self.task {
            Task::Classify(classify) => classify.run(session),
            Task::Segment(segment) => segment.run(session),
            Task::Survive(survive) => survive.run(session),
            Task::Agree(agree) => agree.run(session),
        }
    }
}
