//! The ensemble stage: what several models or raters say of the same cases becomes one opinion.
//!
//! Scores, masks, boxes and grids of scores are told apart by what is in the files. Methods that learn see no case that
//! they then score: they are fitted on the other folds, by the column `fold` of the predictions.

mod boxes;
mod grids;
mod inputs;
mod learned;
mod maps;
mod masks;
mod raters;
mod scores;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vesalius_image::ReadOptions;
use vesalius_stats::Estimate;
use vesalius_stats::fuse::{self, METHODS, Method};

use crate::artifact;
use crate::cohort::Problem;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::Context;

use inputs::Kind;

/// How opinions become one.
#[derive(Clone, Debug, PartialEq)]
pub struct EnsembleConfig {
    /// Name of the method in the registry of `vesalius_stats::fuse`.
    pub method: String,
    /// What becomes of voxels on which labels tie; default background.
    pub ties: Ties,
    /// What a map of probabilities or a cell must exceed to count; default 0.5.
    pub threshold: f64,
    /// What is true of the cases, for methods that learn: a cohort, a `MedMNIST` file, or a table.
    pub truth: Option<PathBuf>,
    /// Nominal coverage of intervals of performance; default 0.95.
    pub level: f64,
    /// Limits of what is read.
    pub read: ReadOptions,
}

/// What becomes of voxels on which labels tie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ties {
    /// Nothing: they are background.
    #[default]
    Background,
    /// They get the highest of the tied labels.
    Highest,
    /// They get what the first rater said.
    First,
}

/// What was combined: the artefact of the stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ensembled {
    /// Version of this form.
    pub schema: u32,
    /// Name of the method.
    pub method: String,
    /// Models or raters, in the order in which they were named.
    pub members: Vec<String>,
    /// How many cases were combined.
    pub n_cases: usize,
    /// The files, tables first.
    pub written: Vec<PathBuf>,
    /// What a method that learns gave each member.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<Weight>,
    /// What STAPLE estimates of each rater.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub performance: Vec<Performance>,
    /// Cases that could not be combined, and why.
    pub problems: Vec<Problem>,
    /// What was left out or assumed, for whoever ran it.
    pub notes: Vec<String>,
}

/// What a method that learns gave a member.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weight {
    /// The fold whose cases are scored with it, learned on all others.
    pub fold: String,
    /// The class; `all` where one weight serves all.
    pub class: String,
    /// The member; `intercept` for what belongs to none.
    pub member: String,
    /// The weight.
    pub weight: f64,
}

/// What STAPLE estimates of one rater on one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Performance {
    /// The case.
    pub case: String,
    /// Sensitivity or specificity for a label, the target; the group is the rater.
    #[serde(flatten)]
    pub estimate: Estimate,
}

impl Default for EnsembleConfig {
    fn default() -> Self {
        Self {
            method: fuse::METHODS[0].name.to_owned(),
            ties: Ties::Background,
            threshold: 0.5,
            truth: None,
            level: 0.95,
            read: ReadOptions::default(),
        }
    }
}

impl From<Ties> for fuse::Ties {
    fn from(ties: Ties) -> Self {
        match ties {
            Ties::Background => Self::Background,
            Ties::Highest => Self::Highest,
            Ties::First => Self::First,
        }
    }
}

/// Combines files or folders of the same cases and writes the result into `out`, or into the one mask that `out` names.
pub fn ensemble(inputs: &[PathBuf], config: &EnsembleConfig, out: &Path, ctx: &Context<'_>) -> Result<Ensembled> {
    let method = method(&config.method)?;
    check(config)?;
    let inputs = inputs::recognize(inputs)?;
    if !method.takes.contains(&inputs.kind.takes(method)) {
        return Err(unfit(method, inputs.kind));
    }
    if inputs.paths.len() < 2 && method.name != "cross" {
        let message =
            format!("method {} combines at least two inputs, and one was named; name the others", method.name);
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let mut done = match inputs.kind {
        Kind::Scores => scores::fuse(&inputs, method, config, out)?,
        Kind::Masks => masks::fuse(&inputs, method, config, out, ctx)?,
        Kind::Boxes => boxes::fuse(&inputs, out)?,
        Kind::Grids => grids::fuse(&inputs, config, out)?,
    };
    (done.schema, done.method, done.members) = (1, method.name.to_owned(), inputs.members);
    Ok(done)
}

/// The method of this name.
fn method(name: &str) -> Result<&'static Method> {
    METHODS.iter().find(|method| method.name == name).ok_or_else(|| {
        let names: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
        let message = format!("there is no method {name:?}; there is: {}", names.join(", "));
        Error::new(ErrorKind::Configuration, message)
    })
}

fn check(config: &EnsembleConfig) -> Result<()> {
    let refuse = |what: &str, value: f64, expected: &str| {
        Err(Error::new(ErrorKind::Configuration, format!("{what} is {value}; expected {expected}")))
    };
    if !(config.threshold > 0.0 && config.threshold < 1.0) {
        return refuse("the threshold", config.threshold, "a number between 0 and 1, such as 0.5");
    }
    if !(config.level > 0.0 && config.level < 1.0) {
        return refuse("the level of intervals", config.level, "a number between 0 and 1, such as 0.95");
    }
    Ok(())
}

fn unfit(method: &Method, kind: Kind) -> Error {
    let fitting = METHODS.iter().filter(|other| other.takes.contains(&kind.takes(other)));
    let names: Vec<&str> = fitting.map(|method| method.name).collect();
    let message =
        format!("method {} does not combine {}; expected one of {}", method.name, kind.plural(), names.join(", "));
    Error::new(ErrorKind::Configuration, message)
}

/// An error of the methods, which know no files, with the case or the files in front.
fn in_case(case: impl Into<String>) -> impl Fn(vesalius_stats::Error) -> Error {
    let case = case.into();
    move |error| {
        let kind = match error.kind() {
            vesalius_stats::ErrorKind::Parameter => ErrorKind::Configuration,
            _ => ErrorKind::Data,
        };
        Error::new(kind, format!("{case}: {error}"))
    }
}

/// Names for a note, some of them where there are many.
fn some_of(names: &[String]) -> String {
    const N_NAMED: usize = 5;
    match names.split_at_checked(N_NAMED) {
        Some((first, others)) if !others.is_empty() => format!("{} and {} more", first.join(", "), others.len()),
        _ => names.join(", "),
    }
}

/// Writes a table into the folder, and adds it to what was written.
fn write_table(done: &mut Ensembled, path: PathBuf, rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
    artifact::write_table(&path, rows)?;
    done.written.push(path);
    Ok(())
}
