//! What must not change a number: order of cases, unit of time, threads; and what must turn it round.

use super::{estimate, measured, random_follow_up, ranked};
use crate::kit::close;
use vesalius_stats::survive::{Cases, Direction, Options, SurviveScores, measure};

fn values(scores: &SurviveScores) -> Vec<[f64; 3]> {
    let defined = |e: &vesalius_stats::Estimate| Some([e.value?, e.low?, e.high?]);
    scores.estimates.iter().filter_map(defined).collect()
}

#[track_caller]
fn same(a: &SurviveScores, b: &SurviveScores) {
    let (a, b) = (values(a), values(b));
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        close(*a, *b, 1e-9, "value");
    }
}

#[test]
fn the_order_of_cases_and_the_unit_of_time_change_nothing() {
    let (time, event, risk) = random_follow_up(150, 5, 30.0);
    let survival: Vec<f64> = risk.iter().map(|risk| (-0.5 * risk).exp()).collect();
    let cases = |time: &[f64], event: &[bool], risk: &[f64], survival: &[f64], unit: f64| {
        ranked(time, event, risk).with_survival(0.5 * unit, survival).unwrap()
    };
    let plain = measured(&cases(&time, &event, &risk, &survival, 1.0));
    let turned = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
    let events: Vec<bool> = event.iter().rev().copied().collect();
    same(&plain, &measured(&cases(&turned(&time), &events, &turned(&risk), &turned(&survival), 1.0)));
    let days: Vec<f64> = time.iter().map(|time| time * 64.0).collect();
    let cubed: Vec<f64> = risk.iter().map(|risk| risk.powi(3)).collect();
    same(&plain, &measured(&cases(&days, &event, &cubed, &survival, 64.0)));
}

#[test]
fn a_predicted_time_is_a_risk_turned_round_and_the_other_direction_gives_the_complement() {
    let (time, event, risk) = random_follow_up(150, 6, 30.0);
    let late: Vec<f64> = risk.iter().map(|risk| -risk).collect();
    let of = |direction, values: &[f64]| {
        measured(&Cases::new(&time, &event).unwrap().with_ranking(direction, values).unwrap())
    };
    let right = of(Direction::Risk, &risk);
    same(&right, &of(Direction::Time, &late));
    let wrong = of(Direction::Time, &risk);
    for metric in ["harrell_c", "uno_c", "mean_time_auc"] {
        let [right, wrong] = [&right, &wrong].map(|scores| estimate(scores, metric, "all").value.unwrap());
        assert!(right > 0.52, "{metric} {right}");
        close(right + wrong, 1.0, 1e-9, metric);
    }
}

/// Without censoring Uno's C is Harrell's, and the AUC at a horizon is the plain one.
#[test]
fn without_censoring_weights_do_nothing() {
    let (time, _, risk) = random_follow_up(150, 7, 1e9);
    let options = Options { horizons: vec![0.7], ..Options::default() };
    let scores = measure(&ranked(&time, &[true; 150], &risk), &options).unwrap();
    let of = |metric: &str, target: &str| {
        values(&scores)[scores.estimates.iter().position(|e| e.metric == metric && e.target == target).unwrap()]
    };
    for (uno, harrell) in of("uno_c", "all").iter().zip(of("harrell_c", "all")) {
        close(*uno, harrell, 1e-12, "C");
    }
    let truth: Vec<bool> = time.iter().map(|time| *time <= 0.7).collect();
    let area = vesalius_stats::classify::auroc(&truth, &risk).unwrap();
    close(estimate(&scores, "time_auc", "at 0.7").value.unwrap(), area, 1e-12, "area");
}

#[test]
fn threads_change_no_byte() {
    let (time, event, risk) = random_follow_up(3000, 8, 100.0);
    let cases = ranked(&time, &event, &risk);
    let with = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| serde_json::to_string(&measured(&cases)).unwrap())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn the_curve_of_areas_is_thinned() {
    let (time, event, risk) = random_follow_up(3000, 9, 1e9);
    let points = measured(&ranked(&time, &event, &risk)).time_auc;
    assert!((45..=50).contains(&points.len()), "{} points", points.len());
    assert!(points.iter().all(|point| point.low < point.auc && point.auc < point.high));
}
