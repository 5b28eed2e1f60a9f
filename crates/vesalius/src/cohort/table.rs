//! The layout `csv`: our own table `cohort.csv`, and `cohort.toml` beside it.
//!
//! Columns: `case`, `subject`, `site`, `split`, `image` or `image.<channel>`, `label.class` or `label.<finding>`, and
//! the further ones of [`OTHER_COLUMNS`] and `covariate.<name>`, which are kept as they are.

mod columns;
mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::artifact;
use crate::cohort::nearest::nearest;
use crate::cohort::{Case, Cohort, Header, Label, Part, Problem, ReadOptions, Task, Truth};
use crate::error::{Error, ErrorKind, Result};
use columns::Columns;

/// The column of classes that exclude each other.
const CLASS_COLUMN: &str = "label.class";

/// Columns that are kept and not interpreted here.
const OTHER_COLUMNS: &[&str] = &["mask", "boxes", "points", "report", "graph", "time", "event"];

pub(super) fn fits(source: &Path) -> bool {
    if source.is_dir() {
        return source.join("cohort.csv").is_file();
    }
    source.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

pub(super) fn read(source: &Path, options: &ReadOptions) -> Result<(Cohort, Vec<Problem>)> {
    let table = if source.is_dir() { source.join("cohort.csv") } else { source.to_path_buf() };
    let (names, rows) = read_rows(&table)?;
    let header_path = table.with_file_name("cohort.toml");
    let header = if header_path.is_file() { Some(artifact::read_toml::<Header>(&header_path)?) } else { None };
    let columns = Columns::of(&table, &names)?;
    let header = complete_header(&table, header, options, &columns, &rows)?;
    let findings = columns.findings(&table, &header)?;
    let mut reader = RowReader { table: &table, columns: &columns, header: &header, findings, seen: BTreeSet::new() };
    let (mut cases, mut problems) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row_idx, row) in rows.iter().enumerate() {
        match reader.case(row_idx, row)? {
            Ok(case) => cases.push(case),
            Err(problem) => problems.push(problem),
        }
    }
    let root = table.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok((Cohort { header, cases, root }, problems))
}

impl Cohort {
    /// Reads what [`Cohort::save`] wrote: a folder, or its `cohort.csv`; here every problem is an error.
    pub fn load(path: &Path) -> Result<Self> {
        let (cohort, problems) = read(path, &ReadOptions::default())?;
        match problems.first() {
            None => Ok(cohort),
            Some(problem) => {
                let message = format!("case {} of {}: {}", problem.case, path.display(), problem.message);
                Err(Error::new(ErrorKind::Data, message))
            }
        }
    }

    /// Writes `cohort.csv` and `cohort.toml` into a folder; references are rewritten so that they still resolve.
    pub fn save(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
        let path = folder.join("cohort.csv");
        let bytes = self.to_csv(folder).map_err(|error| Error::write(&path, error))?;
        artifact::write_bytes(&path, &bytes)?;
        artifact::write_toml(&folder.join("cohort.toml"), &self.header)
    }

    fn to_csv(&self, folder: &Path) -> std::result::Result<Vec<u8>, csv::Error> {
        let mut channels: Vec<&str> = Vec::new();
        for (channel, _) in self.cases.iter().flat_map(|case| &case.images) {
            if !channels.contains(&channel.as_str()) {
                channels.push(channel);
            }
        }
        let extra: BTreeSet<&str> = self.cases.iter().flat_map(|case| case.extra.keys()).map(String::as_str).collect();
        let mut names: Vec<String> = ["case", "subject", "site", "split"].map(str::to_owned).to_vec();
        names.extend(channels.iter().map(|channel| columns::image_column(channel)));
        if self.header.task.is_exclusive() {
            names.push(CLASS_COLUMN.to_owned());
        } else {
            names.extend(self.header.classes.iter().map(|finding| format!("label.{finding}")));
        }
        names.extend(extra.iter().map(|name| (*name).to_owned()));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&names)?;
        let moved = references::Moved::new(&self.root, folder);
        for case in &self.cases {
            let image = |channel: &&str| {
                let reference = case.images.iter().find(|(name, _)| name == channel);
                reference.map_or(String::new(), |(_, reference)| moved.reference(reference))
            };
            let part = case.split.map_or("", Part::as_str).to_owned();
            let mut row = vec![case.case.clone(), case.subject.clone(), case.site.clone().unwrap_or_default(), part];
            row.extend(channels.iter().map(image));
            row.extend(truth_cells(&case.truth, &self.header));
            let other = |name: &&str| case.extra.get(*name).map_or(String::new(), |value| moved.other(name, value));
            row.extend(extra.iter().map(other));
            writer.write_record(&row)?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }
}

