//! `vesalius audit COHORT`: what would make a result untrue, and an exit code that stops a pipeline.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::audit::{self, Evidence, Finding, Findings, Severity, verdict};
use vesalius::split;

use super::source::{Source, by_name};
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Leaks, duplicates, imbalance, label conflicts
#[derive(Args)]
pub(crate) struct Audit {
    /// The split in use (split.csv); the publisher's own is audited in any case
    #[arg(long, value_name = "FILE")]
    split: Option<PathBuf>,
    /// End with exit code 3 if a finding is as bad as this or worse: warn or fail
    #[arg(long, value_name = "SEVERITY", value_parser = by_name::<Severity>)]
    fail_on: Option<Severity>,
    #[command(flatten)]
    source: Source,
}

impl Audit {
    /// Shows the findings, and writes `findings.json` where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let opened = self.source.open(session)?;
        let split = self.split.as_deref().map(|path| split::Split::load(path, &opened.cohort)).transpose()?;
        let duplicates = opened.duplicates(session)?;
        let findings = Findings::new(audit::audit(&Evidence {
            cohort: &opened.cohort,
            images: &opened.images,
            split: split.as_ref(),
            duplicates: &duplicates,
            ctx: &session.context(),
        })?);
        let mut exit = opened.exit();
        if let Some(out) = session.out() {
            findings.save(&out.join("findings.json"))?;
            opened.save_problems(out)?;
        }
        if self.fail_on.is_some_and(|limit| findings.findings.iter().any(|finding| is_as_bad(finding, limit))) {
            exit = Exit::FailOn;
        }
        Outcome::new(exit, summary(&findings.findings) + &opened.remark(), &findings)
    }
}

/// A check that passed is never bad enough to fail on.
fn is_as_bad(finding: &Finding, limit: Severity) -> bool {
    finding.severity > Severity::Pass && finding.severity >= limit
}

/// The verdict, then each finding, the worst first.
pub(crate) fn summary(findings: &[Finding]) -> String {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let mut text = verdict(findings);
    for finding in sorted {
        write!(text, "\n  {}  {}: {}", word(finding.severity), finding.check, finding.message)
            .expect("a string takes everything");
    }
    text
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Pass => "pass",
        Severity::Warn => "WARN",
        Severity::Fail => "FAIL",
    }
}
