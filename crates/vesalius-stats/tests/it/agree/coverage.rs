//! Do intervals of agreement cover what they claim? By simulation, with `VESALIUS_SLOW=1`.

use super::{estimate, graded, measured, numbered};
use crate::coverage::{is_slow_run, normal};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_stats::agree::{Kind, Ratings};

const N_SIMULATIONS: usize = 1500;

/// Ratings of each case.
type Rows = Vec<Vec<Option<f64>>>;

/// Grades 0 to 4 about a true one, by three raters who are off by one now and then.
fn grades(n: usize, rng: &mut ChaCha8Rng) -> Rows {
    let mut case = |_| {
        let truth = [0, 0, 0, 1, 1, 1, 2, 2, 3, 4][rng.random_range(0..10)];
        let mut rate = || {
            let grade: i32 = truth + [-1, 0, 0, 0, 0, 1][rng.random_range(0..6)];
            Some(f64::from(grade.clamp(0, 4)))
        };
        vec![rate(), rate(), rate()]
    };
    (0..n).map(&mut case).collect()
}

/// Measurements with a standard deviation of 2 between cases, 1 between raters and 1 of error, by five raters.
fn sizes(n: usize, rng: &mut ChaCha8Rng) -> Rows {
    let raters: Vec<f64> = (0..5).map(|_| normal(rng)).collect();
    let mut case = |_| {
        let truth = 20.0 + 2.0 * normal(rng);
        raters.iter().map(|rater| Some(truth + rater + normal(rng))).collect()
    };
    (0..n).map(&mut case).collect()
}

fn check(
    make: fn(usize, &mut ChaCha8Rng) -> Rows,
    of: fn(&Rows) -> Ratings,
    n: usize,
    metrics: &[(&str, Option<f64>)],
) {
    let mut rng = ChaCha8Rng::seed_from_u64(81);
    let large = measured(&of(&make(200_000, &mut rng)));
    let runs: Vec<_> = (0..N_SIMULATIONS).map(|_| measured(&of(&make(n, &mut rng)))).collect();
    for (metric, known) in metrics {
        let target = &large.estimates.iter().find(|found| found.metric == *metric).unwrap().target;
        let truth = known.unwrap_or_else(|| estimate(&large.estimates, metric, target).value.unwrap());
        let covers = |run: &&vesalius_stats::agree::AgreeScores| {
            let found = estimate(&run.estimates, metric, target);
            found.low.unwrap() <= truth && truth <= found.high.unwrap()
        };
        let share = runs.iter().filter(covers).count() as f64 / N_SIMULATIONS as f64;
        eprintln!("{metric} with {n} cases, value {truth:.3}: {share:.3}");
        // Satterthwaite's approximation is too narrow where few raters tell how raters vary.
        let least = if metric.starts_with("icc_2") { 0.90 } else { 0.92 };
        assert!((least..=0.98).contains(&share), "{share} of 0.95 for {metric}");
    }
}

#[test]
fn intervals_of_categories_cover() {
    if !is_slow_run() {
        return;
    }
    let metrics = [
        ("observed_agreement", None),
        ("cohen_kappa", None),
        ("cohen_kappa_linear", None),
        ("cohen_kappa_quadratic", None),
        ("fleiss_kappa", None),
        ("gwet_ac1", None),
        ("gwet_ac2", None),
        ("krippendorff_alpha", None),
    ];
    check(grades, |rows| graded(Kind::Ordinal, rows), 80, &metrics);
}

/// Values by the variances that make the cases: raters are drawn anew for each run, which only the forms for random raters
/// and absolute agreement allow for.
#[test]
fn intervals_of_measurements_cover() {
    if !is_slow_run() {
        return;
    }
    let metrics = [
        ("icc_2_1", Some(4.0 / 6.0)),
        ("icc_2_k", Some(4.0 / (4.0 + 0.4))),
        ("icc_3_1", Some(4.0 / 5.0)),
        ("icc_3_k", Some(4.0 / 4.2)),
    ];
    check(sizes, |rows| numbered(Kind::Interval, rows), 30, &metrics);
}

/// Two devices whose differences have mean 1 and standard deviation 2.
fn devices(n: usize, rng: &mut ChaCha8Rng) -> Rows {
    let mut case = |_| {
        let (truth, difference) = (30.0 + 5.0 * normal(rng), 1.0 + 2.0 * normal(rng));
        vec![Some(truth), Some(truth + difference)]
    };
    (0..n).map(&mut case).collect()
}

#[test]
fn limits_of_agreement_cover() {
    if !is_slow_run() {
        return;
    }
    let z = 1.959_963_985;
    let metrics = [
        ("bias", Some(1.0)),
        ("lower_limit_of_agreement", Some(1.0 - 2.0 * z)),
        ("upper_limit_of_agreement", Some(1.0 + 2.0 * z)),
    ];
    check(devices, |rows| numbered(Kind::Interval, rows), 30, &metrics);
}
