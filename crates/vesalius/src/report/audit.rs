//! The section of the audit: the worst findings first, with the cases they concern.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::page::{Block, CaseGroup, FindingItem, Picture, Section};
use super::run_folder::RunFolder;
use super::text;
use crate::error::{Error, ErrorKind, Result};

/// Groups of cases that are listed for one finding.
const GROUPS_MAX: usize = 12;
/// Cases that are listed of one group.
const CASES_MAX: usize = 8;
/// Groups whose images are shown for one finding.
const IMAGE_GROUPS_MAX: usize = 6;
/// Images that are shown of one group.
const IMAGES_MAX: usize = 4;

/// How bad a finding is; worse sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    Fail,
    Warn,
    Pass,
}

/// One finding of `findings.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Finding {
    check: String,
    severity: Severity,
    message: String,
    statistic: Option<f64>,
    #[serde(default)]
    cases: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Findings {
    schema: u32,
    findings: Vec<Finding>,
}

/// Reads the findings, worst first; the order of the checks is kept among equals.
pub(super) fn read(run: &RunFolder<'_>) -> Result<Option<Vec<Finding>>> {
    let Some(Findings { schema, mut findings }) = run.json("audit/findings.json")? else { return Ok(None) };
    if schema != 1 {
        let message = format!(
            "audit/findings.json has schema {schema}; expected 1, which this version of `vesalius audit` writes"
        );
        return Err(Error::new(ErrorKind::Format, message));
    }
    findings.sort_by_key(|finding| finding.severity);
    Ok(Some(findings))
}

/// One sentence for the summary.
pub(super) fn verdict(findings: Option<&[Finding]>) -> String {
    let Some(findings) = findings else { return "This cohort was not audited.".to_owned() };
    let n = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let (fails, warns) = (n(Severity::Fail), n(Severity::Warn));
    let checked = text::counted(findings.len() as u64, "finding", "findings");
    if fails + warns == 0 {
        return format!("The audit passed ({checked}, none of them a failure or a warning).");
    }
    let mut parts = Vec::new();
    if fails > 0 {
        parts.push(text::counted(fails, "failure", "failures"));
    }
    if warns > 0 {
        parts.push(text::counted(warns, "warning", "warnings"));
    }
    let first = findings.first().map_or("", |finding| finding.message.as_str());
    let caution = if fails > 0 { " Read the estimates in this light." } else { "" };
    format!("The audit found {}: {}{caution}", text::list(&parts), text::sentence(first))
}

/// `1 fail, 2 warn, 3 pass` for the key facts.
pub(super) fn tally(findings: Option<&[Finding]>) -> (String, String) {
    let Some(findings) = findings else { return ("–".to_owned(), "not audited".to_owned()) };
    let n = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let word = findings.first().map_or("Pass", |finding| words(finding.severity).1);
    let (fail, warn, pass) = (n(Severity::Fail), n(Severity::Warn), n(Severity::Pass));
    (word.to_owned(), format!("{fail} fail, {warn} warn, {pass} pass"))
}

/// The section; `images` are the pictures of cases that the run keeps.
pub(super) fn section(run: &RunFolder<'_>, findings: Option<&[Finding]>, images: &BTreeMap<String, String>) -> Section {
    let block = match findings {
        None => Block::Absent(
            "This run folder holds no audit/findings.json, so nothing is known of duplicates, leaks or missing classes. `vesalius audit` makes it."
                .to_owned(),
        ),
        Some([]) => Block::Paragraph("The audit ran and no check had anything to report.".to_owned()),
        Some(findings) => Block::Findings(findings.iter().map(|finding| item(run, finding, images)).collect()),
    };
    Section { id: "audit", title: "Audit", blocks: vec![block] }
}

fn item(run: &RunFolder<'_>, finding: &Finding, images: &BTreeMap<String, String>) -> FindingItem {
    let (severity, verdict) = words(finding.severity);
    let groups = finding.cases.iter().filter(|group| !group.is_empty()).take(GROUPS_MAX).enumerate();
    let groups = groups.map(|(idx, group)| CaseGroup {
        cases: case_list(group),
        images: if idx < IMAGE_GROUPS_MAX { pictures(run, group, images) } else { Vec::new() },
    });
    let n_hidden = finding.cases.iter().filter(|group| !group.is_empty()).count().saturating_sub(GROUPS_MAX);
    let more = (n_hidden > 0).then(|| {
        format!(
            "and {}; all of them are in audit/findings.json",
            text::counted(n_hidden as u64, "further group", "further groups")
        )
    });
    FindingItem {
        severity,
        verdict,
        check: text::title(&finding.check),
        message: text::sentence(&finding.message),
        statistic: finding.statistic.map(text::short),
        groups: groups.collect(),
        more,
    }
}

fn case_list(group: &[String]) -> String {
    let shown = group.iter().take(CASES_MAX).cloned().collect::<Vec<_>>().join(" · ");
    let n_hidden = group.len().saturating_sub(CASES_MAX);
    if n_hidden == 0 { shown } else { format!("{shown} and {} more", text::count(n_hidden as u64)) }
}

/// Images of one group, shown only where at least two can be compared.
fn pictures(run: &RunFolder<'_>, group: &[String], images: &BTreeMap<String, String>) -> Vec<Picture> {
    if group.len() < 2 {
        return Vec::new();
    }
    let picture = |case: &String| {
        let own = format!("{case}_image.png");
        let source = run.picture(images.get(case).unwrap_or(&own))?;
        Some(Picture { source, alt: format!("Image of case {case}") })
    };
    let pictures: Vec<Picture> = group.iter().filter_map(picture).take(IMAGES_MAX).collect();
    if pictures.len() < 2 { Vec::new() } else { pictures }
}

fn words(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Fail => ("fail", "Fail"),
        Severity::Warn => ("warn", "Warn"),
        Severity::Pass => ("pass", "Pass"),
    }
}
