//! Mean Euclidean error of landmarks, in pixels, in millimeters and as a share of a length.
//!
//! **Definition.** The mean over landmarks of |truth − found|: in pixels as they lie on the grid; in millimeters with each
//! axis scaled by its spacing; normalized by a length of the case, such as the diagonal of the image, the distance
//! between the eyes or the size of a box (Wang et al. 2018, doi:10.1016/j.neucom.2017.05.013). Where coordinates are in
//! millimeters there are no pixels. **Interval.** Percentile bootstrap over cases; one case gives no spread, and an
//! interval of no width. **Range** 0 and up. **Ties** do not matter. **No landmark, an unknown spacing or length:**
//! undefined. **NaN** is refused before. **Cost** O(n) for each replicate.

use super::Metric;
use super::places::{Coordinates, Options, Places, Unit};
use super::summary::{By, Row, Summary};

pub(super) const PX: Metric = Metric {
    name: "mean_error_px",
    definition: "mean distance of a landmark from where it is, in pixels",
    range: (0.0, f64::INFINITY),
    others: "",
    compute: |places, options| errors(PX.name, (Unit::Px, By::Mean), places, options),
};

pub(super) const MM: Metric = Metric {
    name: "mean_error_mm",
    definition: "mean distance of a landmark from where it is, in millimeters",
    range: (0.0, f64::INFINITY),
    others: "",
    compute: |places, options| errors(MM.name, (Unit::Mm, By::Mean), places, options),
};

pub(super) const NORMALIZED: Metric = Metric {
    name: "mean_error_normalized",
    definition: "mean distance of a landmark from where it is, as a share of a length of the case",
    range: (0.0, f64::INFINITY),
    others: "what errors are divided by is not the same everywhere: diagonal, side, eyes or box; the option `length` names it",
    compute: |places, options| errors(NORMALIZED.name, (Unit::Normalized, By::Mean), places, options),
};

/// The errors of all landmarks; nothing where none is known in this unit.
pub(super) fn errors(name: &str, (unit, by): (Unit, By), places: &Places, options: &Options) -> Vec<Summary> {
    let row = |place: &super::Landmark| Row {
        case: place.case,
        label: place.label,
        value: place.error(unit, options.coordinates),
    };
    let rows: Vec<Row> = places.landmarks.iter().map(row).collect();
    if rows.iter().all(|row| row.value.is_none()) {
        return Vec::new();
    }
    vec![Summary { name: name.to_owned(), by, rows, undefined: needed(unit, options.coordinates), rule: String::new() }]
}

/// What an error in this unit needs.
pub(super) fn needed(unit: Unit, coordinates: Coordinates) -> &'static str {
    match (unit, coordinates) {
        (Unit::Normalized, _) => "length",
        (Unit::Px, Coordinates::Mm) => "pixels",
        _ => "spacing",
    }
}
