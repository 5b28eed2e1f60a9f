//! Intraclass correlation: the share of the variance of measurements that is between cases, in six forms.
//!
//! **Definition.** From the mean squares of cases (R), raters (C), error (E), and within cases (W), for n cases and k raters
//! (Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420; `McGraw` and Wong 1996, doi:10.1037/1082-989X.1.1.30):
//! (1,1) = (R − W) / (R + (k − 1) W), each case by raters of its own; (2,1) = (R − E) / (R + (k − 1) E + k (C − E) / n),
//! random raters, absolute agreement; (3,1) = (R − E) / (R + (k − 1) E), these very raters, consistency. The k-forms are
//! those of the mean of all k raters: (R − W) / R, (R − E) / (R + (C − E) / n), (R − E) / R.
//! **Interval.** By F, as `McGraw` and Wong; where nothing but cases varies, Wilson of the cases without a difference. With 30
//! cases and 5 raters simulated coverage of 95 % intervals is 0.95 of (3,·) and 0.92 of (2,·), whose degrees of freedom are
//! approximate: few raters say little of raters at large.
//! **Range** up to 1; below 0 where raters differ more within cases than between. **Missing:** cases that not all rated
//! are left out. **One case, no variance at all:** undefined. **NaN** is refused before.

use super::ratings::{Kind, Ratings};
use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::student::f_of;
use crate::interval::wilson::wilson;

pub(super) const ICC_1_1: Metric =
    metric("icc_1_1", "ICC(1,1): one rating, each case by raters of its own", |a, l| one(a, l, "icc_1_1", Form::One));
pub(super) const ICC_2_1: Metric =
    metric("icc_2_1", "ICC(2,1): one rating, random raters, absolute agreement", |a, l| {
        one(a, l, "icc_2_1", Form::Two)
    });
pub(super) const ICC_3_1: Metric =
    metric("icc_3_1", "ICC(3,1): one rating, these very raters, consistency", |a, l| one(a, l, "icc_3_1", Form::Three));
pub(super) const ICC_1_K: Metric =
    metric("icc_1_k", "ICC(1,k): the mean of all ratings, each case by raters of its own", |a, l| {
        mean(a, l, "icc_1_k", Form::One)
    });
pub(super) const ICC_2_K: Metric =
    metric("icc_2_k", "ICC(2,k): the mean of all ratings, random raters, absolute agreement", |a, l| {
        mean(a, l, "icc_2_k", Form::Two)
    });
pub(super) const ICC_3_K: Metric =
    metric("icc_3_k", "ICC(3,k): the mean of all ratings, these very raters, consistency", |a, l| {
        mean(a, l, "icc_3_k", Form::Three)
    });

const METHOD: &str = "F, McGraw and Wong; cases that all rated";

/// A sum of squares below this share of the whole is rounding.
const SHARE_MIN: f64 = 1e-14;

const fn metric(name: &'static str, definition: &'static str, compute: fn(&Ratings, f64) -> Vec<Estimate>) -> Metric {
    let kinds = &[Kind::Interval, Kind::Ratio];
    Metric { name, definition, others: "", range: (f64::NEG_INFINITY, 1.0), kinds, compute }
}

/// What the raters are.
#[derive(Clone, Copy)]
enum Form {
    One,
    Two,
    Three,
}

fn one(ratings: &Ratings, level: f64, name: &str, form: Form) -> Vec<Estimate> {
    vec![outcome(ratings, level, |squares| squares.single(form, level)).named(name, ALL, level)]
}

/// The reliability of a mean of k ratings follows from that of one (Spearman and Brown 1910), and so do its ends.
fn mean(ratings: &Ratings, level: f64, name: &str, form: Form) -> Vec<Estimate> {
    let of_mean = |squares: &MeanSquares| {
        let stepped = |one: f64| squares.k * one / (1.0 + (squares.k - 1.0) * one);
        squares.single(form, level).map(stepped)
    };
    vec![outcome(ratings, level, of_mean).named(name, ALL, level)]
}

