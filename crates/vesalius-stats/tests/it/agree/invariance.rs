//! What must not change a number: order of cases and raters, unit of measurement; and what follows from definitions.

use super::{estimate, graded, measured, numbered, rows};
use crate::kit::close;
use vesalius_stats::agree::{AgreeScores, Kind};

#[track_caller]
fn same(a: &AgreeScores, b: &AgreeScores, metrics: &[&str]) {
    for metric in metrics {
        let [a, b] = [a, b].map(|scores| estimate(&scores.estimates, metric, "all"));
        for (a, b) in [(a.value, b.value), (a.low, b.low), (a.high, b.high)] {
            close(a.unwrap(), b.unwrap(), 1e-9, metric);
        }
    }
}

const OF_CATEGORIES: &[&str] = &["observed_agreement", "fleiss_kappa", "gwet_ac1", "gwet_ac2", "krippendorff_alpha"];
const OF_NUMBERS: &[&str] = &["icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k", "krippendorff_alpha"];

#[test]
fn the_order_of_cases_and_raters_changes_nothing() {
    let plain = rows(30, 4);
    let turned: Vec<Vec<Option<f64>>> = plain.iter().rev().map(|row| row.iter().rev().copied().collect()).collect();
    same(&measured(&graded(Kind::Ordinal, &plain)), &measured(&graded(Kind::Ordinal, &turned)), OF_CATEGORIES);
    same(&measured(&numbered(Kind::Interval, &plain)), &measured(&numbered(Kind::Interval, &turned)), OF_NUMBERS);
}

#[test]
fn the_unit_and_the_zero_of_measurements_change_nothing() {
    let plain = rows(30, 3);
    let moved = |scale: f64, shift: f64| -> Vec<Vec<Option<f64>>> {
        plain.iter().map(|row| row.iter().map(|value| value.map(|value| scale * value + shift)).collect()).collect()
    };
    let fahrenheit = measured(&numbered(Kind::Interval, &moved(1.8, 32.0)));
    same(&measured(&numbered(Kind::Interval, &plain)), &fahrenheit, OF_NUMBERS);
    let inches = measured(&numbered(Kind::Ratio, &moved(2.54, 0.0)));
    same(&measured(&numbered(Kind::Ratio, &plain)), &inches, &["krippendorff_alpha"]);
}

#[test]
fn names_of_nominal_categories_carry_no_order() {
    let swapped: Vec<Vec<Option<f64>>> = rows(30, 3)
        .iter()
        .map(|row| row.iter().map(|grade| grade.map(|grade| (grade + 2.0) % 5.0)).collect())
        .collect();
    let nominal = &OF_CATEGORIES[..3];
    same(&measured(&graded(Kind::Nominal, &rows(30, 3))), &measured(&graded(Kind::Nominal, &swapped)), nominal);
}

/// Two categories have one distance only, so that weights do nothing.
#[test]
fn weights_do_nothing_to_two_categories() {
    let grades: Vec<String> = ["no", "yes"].map(str::to_owned).to_vec();
    let places: Vec<Option<usize>> = rows(30, 2).iter().flatten().map(|g| g.map(|g| usize::from(g > 1.5))).collect();
    let ratings =
        vesalius_stats::agree::Ratings::categories(&super::names(2), Kind::Ordinal, &grades, &places).unwrap();
    let scores = measured(&ratings);
    let of = |metric: &str, target: &str| estimate(&scores.estimates, metric, target).value.unwrap();
    let plain = of("cohen_kappa", "rater 0 vs rater 1");
    close(of("cohen_kappa_linear", "rater 0 vs rater 1"), plain, 1e-12, "linear");
    close(of("cohen_kappa_quadratic", "rater 0 vs rater 1"), plain, 1e-12, "quadratic");
    close(of("gwet_ac2", "all"), of("gwet_ac1", "all"), 1e-12, "AC2");
}

/// The points that are drawn are those that are measured.
#[test]
fn the_limits_lie_about_the_bias() {
    let scores = measured(&numbered(Kind::Interval, &rows(40, 2)));
    let of = |metric: &str| estimate(&scores.estimates, metric, "rater 1 - rater 0").value.unwrap();
    close(f64::midpoint(of("lower_limit_of_agreement"), of("upper_limit_of_agreement")), of("bias"), 1e-12, "bias");
    let mean = scores.bland_altman.iter().map(|point| point.difference).sum::<f64>() / 40.0;
    close(of("bias"), mean, 1e-12, "points");
}
