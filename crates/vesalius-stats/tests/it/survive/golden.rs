//! Agreement with scikit-survival, lifelines and statistics written out pair by pair with numerical derivatives.
//!
//! `golden/survive.py` made the values and records versions. Tolerance 1e-9 for values, 1e-6 for ends of intervals whose
//! derivatives were taken numerically.

use super::{estimate, measured};
use crate::kit::close;
use serde_json::Value;
use vesalius_stats::Estimate;
use vesalius_stats::survive::{Cases, Direction, Options, SurviveScores, harrell_c, kaplan_meier, log_rank, measure};

const EXACT: f64 = 1e-9;
const BY_DERIVATIVES: f64 = 1e-6;

fn golden() -> Value {
    serde_json::from_str(include_str!("../../golden/survive.json")).unwrap()
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn follow_up(golden: &Value) -> Cases {
    let event: Vec<bool> = numbers(&golden["event"]).into_iter().map(|event| event > 0.5).collect();
    Cases::new(&numbers(&golden["time"]), &event).unwrap()
}

fn with_risk(golden: &Value) -> Cases {
    follow_up(golden).with_ranking(Direction::Risk, &numbers(&golden["risk"])).unwrap()
}

fn with_survival(golden: &Value, mut cases: Cases) -> Cases {
    for (idx, horizon) in numbers(&golden["horizons"]).into_iter().enumerate() {
        cases = cases.with_survival(horizon, &numbers(&golden["survival"][idx])).unwrap();
    }
    cases
}

fn target(golden: &Value, idx: usize) -> String {
    format!("at {}", golden["horizons"][idx])
}

/// A value and both ends of its interval.
#[track_caller]
fn same(found: &Estimate, expected: &Value) {
    let what = format!("{} {}", found.metric, found.target);
    let expected = numbers(expected);
    close(found.value.expect(&what), expected[0], EXACT, &what);
    close(found.low.unwrap(), expected[1], BY_DERIVATIVES, &what);
    close(found.high.unwrap(), expected[2], BY_DERIVATIVES, &what);
}

#[track_caller]
fn value_is(scores: &SurviveScores, metric: &str, target: &str, expected: &Value) {
    close(estimate(scores, metric, target).value.unwrap(), expected.as_f64().unwrap(), EXACT, metric);
}

fn check(golden: &Value) {
    let horizons = numbers(&golden["horizons"]);
    let options = Options { horizons, tau: Some(15.0), ..Options::default() };
    let by_risk = measure(&with_risk(golden), &options).unwrap();
    same(estimate(&by_risk, "harrell_c", "all"), &golden["harrell_c"]);
    same(estimate(&by_risk, "uno_c", "all"), &golden["uno_c_tau"]);
    same(estimate(&measured(&with_risk(golden)), "uno_c", "all"), &golden["uno_c"]);
    same(&harrell_c(&with_risk(golden), &options).unwrap(), &golden["harrell_c"]);
    value_is(&by_risk, "harrell_c", "all", &golden["sksurv_c"]);
    value_is(&by_risk, "harrell_c", "all", &golden["lifelines_c"]);
    let by_survival = measured(&with_survival(golden, with_risk(golden)));
    same(estimate(&by_survival, "integrated_brier", "all"), &golden["integrated_brier"]);
    for idx in 0..3 {
        let target = target(golden, idx);
        same(estimate(&by_risk, "time_auc", &target), &golden["time_auc"][idx]);
        value_is(&by_risk, "km_survival", &target, &golden["km_survival"][idx]);
        for metric in ["brier", "calibration_in_the_large", "calibration_slope"] {
            same(estimate(&by_survival, metric, &target), &golden[metric][idx]);
        }
    }
}

#[test]
fn continuous_times() {
    check(&golden()["smooth"]);
}

/// Events share times with events and with censorings, and cases share risks.
#[test]
fn tied_times() {
    check(&golden()["tied"]);
}

#[test]
fn scikit_survival_agrees_where_events_and_censorings_share_no_time() {
    let golden = &golden()["smooth"];
    let (expected, horizons) = (&golden["sksurv"], numbers(&golden["horizons"]));
    let options = Options { horizons, tau: Some(15.0), ..Options::default() };
    let by_risk = measure(&with_risk(golden), &options).unwrap();
    let by_survival = measured(&with_survival(golden, follow_up(golden)));
    value_is(&by_risk, "uno_c", "all", &expected["uno_c_tau"]);
    value_is(&measured(&with_risk(golden)), "uno_c", "all", &expected["uno_c"]);
    value_is(&by_risk, "mean_time_auc", "all", &expected["mean_time_auc"]);
    value_is(&by_survival, "mean_time_auc", "all", &expected["mean_time_auc_of_survival"]);
    value_is(&by_survival, "integrated_brier", "all", &expected["integrated_brier"]);
    for idx in 0..3 {
        value_is(&by_risk, "time_auc", &target(golden, idx), &expected["time_auc"][idx]);
        value_is(&by_survival, "brier", &target(golden, idx), &expected["brier"][idx]);
    }
}

#[test]
fn kaplan_meier_and_its_band_are_those_of_lifelines() {
    for golden in [&golden()["smooth"], &golden()["tied"]] {
        let points = kaplan_meier(&follow_up(golden), 0.95);
        let [time, survival, low, high] = [0, 1, 2, 3].map(|at| numbers(&golden["kaplan_meier"][at]));
        assert_eq!(points.len(), time.len());
        for (idx, point) in points.iter().enumerate() {
            close(point.time, time[idx], EXACT, "time");
            close(point.survival, survival[idx], EXACT, "survival");
            if survival[idx] < 1.0 && survival[idx] > 0.0 {
                close(point.low, low[idx], EXACT, "low");
                close(point.high, high[idx], EXACT, "high");
            }
            assert!(point.low < point.high, "{point:?}");
        }
    }
}

#[test]
fn the_log_rank_test_is_that_of_lifelines() {
    for golden in [&golden()["smooth"], &golden()["tied"]] {
        let group: Vec<usize> = numbers(&golden["log_rank"]["group"]).into_iter().map(|group| group as usize).collect();
        let test = log_rank(&follow_up(golden), &group).unwrap();
        assert_eq!(test.degrees, 2);
        close(test.chi_square, golden["log_rank"]["chi_square"].as_f64().unwrap(), EXACT, "chi square");
        close(test.p_value, golden["log_rank"]["p_value"].as_f64().unwrap(), EXACT, "p");
        let observed: usize = test.observed.iter().sum();
        close(test.expected.iter().sum(), observed as f64, EXACT, "events");
    }
}
