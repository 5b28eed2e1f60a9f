//! What has no value says why, what is no input is refused, and perfection still has an interval.

use super::{estimate, graded, measured, names, numbered, rows};
use vesalius_stats::ErrorKind;
use vesalius_stats::agree::{AgreeScores, Kind, Options, Ratings, measure};

#[track_caller]
fn undefined(scores: &AgreeScores, metric: &str, target: &str, why: &str) {
    let found = estimate(&scores.estimates, metric, target);
    assert_eq!((found.value, found.low, found.high), (None, None, None), "{metric}");
    assert!(found.undefined.as_ref().unwrap().contains(why), "{found:?}");
}

#[test]
fn one_category() {
    let scores = measured(&graded(Kind::Ordinal, &vec![vec![Some(2.0); 3]; 10]));
    for metric in ["cohen_kappa", "cohen_kappa_linear", "cohen_kappa_quadratic"] {
        undefined(&scores, metric, "rater 0 vs rater 1", "all ratings are of one category");
        undefined(&scores, metric, "mean of pairs", "all ratings are of one category");
    }
    undefined(&scores, "fleiss_kappa", "all", "all ratings are of one category");
    undefined(&scores, "krippendorff_alpha", "all", "all ratings are equal");
    assert_eq!(estimate(&scores.estimates, "gwet_ac1", "all").value, Some(1.0));
    let one = Ratings::categories(&names(2), Kind::Nominal, &["x".to_owned()], &[Some(0), Some(0)]).unwrap();
    undefined(&measured(&one), "gwet_ac1", "all", "one category only");
    let numbers = measured(&numbered(Kind::Interval, &vec![vec![Some(2.0); 3]; 10]));
    undefined(&numbers, "icc_2_1", "all", "all ratings are equal");
    undefined(&numbers, "bias", "rater 1 - rater 0", "all differences are 0");
}

#[test]
fn no_case_with_two_ratings() {
    let lonely = vec![vec![Some(1.0), None], vec![None, Some(2.0)]];
    let scores = measured(&graded(Kind::Ordinal, &lonely));
    undefined(&scores, "cohen_kappa", "rater 0 vs rater 1", "no case is rated by both");
    for metric in ["observed_agreement", "fleiss_kappa", "gwet_ac1", "gwet_ac2", "krippendorff_alpha"] {
        undefined(&scores, metric, "all", "no case has two ratings");
    }
    let scores = measured(&numbered(Kind::Ratio, &lonely));
    undefined(&scores, "icc_1_1", "all", "all raters rated 0 cases");
    undefined(&scores, "bias", "rater 1 - rater 0", "both rated 0 cases");
    assert!(scores.bland_altman.is_empty());
    let empty = Ratings::numbers(&names(2), Kind::Interval, &[]).unwrap();
    assert!(measured(&empty).estimates.iter().all(|found| found.undefined.is_some()));
}

#[test]
fn raters_that_differ_by_a_constant() {
    let shifted: Vec<Vec<Option<f64>>> =
        (0..6).map(|case| vec![Some(f64::from(case)), Some(f64::from(case + 2))]).collect();
    let scores = measured(&numbered(Kind::Interval, &shifted));
    undefined(&scores, "icc_3_1", "all", "differ by a constant");
    undefined(&scores, "bias", "rater 1 - rater 0", "all differences are 2");
    let opposite = vec![vec![Some(1.0), Some(-1.0)], vec![Some(-1.0), Some(1.0)], vec![Some(2.0), Some(-2.0)]];
    undefined(&measured(&numbered(Kind::Interval, &opposite)), "icc_1_k", "all", "do not differ in their means");
}

#[test]
fn too_many_distinct_values_to_compare_their_proportions() {
    let many: Vec<Vec<Option<f64>>> =
        (0..30_000_u32).map(|case| vec![Some(f64::from(case)), Some(f64::from(case))]).collect();
    undefined(&measured(&numbered(Kind::Ratio, &many)), "krippendorff_alpha", "all", "expected at most 20000");
}

#[test]
fn perfection_has_an_interval() {
    let perfect: Vec<Vec<Option<f64>>> = (0..15).map(|case| vec![Some(f64::from(case % 5)); 3]).collect();
    let graded = measured(&graded(Kind::Ordinal, &perfect));
    let numbered = measured(&numbered(Kind::Ratio, &perfect));
    let defined = graded.estimates.iter().chain(&numbered.estimates).filter(|found| found.value.is_some());
    let mut n = 0;
    for found in defined {
        assert!((found.value.unwrap() - 1.0).abs() < 1e-12, "{found:?}");
        assert!(found.low.unwrap() < 0.85 && found.high.unwrap() <= 1.0, "{found:?}");
        n += 1;
    }
    assert_eq!(n, 1 + 3 * 4 + 1 + 2 + 1 + 6 + 1, "all but the differences");
}

#[test]
fn what_is_no_input_is_refused() {
    let grades: Vec<String> = ["low", "high"].map(str::to_owned).to_vec();
    let of_categories = |raters: usize, kind, places: &[Option<usize>]| {
        Ratings::categories(&names(raters), kind, &grades, places).unwrap_err().kind()
    };
    assert_eq!(of_categories(1, Kind::Nominal, &[Some(0)]), ErrorKind::Length);
    assert_eq!(of_categories(2, Kind::Nominal, &[Some(0)]), ErrorKind::Length);
    assert_eq!(of_categories(2, Kind::Nominal, &[Some(0), Some(2)]), ErrorKind::Value);
    assert_eq!(of_categories(2, Kind::Interval, &[Some(0), Some(1)]), ErrorKind::Parameter);
    let none = Ratings::categories(&names(2), Kind::Nominal, &[], &[]).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Length);
    let of_numbers = |kind, values: &[Option<f64>]| Ratings::numbers(&names(2), kind, values).unwrap_err();
    assert_eq!(of_numbers(Kind::Nominal, &[]).kind(), ErrorKind::Parameter);
    let error = of_numbers(Kind::Interval, &[Some(1.0), Some(2.0), None, Some(f64::NAN)]);
    assert!(error.to_string().contains("rater 1 in case 1"), "{error}");
    assert!(of_numbers(Kind::Ratio, &[Some(-1.0), None]).to_string().contains("at least 0"));
    let ratings = graded(Kind::Nominal, &rows(4, 2));
    assert!(measure(&ratings, &Options { level: 1.5, ..Options::default() }).is_err());
}
