//! Tables of boxes and points by the usual names of their columns: ours, LUNA16's, and others.

use std::path::Path;

use vesalius_stats::detect::{Role, Shape};

use super::config::Edges;
use super::findings::{Findings, Item};
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Read, Table, case_column};

/// The diameter of findings for which LUNA16 gives none (below 0), in mm; its evaluation takes them so.
const DIAMETER_UNKNOWN_MM: f64 = 10.0;

const CASES: &[&str] = &["seriesuid", "series_uid", "series", "scan", "scan_id", "patient", "patient_id", "data"];
const LABELS: &[&str] =
    &["label", "class", "class_name", "category", "category_name", "finding", "finding label", "cell_type", "landmark"];
const SCORES: &[&str] = &["score", "probability", "prob", "confidence", "conf"];
const IGNORED: &[&str] = &["ignored", "ignore", "difficult", "iscrowd"];
const LOW: [&[&str]; 3] = [&["x_min", "xmin", "x1", "left"], &["y_min", "ymin", "y1", "top"], &["z_min", "zmin", "z1"]];
const HIGH: [&[&str]; 3] =
    [&["x_max", "xmax", "x2", "right"], &["y_max", "ymax", "y2", "bottom"], &["z_max", "zmax", "z2"]];
/// The corner that goes with a size; a `fovea_x` beside the width of its image is no corner.
const CORNER: [&[&str]; 3] = [&["x"], &["y"], &["z"]];
const SIZE: [&[&str]; 3] = [&["width", "w"], &["height", "h"], &["depth", "d"]];
const PLACE: [&[&str]; 3] = [
    &["x", "coordx", "x_mm", "center_x", "fovea_x"],
    &["y", "coordy", "y_mm", "center_y", "fovea_y"],
    &["z", "coordz", "z_mm", "center_z"],
];
const DIAMETERS: &[&str] = &["diameter_mm", "diameter"];
const RADII: &[&str] = &["radius_mm", "radius"];

pub(super) fn read(path: &Path, edges: Edges) -> Result<Findings> {
    let table = named(path)?;
    let columns = Columns::find(&table)?;
    let items = (0..table.rows.len()).map(|row| columns.item(&table, row, edges)).collect::<Result<Vec<Item>>>()?;
    let has_depth = Some(columns.has_depth()).filter(|_| !items.is_empty());
    Ok(Findings { name: path.display().to_string(), items, has_depth, ..Findings::default() })
}

/// All cases of a file: those of its column of cases, or of its only column, with or without a name.
pub(super) fn read_cases(path: &Path) -> Result<Vec<String>> {
    let (table, is_named) = match Table::read(path)? {
        Read::Numbers(table) => (table, false),
        Read::Named(table) => (table, true),
    };
    let column = if is_named { column_of_cases(&table).ok() } else { None };
    if column.is_none() && table.rows.iter().any(|row| row.len() > 1) {
        return Err(column_of_cases(&table).err().unwrap_or_else(|| not_a_list(path)));
    }
    // A list without a name begins with its first case.
    let first = if column.is_none() { table.names.first().cloned() } else { None };
    let rows = (0..table.rows.len()).map(|row| table.cell(row, column.unwrap_or(0)).to_owned());
    Ok(first.into_iter().chain(rows).filter(|case| !case.is_empty()).collect())
}

fn not_a_list(path: &Path) -> Error {
    let message = format!("{} has several columns without names; expected a list of cases", path.display());
    Error::new(ErrorKind::Format, message)
}

pub(in crate::measure) fn named(path: &Path) -> Result<Table> {
    Table::named(path, EXPECTED)
}

const EXPECTED: &str = "case, label, score, x_min, y_min, x_max, y_max for boxes, or case, label, score, x, y, z, \
                        diameter_mm for points";

fn column_of_cases(table: &Table) -> Result<usize> {
    table.usual(CASES).map_or_else(|| case_column(table, None), Ok)
}

/// Where things stand.
struct Columns {
    case: usize,
    label: Option<usize>,
    score: Option<usize>,
    ignored: Option<usize>,
    shape: ShapeColumns,
}

enum ShapeColumns {
    /// Lowest and highest coordinates; z may be missing.
    Corners(Axes, Axes),
    /// Lowest coordinates and sizes.
    Sized(Axes, Axes),
    /// Middles with a diameter, a radius, or neither.
    Middle(Axes, Option<(usize, f64)>),
}

