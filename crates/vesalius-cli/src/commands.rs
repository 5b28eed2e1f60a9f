//! The commands, one file each: what was typed, what it means, and the one call of the toolkit that does it.

pub(crate) mod audit;
pub(crate) mod cohort;
pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod ensemble;
pub(crate) mod explain;
pub(crate) mod fetch;
pub(crate) mod inspect;
pub(crate) mod measure;
pub(crate) mod phantom;
pub(crate) mod predict;
pub(crate) mod rank;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod source;
pub(crate) mod split;
pub(crate) mod train;

mod configuration;
mod estimates;
mod settings;

use anyhow::Result;

use crate::arguments::Command;
use crate::outcome::Outcome;
use crate::session::Session;

/// Runs a command.
pub(crate) fn run(command: &Command, session: &Session) -> Result<Outcome> {
    match command {
        Command::Demo(demo) => demo.run(session),
        Command::Run(run) => run.run(session),
        Command::Inspect(inspect) => inspect.run(session),
        Command::Convert(convert) => convert.run(session),
        Command::Cohort(cohort) => cohort.run(session),
        Command::Audit(audit) => audit.run(session),
        Command::Split(split) => split.run(session),
        Command::Train(train) => train.run(session),
        Command::Predict(predict) => predict.run(session),
        Command::Explain(explain) => explain.run(session),
        Command::Ensemble(ensemble) => ensemble.run(session),
        Command::Measure(measure) => measure.run(session),
        Command::Rank(rank) => rank.run(session),
        Command::Report(report) => report.run(session),
        Command::Phantom(phantom) => phantom.run(session),
        Command::Fetch(fetch) => fetch.run(session),
        Command::Schema(schema) => schema.run(session),
    }
}
