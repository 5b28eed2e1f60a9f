//! `vesalius ensemble A B … --method NAME --out DIR`: what several models or raters say becomes one opinion.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::ensemble::{EnsembleConfig, Ensembled, Ties, ensemble};

use super::source::by_name;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Predictions, masks or boxes of several models become one
#[derive(Args)]
pub(crate) struct Ensemble {
    /// Several predictions.csv, mask files, folders of masks, or boxes.csv of the same cases
    #[arg(required = true, value_name = "PATH")]
    inputs: Vec<PathBuf>,
    /// Predictions: mean, logit-mean, rank-mean, stack or greedy; masks: majority, mean, staple, simple or cross;
    /// boxes: weighted-boxes
    #[arg(long, value_name = "NAME")]
    method: String,
    /// What is true, for stack and greedy, which learn from the other folds: a cohort, a MedMNIST file, or a table
    #[arg(long, value_name = "PATH")]
    truth: Option<PathBuf>,
    /// What voxels become on which labels tie: background, highest or first [default: background]
    #[arg(long, value_name = "RULE", value_parser = by_name::<Ties>)]
    ties: Option<Ties>,
    /// What a mean map or a cell must exceed [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    threshold: Option<f64>,
}

impl Ensemble {
    /// Writes the tables or masks; exit code 2 where cases could not be combined.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out_needed("the ensemble, or one mask such as fused.nii.gz")?;
        let default = EnsembleConfig::default();
        let config = EnsembleConfig {
            method: self.method.clone(),
            ties: self.ties.unwrap_or(default.ties),
            threshold: self.threshold.unwrap_or(default.threshold),
            truth: self.truth.clone(),
            ..default
        };
        let done = ensemble(&self.inputs, &config, out, &session.context())?;
        Outcome::new(Exit::from_problems(done.problems.len()), summary(&done), &done)
    }
}

fn summary(done: &Ensembled) -> String {
    let (n, members) = (done.n_cases, done.members.join(", "));
    let mut text = format!("{n} {} by {} of {members}", if n == 1 { "case" } else { "cases" }, done.method);
    let mut line = |line: String| write!(text, "\n{line}").expect("a string takes everything");
    for of in done.performance.iter().filter(|_| n == 1) {
        let found = &of.estimate;
        let value = found.value.map_or("undefined".to_owned(), |value| format!("{value:.4}"));
        line(format!("  {} of label {} by {}: {value}", found.metric, found.target, found.group));
    }
    for weight in &done.weights {
        line(format!("  fold {}: {} of {} for {}", weight.fold, number(weight.weight), weight.member, weight.class));
    }
    for note in &done.notes {
        line(format!("note: {note}"));
    }
    for problem in &done.problems {
        line(format!("problem: {}: {}", problem.case, problem.message));
    }
    // The masks of many cases are in one folder, which the first names.
    for path in done.written.iter().take(1).chain(done.written.iter().skip(1).filter(|path| path.ends_with("csv"))) {
        line(format!("wrote {}", path.display()));
    }
    text
}

fn number(weight: f64) -> String {
    format!("{weight:.3}")
}
