//! What a report is made of, before it is HTML: sections of blocks, all plain text but for the drawings.
//!
//! The template escapes every text; only [`Svg`] and the data of images reach the page as they are.

use serde::Serialize;

use super::chart::Svg;

/// The whole report.
#[derive(Serialize)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) summary: Vec<String>,
    pub(super) key_facts: Vec<KeyFact>,
    pub(super) sections: Vec<Section>,
}

/// One figure of the summary.
#[derive(Serialize)]
pub(super) struct KeyFact {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) detail: String,
}

/// One numbered section.
#[derive(Serialize)]
pub(super) struct Section {
    /// Anchor within the page.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) blocks: Vec<Block>,
}

/// What stands in a section.
#[derive(Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "kebab-case")]
pub(super) enum Block {
    Paragraph(String),
    /// A sentence that the reader must not overlook.
    Caution(String),
    /// What is missing from the run folder, and which command makes it.
    Absent(String),
    /// Figures that stand in one row.
    Figures(Vec<Figure>),
    Table(Table),
    Findings(Vec<FindingItem>),
    Gallery(Gallery),
    /// Text that is shown as it is.
    Verbatim(String),
    /// Terms and what they mean.
    Terms(Vec<Term>),
}

/// One numbered figure of one or more panels.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) number: usize,
    pub(super) columns: usize,
    pub(super) panels: Vec<Svg>,
    pub(super) caption: String,
}

/// One numbered table; the first cell of a row names the row.
#[derive(Serialize)]
pub(super) struct Table {
    pub(super) number: usize,
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) note: Option<String>,
}

/// A column and how its cells are set.
#[derive(Serialize)]
pub(super) struct Column {
    pub(super) title: String,
    pub(super) kind: ColumnKind,
}

/// How the cells of a column are set.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ColumnKind {
    Text,
    Number,
    Code,
}

/// One cell: a text, smaller lines below it, and perhaps a drawing.
#[derive(Default, Serialize)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) lines: Vec<String>,
    pub(super) drawing: Option<Svg>,
}

/// One finding of the audit.
#[derive(Serialize)]
pub(super) struct FindingItem {
    /// `fail`, `warn` or `pass`.
    pub(super) severity: &'static str,
    pub(super) verdict: &'static str,
    pub(super) check: String,
    pub(super) message: String,
    pub(super) statistic: Option<String>,
    pub(super) groups: Vec<CaseGroup>,
    pub(super) more: Option<String>,
}

/// Cases that belong together.
#[derive(Serialize)]
pub(super) struct CaseGroup {
    pub(super) cases: String,
    pub(super) images: Vec<Picture>,
}

/// An image with what it shows.
#[derive(Serialize)]
pub(super) struct Picture {
    /// A `data:` address.
    pub(super) source: String,
    pub(super) alt: String,
}

/// One numbered figure of pictures.
#[derive(Serialize)]
pub(super) struct Gallery {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) items: Vec<GalleryItem>,
    pub(super) caption: String,
}

/// A case beside its explanation.
#[derive(Serialize)]
pub(super) struct GalleryItem {
    pub(super) case: String,
    pub(super) image: Option<Picture>,
    pub(super) overlay: Option<Picture>,
    pub(super) lines: Vec<String>,
}

/// A term of the glossary.
#[derive(Serialize)]
pub(super) struct Term {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
}

impl Page {
    /// Numbers figures and tables in the order in which they are read.
    pub(super) fn number(&mut self) {
        let (mut figures, mut tables) = (0, 0);
        let next = |counter: &mut usize| {
            *counter += 1;
            *counter
        };
        for block in self.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            match block {
                Block::Figures(row) => row.iter_mut().for_each(|figure| figure.number = next(&mut figures)),
                Block::Gallery(gallery) => gallery.number = next(&mut figures),
                Block::Table(table) => table.number = next(&mut tables),
                _ => {}
            }
        }
    }
}

impl Figure {
    /// A figure of one panel or of a grid of panels.
    pub(super) fn new(panels: Vec<Svg>, columns: usize, caption: String) -> Self {
        Self { number: 0, columns, panels, caption }
    }
}

impl Table {
    /// An empty table.
    pub(super) fn new(caption: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { number: 0, caption: caption.into(), columns, rows: Vec::new(), note: None }
    }
}

impl Column {
    /// A column of words.
    pub(super) fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: ColumnKind::Text }
    }

    /// A column of numbers, which stand flush right.
    pub(super) fn number(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: ColumnKind::Number }
    }

    /// A column of names, hashes and values of files.
    pub(super) fn code(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: ColumnKind::Code }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}
