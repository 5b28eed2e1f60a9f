//! What has no value says why, what is no input is refused, and perfection still has an interval.

use super::{estimate, measured, ranked};
use vesalius_stats::ErrorKind;
use vesalius_stats::survive::{Cases, Direction, Options, SurviveScores, kaplan_meier, log_rank, measure};

#[track_caller]
fn undefined(scores: &SurviveScores, metric: &str, target: &str, why: &str) {
    let found = estimate(scores, metric, target);
    assert_eq!((found.value, found.low, found.high), (None, None, None), "{metric}");
    let reason = found.undefined.as_ref().unwrap();
    assert!(reason.contains(why), "{metric}: {reason}");
}

#[test]
fn no_event() {
    let options = Options { horizons: vec![1.5], ..Options::default() };
    let cases = ranked(&[1.0, 2.0, 3.0], &[false; 3], &[1.0, 2.0, 3.0]).with_survival(1.5, &[0.5; 3]).unwrap();
    let scores = measure(&cases, &options).unwrap();
    undefined(&scores, "harrell_c", "all", "there is no event");
    undefined(&scores, "uno_c", "all", "there is no event");
    undefined(&scores, "mean_time_auc", "all", "there is no event");
    undefined(&scores, "integrated_brier", "all", "at 0 horizons");
    for metric in ["time_auc", "brier", "calibration_slope", "calibration_in_the_large"] {
        undefined(&scores, metric, "at 1.5", "no event until 1.5");
    }
    assert_eq!(estimate(&scores, "km_survival", "at 1.5").value, Some(1.0));
    assert!(estimate(&scores, "km_survival", "at 1.5").low.unwrap() < 0.6);
}

#[test]
fn no_comparable_pair() {
    let scores = measured(&ranked(&[2.0, 2.0, 1.0], &[true, true, false], &[1.0, 2.0, 3.0]));
    undefined(&scores, "harrell_c", "all", "no comparable pair");
    undefined(&scores, "uno_c", "all", "no comparable pair");
    undefined(&scores, "time_auc", "at 2", "no case is followed beyond 2");
}

#[test]
fn nothing() {
    let options = Options { horizons: vec![1.0], ..Options::default() };
    for options in [options, Options::default()] {
        let scores = measure(&ranked(&[], &[], &[]), &options).unwrap();
        for found in &scores.estimates {
            assert_eq!(found.value, None, "{} of {}", found.metric, found.target);
            assert!(!found.undefined.as_ref().unwrap().is_empty());
        }
        assert!(scores.kaplan_meier.is_empty() && scores.time_auc.is_empty() && scores.calibration.is_empty());
    }
}

#[test]
fn no_prediction() {
    let options = Options { horizons: vec![1.5, 2.5], ..Options::default() };
    let follow_up = || Cases::new(&[1.0, 2.0, 3.0], &[true, false, true]).unwrap();
    let scores = measure(&follow_up(), &options).unwrap();
    undefined(&scores, "harrell_c", "all", "no risk, time or survival is predicted");
    undefined(&scores, "time_auc", "at 1.5", "no risk, time or survival is predicted");
    for metric in ["brier", "integrated_brier", "calibration_slope", "calibration_in_the_large"] {
        undefined(&scores, metric, "all", "no survival probabilities are predicted");
    }
    let scores = measure(&follow_up().with_survival(2.5, &[0.1, 0.5, 0.6]).unwrap(), &options).unwrap();
    undefined(&scores, "brier", "at 1.5", "no survival is predicted at 1.5; it is at 2.5");
    undefined(&scores, "integrated_brier", "all", "1 horizons");
    assert!(estimate(&scores, "harrell_c", "all").method.contains("mean time lost"));
}

#[test]
fn beyond_follow_up() {
    let options = Options { horizons: vec![9.0], ..Options::default() };
    let scores = measure(&ranked(&[1.0, 2.0], &[true, false], &[2.0, 1.0]), &options).unwrap();
    undefined(&scores, "km_survival", "at 9", "no case is followed until 9");
    undefined(&scores, "time_auc", "at 9", "below 2, the last follow-up");
    let scores = measure(&ranked(&[1.0, 2.0], &[true, true], &[2.0, 1.0]), &options).unwrap();
    let found = estimate(&scores, "km_survival", "at 9");
    assert_eq!((found.value, found.low), (Some(0.0), Some(0.0)));
    assert!(found.high.unwrap() > 0.5);
}

