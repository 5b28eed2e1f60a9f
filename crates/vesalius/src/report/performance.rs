//! The section of the performance: curves, reliability, confusion, and every estimate with its interval.

mod curves;

use std::collections::{BTreeMap, BTreeSet};

use super::chart::{confusion, interval};
use super::cohort::Part;
use super::estimate::Estimate;
use super::glossary;
use super::page::{Block, Cell, Column, Figure, Section, Table};
use super::predictions::Predictions;
use super::scores::Scores;
use super::split::Split;
use super::text;

/// Classes of a confusion matrix that still fits the page.
pub(super) const CONFUSION_CLASSES_MAX: usize = 13;
/// Metrics side by side in one table.
const METRICS_PER_TABLE: usize = 4;
/// Rows of one table.
const ROWS_MAX: usize = 200;

/// The section.
pub(super) fn section(scores: &Scores, predictions: Option<&Predictions>, split: Option<&Split>) -> Section {
    let mut blocks = Vec::new();
    match predictions {
        Some(predictions) => blocks.extend(provenance(predictions, split)),
        None => blocks.push(Block::Absent(
            "This run folder holds no predictions/predictions.csv. `vesalius predict` makes it.".to_owned(),
        )),
    }
    if scores.estimates.is_empty() {
        blocks.push(Block::Absent(
            "This run folder holds no scores/scores.json, so nothing was measured. `vesalius measure classify` makes it."
                .to_owned(),
        ));
    }
    blocks.extend(curves::blocks(scores));
    blocks.extend(confusion_block(scores));
    blocks.extend(estimate_tables(scores));
    Section { id: "performance", title: "Performance", blocks }
}

/// Which cases were measured, and whether any of them trained the model that scored it.
fn provenance(predictions: &Predictions, split: Option<&Split>) -> Vec<Block> {
    let n = text::counted(predictions.n_cases() as u64, "case was", "cases were");
    let mut counts: BTreeMap<Option<Part>, u64> = BTreeMap::new();
    for row in &predictions.rows {
        *counts.entry(split.and_then(|split| split.part(&row.case, &row.fold))).or_default() += 1;
    }
    let members = text::list(&predictions.members());
    if split.is_none() {
        let sentence = format!(
            "{n} scored (member: {members}). Without a split it is not known whether any of them trained the model."
        );
        return vec![Block::Caution(sentence)];
    }
    let by_part = if let [Some(part)] = counts.keys().collect::<Vec<_>>()[..] {
        format!("All of them belong to the {} part of the split.", part.name())
    } else {
        let part =
            |(part, n): (&Option<Part>, &u64)| format!("{} {}", part.map_or("none", Part::name), text::count(*n));
        format!("By part of the split: {}.", text::list(&counts.iter().map(part).collect::<Vec<_>>()))
    };
    let mut blocks = vec![Block::Paragraph(format!("{n} scored (member: {members}). {by_part}"))];
    let n_train = counts.get(&Some(Part::Train)).copied().unwrap_or(0);
    if n_train > 0 {
        let rows = text::counted(n_train, "scored case", "scored cases");
        blocks.push(Block::Caution(format!(
            "{rows} helped to train the model: the estimates that include them are too good."
        )));
    }
    blocks
}

fn confusion_block(scores: &Scores) -> Option<Block> {
    let matrix = scores.confusion.as_ref()?;
    let n_classes = matrix.classes.len();
    if matrix.cells.is_empty() {
        let sentence =
            format!("The confusion matrix of {n_classes} classes does not fit a page; it is in scores/confusion.csv.");
        return Some(Block::Paragraph(sentence));
    }
    let n: u64 = matrix.cells.iter().flatten().map(|cell| cell.n).fold(0, u64::saturating_add);
    let caption = format!(
        "Confusion matrix, n = {}. Counts, and percentages of the true class (rows); shading follows the percentage, frames mark agreement. Descriptive, no interval; intervals of the sensitivities are in the tables.",
        text::count(n)
    );
    Some(Block::Figures(vec![Figure::new(vec![confusion(&matrix.classes, &matrix.cells)], 1, caption)]))
}

