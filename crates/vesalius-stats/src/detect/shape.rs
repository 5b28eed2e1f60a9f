//! Where a lesion or a mark is, and how near two of them are.

/// Where something is; axes are x, y, z, in pixels or millimeters, the same for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// A place without extent.
    Point([f64; 3]),
    /// A place with a radius.
    Sphere {
        /// Its middle.
        center: [f64; 3],
        /// Half its diameter.
        radius: f64,
    },
    /// A box by its edges; what lies in a plane reaches from 0 to 1 in z.
    Box {
        /// Its lowest x, y, z.
        low: [f64; 3],
        /// Its highest x, y, z.
        high: [f64; 3],
    },
    /// Voxels, whose overlaps with others are given beside.
    Region,
}

impl Shape {
    /// The middle; `None` for regions.
    pub(super) fn center(self) -> Option<[f64; 3]> {
        match self {
            Self::Point(center) | Self::Sphere { center, .. } => Some(center),
            Self::Box { low, high } => Some([0, 1, 2].map(|axis| f64::midpoint(low[axis], high[axis]))),
            Self::Region => None,
        }
    }

    /// Lowest and highest x; regions have none and are taken for points.
    pub(super) fn extent_x(self) -> (f64, f64) {
        match self {
            Self::Point(center) => (center[0], center[0]),
            Self::Sphere { center, radius } => (center[0] - radius, center[0] + radius),
            Self::Box { low, high } => (low[0], high[0]),
            Self::Region => (0.0, 0.0),
        }
    }

    /// Whether a place lies in it, edges included; a point contains nothing.
    pub(super) fn contains(self, place: [f64; 3]) -> bool {
        match self {
            Self::Sphere { center, radius } => distance(center, place) <= radius,
            Self::Box { low, high } => (0..3).all(|axis| (low[axis]..=high[axis]).contains(&place[axis])),
            Self::Point(_) | Self::Region => false,
        }
    }

    /// What is wrong with it, if anything is.
    pub(crate) fn flaw(self) -> Option<String> {
        let is_finite = |place: [f64; 3]| place.iter().all(|at| at.is_finite());
        match self {
            Self::Point(at) if !is_finite(at) => Some(format!("is at {at:?}; expected finite coordinates")),
            Self::Sphere { center, radius } if !(is_finite(center) && radius.is_finite() && radius >= 0.0) => {
                Some(format!("is at {center:?} with radius {radius}; expected finite numbers and no negative radius"))
            }
            Self::Box { low, high } if !(is_finite(low) && is_finite(high) && (0..3).all(|a| low[a] <= high[a])) => {
                Some(format!("reaches from {low:?} to {high:?}; expected finite edges, the lower ones first"))
            }
            _ => None,
        }
    }
}

/// Euclidean distance.
pub(super) fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    squared_distance(a, b).sqrt()
}

pub(super) fn squared_distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(&b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Intersection over union of two boxes; 0 for all other shapes.
pub fn intersection_over_union(a: Shape, b: Shape) -> f64 {
    overlap(a, b, Over::Union)
}

/// Intersection over union of two boxes, or over the first alone; 0 where that is empty and for all other shapes.
pub(super) fn overlap(a: Shape, b: Shape, over: Over) -> f64 {
    let (Shape::Box { low: low_a, high: high_a }, Shape::Box { low: low_b, high: high_b }) = (a, b) else { return 0.0 };
    let volume = |low: [f64; 3], high: [f64; 3]| (0..3).map(|axis| (high[axis] - low[axis]).max(0.0)).product::<f64>();
    let low = [0, 1, 2].map(|axis| low_a[axis].max(low_b[axis]));
    let high = [0, 1, 2].map(|axis| high_a[axis].min(high_b[axis]));
    let common = volume(low, high);
    let whole = match over {
        Over::Union => volume(low_a, high_a) + volume(low_b, high_b) - common,
        Over::First => volume(low_a, high_a),
    };
    if whole > 0.0 { common / whole } else { 0.0 }
}

/// What an intersection is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    Union,
    First,
}