#[test]
fn a_slope_needs_predictions_that_differ_and_are_not_certain() {
    let follow_up = || Cases::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, true, false]).unwrap();
    let slope = |survival: [f64; 4], why: &str| {
        let scores = measured(&follow_up().with_survival(2.5, &survival).unwrap());
        undefined(&scores, "calibration_slope", "at 2.5", why);
        assert!(estimate(&scores, "brier", "at 2.5").value.is_some());
    };
    slope([0.3; 4], "all predictions are equal");
    slope([0.1, 0.2, 0.8, 0.9], "a threshold tells events perfectly");
    slope([0.0, 0.2, 0.1, 0.9], "exactly 0");
}

#[test]
fn perfection_has_an_interval() {
    let time: Vec<f64> = (1..=20).map(f64::from).collect();
    let risk: Vec<f64> = time.iter().map(|time| -time).collect();
    let certain = |horizon: f64| time.iter().map(|time| f64::from(*time > horizon)).collect::<Vec<_>>();
    let cases = ranked(&time, &[true; 20], &risk);
    let cases = cases.with_survival(5.5, &certain(5.5)).unwrap().with_survival(10.5, &certain(10.5)).unwrap();
    for found in measured(&cases).estimates.iter().filter(|found| found.metric != "calibration_slope") {
        let [low, value, high] = [found.low, found.value, found.high].map(|number| number.expect(&found.metric));
        assert!(low <= value && value <= high && high - low > 0.01, "{found:?}");
    }
}

#[test]
fn what_is_no_input_is_refused() {
    let kind = |cases: vesalius_stats::Result<Cases>| cases.unwrap_err().kind();
    let cases = || Cases::new(&[1.0, 2.0], &[true, false]).unwrap();
    assert_eq!(kind(Cases::new(&[1.0], &[])), ErrorKind::Length);
    for time in [f64::NAN, f64::INFINITY, -1.0] {
        assert_eq!(kind(Cases::new(&[1.0, time], &[true, false])), ErrorKind::Value);
    }
    assert_eq!(kind(cases().with_ranking(Direction::Risk, &[1.0])), ErrorKind::Length);
    let error = cases().with_ranking(Direction::Time, &[1.0, f64::NAN]).unwrap_err();
    assert!(error.to_string().contains("case 1"), "{error}");
    assert_eq!(kind(cases().with_survival(1.0, &[0.5, 1.5])), ErrorKind::Value);
    assert_eq!(kind(cases().with_survival(1.0, &[0.5, f64::NAN])), ErrorKind::Value);
    assert_eq!(kind(cases().with_survival(0.0, &[0.5, 0.5])), ErrorKind::Value);
    let twice = cases().with_survival(1.0, &[0.5, 0.5]).unwrap().with_survival(1.0, &[0.5, 0.5]);
    assert!(twice.unwrap_err().to_string().contains("twice"));
}

#[test]
fn options_outside_their_range_are_refused() {
    let cases = ranked(&[1.0, 2.0], &[true, false], &[1.0, 2.0]);
    let check = |options: Options, what: &str| {
        let error = measure(&cases, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parameter);
        assert!(error.to_string().contains(what), "{error}");
    };
    check(Options { level: f64::NAN, ..Options::default() }, "level");
    check(Options { horizons: vec![2.0, 1.0], ..Options::default() }, "horizons");
    check(Options { horizons: vec![f64::NAN], ..Options::default() }, "horizons");
    check(Options { tau: Some(0.0), ..Options::default() }, "events count");
    check(Options { n_groups: 0, ..Options::default() }, "groups");
}

#[test]
fn groups_that_cannot_be_compared() {
    let cases = Cases::new(&[1.0, 2.0, 3.0], &[true, false, true]).unwrap();
    let check = |group: &[usize], why: &str| {
        let error = log_rank(&cases, group).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    check(&[0, 1], "groups of 2 cases");
    check(&[0, 0, 0], "fewer than two groups");
    check(&[0, 2, 2], "without gaps");
    check(&[0, usize::MAX - 1, 0], "without gaps");
    let no_event = Cases::new(&[1.0, 2.0], &[false, false]).unwrap();
    assert!(log_rank(&no_event, &[0, 1]).unwrap_err().to_string().contains("no event"));
    assert!(kaplan_meier(&Cases::new(&[], &[]).unwrap(), 0.95).is_empty());
}
