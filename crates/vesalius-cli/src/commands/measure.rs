//! `vesalius measure TASK --truth T --pred P`: scores of predictions, whoever's software made them.

mod agree;
mod classify;
mod detect;
mod localize;
mod segment;
mod survive;

use std::fmt::Write as _;

use anyhow::Result;
use clap::{Args, Subcommand};
use vesalius_stats::Estimate;

use crate::commands::estimates;
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
    Detect(detect::Detect),
    Localize(localize::Localize),
}

impl Measure {
    /// Shows the scores, and writes them with their curves where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        match &self.task {
            Task::Classify(classify) => classify.run(session),
            Task::Segment(segment) => segment.run(session),
            Task::Survive(survive) => survive.run(session),
            Task::Agree(agree) => agree.run(session),
            Task::Detect(detect) => detect.run(session),
            Task::Localize(localize) => localize.run(session),
        }
    }
}

/// How many cases there were, every estimate, and what else there is to know.
fn summary(n_cases: usize, estimates: &[Estimate], notes: &[String]) -> String {
    let mut text = format!("{n_cases} cases\n{}", estimates::lines(estimates));
    for note in notes {
        writeln!(text, "note: {note}").expect("a string takes everything");
    }
    text
}
