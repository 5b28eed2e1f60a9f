//! Ratings of cases by raters, checked once; a rating may be missing.

use crate::error::{Error, Result};

/// More categories than any scale has; distances between all pairs are held.
const CATEGORIES_MAX: usize = 1000;

/// What ratings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Categories without order.
    Nominal,
    /// Categories in an order, their distances unknown.
    Ordinal,
    /// Numbers whose differences count.
    Interval,
    /// Numbers of at least 0 whose proportions count.
    Ratio,
}

/// Ratings of cases by raters.
#[derive(Clone, Debug)]
pub struct Ratings {
    raters: Vec<String>,
    kind: Kind,
    /// Zero where ratings are numbers.
    n_categories: usize,
    /// Row-major, `[case, rater]`; a category is its place.
    values: Vec<Option<f64>>,
}

impl Ratings {
    /// Ratings by category, row-major `[case, rater]`, each the place of one of `categories`.
    ///
    /// With `Kind::Ordinal` the categories stand in their order, and all that the scale has are among them, used or not.
    pub fn categories(raters: &[String], kind: Kind, categories: &[String], places: &[Option<usize>]) -> Result<Self> {
        if !matches!(kind, Kind::Nominal | Kind::Ordinal) {
            return Err(Error::parameter("categories are nominal or ordinal; hand in numbers for other kinds"));
        }
        let n_categories = categories.len();
        if !(1..=CATEGORIES_MAX).contains(&n_categories) {
            return Err(Error::length(format!(
                "there are {n_categories} categories; expected 1 to {CATEGORIES_MAX}; take numbers for a measurement"
            )));
        }
        if let Some(at) = places.iter().position(|place| place.is_some_and(|place| place >= n_categories)) {
            return Err(Error::value(format!(
                "rating {at} (counted from 0) is category {}; expected 0 to {}",
                places[at].unwrap_or_default(),
                n_categories - 1
            )));
        }
        check_table(raters, places.len())?;
        let values = places.iter().map(|place| place.map(|place| place as f64)).collect();
        Ok(Self { raters: raters.to_vec(), kind, n_categories, values })
    }

    /// Ratings by number, row-major `[case, rater]`.
    pub fn numbers(raters: &[String], kind: Kind, values: &[Option<f64>]) -> Result<Self> {
        if !matches!(kind, Kind::Interval | Kind::Ratio) {
            return Err(Error::parameter("numbers are of the kind interval or ratio; hand in categories for others"));
        }
        check_table(raters, values.len())?;
        let least = if kind == Kind::Ratio { 0.0 } else { f64::NEG_INFINITY };
        let is_stray = |value: &Option<f64>| value.is_some_and(|value| !value.is_finite() || value < least);
        if let Some(at) = values.iter().position(is_stray) {
            let floor = if kind == Kind::Ratio { " of at least 0" } else { "" };
            return Err(Error::value(format!(
                "the rating of {} in case {} (counted from 0) is {}; expected a finite number{floor}, or none",
                raters[at % raters.len()],
                at / raters.len(),
                values[at].unwrap_or_default()
            )));
        }
        Ok(Self { raters: raters.to_vec(), kind, n_categories: 0, values: values.to_vec() })
    }

    /// How many cases there are.
    pub fn n_cases(&self) -> usize {
        self.values.len() / self.raters.len()
    }

    /// The raters, in the order of the columns.
    pub fn raters(&self) -> &[String] {
        &self.raters
    }

    /// What the ratings are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn n_categories(&self) -> usize {
        self.n_categories
    }

    /// The ratings of each case.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[Option<f64>]> {
        self.values.chunks(self.raters.len())
    }

    /// All pairs of raters.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let n = self.raters.len();
        (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
    }

    /// Cases that both rated, with both ratings.
    pub(super) fn both(&self, (a, b): (usize, usize)) -> Vec<(usize, f64, f64)> {
        self.rows().enumerate().filter_map(|(case, row)| Some((case, row[a]?, row[b]?))).collect()
    }
}

fn check_table(raters: &[String], n_values: usize) -> Result<()> {
    if raters.len() < 2 {
        return Err(Error::length(format!("there are {} raters; expected at least 2 to compare", raters.len())));
    }
    if !n_values.is_multiple_of(raters.len()) || u32::try_from(n_values).is_err() {
        return Err(Error::length(format!(
            "there are {n_values} ratings by {} raters; expected one for each case and rater, which may be missing",
            raters.len()
        )));
    }
    Ok(())
}