/// `of` gives value, lower and upper end.
fn outcome(ratings: &Ratings, level: f64, of: impl Fn(&MeanSquares) -> [f64; 3]) -> Outcome {
    let rows: Vec<Vec<f64>> = ratings.rows().filter_map(|row| row.iter().copied().collect()).collect();
    let n = rows.len();
    if n < 2 {
        return Outcome::undefined(n, METHOD, format!("all raters rated {n} cases; expected at least 2"));
    }
    let squares = MeanSquares::of(&rows);
    let spread = squares.cases.max(squares.within);
    if spread <= 0.0 {
        return Outcome::undefined(n, METHOD, "all ratings are equal, so that there is no variance to share");
    }
    if squares.within <= SHARE_MIN * spread {
        let ends = wilson(n as u64, n as u64, level).unwrap_or((0.0, 1.0));
        return Outcome::known(n, "Wilson of the cases without a difference, as there is no error", 1.0, ends);
    }
    if squares.error <= SHARE_MIN * spread {
        return Outcome::undefined(
            n,
            METHOD,
            "raters differ by a constant alone, which leaves no error to compare with",
        );
    }
    let [value, low, high] = of(&squares);
    if ![value, low, high].iter().all(|number| number.is_finite()) {
        return Outcome::undefined(n, METHOD, "the cases do not differ in their means, which leaves nothing to share");
    }
    Outcome::known(n, METHOD, value, (low, high.min(1.0)))
}

struct MeanSquares {
    n: f64,
    k: f64,
    cases: f64,
    raters: f64,
    error: f64,
    within: f64,
}

impl MeanSquares {
    fn of(rows: &[Vec<f64>]) -> Self {
        let (n, k) = (rows.len() as f64, rows[0].len() as f64);
        let grand = rows.iter().flatten().sum::<f64>() / (n * k);
        let of_case = |row: &Vec<f64>| row.iter().sum::<f64>() / k;
        let of_rater = |rater: usize| rows.iter().map(|row| row[rater]).sum::<f64>() / n;
        let raters: Vec<f64> = (0..rows[0].len()).map(of_rater).collect();
        let (mut within, mut error, mut cases) = (0.0, 0.0, 0.0);
        for row in rows {
            let own = of_case(row);
            cases += k * (own - grand).powi(2);
            for (value, rater) in row.iter().zip(&raters) {
                within += (value - own).powi(2);
                error += (value - own - rater + grand).powi(2);
            }
        }
        Self {
            n,
            k,
            cases: cases / (n - 1.0),
            raters: raters.iter().map(|rater| n * (rater - grand).powi(2)).sum::<f64>() / (k - 1.0),
            error: error / ((n - 1.0) * (k - 1.0)),
            within: within / (n * (k - 1.0)),
        }
    }

    /// The reliability of one rating: value, lower and upper end.
    fn single(&self, form: Form, level: f64) -> [f64; 3] {
        let Self { n, k, cases, error, within, .. } = *self;
        let share = f64::midpoint(1.0, level);
        let by_f = |f: f64, degrees: f64| {
            let ends = [f, f / f_of(share, (n - 1.0, degrees)), f * f_of(share, (degrees, n - 1.0))];
            ends.map(|f| (f - 1.0) / (f + k - 1.0))
        };
        match form {
            Form::One => by_f(cases / within, n * (k - 1.0)),
            Form::Three => by_f(cases / error, (n - 1.0) * (k - 1.0)),
            Form::Two => self.absolute(share),
        }
    }

    /// Absolute agreement, whose degrees of freedom Satterthwaite approximates.
    fn absolute(&self, share: f64) -> [f64; 3] {
        let Self { n, k, cases, raters, error, .. } = *self;
        let value = (cases - error) / (cases + (k - 1.0) * error + k * (raters - error) / n);
        let a = k * value / (n * (1.0 - value));
        let b = 1.0 + k * value * (n - 1.0) / (n * (1.0 - value));
        let degrees = (a * raters + b * error).powi(2)
            / ((a * raters).powi(2) / (k - 1.0) + (b * error).powi(2) / ((n - 1.0) * (k - 1.0)));
        let noise = k * raters + (k * n - k - n) * error;
        let lower = f_of(share, (n - 1.0, degrees));
        let upper = f_of(share, (degrees, n - 1.0));
        let low = n * (cases - lower * error) / (lower * noise + n * cases);
        let high = n * (upper * cases - error) / (noise + n * upper * cases);
        [value, low, high]
    }
}
