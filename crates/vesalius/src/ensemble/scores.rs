//! Tables of scores: the cases that all members scored, their fused scores, and `predictions.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vesalius_stats::fuse::{Classes, Mean, Members, Method, logit_mean, rank_mean};

use super::inputs::Inputs;
use super::{EnsembleConfig, Ensembled, in_case, learned, some_of, write_table};
use crate::error::{Error, ErrorKind, Result};
use crate::measure::classify::{FileOptions, TruthTable};
use crate::predictions::{Columns, Predictions, Row};

/// Sums of scores this near to 1 are those of classes that exclude each other.
const SUM_TOLERANCE: f64 = 1e-3;

/// Rows of all members for the same cases.
pub(super) struct Aligned {
    pub(super) labels: Vec<String>,
    /// `[case][member]`, cases in the order of the first member.
    pub(super) rows: Vec<Vec<Row>>,
    pub(super) classes: Classes,
}

pub(super) fn fuse(inputs: &Inputs, method: &Method, config: &EnsembleConfig, out: &Path) -> Result<Ensembled> {
    let mut done = Ensembled::default();
    let truth = truth(method, config)?;
    let aligned = aligned(inputs, truth.as_ref(), &mut done.notes)?;
    let fused = match (&truth, method.name) {
        (Some(truth), name) => learned::fuse(&aligned, truth, name, &inputs.members, &mut done)?,
        (None, "rank-mean") => rank_mean(&aligned.all()?),
        (None, "logit-mean") => logit_mean(&aligned.all()?).map_err(in_case("scores"))?,
        (None, _) => mean(&aligned)?,
    };
    let n_labels = aligned.labels.len();
    let row = |(members, scores): (&Vec<Row>, &[f64])| {
        let first = &members[0];
        let is_same_fold = members.iter().all(|row| row.fold == first.fold);
        Row {
            case: first.case.clone(),
            subject: first.subject.clone(),
            fold: if is_same_fold { first.fold.clone() } else { String::new() },
            member: method.name.to_owned(),
            scores: scores.to_vec(),
        }
    };
    let rows: Vec<Row> = aligned.rows.iter().zip(fused.chunks_exact(n_labels)).map(row).collect();
    let path = out.join("predictions.csv");
    done.n_cases = rows.len();
    Predictions { labels: aligned.labels, rows }.save(&path)?;
    done.written.push(path);
    if !done.weights.is_empty() {
        let header = ["fold", "class", "member", "weight"].map(str::to_owned).to_vec();
        let rows = done.weights.iter().map(|w| {
            let [fold, class, member] = [&w.fold, &w.class, &w.member].map(Clone::clone);
            vec![fold, class, member, w.weight.to_string()]
        });
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
        write_table(&mut done, out.join("weights.csv"), rows)?;
    }
    Ok(done)
}

/// The truth for methods that learn; an error where it is missing, or given to one that does not.
fn truth(method: &Method, config: &EnsembleConfig) -> Result<Option<TruthTable>> {
    let learns = matches!(method.name, "stack" | "greedy");
    match (&config.truth, learns) {
        (Some(path), true) => TruthTable::read(path, &FileOptions::default(), None, &[]).map(Some),
        (None, false) => Ok(None),
        (None, true) => {
            let message = format!(
                "method {} learns from the truth of other folds; name it by --truth: a cohort, a MedMNIST file or a table",
                method.name
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
        (Some(_), false) => {
            let message = format!("method {} does not learn; leave --truth out", method.name);
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

fn aligned(inputs: &Inputs, truth: Option<&TruthTable>, notes: &mut Vec<String>) -> Result<Aligned> {
    let mut labels: Option<Vec<String>> = truth.map(|truth| truth.classes.clone());
    let mut members: Vec<BTreeMap<String, Row>> = Vec::new();
    let mut order: Vec<String> = Vec::new();
    for path in &inputs.paths {
        let read = Predictions::read(path, &Columns::default(), labels.as_deref())?;
        let expected = labels.get_or_insert_with(|| read.labels.clone());
        if *expected != read.labels {
            let message = format!(
                "{} scores [{}] and the others [{}]; expected the same classes",
                path.display(),
                read.labels.join(", "),
                expected.join(", ")
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        let seen: BTreeSet<&String> = order.iter().collect();
        let new: Vec<String> = read.rows.iter().map(|row| &row.case).filter(|c| !seen.contains(c)).cloned().collect();
        order.extend(new);
        members.push(read.rows.into_iter().map(|row| (row.case.clone(), row)).collect());
    }
    let (whole, partial): (Vec<String>, Vec<String>) =
        order.into_iter().partition(|case| members.iter().all(|member| member.contains_key(case)));
    if !partial.is_empty() {
        notes.push(format!("{} cases that not all members scored left out: {}", partial.len(), some_of(&partial)));
    }
    if whole.is_empty() {
        let message = "no case is scored by all members; expected the same cases under the same names";
        return Err(Error::new(ErrorKind::Data, message));
    }
    let rows: Vec<Vec<Row>> =
        whole.iter().map(|case| members.iter().map(|member| member[case].clone()).collect()).collect();
    let classes = match truth {
        Some(truth) if truth.task.is_exclusive() => Classes::Exclusive,
        Some(_) => Classes::Findings,
        None => told_classes(&rows),
    };
    Ok(Aligned { labels: labels.unwrap_or_default(), rows, classes })
}

/// Scores that always sum to 1 are those of classes that exclude each other.
fn told_classes(rows: &[Vec<Row>]) -> Classes {
    let sums_to_one = |row: &Row| row.scores.len() > 1 && (row.scores.iter().sum::<f64>() - 1.0).abs() < SUM_TOLERANCE;
    if rows.iter().flatten().all(sums_to_one) { Classes::Exclusive } else { Classes::Findings }
}

fn mean(aligned: &Aligned) -> Result<Vec<f64>> {
    let mut mean = Mean::default();
    for member in 0..aligned.rows[0].len() {
        let scores: Vec<f64> = aligned.rows.iter().flat_map(|case| case[member].scores.iter().copied()).collect();
        mean.add(scores.into_iter()).map_err(in_case("scores"))?;
    }
    mean.finish().map_err(in_case("scores"))
}

impl Aligned {
    fn all(&self) -> Result<Members> {
        self.members(&(0..self.rows.len()).collect::<Vec<_>>())
    }

    /// The scores of some cases.
    pub(super) fn members(&self, cases: &[usize]) -> Result<Members> {
        let of_member = |member: usize| -> Vec<f64> {
            cases.iter().flat_map(|&case| self.rows[case][member].scores.iter().copied()).collect()
        };
        let scores = (0..self.rows[0].len()).map(of_member).collect();
        Members::new(scores, self.labels.len(), self.classes).map_err(in_case("scores"))
    }
}
