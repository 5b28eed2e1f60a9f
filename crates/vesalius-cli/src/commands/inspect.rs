//! `vesalius inspect PATH…`: what is in files and folders, and every problem with its remedy.

mod table;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::inspect;
use vesalius_image::ReadOptions;

use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// What is in these files and folders: format, geometry, values, and every problem with its remedy
#[derive(Args)]
pub(crate) struct Inspect {
    /// Image files of any format, folders of them, DICOM folders, zip archives, DICOMDIR
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Another image that they should lie on: what differs, by how much, and the command that repairs it
    #[arg(long, value_name = "OTHER")]
    like: Option<PathBuf>,
}

impl Inspect {
    /// Shows a record for each image; exit code 2 if any has a problem.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let inspection =
            inspect::inspect(&self.paths, self.like.as_deref(), &ReadOptions::default(), &session.context())?;
        if let Some(out) = session.out() {
            vesalius::artifact::write_json(&out.join("inspection.json"), &inspection)?;
        }
        let exit = Exit::from_problems(inspection.n_problems());
        Outcome::new(exit, table::render(&inspection), &inspection)
    }
}
