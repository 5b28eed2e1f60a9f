//! What must not change a number: order of cases, scale of scores, threads; and what must turn it round.

use crate::kit::{binary, close, estimate, measured, names, random_binary};
use vesalius_stats::classify::{Cases, ClassifyScores, Options, auroc, measure};

/// Value and ends; bootstrap ends follow the order of cases and are compared elsewhere.
fn area(truth: &[bool], score: &[f64]) -> [f64; 3] {
    let scores = measured(&binary(truth, score));
    let found = estimate(&scores, "auroc", "class 1");
    [found.value, found.low, found.high].map(Option::unwrap)
}

#[track_caller]
fn same(a: [f64; 3], b: [f64; 3]) {
    for (a, b) in a.iter().zip(b) {
        close(*a, b, 1e-12, "area or end");
    }
}

#[test]
fn the_order_of_cases_does_not_matter() {
    let (truth, score) = random_binary(200, 5, 50.0);
    let reversed = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
    let reversed_truth: Vec<bool> = truth.iter().rev().copied().collect();
    same(area(&truth, &score), area(&reversed_truth, &reversed(&score)));
    let a = measured(&binary(&truth, &score));
    let b = measured(&binary(&reversed_truth, &reversed(&score)));
    for (a, b) in a.estimates.iter().zip(&b.estimates) {
        close(a.value.unwrap(), b.value.unwrap(), 1e-12, &a.metric);
    }
    assert_eq!(a.confusion, b.confusion);
    assert_eq!(a.roc, b.roc);
}

#[test]
fn the_area_depends_on_the_order_of_scores_alone() {
    let (truth, score) = random_binary(200, 6, 50.0);
    let monotone: Vec<f64> = score.iter().map(|score| (3.0 * score).exp() - 40.0).collect();
    same(area(&truth, &score), area(&truth, &monotone));
}

#[test]
fn negated_scores_mirror_the_area() {
    let (truth, score) = random_binary(200, 7, 50.0);
    let negated: Vec<f64> = score.iter().map(|score| -score).collect();
    let [value, low, high] = area(&truth, &score);
    same(area(&truth, &negated), [1.0 - value, 1.0 - high, 1.0 - low]);
    let other_side: Vec<bool> = truth.iter().map(|truth| !truth).collect();
    same(area(&other_side, &negated), [value, low, high]);
}

#[test]
fn the_area_is_the_share_of_pairs() {
    let (truth, score) = random_binary(120, 8, 20.0);
    let (mut won, mut n_pairs) = (0.0, 0.0);
    for (_, positive) in truth.iter().zip(&score).filter(|(truth, _)| **truth) {
        for (_, negative) in truth.iter().zip(&score).filter(|(truth, _)| !**truth) {
            won += if positive > negative {
                1.0
            } else if positive < negative {
                0.0
            } else {
                0.5
            };
            n_pairs += 1.0;
        }
    }
    close(auroc(&truth, &score).unwrap(), won / n_pairs, 1e-12, "pairs");
    close(auroc(&truth, &score).unwrap(), area(&truth, &score)[0], 1e-12, "fast and full");
    assert_eq!(auroc(&[true, false], &[0.0, -0.0]), Some(0.5), "both zeros are one score");
}

/// Two classes measured as two findings, or as one of two, are the same area.
#[test]
fn complementary_findings_have_the_area_of_one() {
    let (truth, score) = random_binary(150, 9, 1000.0);
    let both: Vec<Option<bool>> = truth.iter().flat_map(|&truth| [Some(!truth), Some(truth)]).collect();
    let scores: Vec<f64> = score.iter().flat_map(|&score| [1.0 - score, score]).collect();
    let scores = measured(&Cases::findings(&names(2), &both, &scores).unwrap());
    let found = estimate(&scores, "auroc", "macro");
    same(area(&truth, &score), [found.value, found.low, found.high].map(Option::unwrap));
}

fn in_threads(n_threads: usize, cases: &Cases, options: &Options) -> ClassifyScores {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
    pool.install(|| measure(cases, options).unwrap())
}

#[test]
fn threads_change_no_byte_and_the_seed_does() {
    // Enough cases for the draws by cells, which single cases do not take.
    for n in [300, 6000] {
        let (truth, score) = random_binary(n, 10, 1000.0);
        let cases = binary(&truth, &score);
        let options = Options { replicates: 200, ..Options::default() };
        let one = serde_json::to_string(&in_threads(1, &cases, &options)).unwrap();
        assert_eq!(one, serde_json::to_string(&in_threads(3, &cases, &options)).unwrap());
        let other_seed = Options { seed: 1, ..options };
        assert_ne!(one, serde_json::to_string(&in_threads(1, &cases, &other_seed)).unwrap());
    }
}

/// Draws by cells and draws by case have the same spread: the same data twelve times over, scaled by √12.
#[test]
fn bootstrap_by_cells_agrees_with_theory() {
    let (truth, score) = random_binary(6000, 11, 1e9);
    let scores = measured(&binary(&truth, &score));
    let found = estimate(&scores, "brier", "class 1");
    let errors: Vec<f64> = truth.iter().zip(&score).map(|(&t, s)| (s - f64::from(u8::from(t))).powi(2)).collect();
    let mean = errors.iter().sum::<f64>() / 6000.0;
    let deviation = (errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / 5999.0).sqrt();
    let half = 1.959_964 * deviation / 6000.0_f64.sqrt();
    close(found.value.unwrap(), mean, 1e-12, "brier");
    close(found.high.unwrap() - found.low.unwrap(), 2.0 * half, 0.12 * half, "width");
}
