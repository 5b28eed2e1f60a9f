//! `vesalius report RUN`: the report of a run folder, made anew from its artefacts.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use vesalius::report;

use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// The report of a run: one HTML file that opens offline
#[derive(Args)]
pub(crate) struct Report {
    /// The folder that `vesalius run` left
    #[arg(value_name = "RUN")]
    run: PathBuf,
}

impl Report {
    /// Writes `report.html` into the run folder, or into `--out`.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let folder = session.out().unwrap_or(&self.run);
        let path = folder.join("report.html");
        vesalius::artifact::write_bytes(&path, report::render(&self.run)?.as_bytes())?;
        Outcome::new(Exit::Done, path.display().to_string(), &json!({ "schema": 1, "path": path }))
    }
}