/// Columns of x, y and, of volumes, z.
type Axes = [Option<usize>; 3];

impl Columns {
    fn find(table: &Table) -> Result<Self> {
        let axes = |names: [&[&str]; 3]| -> Option<Axes> {
            let found = names.map(|names| table.usual(names));
            (found[0].is_some() && found[1].is_some()).then_some(found)
        };
        let both = |a: Option<Axes>, b: Option<Axes>| a.zip(b).filter(|(a, b)| a[2].is_some() == b[2].is_some());
        let extent = || {
            let diameter = table.usual(DIAMETERS).map(|column| (column, 0.5));
            diameter.or_else(|| table.usual(RADII).map(|column| (column, 1.0)))
        };
        let shape = both(axes(LOW), axes(HIGH))
            .map(|(low, high)| ShapeColumns::Corners(low, high))
            .or_else(|| both(axes(CORNER), axes(SIZE)).map(|(low, size)| ShapeColumns::Sized(low, size)))
            .or_else(|| axes(PLACE).map(|middle| ShapeColumns::Middle(middle, extent())));
        let Some(shape) = shape else {
            let (path, names) = (table.path.display(), table.names.join(", "));
            let message = format!("{path} has no boxes and no points; it has [{names}]; expected {EXPECTED}");
            return Err(Error::new(ErrorKind::Format, message));
        };
        let [label, score, ignored] = [LABELS, SCORES, IGNORED].map(|names| table.usual(names));
        Ok(Self { case: column_of_cases(table)?, label, score, ignored, shape })
    }

    fn has_depth(&self) -> bool {
        let (ShapeColumns::Corners(axes, _) | ShapeColumns::Sized(axes, _) | ShapeColumns::Middle(axes, _)) =
            &self.shape;
        axes[2].is_some()
    }

    fn item(&self, table: &Table, row: usize, edges: Edges) -> Result<Item> {
        let case = table.cell(row, self.case).to_owned();
        if case.is_empty() {
            let message = format!("{} has no case in row {}; name it", table.path.display(), row + 2);
            return Err(Error::new(ErrorKind::Data, message));
        }
        let number = |column: usize| number(table, row, column, &case);
        let three = |axes: Axes, flat: f64| -> Result<[f64; 3]> {
            let [x, y, z] = axes.map(|column| column.map_or(Ok(flat), number));
            Ok([x?, y?, z?])
        };
        let (shape, place) = match &self.shape {
            ShapeColumns::Corners(low, high) => {
                let flat = if edges == Edges::Inclusive { 0.0 } else { 1.0 };
                Item::boxed(three(*low, 0.0)?, three(*high, flat)?, edges)
            }
            ShapeColumns::Sized(low, size) => {
                let (low, size) = (three(*low, 0.0)?, three(*size, 1.0)?);
                Item::boxed(low, [0, 1, 2].map(|axis| low[axis] + size[axis]), Edges::Exclusive)
            }
            ShapeColumns::Middle(middle, extent) => {
                // The middle of a plane that reaches from 0 to 1, as boxes in it do.
                let center = three(*middle, 0.5)?;
                let radius = |(column, scale): (usize, f64)| Ok::<f64, Error>(number(column)? * scale);
                match extent.map(radius).transpose()? {
                    Some(radius) if radius < 0.0 => {
                        (Shape::Sphere { center, radius: DIAMETER_UNKNOWN_MM / 2.0 }, center)
                    }
                    Some(radius) => (Shape::Sphere { center, radius }, center),
                    None => (Shape::Point(center), center),
                }
            }
        };
        let is_ignored = self.ignored.is_some_and(|column| matches!(table.cell(row, column), "1" | "true" | "True"));
        Ok(Item {
            label: self.label.map(|column| table.cell(row, column).to_owned()),
            score: self.score.map(number).transpose()?,
            shape,
            place,
            role: if is_ignored { Role::Ignored } else { Role::Counted },
            case,
        })
    }
}

/// A finite number; the row is named in the error.
pub(in crate::measure) fn number(table: &Table, row: usize, column: usize, case: &str) -> Result<f64> {
    let cell = table.cell(row, column);
    cell.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| {
        let message = format!(
            "{} has {cell:?} as {} of case {case:?} in row {}; expected a finite number with a decimal point; correct it, or \
             leave the row out",
            table.path.display(),
            table.names[column],
            row + 2
        );
        Error::new(ErrorKind::Data, message)
    })
}