fn truth_cells(truth: &Truth, header: &Header) -> Vec<String> {
    match truth {
        Truth::Class(class) => {
            let name = class.and_then(|class| header.classes.get(class));
            vec![name.cloned().unwrap_or_default()]
        }
        Truth::Findings(labels) => labels.iter().map(|label| label_cell(*label).to_owned()).collect(),
    }
}

fn label_cell(label: Label) -> &'static str {
    match label {
        Label::Present => "1",
        Label::Absent => "0",
        Label::Unknown => "",
    }
}

/// Column names and rows; the line of a row in the file is its index and 2, where no cell spans lines.
fn read_rows(table: &Path) -> Result<(Vec<String>, Vec<csv::StringRecord>)> {
    let malformed = |error: csv::Error| {
        let message = format!("{} is not a table that can be read ({error}); expected CSV in UTF-8", table.display());
        Error::new(ErrorKind::Format, message)
    };
    if !table.is_file() {
        return Err(Error::new(ErrorKind::Read, format!("{} does not exist; expected a cohort.csv", table.display())));
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(table).map_err(malformed)?;
    // Spreadsheet programs put a byte order mark before the first name.
    let names = reader.headers().map_err(malformed)?.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned());
    let names = names.collect();
    let rows = reader.records().collect::<std::result::Result<_, _>>().map_err(malformed)?;
    Ok((names, rows))
}

/// The header of the file, completed by the options, or made from the table where there is none.
fn complete_header(
    table: &Path,
    header: Option<Header>,
    options: &ReadOptions,
    columns: &Columns,
    rows: &[csv::StringRecord],
) -> Result<Header> {
    let mut header = match header {
        Some(header) => header,
        None => inferred_header(table, columns, rows),
    };
    if let Some(classes) = &options.classes {
        header.classes.clone_from(classes);
        header.task = if header.task.is_exclusive() { task_of(classes.len()) } else { header.task };
    }
    header.task = options.task.unwrap_or(header.task);
    header.name = options.name.clone().unwrap_or(header.name);
    header.licence = options.licence.clone().unwrap_or(header.licence);
    let distinct: BTreeSet<&String> = header.classes.iter().collect();
    if distinct.len() < header.classes.len() {
        let message =
            format!("the classes of {} are [{}]; expected distinct names", table.display(), header.classes.join(", "));
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(header)
}

fn inferred_header(table: &Path, columns: &Columns, rows: &[csv::StringRecord]) -> Header {
    let (task, classes) = match columns.class {
        Some(class) => {
            let classes: BTreeSet<&str> =
                rows.iter().filter_map(|row| row.get(class)).filter(|name| !name.is_empty()).collect();
            (task_of(classes.len()), classes.into_iter().map(str::to_owned).collect())
        }
        None if columns.labels.is_empty() => (Task::MultiClass, Vec::new()),
        None => (Task::MultiLabel, columns.labels.iter().map(|(name, _)| name.clone()).collect()),
    };
    let folder =
        table.canonicalize().ok().and_then(|path| Some(path.parent()?.file_name()?.to_string_lossy().into_owned()));
    let file = table.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Header {
        name: folder.unwrap_or_else(|| "cohort".to_owned()),
        task,
        classes,
        licence: String::new(),
        source: format!("table {file}"),
        label_protocol: String::new(),
    }
}

fn task_of(n_classes: usize) -> Task {
    if n_classes == 2 { Task::Binary } else { Task::MultiClass }
}

/// Rows to cases, one after another, as their names must differ.
struct RowReader<'a> {
    table: &'a Path,
    columns: &'a Columns,
    header: &'a Header,
    /// Column of each finding; empty for classes that exclude each other.
    findings: Vec<usize>,
    seen: BTreeSet<String>,
}

