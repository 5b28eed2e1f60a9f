//! What an arm adds to the AUROC of each reader, and to their mean, with these very readers.
//!
//! **Definition.** The AUROC in the arm minus that in the first arm. **Interval.** Percentile bootstrap (Efron 1979,
//! doi:10.1214/aos/1176344552) of cases drawn within positives and negatives; a draw holds for all readers and both arms, so
//! that all of them are compared on the same cases. It holds for these readers and other cases.
//! **Range** −1 to 1, 0 is no difference. **No spread** (the same areas on every draw): the interval of a difference of two
//! areas by Newcombe's score intervals. **One class, nothing:** undefined. **NaN** is refused before.
//! **Cost** O(n log n) once and O(n) for each replicate, reader and arm.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::areas::Areas;
use super::{MEAN, Metric, Options};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{Distribution, method};
use crate::interval::newcombe;
use crate::rank::{ascending, ties};

pub(super) const METRIC: Metric = Metric {
    name: "reader_auroc_difference",
    definition: "AUROC of a reader in an arm minus that in the first arm, or the mean over these readers",
    others: "",
    range: (-1.0, 1.0),
    compute,
};

fn compute(areas: &Areas<'_>, options: &Options) -> Vec<Estimate> {
    let mut estimates = Vec::new();
    let readers = areas.study.readers();
    for (arm, group) in areas.contrasts() {
        let mut add = |outcome: Outcome, target: &str| {
            estimates.push(outcome.named(METRIC.name, target, options.level).in_group(&group));
        };
        for (reader, name) in readers.iter().enumerate() {
            add(outcome(areas, arm, &[reader], options), name);
        }
        if readers.len() > 1 {
            add(outcome(areas, arm, &(0..readers.len()).collect::<Vec<_>>(), options), MEAN);
        }
    }
    estimates
}

fn outcome(areas: &Areas<'_>, arm: usize, readers: &[usize], options: &Options) -> Outcome {
    let bootstrap = options.bootstrap();
    let method = method(&bootstrap, "cases within classes, the same for both arms; these readers");
    let n = areas.study.n_cases();
    if let Some(why) = areas.one_sided() {
        return Outcome::undefined(n, method, why);
    }
    let share = 1.0 / readers.len() as f64;
    let sides = [arm, 0].map(|arm| readers.iter().map(|&reader| areas.arm(arm)[reader].value).sum::<f64>() * share);
    let value = sides[0] - sides[1];
    let truth = areas.study.truth();
    let [positive, negative] =
        [true, false].map(|side| (0..n).filter(|case| truth[*case] == side).collect::<Vec<usize>>());
    let orders =
        [arm, 0].map(|arm| readers.iter().map(|&reader| order(areas.study.scores(arm, reader))).collect::<Vec<_>>());
    let distribution = Distribution::of(&bootstrap, |rng| {
        let mut drawn = vec![0_u32; n];
        draw(&positive, &mut drawn, rng);
        draw(&negative, &mut drawn, rng);
        let mean =
            |orders: &[Vec<Vec<u32>>]| orders.iter().map(|order| area(order, truth, &drawn)).sum::<f64>() * share;
        Some(mean(&orders[0]) - mean(&orders[1]))
    });
    match distribution.interval(options.level) {
        Some(interval) if !distribution.is_degenerate() => Outcome::known(n, method, value, interval),
        _ => {
            let ends = sides.map(|side| newcombe::interval(side, areas.n_positive, areas.n_negative, options.level));
            let low = value - (sides[0] - ends[0].0).hypot(ends[1].1 - sides[1]);
            let high = value + (ends[0].1 - sides[0]).hypot(sides[1] - ends[1].0);
            let method = "difference of Newcombe score intervals, as the bootstrap has no spread here";
            Outcome::known(n, method, value, (low.max(-1.0), high.min(1.0)))
        }
    }
}

/// Cases in runs of equal scores, ascending.
fn order(score: &[f64]) -> Vec<Vec<u32>> {
    ties(&ascending(score)).map(|run| run.iter().map(|ranked| ranked.idx).collect()).collect()
}

fn draw(cases: &[usize], drawn: &mut [u32], rng: &mut ChaCha8Rng) {
    for _ in cases {
        drawn[cases[rng.random_range(0..cases.len())]] += 1;
    }
}

/// The area of cases that count as often as they were drawn.
fn area(order: &[Vec<u32>], truth: &[bool], drawn: &[u32]) -> f64 {
    let (mut won, mut n_positive, mut n_negative) = (0.0, 0.0, 0.0);
    for run in order {
        let (mut positive, mut negative) = (0.0, 0.0);
        for &case in run {
            let times = f64::from(drawn[case as usize]);
            if truth[case as usize] { positive += times } else { negative += times }
        }
        won += positive * (n_negative + 0.5 * negative);
        n_positive += positive;
        n_negative += negative;
    }
    won / (n_positive * n_negative)
}