/// What is printed of groups of cases: what depends on prevalence stands beside it.
const OF_GROUPS: &[&str] = &["auroc", "accuracy", "sensitivity", "specificity", "ppv", "f1", "prevalence"];

/// Estimates: those of the whole first, then classes side by side, then groups of cases, then two models.
fn estimate_tables(scores: &Scores) -> Vec<Block> {
    let main = scores.main_group();
    let shown = scores.estimates.iter().filter(|e| is_shown(e, main));
    let (all, grouped): (Vec<&Estimate>, Vec<&Estimate>) = shown.partition(|e| e.group == main);
    let (compared, all): (Vec<&Estimate>, Vec<&Estimate>) = all.into_iter().partition(|e| is_difference(e));
    let curves: BTreeSet<&str> =
        all.iter().filter(|e| e.is("auroc") && !e.is_over_all_classes()).map(|e| e.target.as_str()).collect();
    // One target is told in one table with the whole; several are compared side by side.
    let is_side = |e: &Estimate| curves.len() > 1 && curves.contains(e.target.as_str()) && !e.is_over_all_classes();
    let (mut side, mut whole): (Vec<&Estimate>, Vec<&Estimate>) = all.into_iter().partition(|e| is_side(e));
    whole.sort_by_cached_key(|e| glossary::metric_order(&e.metric));
    side.sort_by_cached_key(|e| glossary::metric_order(&e.metric));
    let mut blocks = Vec::new();
    if !whole.is_empty() {
        let caption = if side.is_empty() { "Estimates with their intervals." } else { "Estimates over all classes." };
        blocks.push(Block::Table(long_table(caption, &whole)));
    }
    blocks.extend(side_tables(&side).into_iter().map(Block::Table));
    if !grouped.is_empty() {
        let caption = "Estimates within groups of cases, and differences between groups.";
        blocks.push(Block::Table(long_table(caption, &grouped)));
    }
    if !compared.is_empty() {
        let caption = "Differences between two models on the same cases, first less second.";
        blocks.push(Block::Table(long_table(caption, &compared)));
    }
    let n_hidden = scores.estimates.iter().filter(|e| !is_shown(e, main)).count();
    if n_hidden > 0 {
        let n = text::counted(n_hidden as u64, "more estimate is", "more estimates are");
        blocks.push(Block::Paragraph(format!("{n} in scores/scores.json.")));
    }
    blocks
}

fn is_difference(estimate: &Estimate) -> bool {
    estimate.metric.ends_with("_difference")
}

/// The tables of a page hold what most readers ask for; `scores.json` holds all.
fn is_shown(estimate: &Estimate, main: &str) -> bool {
    let metric = estimate.metric.trim_end_matches("_difference");
    if estimate.group == main {
        glossary::is_in_tables(metric) && !matches!(estimate.target.as_str(), "micro" | "weighted")
    } else {
        OF_GROUPS.contains(&metric) && !matches!(estimate.target.as_str(), "micro" | "weighted")
    }
}

