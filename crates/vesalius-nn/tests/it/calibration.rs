//! Temperatures against what is known of them in closed form.

use vesalius_nn::calibration::temperature;
use vesalius_nn::objective::Objective;

/// `n` cases of two classes, `right` of them of the class that a logit of `logit` speaks for.
fn cases(n: usize, right: usize, logit: f32) -> [Vec<f32>; 3] {
    let logits = [logit, 0.0].repeat(n);
    let targets = (0..n).flat_map(|case| if case < right { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
    [logits, targets, vec![1.0; 2 * n]]
}

fn fitted(objective: Objective, [logits, targets, weights]: &[Vec<f32>; 3]) -> f64 {
    temperature(objective, 2, logits, [targets, weights])
}

#[test]
fn shares_that_are_claimed_become_shares_that_are_true() {
    // All cases have one logit, so the best score is the mean target: with one case more on either side of each class.
    let check = |n: usize, right: usize, logit: f32| {
        let [a, b] = [right, n - right].map(|count| (count as f64 + 1.0) / (count as f64 + 2.0));
        let share = (right as f64 * a + (n - right) as f64 * (1.0 - b)) / n as f64;
        let expected = f64::from(logit) / (share / (1.0 - share)).ln();
        let temperature = fitted(Objective::Classes, &cases(n, right, logit));
        assert!((temperature / expected - 1.0).abs() < 1e-6, "{temperature} and {expected}");
    };
    check(1000, 900, 4.0);
    check(1000, 900, 0.5);
    check(50, 30, 2.0);
}

#[test]
fn validation_without_an_error_does_not_make_scores_certain() {
    let temperature = fitted(Objective::Classes, &cases(98, 98, 1.0));
    let score = 1.0 / (1.0 + (-1.0 / temperature).exp());
    assert!((0.9..0.995).contains(&score), "a score of {score} from 98 cases");
}

#[test]
fn what_is_unknown_does_not_count() {
    for objective in [Objective::Classes, Objective::Findings] {
        let [logits, targets, weights] = cases(200, 150, 3.0);
        let known = fitted(objective, &[logits.clone(), targets.clone(), weights.clone()]);
        let more =
            [[logits, vec![-50.0; 20]], [targets, vec![1.0; 20]], [weights, vec![0.0; 20]]].map(|two| two.concat());
        assert!((fitted(objective, &more) / known - 1.0).abs() < 1e-9, "{objective:?}");
        let none = [vec![1.0; 4], vec![0.0; 4], vec![0.0; 4]];
        assert!((fitted(objective, &none) - 1.0).abs() < 1e-12, "{objective:?}");
    }
}

#[test]
fn logits_that_say_nothing_are_flattened_within_bounds() {
    let temperature = fitted(Objective::Classes, &cases(100, 10, 5.0));
    assert!((19.9..=20.0).contains(&temperature), "{temperature}");
}
