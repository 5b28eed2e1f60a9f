//! `vesalius cohort SOURCE`: a dataset as published becomes `cohort.csv` and `cohort.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use vesalius::cohort::{Label, Truth};

use super::source::{Opened, Source};
use crate::outcome::Outcome;
use crate::session::Session;

/// A dataset as published → a cohort: one row a case
#[derive(Args)]
pub(crate) struct Cohort {
    #[command(flatten)]
    source: Source,
}

impl Cohort {
    /// Writes `cohort.csv`, `cohort.toml` and `problems.csv`.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out_needed("the cohort")?;
        let opened = self.source.open(session)?;
        opened.cohort.save(out)?;
        let exit = opened.save_problems(out)?;
        Outcome::table(exit, summary(&opened, out), &out.join("cohort.csv"))
    }
}

fn summary(opened: &Opened, out: &std::path::Path) -> String {
    let cohort = &opened.cohort;
    let mut text = format!("{}: {} cases in {}", cohort.header.name, cohort.cases.len(), out.display());
    for (class, n) in class_counts(opened) {
        write!(text, "\n  {n:>7}  {class}").expect("a string takes everything");
    }
    text + &opened.remark()
}

/// How many cases have each class or finding, in the order of the classes.
fn class_counts(opened: &Opened) -> Vec<(String, usize)> {
    let header = &opened.cohort.header;
    let mut counts: BTreeMap<usize, usize> = (0..header.classes.len()).map(|class| (class, 0)).collect();
    for case in &opened.cohort.cases {
        let present: Vec<usize> = match &case.truth {
            Truth::Class(class) => class.iter().copied().collect(),
            Truth::Findings(labels) => (0..labels.len()).filter(|&idx| labels[idx] == Label::Present).collect(),
        };
        for class in present {
            *counts.entry(class).or_default() += 1;
        }
    }
    counts.into_iter().map(|(class, n)| (header.classes[class].clone(), n)).collect()
}