fn long_table(caption: &str, estimates: &[&Estimate]) -> Table {
    let has_groups = estimates.iter().any(|e| e.group != estimates[0].group);
    let ci = level_of(estimates.iter().copied());
    let mut columns = vec![Column::text("Measure"), Column::text("Of")];
    if has_groups || caption.contains("groups") {
        columns.push(Column::text("Group"));
    }
    let with_group = columns.len() == 3;
    columns.extend([
        Column::number(format!("Estimate ({ci} CI)")),
        Column::text("0 – 1"),
        Column::number("n"),
        Column::text("Method"),
    ]);
    let mut table = Table::new(caption, columns);
    for estimate in estimates.iter().take(ROWS_MAX) {
        let of = if estimate.is_over_all_classes() { "all classes" } else { estimate.target.as_str() };
        let mut row: Vec<Cell> = vec![glossary::estimate_name(estimate).into(), of.into()];
        if with_group {
            row.push(estimate.group.as_str().into());
        }
        let drawn = estimate.value.filter(|_| glossary::is_share(&estimate.metric));
        let drawing = drawn.map(|value| interval(value, estimate.low, estimate.high));
        row.push(estimate.text().into());
        row.push(Cell { drawing, ..Cell::default() });
        row.push(text::count(estimate.n).into());
        row.push(glossary::method_name(&estimate.method).into());
        table.rows.push(row);
    }
    let n_hidden = estimates.len().saturating_sub(ROWS_MAX);
    let mut notes = vec!["n, cases in the denominator".to_owned()];
    notes.extend(glossary::method_notes(estimates.iter().copied()));
    if n_hidden > 0 {
        notes.push(format!("{} more are in scores/scores.json", text::count(n_hidden as u64)));
    }
    table.note = Some(format!("{}.", notes.join("; ")));
    table
}

/// Targets as rows, metrics as columns.
fn side_tables(estimates: &[&Estimate]) -> Vec<Table> {
    let mut metrics: Vec<&str> = Vec::new();
    let mut targets: Vec<&str> = Vec::new();
    let mut by_key: BTreeMap<(&str, &str), &Estimate> = BTreeMap::new();
    for estimate in estimates {
        let (metric, target) = (estimate.metric.as_str(), estimate.target.as_str());
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
        if by_key.insert((metric, target), estimate).is_none() && !targets.contains(&target) {
            targets.push(target);
        }
    }
    let table = |metrics: &[&str]| {
        let names: Vec<String> = metrics.iter().map(|metric| glossary::metric_name(metric)).collect();
        let ci = level_of(estimates.iter().copied());
        let caption = format!(
            "{} of every class against the rest, with {ci} CI and n, the number of cases in the denominator.",
            text::list(&names)
        );
        let mut columns = vec![Column::text("Class")];
        columns.extend(
            metrics
                .iter()
                .zip(names)
                .map(|(metric, name)| Column::number(format!("{name}{}", methods(metric, estimates)))),
        );
        let mut table = Table::new(caption, columns);
        for target in targets.iter().take(ROWS_MAX) {
            let mut row: Vec<Cell> = vec![(*target).into()];
            row.extend(
                metrics.iter().map(|metric| by_key.get(&(*metric, *target)).map_or_else(|| "–".into(), |e| stacked(e))),
            );
            table.rows.push(row);
        }
        let shown = estimates.iter().filter(|e| metrics.contains(&e.metric.as_str()));
        let notes = glossary::method_notes(shown.copied());
        table.note = (!notes.is_empty()).then(|| format!("{}.", notes.join("; ")));
        table
    };
    metrics.chunks(METRICS_PER_TABLE).map(table).collect()
}

/// ` (DeLong)`, as it stands in the heads of columns.
fn methods(metric: &str, estimates: &[&Estimate]) -> String {
    let methods = estimates.iter().filter(|e| e.metric == metric).map(|e| glossary::method_name(&e.method));
    let methods: BTreeSet<String> = methods.collect();
    let methods: Vec<String> = methods.into_iter().collect();
    if methods.is_empty() { String::new() } else { format!(" ({})", methods.join("; ")) }
}

fn stacked(estimate: &Estimate) -> Cell {
    let Some(value) = estimate.value else { return Cell { lines: vec![estimate.reason()], ..Cell::default() } };
    let mut lines: Vec<String> = estimate.interval().map(|interval| format!("({interval})")).into_iter().collect();
    lines.push(format!("n = {}", text::count(estimate.n)));
    Cell { text: text::decimal(value), lines, drawing: None }
}

fn level_of<'e>(estimates: impl Iterator<Item = &'e Estimate>) -> String {
    let levels: BTreeSet<String> = estimates.map(|estimate| text::level(estimate.level)).collect();
    levels.into_iter().collect::<Vec<_>>().join(" or ")
}
