//! `SOURCE [--layout NAME …]`: how every command that needs images is told where they are.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde::de::DeserializeOwned;
use vesalius::audit;
use vesalius::cohort::{self, Cohort, Images, Layout, Problem, ReadOptions, Task};

use crate::outcome::Exit;
use crate::session::Session;

/// A cohort or a dataset as published.
#[derive(Args)]
pub(crate) struct Source {
    /// A cohort (its folder or cohort.csv), or the file or folder of a dataset as published
    #[arg(value_name = "COHORT")]
    path: PathBuf,
    #[command(flatten)]
    reading: Reading,
}

/// What a dataset does not say of itself.
#[derive(Args)]
#[command(next_help_heading = "How to read the dataset")]
pub(crate) struct Reading {
    /// How it lies on the disk: medmnist, csv or class-folders; guessed if not given
    #[arg(long, value_name = "NAME")]
    layout: Option<Layout>,
    /// What is to be told: binary, multi-class, ordinal or multi-label; guessed from the labels if not given
    #[arg(long, value_name = "TASK", value_parser = by_name::<Task>)]
    task: Option<Task>,
    /// The names of the classes in the order of their numbers
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    classes: Option<Vec<String>>,
    /// The name of the cohort
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// A cohort with its images, and what had to be left out.
pub(crate) struct Opened {
    pub(crate) cohort: Cohort,
    pub(crate) images: Images,
    pub(crate) problems: Vec<Problem>,
}

impl Source {
    /// Reads the cohort and decodes every image once.
    pub(crate) fn open(&self, session: &Session) -> Result<Opened> {
        let options = self.reading.options();
        let (cohort, images, problems) = cohort::open(&self.path, self.reading.layout, &options, &session.context())?;
        Ok(Opened { cohort, images, problems })
    }
}

impl Reading {
    /// What the options mean.
    pub(crate) fn options(&self) -> ReadOptions {
        ReadOptions {
            name: self.name.clone(),
            task: self.task,
            classes: self.classes.clone(),
            ..ReadOptions::default()
        }
    }
}

impl Opened {
    /// Groups of cases with identical images.
    pub(crate) fn duplicates(&self, session: &Session) -> Result<Vec<Vec<usize>>> {
        let fingerprints = cohort::fingerprints(&self.cohort, &self.images, &session.context())?;
        Ok(audit::duplicates(&fingerprints))
    }

    /// Writes `problems.csv` into a folder and says what that means for the exit code.
    pub(crate) fn save_problems(&self, folder: &std::path::Path) -> Result<Exit> {
        cohort::save_problems(&folder.join("problems.csv"), &self.problems)?;
        Ok(self.exit())
    }

    /// The exit code where nothing but problems may spoil it.
    pub(crate) fn exit(&self) -> Exit {
        Exit::from_problems(self.problems.len())
    }

    /// How many cases could not be used, as a remark; empty if all could.
    pub(crate) fn remark(&self) -> String {
        let Some(first) = self.problems.first() else { return String::new() };
        let n = self.problems.len();
        format!("\n{n} {}, the first: {}: {}", if n == 1 { "problem" } else { "problems" }, first.case, first.message)
    }
}

/// A value by the name that it has in configuration files.
pub(crate) fn by_name<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}
