//! Agreement and reader studies: golden values, what is undefined and refused, invariances, coverage, published simulations.

mod coverage;
mod golden;
mod invariance;
mod readers;
mod simulations;
mod undefined;

use std::collections::BTreeSet;

use vesalius_stats::Estimate;
use vesalius_stats::agree::{AgreeScores, CURVES, Kind, METRICS, Options, Ratings, measure, readers as studies};

fn estimate<'s>(estimates: &'s [Estimate], metric: &str, target: &str) -> &'s Estimate {
    let found = estimates.iter().find(|e| e.metric == metric && e.target == target);
    found.unwrap_or_else(|| panic!("no estimate {metric} of {target}"))
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|rater| format!("rater {rater}")).collect()
}

/// Ratings 0 to 4 by as many raters as a row is long.
fn graded(kind: Kind, rows: &[Vec<Option<f64>>]) -> Ratings {
    let grades: Vec<String> = (0..5).map(|grade| grade.to_string()).collect();
    let places: Vec<Option<usize>> = rows.iter().flatten().map(|grade| grade.map(|grade| grade as usize)).collect();
    Ratings::categories(&names(rows[0].len()), kind, &grades, &places).unwrap()
}

fn numbered(kind: Kind, rows: &[Vec<Option<f64>>]) -> Ratings {
    let values: Vec<Option<f64>> = rows.iter().flatten().copied().collect();
    Ratings::numbers(&names(rows[0].len()), kind, &values).unwrap()
}

fn measured(ratings: &Ratings) -> AgreeScores {
    measure(ratings, &Options::default()).unwrap()
}

/// Integers that repeat, without a generator.
fn rows(n: usize, n_raters: usize) -> Vec<Vec<Option<f64>>> {
    let grade =
        |case: usize, rater: usize| ((case * 7 + case / 3) % 5 + usize::from((case + rater).is_multiple_of(4))).min(4);
    (0..n).map(|case| (0..n_raters).map(|rater| Some(grade(case, rater) as f64)).collect()).collect()
}

#[test]
fn every_metric_has_a_golden_value_and_stays_within_its_range() {
    let golden = include_str!("agree/golden.rs");
    let mut found_names = BTreeSet::new();
    for kind in [Kind::Nominal, Kind::Ordinal, Kind::Interval, Kind::Ratio] {
        let is_graded = matches!(kind, Kind::Nominal | Kind::Ordinal);
        let ratings = if is_graded { graded(kind, &rows(40, 3)) } else { numbered(kind, &rows(40, 3)) };
        let scores = measured(&ratings);
        let expected: BTreeSet<&str> = METRICS.iter().filter(|m| m.kinds.contains(&kind)).map(|m| m.name).collect();
        assert_eq!(scores.estimates.iter().map(|e| e.metric.as_str()).collect::<BTreeSet<_>>(), expected);
        for found in &scores.estimates {
            let metric = METRICS.iter().find(|metric| metric.name == found.metric).unwrap();
            assert!(!metric.definition.is_empty());
            for number in [found.low, found.value, found.high].map(|number| number.expect(metric.name)) {
                assert!(metric.range.0 <= number && number <= metric.range.1, "{found:?}");
            }
        }
        found_names.extend(expected);
        assert_eq!(scores.bland_altman.len(), if is_graded { 0 } else { 120 });
    }
    assert_eq!(found_names, METRICS.iter().map(|metric| metric.name).collect());
    for name in found_names {
        assert!(golden.contains(&format!("\"{name}\"")), "golden.rs does not compare {name}");
    }
    let of_readers = include_str!("agree/readers.rs");
    for metric in studies::METRICS {
        assert!(of_readers.contains(&format!("\"{}\"", metric.name)), "readers.rs does not compare {}", metric.name);
        assert!(!metric.definition.is_empty() && metric.range.0 < metric.range.1);
    }
    assert_eq!(CURVES.iter().map(|curve| curve.0).collect::<Vec<_>>(), ["bland_altman"]);
}
