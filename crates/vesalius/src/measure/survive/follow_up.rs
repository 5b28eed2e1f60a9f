//! Time and event of each case, from a cohort or any table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::FileOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Table, case_column};

/// The time by the names that other software gives it.
const TIME_NAMES: &[&str] =
    &["time", "time_days", "days", "duration", "survival_time", "follow_up", "followup", "time_to_event", "t"];
/// The event by the names that other software gives it.
const EVENT_NAMES: &[&str] = &["event", "status", "death", "dead", "died", "observed", "event_observed", "e"];

/// Follow-up of cases.
pub(super) struct FollowUp {
    pub(super) path: PathBuf,
    pub(super) cases: Vec<Followed>,
    /// Cases whose follow-up is unknown, which predictions may name.
    unknown: BTreeSet<String>,
    known: BTreeSet<String>,
    /// The columns of time and event, which are no predictions.
    columns: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// One case.
pub(super) struct Followed {
    pub(super) case: String,
    pub(super) time: f64,
    pub(super) event: bool,
}

impl FollowUp {
    pub(super) fn read(path: &Path, files: &FileOptions) -> Result<Self> {
        let path = if path.is_dir() { path.join("cohort.csv") } else { path.to_path_buf() };
        let table = Table::named(&path, "case, time and event")?;
        let case_at = case_column(&table, files.truth_case.as_deref())?;
        let time_at = column(&table, files.time.as_deref(), TIME_NAMES, "time", "the time of the event or of its end")?;
        let event_at = column(&table, files.event.as_deref(), EVENT_NAMES, "event", "1 for an event, 0 without one")?;
        let columns = [time_at, event_at].map(|at| table.names[at].clone()).to_vec();
        let mut follow_up = Self {
            path,
            cases: Vec::new(),
            unknown: BTreeSet::new(),
            known: BTreeSet::new(),
            columns,
            notes: Vec::new(),
        };
        for row in 0..table.rows.len() {
            follow_up.add(&table, row, [case_at, time_at, event_at])?;
        }
        let n_unknown = follow_up.unknown.len();
        if n_unknown > 0 {
            follow_up.notes.push(format!("cases without known time and event left out: {n_unknown}"));
        }
        Ok(follow_up)
    }

    /// Whether there is such a case, be its follow-up known or not.
    pub(super) fn knows(&self, case: &str) -> bool {
        self.known.contains(case) || self.unknown.contains(case)
    }

    /// The columns of a file that say what happened; none where it is another file.
    pub(super) fn columns_of(&self, path: &Path) -> Vec<String> {
        let is_same = path == self.path || (path.is_dir() && self.path.starts_with(path));
        if is_same { self.columns.clone() } else { Vec::new() }
    }

    fn add(&mut self, table: &Table, row: usize, [case_at, time_at, event_at]: [usize; 3]) -> Result<()> {
        let case = table.cell(row, case_at).to_owned();
        let refuse = |what: String| {
            let message = format!("{} {what} in row {}; correct it", table.path.display(), row + 2);
            Err(Error::new(ErrorKind::Data, message))
        };
        if case.is_empty() || self.knows(&case) {
            let what = if case.is_empty() { "has no case".to_owned() } else { format!("has case {case:?} again") };
            return refuse(format!("{what}, where one row a case is expected,"));
        }
        let (time, event) = (table.cell(row, time_at), table.cell(row, event_at));
        if time.is_empty() || event.is_empty() {
            self.unknown.insert(case);
            return Ok(());
        }
        let Some(number) = time.parse::<f64>().ok().filter(|time| time.is_finite() && *time >= 0.0) else {
            return refuse(format!("has {time:?} as time of case {case:?}, where a number of at least 0 is expected,"));
        };
        let Some(event) = event_of(event) else {
            let what = format!("has {event:?} as event of case {case:?}, where 1 is an event and 0 none,");
            return refuse(what);
        };
        self.known.insert(case.clone());
        self.cases.push(Followed { case, time: number, event });
        Ok(())
    }
}

/// R's coding of 1 and 2 is refused, as 1 is the other thing there.
fn event_of(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" => Some(true),
        "0" | "0.0" | "false" | "no" => Some(false),
        _ => None,
    }
}

fn column(table: &Table, given: Option<&str>, names: &[&str], what: &str, means: &str) -> Result<usize> {
    if let Some(name) = given {
        return table.given(name);
    }
    table.usual(names).ok_or_else(|| {
        let message = format!(
            "{} has no column {what:?}; it has [{}]; expected {means}; name the column by option",
            table.path.display(),
            table.names.join(", ")
        );
        Error::new(ErrorKind::Format, message)
    })
}
