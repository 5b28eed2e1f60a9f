//! The section of the split, and who was in which part of which fold.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::chart::{BarGroup, bars};
use super::cohort::{Cases, PARTS, Part, count_table};
use super::page::{Block, Cell, Column, Figure, Section, Table};
use super::run_folder::RunFolder;
use super::{settings, text};
use crate::error::{Error, ErrorKind, Result};

/// More classes than this make the figure of shares taller than a page.
const BAR_CLASSES_MAX: usize = 16;
/// More folds than this are listed without classes.
const FOLD_COLUMNS_MAX: usize = 6;

#[derive(Deserialize)]
struct Row {
    case: String,
    fold: String,
    split: String,
}

/// The folds in ascending order.
pub(super) struct Split {
    pub(super) folds: Vec<Fold>,
}

/// One fold: the part of each of its cases.
pub(super) struct Fold {
    pub(super) name: String,
    pub(super) parts: BTreeMap<String, Part>,
}

impl Split {
    /// Reads `split.csv`.
    pub(super) fn read(run: &RunFolder<'_>) -> Result<Option<Self>> {
        let Some(rows) = run.table::<Row>("split.csv")? else { return Ok(None) };
        // Numbers sort as numbers, other names after them.
        let key = |fold: &str| (fold.parse::<u64>().unwrap_or(u64::MAX), fold.to_owned());
        let mut folds: BTreeMap<(u64, String), BTreeMap<String, Part>> = BTreeMap::new();
        for Row { case, fold, split } in rows {
            let Some(part) = Part::parse(&split) else {
                let message = format!("split.csv puts case {case} into {split:?}; expected train, val or test");
                return Err(Error::new(ErrorKind::Data, message));
            };
            folds.entry(key(&fold)).or_default().insert(case, part);
        }
        let folds = folds.into_iter().map(|((_, name), parts)| Fold { name, parts });
        Ok(Some(Self { folds: folds.collect() }))
    }

    /// The part in which a case was for the model that predicted it: in its fold, or in all folds if they agree.
    ///
    /// A case that trained any of several folds counts as trained on.
    pub(super) fn part(&self, case: &str, fold: &str) -> Option<Part> {
        if let Some(fold) = self.folds.iter().find(|other| other.name == fold) {
            return fold.parts.get(case).copied();
        }
        self.folds.iter().filter_map(|fold| fold.parts.get(case)).min().copied()
    }
}

impl Fold {
    fn n(&self, part: Part) -> u64 {
        self.parts.values().filter(|other| **other == part).count() as u64
    }

    /// The cases of a part, by their place in the cohort.
    fn indices(&self, cases: &Cases, part: Part) -> Vec<usize> {
        let of_part = self.parts.iter().filter(|(_, other)| **other == part);
        of_part.filter_map(|(case, _)| cases.idx(case)).collect()
    }
}

/// The section.
pub(super) fn section(run: &RunFolder<'_>, split: Option<&Split>, cases: Option<&Cases>) -> Result<Section> {
    let mut blocks = Vec::new();
    let table: Option<toml::Table> = run.toml("split.toml")?;
    if let Some(table) = &table {
        let note = table.get("note").and_then(toml::Value::as_str).filter(|note| !note.trim().is_empty());
        blocks.extend(note.map(|note| Block::Paragraph(text::sentence(note))));
    }
    match split {
        None => blocks.push(Block::Absent(
            "This run folder holds no split.csv, so it is not known which cases trained and which tested. `vesalius split` makes it."
                .to_owned(),
        )),
        Some(split) => blocks.extend(size_blocks(split, cases)),
    }
    let config = table.as_ref().and_then(|table| table.get("config")).and_then(toml::Value::as_table);
    if let Some(config) = config.filter(|config| !config.is_empty()) {
        blocks.push(Block::Table(settings::table("Configuration of the split.", &settings::from_toml(config))));
    }
    Ok(Section { id: "split", title: "Split", blocks })
}

fn size_blocks(split: &Split, cases: Option<&Cases>) -> Vec<Block> {
    let mut blocks = Vec::new();
    match (split.folds.as_slice(), cases) {
        ([], _) => blocks.push(Block::Caution("The split holds no case.".to_owned())),
        ([fold], Some(cases)) => {
            let mut groups: Vec<(String, Vec<usize>)> =
                PARTS.into_iter().map(|part| (part.name().to_owned(), fold.indices(cases, part))).collect();
            groups.retain(|(_, group)| !group.is_empty());
            if cases.header.classes.len() <= BAR_CLASSES_MAX {
                blocks.push(Block::Figures(vec![share_figure(cases, &groups)]));
            }
            blocks.push(Block::Table(count_table(
                cases,
                "Cases per class in the parts of the split (column percentages).",
                &groups,
            )));
        }
        (folds, cases) => {
            blocks.push(Block::Table(fold_table(folds)));
            if let Some(cases) = cases.filter(|_| folds.len() > 1 && folds.len() <= FOLD_COLUMNS_MAX) {
                let group = |fold: &Fold| (format!("fold {}", fold.name), fold.indices(cases, Part::Test));
                let groups: Vec<_> = folds.iter().map(group).collect();
                blocks.push(Block::Table(count_table(
                    cases,
                    "Test cases per class in every fold (column percentages).",
                    &groups,
                )));
            }
        }
    }
    let n_lost = cases.map_or(0, |cases| {
        split.folds.iter().flat_map(|fold| fold.parts.keys()).filter(|case| cases.idx(case).is_none()).count() as u64
    });
    if n_lost > 0 {
        let rows = text::counted(n_lost, "row of split.csv names a case", "rows of split.csv name cases");
        blocks.push(Block::Caution(format!(
            "{rows} that the cohort does not hold: split and cohort do not belong together."
        )));
    }
    blocks
}

fn fold_table(folds: &[Fold]) -> Table {
    let mut columns = vec![Column::text("Fold")];
    columns.extend(PARTS.iter().map(|part| Column::number(part.name())));
    let mut table = Table::new("Cases per part of every fold.", columns);
    for fold in folds {
        let mut row: Vec<Cell> = vec![fold.name.as_str().into()];
        row.extend(PARTS.iter().map(|part| Cell::from(text::count(fold.n(*part)))));
        table.rows.push(row);
    }
    table
}

fn share_figure(cases: &Cases, groups: &[(String, Vec<usize>)]) -> Figure {
    let counts: Vec<_> = groups.iter().map(|(_, group)| cases.count(group.iter().copied())).collect();
    let names: Vec<&str> = groups.iter().map(|(name, _)| name.as_str()).collect();
    let share = |class: usize| {
        counts.iter().map(move |counts| {
            let known = counts[class].present + counts[class].absent;
            (known > 0).then(|| counts[class].present as f64 / known as f64)
        })
    };
    let classes = cases.header.classes.iter().enumerate();
    let classes: Vec<_> = classes.map(|(class, name)| BarGroup { name, shares: share(class).collect() }).collect();
    let sizes: Vec<String> =
        groups.iter().map(|(name, group)| format!("{} {name}", text::count(group.len() as u64))).collect();
    let caption = format!(
        "Share of each class within the parts of the split ({} cases with a known label; descriptive, no interval).",
        text::list(&sizes)
    );
    Figure::new(vec![bars(&names, &classes)], 1, caption)
}
