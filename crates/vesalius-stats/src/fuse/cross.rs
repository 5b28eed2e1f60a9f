//! Cross-shaped voting: a grid is positive where a cell and its four neighbors all exceed the threshold.
//!
//! **Definition.** A cell (y, x) is a center iff p(y, x), p(y ± 1, x) and p(y, x ± 1) are all greater than the threshold;
//! the grid is positive iff it has a center (Chen, Wang and Ma 2022, arXiv:2108.05081, where frames of a volume are
//! rows and patches of a frame columns). A cell on the border lacks a neighbor and is never a center.
//! **Ties:** a score equal to the threshold does not exceed it. **NaN** and an empty grid are errors. **Cost** O(cells).

use super::{Method, Takes};
use crate::error::{Error, Result};

pub(super) const METHOD: Method = Method {
    name: "cross",
    definition: "positive where a cell and its four neighbors all exceed the threshold; cells on the border never are",
    takes: &[Takes::Maps],
    others: "",
};

/// Where the crosses of a grid are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cross {
    /// Whether a cell is the center of a cross, row-major.
    pub centers: Vec<bool>,
    /// How many are.
    pub n_centers: usize,
}

impl Cross {
    /// Whether the whole grid is called positive.
    pub fn is_positive(&self) -> bool {
        self.n_centers > 0
    }
}

/// Crosses of a row-major grid of `[rows, columns]`.
pub fn cross(grid: &[f64], [n_rows, n_columns]: [usize; 2], threshold: f64) -> Result<Cross> {
    if n_rows.checked_mul(n_columns) != Some(grid.len()) || grid.is_empty() {
        return Err(Error::length(format!(
            "{} cells do not fill a grid of {n_rows} rows and {n_columns} columns; expected their product, above 0",
            grid.len()
        )));
    }
    if !threshold.is_finite() {
        return Err(Error::parameter(format!("the threshold is {threshold}; expected a finite number, such as 0.5")));
    }
    if let Some(at) = grid.iter().position(|value| value.is_nan()) {
        let (row, column) = (at / n_columns, at % n_columns);
        return Err(Error::value(format!("the cell in row {row} and column {column} is NaN; expected a number")));
    }
    let exceeds = |at: usize| grid[at] > threshold;
    let is_center = |at: usize| {
        let (row, column) = (at / n_columns, at % n_columns);
        let is_within = row > 0 && row + 1 < n_rows && column > 0 && column + 1 < n_columns;
        is_within && [at, at - 1, at + 1, at - n_columns, at + n_columns].into_iter().all(exceeds)
    };
    let centers: Vec<bool> = (0..grid.len()).map(is_center).collect();
    let n_centers = centers.iter().filter(|center| **center).count();
    Ok(Cross { centers, n_centers })
}
