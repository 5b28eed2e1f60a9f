//! The section of the cohort, and the table of cases that other sections count in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::page::{Block, Cell, Column, Section, Table};
use super::run_folder::{RawTable, RunFolder, cell};
use super::text;
use crate::error::{Error, ErrorKind, Result};

/// Problems that are listed.
const PROBLEMS_MAX: usize = 20;

/// What `cohort.toml` says; every line may be missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) task: String,
    pub(super) classes: Vec<String>,
    licence: String,
    source: String,
    label_protocol: String,
}

/// The parts of a split, in the order of their use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Train,
    Val,
    Test,
}

/// All parts.
pub(super) const PARTS: [Part; 3] = [Part::Train, Part::Val, Part::Test];

/// What is known of one case.
#[derive(Clone, Debug)]
pub(super) enum Truth {
    /// Index of the class, where classes exclude each other.
    Class(Option<usize>),
    /// One entry for each class: present, absent, or unknown.
    Findings(Vec<Option<bool>>),
}

/// The cases of a run.
pub(super) struct Cases {
    pub(super) header: Header,
    pub(super) truths: Vec<Truth>,
    parts: Vec<Option<Part>>,
    n_subjects: usize,
    sites: BTreeSet<String>,
    idx_of: BTreeMap<String, usize>,
}

/// How many cases of a class are known to be present and absent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClassCount {
    pub(super) present: u64,
    pub(super) absent: u64,
    pub(super) unknown: u64,
}

impl Part {
    /// The name of the part in the artefacts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }

    /// The part of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        PARTS.into_iter().find(|part| part.name() == name)
    }
}

impl Cases {
    /// Reads `cohort.csv` with its header.
    pub(super) fn read(run: &RunFolder<'_>) -> Result<Option<Self>> {
        let mut header: Header = run.toml("cohort/cohort.toml")?.unwrap_or_default();
        let Some(table) = run.raw_table("cohort/cohort.csv")? else { return Ok(None) };
        let Some(case) = table.column("case") else {
            let message = "cohort/cohort.csv has no column case; expected a cohort, which `vesalius cohort` makes";
            return Err(Error::new(ErrorKind::Format, message));
        };
        if header.classes.is_empty() {
            header.classes = classes(&table);
        }
        let named = |row: &csv::StringRecord, name: &str| cell(row, table.column(name)).to_owned();
        let subjects: BTreeSet<String> = table.rows.iter().map(|row| named(row, "subject")).collect();
        let mut sites: BTreeSet<String> = table.rows.iter().map(|row| named(row, "site")).collect();
        sites.remove("");
        let split = table.column("split");
        let idx_of = table.rows.iter().enumerate().map(|(idx, row)| (cell(row, Some(case)).to_owned(), idx));
        Ok(Some(Self {
            truths: truths(&table, &header.classes),
            parts: table.rows.iter().map(|row| Part::parse(cell(row, split))).collect(),
            n_subjects: subjects.len(),
            sites,
            idx_of: idx_of.collect(),
            header,
        }))
    }

    /// How many cases there are.
    pub(super) fn n(&self) -> usize {
        self.truths.len()
    }

    /// The place of a case.
    pub(super) fn idx(&self, case: &str) -> Option<usize> {
        self.idx_of.get(case).copied()
    }

    /// Whether a case may have several classes.
    pub(super) fn is_multi_label(&self) -> bool {
        matches!(self.truths.first(), Some(Truth::Findings(_)))
    }

    /// One count for each class over these cases.
    pub(super) fn count(&self, cases: impl Iterator<Item = usize>) -> Vec<ClassCount> {
        let mut counts = vec![ClassCount::default(); self.header.classes.len()];
        for truth in cases.filter_map(|idx| self.truths.get(idx)) {
            for (class, count) in counts.iter_mut().enumerate() {
                let mark = match truth {
                    Truth::Class(truth) => truth.map(|truth| truth == class),
                    Truth::Findings(marks) => marks.get(class).copied().flatten(),
                };
                match mark {
                    Some(true) => count.present += 1,
                    Some(false) => count.absent += 1,
                    None => count.unknown += 1,
                }
            }
        }
        counts
    }

    fn of_part(&self, part: Option<Part>) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().enumerate().filter(move |(_, other)| **other == part).map(|(idx, _)| idx)
    }
}

/// Class names where no header lists them.
fn classes(table: &RawTable) -> Vec<String> {
    if let Some(class) = table.column("label.class") {
        let names: BTreeSet<&str> = table.rows.iter().map(|row| cell(row, Some(class))).collect();
        return names.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }
    table.names.iter().filter_map(|name| name.strip_prefix("label.")).map(str::to_owned).collect()
}

fn truths(table: &RawTable, classes: &[String]) -> Vec<Truth> {
    if let Some(class) = table.column("label.class") {
        let idx_of: BTreeMap<&str, usize> =
            classes.iter().enumerate().map(|(idx, name)| (name.as_str(), idx)).collect();
        let truth = |row| Truth::Class(idx_of.get(cell(row, Some(class))).copied());
        return table.rows.iter().map(truth).collect();
    }
    let columns: Vec<Option<usize>> = classes.iter().map(|name| table.column(&format!("label.{name}"))).collect();
    let mark = |cell: &str| match cell {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    };
    let truth = |row| Truth::Findings(columns.iter().map(|column| mark(cell(row, *column))).collect());
    table.rows.iter().map(truth).collect()
}

#[derive(Deserialize)]
struct Problem {
    case: String,
    path: String,
    #[serde(rename = "problem")]
    message: String,
}

