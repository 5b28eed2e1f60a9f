//! The same metrics within groups of cases, and how groups differ.
//!
//! A group is measured as if it were all there is. Its difference from the rest, or from a group of reference, is of
//! independent cases, so the interval follows from the two intervals by variance recovery (`interval/mover.rs`). There is
//! no correction for the number of groups: with many of them, some difference will stand out by chance.

use super::METRICS;
use super::resampled::{measured, with_intervals};
use crate::cases::Cases;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::interval::mover;
use crate::options::Options;
use crate::target::Study;

/// Metrics that are told of every group: what depends on prevalence stands beside it.
const GROUPED: &[&str] = &[
    "auroc",
    "average_precision",
    "accuracy",
    "balanced_accuracy",
    "mcc",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "f1",
    "brier",
    "ece",
    "prevalence",
];

/// Which group each case belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Their names, in the order of the table.
    pub names: Vec<String>,
    /// The group of each case by its place in `names`; `None` belongs to no group and is left out.
    pub of_case: Vec<Option<usize>>,
    /// The group that the others are compared with; `None` compares each with all others together.
    pub reference: Option<usize>,
}

impl Groups {
    fn check(&self, cases: &Cases) -> Result<()> {
        let (n, n_cases) = (self.of_case.len(), cases.n_cases());
        if n != n_cases {
            return Err(Error::length(format!("there are {n} groups for {n_cases} cases; expected one for each case")));
        }
        let n_groups = self.names.len();
        if let Some(stray) = self.of_case.iter().flatten().chain(&self.reference).find(|group| **group >= n_groups) {
            return Err(Error::value(format!(
                "there is a group {stray}; expected 0 to {} ",
                n_groups.saturating_sub(1)
            )));
        }
        Ok(())
    }

    fn members(&self, is_member: impl Fn(usize) -> bool) -> Vec<u32> {
        let cases = (0..).zip(&self.of_case);
        cases.filter(|(_, group)| group.is_some_and(&is_member)).map(|(case, _)| case).collect()
    }
}

/// Estimates of every group, and differences named `<metric>_difference` of groups named `a - b`.
pub fn measure_groups(cases: &Cases, groups: &Groups, options: &Options) -> Result<Vec<Estimate>> {
    options.check()?;
    groups.check(cases)?;
    let within = |members: &[u32]| -> Vec<Estimate> {
        let members = cases.select(members);
        let study = Study::new(&members, options);
        let estimates = with_intervals(measured(&study), &members, options);
        debug_assert!(GROUPED.iter().all(|name| METRICS.iter().any(|metric| metric.name == *name)));
        estimates.into_iter().filter(|estimate| GROUPED.contains(&estimate.metric.as_str())).collect()
    };
    let of_groups: Vec<Vec<Estimate>> =
        (0..groups.names.len()).map(|group| within(&groups.members(|other| other == group))).collect();
    let mut estimates = Vec::new();
    for (name, of_group) in groups.names.iter().zip(&of_groups) {
        estimates.extend(of_group.iter().map(|estimate| estimate.clone().in_group(name)));
    }
    for (group, name) in groups.names.iter().enumerate() {
        let (of_others, others) = match groups.reference {
            Some(reference) if reference == group => continue,
            Some(reference) => (of_groups[reference].clone(), groups.names[reference].as_str()),
            // Of two groups one is the rest of the other, with the sign changed.
            None if groups.names.len() == 2 && group == 0 => continue,
            None if groups.names.len() == 2 => (of_groups[0].clone(), groups.names[0].as_str()),
            None => (within(&groups.members(|other| other != group)), "rest"),
        };
        let pair = format!("{name} - {others}");
        estimates.extend(of_groups[group].iter().zip(&of_others).map(|(a, b)| difference(a, b).in_group(&pair)));
    }
    Ok(estimates)
}

/// The difference of the same metric of two groups.
fn difference(a: &Estimate, b: &Estimate) -> Estimate {
    let part = |estimate: &Estimate| Some((estimate.value?, estimate.low?, estimate.high?));
    let found = part(a).zip(part(b)).map(|(a, b)| (a.0 - b.0, mover::difference(a, b, 0.0)));
    let why = a.undefined.as_ref().or(b.undefined.as_ref());
    Estimate {
        metric: format!("{}_difference", a.metric),
        value: found.map(|found| found.0),
        low: found.map(|found| found.1.0),
        high: found.map(|found| found.1.1),
        method: format!("variance recovery; intervals of both: {}", a.method),
        n: a.n + b.n,
        undefined: found.is_none().then(|| why.cloned().unwrap_or_else(|| "one group has no interval".to_owned())),
        ..a.clone()
    }
}
