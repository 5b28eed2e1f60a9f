//! Agreement with statsmodels, krippendorff, irrCAC, pingouin and scikit-learn.
//!
//! `golden/agree.py` made the values and records versions. Tolerance 1e-9; 1e-6 for ends whose derivatives are numerical.

use super::{estimate, graded, measured, numbered};
use crate::kit::close;
use serde_json::Value;
use vesalius_stats::Estimate;
use vesalius_stats::agree::Kind;

const EXACT: f64 = 1e-9;
const BY_DERIVATIVES: f64 = 1e-6;

pub(super) fn golden() -> Value {
    serde_json::from_str(include_str!("../../golden/agree.json")).unwrap()
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn table(value: &Value) -> Vec<Vec<Option<f64>>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(Value::as_f64).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

/// A value, or a value and both ends of its interval.
#[track_caller]
pub(super) fn same(found: &Estimate, expected: &Value, tolerance: f64) {
    let what = format!("{} of {}", found.metric, found.target);
    let actual = [found.value, found.low, found.high].map(|number| number.expect(&what));
    for (actual, expected) in actual.iter().zip(numbers(expected)) {
        close(*actual, expected, tolerance, &what);
    }
}

#[test]
fn categories() {
    let golden = &golden()["categories"];
    let scores = measured(&graded(Kind::Ordinal, &table(&golden["table"])));
    for metric in ["cohen_kappa", "cohen_kappa_linear", "cohen_kappa_quadratic"] {
        same(estimate(&scores.estimates, metric, "rater 0 vs rater 1"), &golden[metric], EXACT);
    }
    for metric in ["observed_agreement", "fleiss_kappa", "gwet_ac1", "gwet_ac2"] {
        same(estimate(&scores.estimates, metric, "all"), &golden[metric], EXACT);
    }
    let alpha = estimate(&scores.estimates, "krippendorff_alpha", "all");
    same(alpha, &golden["krippendorff_alpha_ordinal"], BY_DERIVATIVES);
    let nominal = measured(&graded(Kind::Nominal, &table(&golden["table"])));
    let alpha = estimate(&nominal.estimates, "krippendorff_alpha", "all");
    same(alpha, &golden["krippendorff_alpha_nominal"], BY_DERIVATIVES);
    assert!(!nominal.estimates.iter().any(|found| found.metric == "gwet_ac2"));

    let full = measured(&graded(Kind::Nominal, &table(&golden["full"])));
    same(estimate(&full.estimates, "fleiss_kappa", "all"), &golden["fleiss_kappa_full"], EXACT);
    same(estimate(&full.estimates, "cohen_kappa", "mean of pairs"), &golden["cohen_kappa_mean"], BY_DERIVATIVES);
}

#[test]
fn measurements() {
    let golden = &golden()["measurements"];
    let values = table(&golden["values"]);
    let scores = measured(&numbered(Kind::Interval, &values));
    for metric in ["icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k"] {
        same(estimate(&scores.estimates, metric, "all"), &golden[metric], EXACT);
    }
    for metric in ["bias", "lower_limit_of_agreement", "upper_limit_of_agreement"] {
        same(estimate(&scores.estimates, metric, "rater 1 - rater 0"), &golden[metric], EXACT);
    }
    let of =
        |scores: &vesalius_stats::agree::AgreeScores| estimate(&scores.estimates, "krippendorff_alpha", "all").clone();
    same(&of(&scores), &golden["krippendorff_alpha_interval"], BY_DERIVATIVES);
    let ratio = measured(&numbered(Kind::Ratio, &values));
    same(&of(&ratio), &golden["krippendorff_alpha_ratio"], BY_DERIVATIVES);
    let some = measured(&numbered(Kind::Interval, &table(&golden["some"])));
    close(of(&some).value.unwrap(), golden["krippendorff_alpha_some"].as_f64().unwrap(), EXACT, "alpha with gaps");
}
