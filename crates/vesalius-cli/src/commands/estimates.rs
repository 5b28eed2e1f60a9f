//! Estimates as lines: what was measured, its value with its interval, and over how many cases.

use std::fmt::Write as _;

use vesalius_stats::Estimate;
use vesalius_stats::hypothesis::Test;

/// All estimates, or those of some metrics, one a line.
pub(crate) fn lines<'a>(estimates: impl IntoIterator<Item = &'a Estimate>) -> String {
    let rows: Vec<[String; 4]> = estimates.into_iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (metric, target, value) = (width(0), width(1), width(2));
    let mut text = String::new();
    for [name, of, number, n] in &rows {
        writeln!(text, "  {name:metric$}  {of:target$}  {number:value$}  {n}").expect("a string takes everything");
    }
    text
}

/// Tests of hypotheses, one a line.
pub(crate) fn tests(tests: &[Test]) -> String {
    let mut text = String::new();
    for test in tests {
        let found = match (test.statistic, test.p) {
            (Some(statistic), Some(p)) if p < 0.0001 => format!("p < 0.0001, statistic {statistic:.3}"),
            (Some(statistic), Some(p)) => format!("p = {p:.4}, statistic {statistic:.3}"),
            _ => format!("undefined: {}", test.undefined.as_deref().unwrap_or("no reason given")),
        };
        writeln!(text, "  test of {} of {}: {found} ({}), n = {}", test.test, test.target, test.method, test.n)
            .expect("a string takes everything");
    }
    text
}

fn row(estimate: &Estimate) -> [String; 4] {
    let target = match estimate.group.as_str() {
        "" | "all" => estimate.target.clone(),
        group => format!("{} in {group}", estimate.target),
    };
    [estimate.metric.clone(), target, value(estimate), format!("n = {}", estimate.n)]
}

fn value(estimate: &Estimate) -> String {
    let Some(value) = estimate.value else {
        return format!("undefined: {}", estimate.undefined.as_deref().unwrap_or("no reason given"));
    };
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!("{value:.3} ({low:.3} to {high:.3})"),
        _ => format!("{value:.3}"),
    }
}
