//! Tests of hypotheses against `SciPy` and statsmodels, and what they say where there is nothing to say.
//!
//! `golden/hypothesis.py` made the values and records versions. Tolerance 1e-10; p values of 100 000 random permutations
//! 0.01.

use std::collections::BTreeSet;

use crate::kit::close;
use serde_json::Value;
use vesalius_stats::hypothesis::{
    Alternative, Pairs, Permutations, TESTS, Test, benjamini_hochberg, holm, permutation, rank_sum, sign_flip,
    signed_rank,
};
use vesalius_stats::{ErrorKind, Result};

const EXACT: f64 = 1e-10;
const BY_CHANCE: f64 = 0.01;
const ALTERNATIVES: [Alternative; 3] = [Alternative::TwoSided, Alternative::Greater, Alternative::Less];

fn golden(test: &str) -> Vec<Value> {
    let golden: Value = serde_json::from_str(include_str!("../golden/hypothesis.json")).unwrap();
    golden[test].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Statistic and the three p values.
#[track_caller]
fn same(expected: &Value, tolerance: f64, run: impl Fn(Alternative) -> Result<Test>) {
    for (alternative, p) in ALTERNATIVES.into_iter().zip(numbers(&expected["p"])) {
        let found = run(alternative).unwrap();
        close(found.statistic.unwrap(), expected["statistic"].as_f64().unwrap(), EXACT, &found.method);
        close(found.p.unwrap(), p, tolerance, &format!("{alternative:?}, {}", found.method));
    }
}

#[test]
fn the_signed_rank_test_is_that_of_scipy() {
    for expected in golden("signed_rank") {
        same(&expected, EXACT, |alternative| signed_rank(&numbers(&expected["differences"]), alternative));
    }
}

#[test]
fn the_rank_sum_test_is_that_of_scipy() {
    for expected in golden("rank_sum") {
        let [first, second] = ["first", "second"].map(|sample| numbers(&expected[sample]));
        same(&expected, EXACT, |alternative| rank_sum(&first, &second, alternative));
    }
}

#[test]
fn permutation_tests_are_those_of_scipy() {
    for (expected, tolerance) in golden("sign_flip").iter().zip([EXACT, EXACT, BY_CHANCE]) {
        let differences = numbers(&expected["samples"][0]);
        same(expected, tolerance, |alternative| {
            sign_flip(&differences, &Permutations { alternative, ..Permutations::default() })
        });
    }
    for (expected, tolerance) in golden("permutation").iter().zip([EXACT, EXACT, BY_CHANCE]) {
        let [first, second] = [0, 1].map(|sample| numbers(&expected["samples"][sample]));
        same(expected, tolerance, |alternative| {
            permutation(&first, &second, &Permutations { alternative, ..Permutations::default() })
        });
    }
}

#[test]
fn mcnemar_is_that_of_statsmodels() {
    for row in golden("mcnemar") {
        let row = numbers(&row);
        let [both, only_first, only_second, neither] = [0, 1, 2, 3].map(|at| row[at] as u64);
        let pairs = Pairs { both, only_first, only_second, neither };
        for (found, expected) in [pairs.exact(), pairs.asymptotic()].iter().zip(row[4..].chunks(2)) {
            close(found.statistic.unwrap(), expected[0], EXACT, &found.method);
            close(found.p.unwrap(), expected[1], EXACT, &found.method);
        }
    }
    let alike = Pairs::count([(true, true), (false, false)]);
    assert_eq!((alike.exact().p, alike.asymptotic().p, alike.n()), (Some(1.0), Some(1.0), 2));
}

#[test]
fn adjusted_p_values_are_those_of_statsmodels() {
    for expected in golden("adjusted") {
        let p = numbers(&expected["p"]);
        for (name, adjusted) in [("holm", holm(&p)), ("benjamini_hochberg", benjamini_hochberg(&p))] {
            for (found, expected) in adjusted.unwrap().iter().zip(numbers(&expected[name])) {
                close(*found, expected, EXACT, name);
            }
        }
    }
    assert!(holm(&[]).unwrap().is_empty() && benjamini_hochberg(&[]).unwrap().is_empty());
}

#[test]
fn what_says_nothing_has_no_p_value() {
    let flips = Permutations::default();
    for (found, why) in [
        (signed_rank(&[0.0, 0.0], Alternative::TwoSided), "other than 0"),
        (signed_rank(&[], Alternative::TwoSided), "other than 0"),
        (rank_sum(&[], &[1.0], Alternative::Less), "empty"),
        (rank_sum(&[2.0, 2.0], &[2.0], Alternative::TwoSided), "equal"),
        (sign_flip(&[], &flips), "no differences"),
        (permutation(&[1.0], &[], &flips), "empty"),
    ] {
        let found = found.unwrap();
        assert_eq!((found.p, found.statistic), (None, None), "{}", found.test);
        assert!(found.undefined.unwrap().contains(why));
    }
    let nan = [1.0, f64::NAN];
    let kind = |result: Result<Test>| result.unwrap_err().kind();
    assert_eq!(kind(signed_rank(&nan, Alternative::TwoSided)), ErrorKind::Value);
    assert_eq!(kind(rank_sum(&nan, &[1.0], Alternative::TwoSided)), ErrorKind::Value);
    assert_eq!(kind(sign_flip(&nan, &flips)), ErrorKind::Value);
    assert_eq!(kind(permutation(&[1.0], &nan, &flips)), ErrorKind::Value);
    assert_eq!(holm(&nan).unwrap_err().kind(), ErrorKind::Value);
    assert_eq!(benjamini_hochberg(&[1.5]).unwrap_err().kind(), ErrorKind::Value);
}

/// Differences of nothing but zeros are as extreme as any choice of signs.
#[test]
fn no_difference_is_no_evidence() {
    let flips = Permutations::default();
    assert_eq!(sign_flip(&[0.0; 5], &flips).unwrap().p, Some(1.0));
    assert_eq!(sign_flip(&[0.0; 40], &flips).unwrap().p, Some(1.0));
    assert_eq!(permutation(&[3.0, 3.0], &[3.0], &flips).unwrap().p, Some(1.0));
}

#[test]
fn threads_change_no_p_value() {
    let values: Vec<f64> = (0..40).map(|at| f64::from(at * 37 % 41) - 17.0).collect();
    let in_threads = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| {
            let options = Permutations { replicates: 999, ..Permutations::default() };
            (sign_flip(&values, &options).unwrap(), permutation(&values[..18], &values[18..], &options).unwrap())
        })
    };
    assert_eq!(in_threads(1), in_threads(3));
}

#[test]
fn every_test_is_listed_and_every_listed_one_is_tested() {
    let listed: BTreeSet<&str> = TESTS.iter().map(|test| test.0).collect();
    let tested = ["sign_flip", "permutation", "signed_rank", "rank_sum", "mcnemar", "holm", "benjamini_hochberg"];
    assert_eq!(listed, BTreeSet::from(tested));
    assert!(TESTS.iter().all(|test| !test.1.is_empty()));
}
