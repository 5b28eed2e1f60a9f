//! The report stage: one HTML file that opens offline and tells a reviewer what to believe.
//!
//! It reads the artefacts of a run folder and nothing else, so that a report can be made again, anywhere, from what is
//! archived. A section is a sibling file that turns artefacts into blocks of plain text and drawings; `template.html`
//! escapes all of it. The same folder gives the same bytes.

mod audit;
mod chart;
mod cohort;
mod estimate;
mod explanations;
mod glossary;
mod page;
mod performance;
mod predictions;
mod provenance;
mod run_folder;
mod scores;
mod settings;
mod split;
mod summary;
mod text;
mod training;

use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};

use crate::artifact;
use crate::error::{Error, ErrorKind, Result};
use page::Page;
use run_folder::RunFolder;

pub(crate) use chart::RankRow;

const TEMPLATE: &str = include_str!("report/template.html");
const STYLE: &str = include_str!("report/style.css");

/// The figure of a leaderboard, a file of its own.
pub(crate) fn rank_figure(title: &str, rows: &[RankRow]) -> String {
    chart::ranks(title, rows).standalone()
}

/// Writes `report.html` into a run folder and says where it lies.
pub fn write(run: &Path) -> Result<PathBuf> {
    let path = run.join("report.html");
    artifact::write_bytes(&path, render(run)?.as_bytes())?;
    Ok(path)
}

/// The report of a run folder as HTML; absent artefacts are named in it, malformed ones are an error.
pub fn render(run: &Path) -> Result<String> {
    let page = page(&RunFolder::open(run)?)?;
    lay_out(&page).map_err(|error| {
        let message = format!("the report of {} could not be laid out; this is a defect of the toolkit", run.display());
        Error::new(ErrorKind::Format, message).with_source(error)
    })
}

fn lay_out(page: &Page) -> std::result::Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // A misspelled name in the template is an error, not a hole in the report.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    // The name ends in `.html`, which is what turns escaping on.
    environment.add_template("report.html", TEMPLATE)?;
    environment.get_template("report.html")?.render(context! { page => Serde(page), style => STYLE })
}

/// The sections in the order in which a reviewer reads: what casts doubt comes first.
fn page(run: &RunFolder<'_>) -> Result<Page> {
    let cases = cohort::Cases::read(run)?;
    let header = match &cases {
        Some(cases) => cases.header.clone(),
        None => run.toml("cohort/cohort.toml")?.unwrap_or_default(),
    };
    let (findings, split, predictions) =
        (audit::read(run)?, split::Split::read(run)?, predictions::Predictions::read(run)?);
    let (scores, maps) = (scores::Scores::read(run, &header.classes)?, explanations::read(run)?);
    let images = explanations::images(maps.as_deref());
    let evidence = summary::Evidence {
        header: &header,
        cases: cases.as_ref(),
        findings: findings.as_deref(),
        predictions: predictions.as_ref(),
        scores: &scores,
    };
    let mut page = Page {
        title: if header.name.is_empty() { "Report".to_owned() } else { header.name.clone() },
        summary: evidence.summary(),
        key_facts: evidence.key_facts(),
        sections: vec![
            audit::section(run, findings.as_deref(), &images),
            cohort::section(run, cases.as_ref())?,
            split::section(run, split.as_ref(), cases.as_ref())?,
            training::section(run)?,
            performance::section(&scores, predictions.as_ref(), split.as_ref()),
            explanations::section(run, maps.as_deref()),
            provenance::section(run)?,
            glossary::section(&scores.estimates),
        ],
    };
    page.number();
    Ok(page)
}
