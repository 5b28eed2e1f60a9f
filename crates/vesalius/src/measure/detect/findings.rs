//! What a source says is there, or was marked: one shape a row, whatever the format, which is told by content.

use std::collections::BTreeMap;
use std::path::Path;

use vesalius_stats::detect::{Role, Shape};

use super::config::Edges;
use super::{coco, read_whole, table, voc};
use crate::error::Result;

/// The class of findings that have none.
pub(super) const UNNAMED: &str = "lesion";

/// A finding or a mark.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::measure) struct Item {
    pub(in crate::measure) case: String,
    /// `None` where the source knows no classes.
    pub(in crate::measure) label: Option<String>,
    pub(in crate::measure) score: Option<f64>,
    pub(in crate::measure) shape: Shape,
    /// Its middle, or some place in it.
    pub(in crate::measure) place: [f64; 3],
    pub(in crate::measure) role: Role,
}

/// One side of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::measure) struct Findings {
    /// For messages.
    pub(in crate::measure) name: String,
    pub(in crate::measure) items: Vec<Item>,
    /// All cases, with findings or without; `None` where the source lists findings only.
    pub(in crate::measure) cases: Option<Vec<String>>,
    /// Classes in the order of the source, where it has one.
    pub(in crate::measure) labels: Vec<String>,
    /// Whether places have a depth; `None` where nothing tells.
    pub(in crate::measure) has_depth: Option<bool>,
    /// Names of cases by the numbers that COCO's results use.
    pub(in crate::measure) case_of_number: BTreeMap<String, String>,
    /// Names of classes by the same.
    pub(in crate::measure) label_of_number: BTreeMap<String, String>,
    /// Whether cases and classes are such numbers.
    pub(in crate::measure) is_numbered: bool,
}

impl Findings {
    pub(in crate::measure) fn read(path: &Path, edges: Edges) -> Result<Self> {
        if path.is_dir() {
            return voc::read(path, edges);
        }
        let bytes = read_whole(path)?;
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(first, Some(b'{' | b'[')) { coco::read(path, &bytes) } else { table::read(path, edges) }
    }
}

impl Item {
    /// A box by its edges.
    pub(super) fn boxed(low: [f64; 3], high: [f64; 3], edges: Edges) -> (Shape, [f64; 3]) {
        let beyond = if edges == Edges::Inclusive { 1.0 } else { 0.0 };
        let high = high.map(|at| at + beyond);
        let place = [0, 1, 2].map(|axis| f64::midpoint(low[axis], high[axis]));
        (Shape::Box { low, high }, place)
    }
}
