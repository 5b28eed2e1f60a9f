//! Cases that belong together, and cases that are told apart: clusters and groups by a column of the truth.

use std::collections::{BTreeMap, BTreeSet};

use vesalius_stats::classify::Groups;

use super::TruthTable;
use super::align::Pair;
use crate::error::{Error, ErrorKind, Result};

/// More groups than this are measurements or names, not groups.
const N_GROUPS_MAX: usize = 50;

/// The cluster of each case; a case of which the column says nothing is a cluster of its own.
pub(super) fn clusters(truth: &TruthTable, column: &str, pairs: &[&Pair<'_>]) -> Result<Vec<usize>> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_clusters = 0;
    let mut next = || {
        n_clusters += 1;
        n_clusters - 1
    };
    let values = values(truth, column, pairs)?.into_iter();
    Ok(values
        .map(|value| if value.is_empty() { next() } else { *numbers.entry(value).or_insert_with(&mut next) })
        .collect())
}

/// The group of each case, in the order of their names; cases of which the column says nothing are in none.
pub(super) fn groups(truth: &TruthTable, column: &str, reference: Option<&str>, pairs: &[&Pair<'_>]) -> Result<Groups> {
    let values = values(truth, column, pairs)?;
    let names: BTreeSet<&str> = values.iter().copied().filter(|value| !value.is_empty()).collect();
    let refuse = |what: String| Err(Error::new(ErrorKind::Configuration, format!("column {column:?} {what}")));
    if !(2..=N_GROUPS_MAX).contains(&names.len()) {
        let n = names.len();
        return refuse(format!(
            "has {n} values among the measured cases; expected 2 to {N_GROUPS_MAX} groups; name another one"
        ));
    }
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let place = |value: &str| names.iter().position(|name| name == value);
    let reference = match reference {
        Some(name) if place(name).is_none() => {
            return refuse(format!("has no group {name:?}; expected one of [{}] as reference", names.join(", ")));
        }
        name => name.and_then(place),
    };
    Ok(Groups { of_case: values.into_iter().map(place).collect(), names, reference })
}

fn values<'t>(truth: &'t TruthTable, column: &str, pairs: &[&Pair<'_>]) -> Result<Vec<&'t str>> {
    let Some(values) = truth.columns.get(column) else {
        let message = format!("{} was read without its column {column:?}; read it with that column", truth.name);
        return Err(Error::new(ErrorKind::Configuration, message));
    };
    Ok(pairs.iter().map(|pair| values[pair.idx].as_str()).collect())
}