/// The section.
pub(super) fn section(run: &RunFolder<'_>, cases: Option<&Cases>) -> Result<Section> {
    let mut blocks = Vec::new();
    match cases {
        None => blocks.push(Block::Absent(
            "This run folder holds no cohort/cohort.csv, so the cases cannot be described. `vesalius cohort` makes it."
                .to_owned(),
        )),
        Some(cases) => {
            blocks.push(Block::Table(facts(cases)));
            blocks.push(Block::Table(class_table(cases)));
        }
    }
    match run.table::<Problem>("cohort/problems.csv")? {
        Some(problems) if !problems.is_empty() => blocks.extend(problem_blocks(&problems)),
        Some(_) => blocks.push(Block::Paragraph("Every file of the source could be read.".to_owned())),
        None if cases.is_some() => blocks.push(Block::Absent(
            "There is no cohort/problems.csv, so it is not recorded whether files were left out. `vesalius cohort` makes it."
                .to_owned(),
        )),
        None => {}
    }
    Ok(Section { id: "cohort", title: "Cohort", blocks })
}

fn facts(cases: &Cases) -> Table {
    let header = &cases.header;
    let mut table = Table::new("Characteristics of the cohort.", vec![Column::text("Property"), Column::text("Value")]);
    let said = |text: &str| if text.trim().is_empty() { "not stated".to_owned() } else { text.to_owned() };
    let mut push = |name: &str, value: String| table.rows.push(vec![name.into(), value.into()]);
    push("Name", said(&header.name));
    push("Task", said(&header.task));
    push("Classes", format!("{}: {}", header.classes.len(), header.classes.join(", ")));
    push("Cases", text::count(cases.n() as u64));
    push("Subjects", subjects(cases));
    if !cases.sites.is_empty() {
        let sites: Vec<&str> = cases.sites.iter().take(12).map(String::as_str).collect();
        let more = if cases.sites.len() > sites.len() { ", …" } else { "" };
        push("Sites", format!("{}: {}{more}", cases.sites.len(), sites.join(", ")));
    }
    push("License", said(&header.licence));
    push("Source", said(&header.source));
    push("Reference standard", said(&header.label_protocol));
    table
}

fn subjects(cases: &Cases) -> String {
    if cases.n_subjects == cases.n() {
        return format!("{} (every case is taken for a subject of its own)", text::count(cases.n_subjects as u64));
    }
    text::count(cases.n_subjects as u64)
}

/// Classes by the publisher's parts.
fn class_table(cases: &Cases) -> Table {
    let parts: Vec<Part> = PARTS.into_iter().filter(|part| cases.of_part(Some(*part)).next().is_some()).collect();
    let caption = if parts.is_empty() {
        "Cases per class. The publisher fixed no parts."
    } else {
        "Cases per class in the parts that the publisher fixed (column percentages)."
    };
    let mut columns: Vec<(String, Vec<usize>)> =
        parts.iter().map(|part| (part.name().to_owned(), cases.of_part(Some(*part)).collect())).collect();
    let unassigned: Vec<usize> = cases.of_part(None).collect();
    if !parts.is_empty() && !unassigned.is_empty() {
        columns.push(("no part".to_owned(), unassigned));
    }
    columns.push(("all".to_owned(), (0..cases.n()).collect()));
    count_table(cases, caption, &columns)
}

/// Classes by any groups of cases: counts and their shares of the cases whose label is known.
pub(super) fn count_table(cases: &Cases, caption: &str, groups: &[(String, Vec<usize>)]) -> Table {
    let mut columns = vec![Column::text("Class")];
    columns.extend(
        groups
            .iter()
            .map(|(name, group)| Column::number(format!("{name} (n\u{a0}=\u{a0}{})", text::count(group.len() as u64)))),
    );
    let counts: Vec<Vec<ClassCount>> = groups.iter().map(|(_, group)| cases.count(group.iter().copied())).collect();
    let mut table = Table::new(caption, columns);
    let is_multi_label = cases.is_multi_label();
    for (class, name) in cases.header.classes.iter().enumerate() {
        let mut row: Vec<Cell> = vec![name.as_str().into()];
        for counts in &counts {
            let count = counts[class];
            let mut cell = Cell::from(text::count_of(count.present, count.present + count.absent));
            if is_multi_label && count.unknown > 0 {
                cell.lines.push(format!("{} unknown", text::count(count.unknown)));
            }
            row.push(cell);
        }
        table.rows.push(row);
    }
    let n_unknown = cases.truths.iter().filter(|truth| matches!(truth, Truth::Class(None))).count() as u64;
    if n_unknown > 0 {
        table.note = Some(format!("{} no known class.", text::counted(n_unknown, "case has", "cases have")));
    } else if is_multi_label {
        table.note =
            Some("A case may have several classes; percentages are of the cases whose label is known.".to_owned());
    }
    table
}

fn problem_blocks(problems: &[Problem]) -> Vec<Block> {
    let n = problems.len();
    let sentence =
        format!("{} and left out or flagged:", text::counted(n as u64, "problem was met", "problems were met"));
    let columns = vec![Column::code("Case"), Column::code("File"), Column::text("Problem")];
    let mut table = Table::new("Problems of the source.", columns);
    for problem in problems.iter().take(PROBLEMS_MAX) {
        table.rows.push(vec![
            problem.case.as_str().into(),
            problem.path.as_str().into(),
            problem.message.as_str().into(),
        ]);
    }
    if n > PROBLEMS_MAX {
        let n_hidden = text::count((n - PROBLEMS_MAX) as u64);
        table.note = Some(format!("{n_hidden} more are in cohort/problems.csv."));
    }
    vec![Block::Caution(sentence), Block::Table(table)]
}