impl RowReader<'_> {
    /// A case; the outer error spoils the table, the inner one only this case.
    fn case(&mut self, row_idx: usize, row: &csv::StringRecord) -> Result<std::result::Result<Case, Problem>> {
        let cell = |idx: Option<usize>| idx.and_then(|idx| row.get(idx)).unwrap_or("");
        let case = cell(Some(self.columns.case)).to_owned();
        let refuse = |what: &str| {
            let message = format!(
                "row {} of {} {what}; expected a name of its own for every case",
                row_idx + 2,
                self.table.display()
            );
            Err(Error::new(ErrorKind::Data, message))
        };
        if case.is_empty() {
            return refuse("has no case");
        }
        if !self.seen.insert(case.clone()) {
            return refuse(&format!("has case {case:?} a second time"));
        }
        let images: Vec<(String, String)> = self
            .columns
            .images
            .iter()
            .map(|(channel, idx)| (channel.clone(), cell(Some(*idx)).to_owned()))
            .filter(|(_, reference)| !reference.is_empty())
            .collect();
        let path = images.first().map_or(String::new(), |(_, reference)| reference.clone());
        let n_columns = self.columns.images.len();
        if !images.is_empty() && images.len() < n_columns {
            // The channels that are there would take the places of those that are not.
            let message =
                format!("case {case} has {} of {n_columns} channels; fill in the others or leave it out", images.len());
            return Ok(Err(Problem { case, path, message }));
        }
        let parsed = part(cell(self.columns.split)).and_then(|split| Ok((split, self.truth(row)?)));
        let (split, truth) = match parsed {
            Ok(parsed) => parsed,
            Err(message) => return Ok(Err(Problem { case, path, message })),
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Ok(Case {
            subject: some(cell(self.columns.subject)).unwrap_or_else(|| case.clone()),
            site: some(cell(self.columns.site)),
            split,
            images,
            truth,
            extra: self.extra(row),
            case,
        }))
    }

    fn truth(&self, row: &csv::StringRecord) -> std::result::Result<Truth, String> {
        if !self.header.task.is_exclusive() {
            let label = |(idx, name): (&usize, &String)| label(row.get(*idx).unwrap_or(""), name);
            let labels = self.findings.iter().zip(&self.header.classes).map(label);
            return labels.collect::<std::result::Result<_, _>>().map(Truth::Findings);
        }
        let cell = self.columns.class.and_then(|idx| row.get(idx)).unwrap_or("");
        if cell.is_empty() {
            return Ok(Truth::Class(None));
        }
        let class = self.header.classes.iter().position(|class| class == cell).ok_or_else(|| {
            let hint = nearest(cell, self.header.classes.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |name| format!("; did you mean {name:?}"));
            format!(
                "class {cell:?} is not one of [{}]{hint}; correct the column {CLASS_COLUMN}",
                self.header.classes.join(", ")
            )
        })?;
        Ok(Truth::Class(Some(class)))
    }

    /// Columns that nobody interprets here, and findings that are no class of this cohort.
    fn extra(&self, row: &csv::StringRecord) -> BTreeMap<String, String> {
        let is_label = |idx: usize| self.findings.contains(&idx);
        let labels = self.columns.labels.iter().filter(|(_, idx)| !is_label(*idx));
        let labels = labels.map(|(name, idx)| (format!("label.{name}"), *idx));
        let others = self.columns.others.iter().map(|(name, idx)| (name.clone(), *idx)).chain(labels);
        let cells = others.filter_map(|(name, idx)| Some((name, row.get(idx)?.to_owned())));
        cells.filter(|(_, value)| !value.is_empty()).collect()
    }
}

fn label(cell: &str, name: &str) -> std::result::Result<Label, String> {
    [Label::Present, Label::Absent, Label::Unknown].into_iter().find(|label| label_cell(*label) == cell).ok_or_else(
        || format!("label {cell:?} of {name:?} is none; expected 1 for present, 0 for absent or nothing for unknown"),
    )
}

fn part(cell: &str) -> std::result::Result<Option<Part>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|error: Error| format!("{error}; correct the column split"))
}
